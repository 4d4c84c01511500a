"""The legal officer's room: rules and who verified them, and the change of law by two people."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from audit.models import Entry
from law.rules import RULES
from recipients.models import Role, User
from sharing.granting.reassessing import work
from sharing.models import Reassessment, Release, RuleVerification
from sharing.services import verifying
from tests import builders
from tests.sharing.published import LEAD, Published, browser

pytestmark = pytest.mark.django_db
LAW, REASSESSMENT = "/desk/law/", "/desk/law/reassessment/"
NOW = datetime(2026, 11, 2, 9, tzinfo=ZoneInfo("Europe/Amsterdam"))


@pytest.fixture
def legal() -> User:
    return builders.staff(Role.LEGAL_OFFICER)


def test_every_rule_is_shown_with_its_source_and_whether_its_text_was_read(legal: User) -> None:
    page = browser(legal, language="en").get(LAW).content.decode()
    for rule in RULES.values():
        assert f'id="{rule.id}"' in page
    unread = sum(not rule.verified for rule in RULES.values())
    assert unread > 0
    assert page.count("text not verified") == unread


def test_a_verification_says_who_when_and_where_and_is_shown_from_then_on(legal: User) -> None:
    client, rule = browser(legal, language="en"), "E.EMBARGO"
    assert not RULES[rule].verified
    answer = client.post(f"{LAW}rules/{rule}/verify", {"source": " ", "note": ""})
    assert answer.status_code == 422
    assert not RuleVerification.objects.exists()
    client.post(f"{LAW}rules/{rule}/verify", {"source": "Afspraak met de bron", "note": "gelezen"})
    row = RuleVerification.objects.get()
    assert (row.rule, row.by, row.source) == (rule, legal, "Afspraak met de bron")
    assert verifying.standing() == {rule: row}
    unread = sum(not one.verified for one in RULES.values())
    page = client.get(LAW).content.decode()
    assert "Afspraak met de bron" in page
    assert page.count("text not verified") == unread - 1
    assert Entry.objects.filter(action="law.verify", actor=legal.actor, target=rule).exists()


def test_a_verification_holds_for_the_words_that_were_read_and_no_others(legal: User) -> None:
    RuleVerification.objects.create(
        rule="C.53", digest="0" * 64, source="Stb. 2026, 187", by=legal, at=NOW
    )
    assert verifying.standing() == {}
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        RuleVerification.objects.update(digest=RULES["C.53"].digest)


def test_only_legal_affairs_verifies_and_readers_find_nothing_there(
    legal: User, world: Published
) -> None:
    author = browser(builders.staff(Role.AUTHOR))
    assert author.get(LAW).status_code == 200
    given = {"source": "Stb. 2026, 187", "note": ""}
    assert author.post(f"{LAW}rules/C.53/verify", given).status_code == 404
    reader = browser(builders.reader(builders.organisation()))
    for path in (LAW, REASSESSMENT, f"{REASSESSMENT}progress"):
        assert reader.get(path).status_code == 404
    assert not RuleVerification.objects.exists()
    lawyer = browser(legal, language="en")
    assert lawyer.post(f"{LAW}rules/C.53/verify", given).status_code == 302
    assert lawyer.post(f"{LAW}rules/Z.1/verify", given).status_code == 404


@pytest.fixture
def stale(world: Published) -> Release:
    """A release that stands under the Wbni, seen by an organisation until midnight."""
    world.organisation("Waterbedrijf Voorbeeld")
    release = world.publish([LEAD], at=world.start + timedelta(minutes=1))
    Release.objects.update(stands_under="WBNI_2022")
    with connection.cursor() as db:
        db.execute("DELETE FROM sharing_grant")
    return release


def test_a_reassessment_is_previewed_asked_for_approved_and_followed_on_screen(
    world: Published, stale: Release, legal: User
) -> None:
    first, second = browser(legal, language="en"), browser(world.second, language="en")
    page = first.get(REASSESSMENT).content.decode()
    assert "1 release waits" in page
    assert "Waterbedrijf Voorbeeld" in page
    assert first.post(f"{REASSESSMENT}propose", {"reason": ""}).status_code == 422
    first.post(f"{REASSESSMENT}propose", {"reason": "De Cbw geldt."})
    found = Reassessment.objects.get()
    approve = reverse("sharing:approve-reassessment", args=[found.pk])
    assert approve not in first.get(REASSESSMENT).content.decode()
    assert approve in second.get(REASSESSMENT).content.decode()
    first.post(approve)
    assert not Reassessment.objects.filter(approved_by=legal).exists(), "not by who asked"
    second.post(approve)
    found = Reassessment.objects.get(approved_by=world.second)
    assert "0 %" in second.get(f"{REASSESSMENT}progress").content.decode()
    assert found.approved_at is not None
    assert work(at=found.approved_at) == 1
    done = second.get(f"{REASSESSMENT}progress").content.decode()
    assert "100 %" in done
    assert "Done" in done
    assert "Nothing waits" in first.get(REASSESSMENT).content.decode()
