"""Case 58: what an export for a Woo request holds, and what it leaves out without a word."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from advisories.addressing import Addressing
from advisories.facets import Facets
from audit.models import Entry
from law.vocabulary import Capacity, PersonalData, Provenance, Scope, Tlp
from recipients.models import Role
from sharing.services import releasing
from tests import builders
from tests.sharing.published import browser

pytestmark = pytest.mark.django_db
WBNI = builders.AT.replace(year=2025)
SECRET = Facets(
    scope=frozenset({Scope.GENERIC}),
    confidential=True,
    traceable=False,
    personal_data=PersonalData.NONE,
    provenance=Provenance.RECEIVED,
    tlp=Tlp.AMBER,
)


def export(person: Any = None, *, at: Any = builders.AT) -> list[dict[str, Any]]:
    client = browser(person or builders.staff(Role.LEGAL_OFFICER, since=at), language="en")
    answer = client.post(
        "/desk/law/woo", {"since": "2018-01-01T00:00", "until": "2027-01-01T00:00"}
    )
    assert answer.status_code == 200, answer.content
    return [json.loads(line) for line in answer.content.splitlines()]


def release(*sections: Facets, at: Any = builders.AT) -> None:
    since = at - timedelta(days=30)
    version = builders.draft(
        by=builders.staff(Role.AUTHOR, since=since),
        title="Titel van het advies",
        sections=[
            {"heading": f"Kop {n}", "body": f"Tekst {n}.", "facets": facets}
            for n, facets in enumerate(sections, start=1)
        ],
        addressing=Addressing(capacities=frozenset({Capacity.ESSENTIAL})),
        at=at,
    )
    builders.approved(version, by=builders.staff(Role.SECOND_READER, since=since), at=at)
    publisher = builders.staff(Role.DUTY_OFFICER, since=since)
    releasing.release(version_id=version.pk, by=publisher, at=at)


def test_case_58_confidential_data_are_left_out_and_environmental_information_stays() -> None:
    release(builders.OPEN, SECRET, replace(SECRET, environmental=True))
    opened, kept, milieu = export()
    assert (opened["body"], opened["title"]) == ("Tekst 1.", "Titel van het advies")
    assert (kept["excludedBy"], kept["article"]) == ("C.66.2", "art. 66(2) Cbw")
    assert [kept[name] for name in ("kind", "heading", "body", "data")] == [None] * 4
    assert "Tekst 2." not in json.dumps([opened, kept, milieu])
    assert (milieu["body"], milieu["environmental"]) == ("Tekst 3.", True)


def test_the_title_goes_with_the_summary() -> None:
    release(SECRET, builders.OPEN)
    kept, opened = export()
    assert kept["title"] is None
    assert opened["title"] is None
    assert opened["body"] == "Tekst 2."


def test_what_the_wbni_kept_out_stays_out_under_its_own_article() -> None:
    release(SECRET, replace(SECRET, traceable=True), at=WBNI)
    secret, traced = export()
    assert (secret["suppliedUnder"], secret["excludedBy"]) == ("WBNI_2022", "C.66.2")
    assert (traced["suppliedUnder"], traced["excludedBy"]) == ("WBNI_2022", "W.20.7")


def test_it_is_on_record_with_its_hash_and_only_legal_affairs_make_it(tmp_path: Path) -> None:
    release(builders.OPEN, SECRET)
    file = tmp_path / "woo.jsonl"
    period = ("--since", "2018-01-01T00:00+01:00", "--until", "2027-01-01T00:00+01:00")
    officer = builders.staff(Role.LEGAL_OFFICER)
    call_command("woo_export", str(file), *period, "--by", officer.email)
    entry = Entry.objects.get(action="woo.export")
    assert entry.detail["excluded"] == 1
    assert "Tekst" not in json.dumps(entry.detail)
    author = builders.staff(Role.AUTHOR)
    with pytest.raises(CommandError, match="legal affairs"):
        call_command("woo_export", str(file), *period, "--by", author.email)
    assert browser(author).post("/desk/law/woo", {}).status_code == 404


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    client = browser(builders.staff(Role.LEGAL_OFFICER), language="en")
    answer = client.post(
        "/desk/law/woo", {"since": "2026-02-01T00:00", "until": "2026-01-01T00:00"}
    )
    assert answer.status_code == 422
    assert "ends before it begins" in answer.content.decode()
