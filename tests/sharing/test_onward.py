"""Passing on: cases 42 and 43 through the portal. A linking organisation and its members."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from advisories.addressing import Addressing
from advisories.facets import Facets
from advisories.models import AdvisoryVersion
from audit.models import Entry
from law.vocabulary import Capacity, PersonalData, Predicate, Provenance, Scope, Tlp
from recipients.models import Organisation, Role, User
from sharing.models import RemarkRequest
from sharing.services import releasing
from tests import builders
from tests.sharing.published import browser

pytestmark = pytest.mark.django_db
AMBER = replace(builders.OPEN, tlp=Tlp.AMBER)
STRICT = replace(builders.OPEN, tlp=Tlp.AMBER_STRICT)
ATTESTED = (
    Predicate.RELEVANT_PARTY,
    Predicate.NECESSARY_FOR_CBW_TASK,
    Predicate.RELEVANT_AND_PROPORTIONATE,
    Predicate.CONFIDENTIALITY_GUARANTEED,
    Predicate.ENTITY_INTERESTS_PROTECTED,
)


def traced(subject: Organisation) -> Facets:
    return Facets(
        scope=frozenset({Scope.OTHER}),
        confidential=True,
        traceable=True,
        personal_data=PersonalData.NONE,
        provenance=Provenance.ART_3_1_E,
        tlp=Tlp.AMBER,
        organisations=((subject.pk, True),),
    )


@pytest.fixture
def linking() -> Organisation:
    return builders.organisation("Cyberkring Zeehaven", capacities=[Capacity.LINKING])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: builders.AT)


def release(linking: Organisation, *sections: dict[str, Any]) -> AdvisoryVersion:
    version = builders.draft(
        by=builders.staff(Role.AUTHOR),
        sections=sections,
        addressing=Addressing(organisations=frozenset({linking.pk})),
    )
    for predicate in ATTESTED:
        builders.attest(version, predicate)
    builders.approved(version)
    releasing.release(version_id=version.pk, by=builders.staff(Role.DUTY_OFFICER), at=builders.AT)
    return version


def page(person: User, version: AdvisoryVersion) -> tuple[Client, str]:
    return browser(person, language="en"), f"/advisories/{version.advisory.number}/onward"


def test_case_43_amber_goes_on_to_members_that_need_to_know(
    linking: Organisation, clock: None
) -> None:
    version = release(linking, {"body": "Werk bij.", "facets": AMBER})
    client, address = page(builders.reader(linking), version)
    shown = client.get(address).content.decode()
    assert "Werk bij." in shown
    assert "TLP:AMBER" in shown
    assert "Ask the NCSC" not in shown


def test_case_42_amber_strict_stays_and_the_reader_may_ask_for_another_marking(
    linking: Organisation, clock: None
) -> None:
    version = release(
        linking, {"body": "Voor leden.", "facets": AMBER}, {"body": "Intern.", "facets": STRICT}
    )
    client, address = page(builders.reader(linking), version)
    shown = client.get(address).content.decode()
    assert "Voor leden." in shown
    assert "Intern." not in shown  # neither in the text to copy nor anywhere else
    kept = version.sections.get(position=2)
    answer = client.post(address, {"section": kept.pk, "reason": "Drie leden draaien dit."})
    assert answer.status_code == 302
    asked = RemarkRequest.objects.get()
    assert (asked.section_id, asked.organisation_id) == (kept.pk, linking.pk)
    assert Entry.objects.filter(action="onward.ask", outcome="DENY_TLP").exists()

    analyst = browser(builders.staff(Role.AUTHOR), language="en")
    assert "Drie leden draaien dit." in analyst.get("/desk/").content.decode()
    told = analyst.post(f"/desk/requests/{asked.pk}/answer", {"answer": "Versie 1.01 wordt AMBER."})
    assert told.status_code == 302
    assert "Versie 1.01 wordt AMBER." in client.get(address).content.decode()
    assert "Drie leden draaien dit." not in analyst.get("/desk/").content.decode()


def test_what_can_be_traced_stays_whatever_its_label(linking: Organisation, clock: None) -> None:
    subject = builders.organisation("Voedsel Voorbeeld")
    version = release(
        linking,
        {"body": "Algemeen.", "facets": AMBER},
        {"body": "Bij een lid gezien.", "facets": traced(subject)},
    )
    client, address = page(builders.reader(linking), version)
    assert "Bij een lid gezien." in client.get(address.removesuffix("/onward")).content.decode()
    shown = client.get(address).content.decode()
    assert "Algemeen." in shown
    assert "Bij een lid gezien." not in shown
    assert "was given to you alone" in shown


@pytest.mark.parametrize(
    ("reason", "which", "status"),
    [("", "kept", 409), ("Waarom niet", "open", 409), ("Waarom niet", "other", 404)],
)
def test_a_request_that_makes_no_sense_is_refused_and_nothing_is_kept(
    linking: Organisation, clock: None, reason: str, which: str, status: int
) -> None:
    version = release(linking, {"facets": AMBER}, {"facets": STRICT})
    other = release(
        builders.organisation("Ander", capacities=[Capacity.LINKING]), {"facets": STRICT}
    )
    sections = {
        "open": version.sections.get(position=1).pk,
        "kept": version.sections.get(position=2).pk,
        "other": other.sections.get().pk,
    }
    client, address = page(builders.reader(linking), version)
    answer = client.post(address, {"section": sections[which], "reason": reason})
    assert answer.status_code == status
    assert not RemarkRequest.objects.exists()


def test_the_same_is_asked_once_while_it_is_being_looked_at(
    linking: Organisation, clock: None
) -> None:
    version = release(linking, {"facets": STRICT})
    client, address = page(builders.reader(linking), version)
    asked = {"section": version.sections.get().pk, "reason": "Drie leden."}
    assert client.post(address, asked).status_code == 302
    assert client.post(address, asked).status_code == 409
    assert RemarkRequest.objects.count() == 1


def test_who_does_not_hold_the_advisory_finds_nothing_to_pass_on(
    linking: Organisation, clock: None
) -> None:
    version = release(linking, {"facets": AMBER})
    outsider = builders.organisation("Buitenstaander", capacities=[Capacity.LINKING])
    client, address = page(builders.reader(outsider), version)
    assert client.get(address).status_code == 404
    held, _address = page(builders.reader(linking), version)
    assert held.get(address).status_code == 200
