"""The originator's terms (IEP 2.0): from the section form to page, program, mail and door."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from advisories.addressing import Addressing
from advisories.iep import Attribution, PermittedActions, Terms
from advisories.models import AdvisoryVersion, Marking
from law.vocabulary import Capacity, Predicate
from recipients.models import Organisation, Role
from sharing import access
from sharing.access.sending import for_sending
from sharing.models import Decision
from sharing.renditions import mail
from sharing.services import releasing
from tests import builders
from tests.sharing.published import browser

pytestmark = pytest.mark.django_db
SOURCE = "CERT Buitenland"
OPEN_TERMS = Terms(
    policy="TLP-plus",
    source=SOURCE,
    affected_party_notifications=True,
    attribution=Attribution.MAY,
    encrypt_in_transit=False,
    permitted_actions=PermittedActions.EXTERNALLY_VISIBLE_DIRECT,
)


def release(recipient: Organisation, terms: Terms | None, *, about: bool = False) -> Any:
    subjects = ((recipient.pk, False),) if about else ()
    facets = replace(builders.OPEN, iep=terms, organisations=subjects)
    version = builders.draft(
        by=builders.staff(Role.AUTHOR),
        sections=[{"body": "Werk bij naar 2.4.", "facets": facets}],
        addressing=Addressing(capacities=frozenset({Capacity.ESSENTIAL})),
    )
    builders.attest(version, Predicate.RELEVANT_TO_RECIPIENT)
    builders.approved(version)
    return releasing.release(
        version_id=version.pk, by=builders.staff(Role.DUTY_OFFICER), at=builders.AT
    )


def seen(recipient: Organisation, version: AdvisoryVersion, *, at: Any = builders.AT) -> bool:
    reader = access.reader_of(builders.reader(recipient))
    try:
        access.open_advisory(reader, number=version.advisory.number, at=at)
    except access.NotShared:
        return False
    return True


def mailed(made: Any, recipient: Organisation) -> str:
    contact = recipient.contacts.get()
    (shared,) = for_sending(release=made, contacts=[contact], at=builders.AT).values()
    assert shared is not None
    return mail.notice(shared, language="nl", at=builders.AT).rest.decode()


@pytest.fixture
def recipient() -> Organisation:
    return builders.organisation()


def test_after_its_end_date_nobody_reads_it_and_nothing_goes_out(recipient: Organisation) -> None:
    end = builders.AT + timedelta(hours=2)
    made = release(recipient, replace(OPEN_TERMS, end_date=end))
    assert seen(recipient, made.version)
    assert not seen(recipient, made.version, at=end)
    late = release(recipient, replace(OPEN_TERMS, end_date=builders.AT))
    assert not seen(recipient, late.version)
    assert set(Decision.objects.filter(release=late).values_list("code", flat=True)) == {"DENY_IEP"}


def test_before_its_start_date_it_is_shut(recipient: Organisation) -> None:
    late = release(recipient, replace(OPEN_TERMS, start_date=builders.AT + timedelta(hours=1)))
    assert not seen(recipient, late.version)
    begun = release(recipient, replace(OPEN_TERMS, start_date=builders.AT - timedelta(hours=1)))
    assert seen(recipient, begun.version)


def test_must_not_notify_keeps_it_from_whom_it_is_about(recipient: Organisation) -> None:
    other = builders.organisation("Ander Energiebedrijf")
    shut = replace(OPEN_TERMS, affected_party_notifications=False)
    made = release(recipient, shut, about=True)
    assert not seen(recipient, made.version)
    assert seen(other, made.version)
    assert seen(recipient, release(recipient, OPEN_TERMS, about=True).version)


@pytest.mark.parametrize(
    ("attribution", "told"),
    [(Attribution.MUST, True), (Attribution.MAY, True), (Attribution.MUST_NOT, False)],
)
def test_the_source_is_told_where_its_terms_let_us_and_nowhere_else(
    recipient: Organisation, attribution: Attribution, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: builders.AT)
    made = release(recipient, replace(OPEN_TERMS, attribution=attribution))
    client = browser(builders.reader(recipient), language="en")
    number = made.version.advisory.number
    shown = client.get(f"/advisories/{number}").content.decode()
    assert (SOURCE in shown) is told
    for path in ("/", f"/advisories/{number}/onward", f"/advisories/{number}/why"):
        assert SOURCE not in client.get(path).content.decode()
    assert SOURCE not in mailed(made, recipient)
    assert "also in ways that the attacker can notice" in shown


def test_what_must_be_encrypted_does_not_go_by_plain_mail(recipient: Organisation) -> None:
    plain = mailed(release(recipient, OPEN_TERMS), recipient)
    sealed = mailed(release(recipient, replace(OPEN_TERMS, encrypt_in_transit=True)), recipient)
    assert "2.4" in plain
    assert "2.4" not in sealed


def test_an_analyst_sets_the_terms_beside_the_marking_and_a_revision_keeps_them(
    recipient: Organisation,
) -> None:
    author = builders.staff(Role.AUTHOR)
    version = builders.draft(by=author)
    section = version.sections.get()
    form = {
        "revision": version.revision,
        "kind": "lead",
        "heading": "Kop",
        "body": "Tekst",
        "tlp": "green",
        "iep-policy": "TLP-plus",
        "iep-source": SOURCE,
        "iep-attribution": "must-not",
        "iep-permitted_actions": "none",
    }
    page = f"/desk/versions/{version.pk}/sections/{section.pk}"
    analyst = browser(author, language="en")
    assert analyst.post(page, form).status_code == 302
    marking = Marking.objects.get(section=section)
    assert (marking.iep_policy, marking.iep_source) == ("TLP-plus", SOURCE)
    assert SOURCE in analyst.get(page).content.decode()
    wrong = form | {
        "revision": builders.fresh(version).revision,
        "iep-start_date": "2026-10-02T10:00",
        "iep-end_date": "2026-10-01T10:00",
    }
    refused = analyst.post(page, wrong)
    assert refused.status_code == 422
    assert "end before they begin" in refused.content.decode()
