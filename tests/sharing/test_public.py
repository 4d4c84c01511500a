"""The public: read without an account, kept by caches, and never more than TLP:CLEAR."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from advisories.addressing import Addressing
from advisories.models import AdvisoryVersion
from audit.models import Entry
from law.vocabulary import Capacity, Tlp
from recipients.models import Role
from sharing import access
from sharing.errors import NotShared
from sharing.facts.matter import item_of
from sharing.forms import AddressForm
from sharing.granting.deciding import preview
from sharing.models import Alarm, Grant, Release
from sharing.services import releasing, what_if
from tests import builders
from tests.builders import AT, OPEN
from tests.sharing.published import browser

pytestmark = pytest.mark.django_db
CLEAR = replace(OPEN, tlp=Tlp.CLEAR)
FOR_ALL = Addressing(capacities=frozenset({Capacity.PUBLIC, Capacity.ESSENTIAL}))
HEAD, SECRET = "Werk Voorbeeldproduct bij.", "Alleen voor de gemeenschap."


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal's clock stands still, a minute after what is published here."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT + timedelta(minutes=1))


def written(
    *, addressing: Addressing = FOR_ALL, title: str = "Lek in Voorbeeld"
) -> AdvisoryVersion:
    """A summary that is TLP:CLEAR, and a section that is TLP:GREEN."""
    return builders.draft(
        by=builders.staff(Role.AUTHOR),
        title=title,
        sections=[{"body": HEAD, "facets": CLEAR}, {"body": SECRET}],
        addressing=addressing,
    )


def publish(*, addressing: Addressing = FOR_ALL, title: str = "Lek", at: datetime = AT) -> Release:
    version = builders.approved(written(addressing=addressing, title=title), at=at)
    return releasing.release(version_id=version.pk, by=builders.staff(Role.DUTY_OFFICER), at=at)


def page(release: Release, **query: str) -> Any:
    return Client().get(f"/public/advisories/{release.version.advisory.number}", query)


def api(path: str, **headers: str) -> Any:
    return Client().get(f"/api/v1/public/{path}", headers=headers)


def test_anybody_reads_what_is_clear_and_not_what_is_green() -> None:
    release = publish(title="Lek in Voorbeeld")
    number = release.version.advisory.number
    answer = page(release)
    assert answer.status_code == 200
    assert HEAD in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert "TLP:GREEN" not in answer.content.decode()
    told = api(f"advisories/{number}").json()
    assert [section["body"] for section in told["sections"]] == [HEAD]
    assert told["tlp"] == "TLP:CLEAR"
    listed = Client().get("/public/").content.decode()
    assert "Lek in Voorbeeld" in listed
    assert f"/public/advisories/{number}?language=nl" in listed
    (item,) = api("advisories").json()["items"]
    assert (item["advisory"], item["title"]) == (number, "Lek in Voorbeeld")


def test_who_is_not_meant_is_not_told_and_denied_is_the_same_bytes_as_absent() -> None:
    publish()
    kept = publish(addressing=Addressing(capacities=frozenset({Capacity.ESSENTIAL})), title="Dicht")
    number = kept.version.advisory.number
    assert "Dicht" not in Client().get("/public/").content.decode()
    for before in ("/public/advisories/", "/api/v1/public/advisories/"):
        denied, absent = (Client().get(before + n) for n in (number, "NCSC-2020-0001"))
        assert denied.status_code == absent.status_code == 404
        assert denied.content == absent.content
        assert dict(denied.headers) == dict(absent.headers)


def test_a_minute_in_any_cache_the_same_for_everyone_and_no_cookie() -> None:
    release = publish()
    number = release.version.advisory.number
    person = browser(builders.reader(builders.organisation()))
    for path in ("/public/", f"/public/advisories/{number}", "/api/v1/public/advisories"):
        answers = [Client().get(path), person.get(path)]
        assert answers[0].content == answers[1].content
        for answer in answers:
            assert set(answer["Cache-Control"].split(", ")) == {"public", "max-age=60"}
            assert not answer.cookies
            assert "Cookie" not in answer.get("Vary", "")
        again = Client().get(path, headers={"If-None-Match": answers[0]["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert api("advisories")["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in Client().get("/api/v1/advisories")


def test_the_address_alone_chooses_the_language() -> None:
    release = publish()
    one = Client(headers={"Accept-Language": "en"})
    one.cookies["django_language"] = "en"
    path = f"/public/advisories/{release.version.advisory.number}"
    dutch, english = one.get(path), one.get(path, {"language": "en"})
    assert (dutch["Content-Language"], english["Content-Language"]) == ("nl", "en")
    assert "What may I do with this?" in english.content.decode()
    assert "What may I do with this?" not in dutch.content.decode()


def test_older_advisories_are_on_the_next_page(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        publish(title=f"Bericht {number}", at=AT + timedelta(seconds=number))
    monkeypatch.setattr("sharing.views.public.PAGE", 2)
    first = Client().get("/public/").content.decode()
    assert "Bericht 2" in first
    assert "Bericht 0" not in first
    address = first.split('<a class="button" href="?')[1].split('"')[0].replace("&amp;", "&")
    older = Client().get("/public/?" + address).content.decode()
    assert "Bericht 0" in older
    assert "Bericht 2" not in older
    assert Client().get("/public/?cursor=x").status_code == 404
    assert api("advisories?cursor=x").status_code == 400


def test_a_withdrawal_leaves_a_tombstone() -> None:
    release = publish()
    number = release.version.advisory.number
    assert page(release).status_code == 200
    releasing.withdraw(
        release_id=release.pk,
        reason="Het klopte niet.",
        by=builders.staff(Role.DUTY_OFFICER),
        at=AT + timedelta(seconds=30),
    )
    gone = page(release)
    assert gone.status_code == 410
    assert "Het klopte niet." in gone.content.decode()
    assert HEAD not in gone.content.decode()
    told = api(f"advisories/{number}")
    assert (told.status_code, told.json()["withdrawn"]["reason"]) == (410, "Het klopte niet.")
    assert number not in Client().get("/public/").content.decode()


def entries() -> Any:
    return Entry.objects.filter(action="advisory.open", actor="public")


def test_the_record_keeps_one_opening_an_hour_and_no_denial(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = publish()
    for _ in range(3):
        assert page(release).status_code == 200
        assert page(release, version="9.99").status_code == 404
        assert Client().get("/public/advisories/NCSC-2020-0001").status_code == 404
    entry = entries().get()
    assert (entry.target, entry.outcome) == (str(release.version), "allow")
    lead = release.version.sections.get(position=1)
    assert list(entry.detail["sections"]) == [str(lead.pk)]
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT + timedelta(hours=1))
    assert page(release).status_code == 200
    assert entries().count() == 2


def test_a_grant_of_something_else_than_clear_shows_nothing_and_raises_one_alarm() -> None:
    """Belt and braces: as if the law had let TLP:GREEN out."""
    release = publish()
    assert page(release).status_code == 200
    lead = Grant.objects.get(
        group__audience__profile__capacities=["public"], version=release.version_id
    )
    with connection.cursor() as db:  # a released marking cannot change: as its owner might have
        db.execute("UPDATE sharing_grant SET strictness = 1 WHERE id = %s", [lead.pk])
    assert access.inbox(access.THE_PUBLIC, at=timezone.now()).items == ()
    number = release.version.advisory.number
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "sharing.facts.matter.item_of",
            lambda marking, *, traceable: replace(
                item_of(marking, traceable=traceable), tlp=Tlp.GREEN
            ),
        )
        patch.setattr("law.gates.is_public_advisory", lambda _: True)
        patch.setattr("law.gates._tlp", lambda _: ())
        for _ in range(2):
            with pytest.raises(NotShared):
                access.open_advisory(access.THE_PUBLIC, number=number, at=timezone.now())
    alarms = Alarm.objects.filter(kind=Alarm.Kind.PUBLIC_NOT_CLEAR)
    assert sorted(alarms.values_list("subject", flat=True)) == [
        f"section {lead.content_object_id} for the public",
        f"version {release.version_id} for the public",
    ]
    assert Entry.objects.filter(action="alarm.public_not_clear").count() == 2


def test_the_preview_shows_the_public_first_and_the_form_warns_of_it() -> None:
    builders.organisation()
    version = written()
    found = preview(version_id=version.pk, at=AT)
    assert found.rows[0].is_public
    assert [verdict.allowed for verdict in found.rows[0].verdicts] == [True, False]
    analyst = browser(version.author, language="en")
    shown = analyst.get(f"/desk/versions/{version.pk}/").content.decode()
    assert "everyone, without logging in" in shown
    assert "What was read cannot be pulled back." in shown


def test_the_public_has_no_sector() -> None:
    builders.organisation(sectors=["energy"])
    chosen = {"capacities": ["public"], "purpose": "inform", "purpose_text": "x"}
    assert AddressForm(chosen).is_valid()
    wrong = AddressForm({**chosen, "sectors": ["energy"]})
    assert not wrong.is_valid()
    assert "no sector" in str(wrong.errors["sectors"])


def test_what_if_tells_what_the_public_would_lose() -> None:
    release = publish()
    lead = release.version.sections.get(position=1)
    changes = what_if.by_section(what_if.marked(lead, {"tlp": Tlp.GREEN}, at=AT))
    assert [party.organisation for change in changes for party in change.lost] == ["the public"]
    assert page(release).status_code == 200  # nothing was done


def test_the_way_to_the_public_list_stands_where_one_logs_in() -> None:
    assert 'href="/public/?language=' in Client().get("/accounts/login/").content.decode()
