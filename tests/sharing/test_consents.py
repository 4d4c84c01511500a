"""Consent (instemming): given by two, withdrawn by one, and what a withdrawal does at that instant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from advisories.addressing import Addressing
from advisories.facets import Facets
from advisories.models import AdvisoryVersion
from advisories.services import drafting
from audit.models import Entry
from law.vocabulary import Capacity, PersonalData, Provenance, Scope, Tlp
from recipients.models import Consent, Organisation, Role
from sharing import access, consents
from sharing.consents import State
from sharing.delivery import claim
from sharing.delivery.drain import drain
from sharing.models import Delivery, Release
from sharing.services import registry, releasing
from tests import builders
from tests.builders import attest
from tests.law.test_cases import A1, CASES
from tests.sharing.mailserver import MailServer
from tests.sharing.published import browser

pytestmark = pytest.mark.django_db
Status, Kind = Delivery.Status, Delivery.Kind
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TEN = datetime(2023, 6, 1, 10, tzinfo=ZoneInfo("Europe/Amsterdam"))
NINE = TEN - timedelta(hours=1)
SINCE = NINE - 30 * DAY


def withdraw(*, at: datetime) -> None:
    """One person ends the consent in force."""
    given = Consent.objects.known_at(at).valid_at(at).get()
    clerk = builders.staff(Role.REGISTRY_MANAGER, since=at - DAY)
    registry.end_fact(fact=given, valid_until=at, by=clerk, at=at)


# --- case 6 ---------------------------------------------------------------------------------------


def test_with_the_consent_in_force_the_queued_message_goes_and_the_page_opens(
    server: MailServer,
) -> None:
    made = builders.scenario(replace(CASES["5"][0], instant=NINE))
    later = TEN + MINUTE
    assert drain(clock=lambda: later) == {"handed_over": 1}
    assert server.recipients == [made.person.email]
    assert (made.over_web(at=later), made.over_api(at=later)) == (True, True)


def test_withdrawn_at_ten_nothing_leaves_at_ten_past_one_and_nothing_opens(
    server: MailServer,
) -> None:
    made = builders.scenario(replace(CASES["5"][0], instant=NINE))
    later = TEN + MINUTE
    withdraw(at=TEN)
    assert Delivery.objects.get().status == Status.WITHHELD, "at once, not only at the send"
    assert drain(clock=lambda: later) == {}
    assert server.got == []
    assert (made.over_web(at=later), made.over_api(at=later)) == (False, False)
    assert made.decision.code == "DENY_CONSENT_INVALID"
    line = Entry.objects.get(action="consent.withdraw")
    assert (line.detail["deliveries_withheld"], line.detail["notices"]) == (1, 0)


def test_who_had_it_is_told_that_part_of_it_may_be_used_no_longer_and_no_more_than_that(
    server: MailServer,
) -> None:
    made = builders.scenario(replace(CASES["5"][0], instant=NINE))
    drain(clock=lambda: NINE + MINUTE)
    assert (made.over_web(at=NINE + 2 * MINUTE), made.over_api(at=NINE + 3 * MINUTE)) == (
        True,
        True,
    )
    withdraw(at=TEN)
    assert made.over_web(at=TEN) is False
    assert drain(clock=lambda: TEN + MINUTE) == {"handed_over": 1}
    number, mail = made.release.version.advisory.number, server.mails[-1]
    assert mail["To"].addresses[0].addr_spec == made.person.email
    assert number in mail["Subject"]
    text = str(mail.get_content())
    assert "instemming" in text
    assert "Onderwerp" not in mail.as_string() + text
    assert "Onderdeel" not in mail.as_string() + text
    assert made.release.version.title not in mail.as_string() + text
    # The board tells what was received before.
    (closing,) = consents.closings(made.release)
    (one,) = closing.received
    assert (closing.at, one.organisation, one.positions, one.told) == (
        TEN,
        made.recipient,
        (1,),
        1,
    )
    assert [m.handed_over_at for m in one.mails] == [NINE + MINUTE]
    assert (one.first_opened, one.last_opened) == (NINE + 2 * MINUTE, NINE + 3 * MINUTE)
    assert drain(clock=lambda: TEN + 2 * MINUTE) == {}, "once"


# --- many recipients ------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """A release in two parts: one that anyone addressed may have, one that is about `subject`."""

    release: Release
    subject: Organisation
    had: Organisation  # consented to
    late: Organisation  # consented to as well; its mailbox is slow
    other: Organisation  # addressed, not within the consent

    def mail(self, organisation: Organisation) -> str:
        return builders.reader(organisation).email


OPEN = Facets(
    scope=frozenset({Scope.PRIMARY}),
    confidential=False,
    not_confidential_reason="https://voorbeeld.example/bericht",
    traceable=False,
    personal_data=PersonalData.NONE,
    provenance=Provenance.ART_3_1_E,
    tlp=Tlp.GREEN,
)


@pytest.fixture
def world() -> World:
    subject = builders.organisation("Kanarie Energie", capacities=[Capacity.VITAL], since=SINCE)
    had, late = (
        builders.organisation(name, capacities=[Capacity.VITAL], since=SINCE)
        for name in ("Netbeheer Een", "Netbeheer Twee")
    )
    other = builders.organisation("Ministerie Voorbeeld", capacities=[Capacity.GOV], since=SINCE)
    builders.fact(
        Consent(to_capacity=Capacity.VITAL.value, purpose="inform"),
        organisation=subject,
        at=SINCE,
    )
    secret = replace(
        OPEN,
        confidential=True,
        not_confidential_reason="",
        traceable=True,
        organisations=((subject.pk, True),),
    )
    version = builders.draft(
        by=builders.staff(Role.AUTHOR, since=SINCE),
        sections=[
            {"body": "Werk bij naar versie 2.4.", "facets": OPEN},
            {"body": "De VPN van deze aanbieder staat open.", "facets": secret},
        ],
        addressing=Addressing(capacities=frozenset({Capacity.VITAL, Capacity.GOV})),
        at=NINE,
    )
    for predicate in A1:
        attest(version, predicate, value=True, since=SINCE, at=NINE)
    builders.approved(version, by=builders.staff(Role.SECOND_READER, since=SINCE), at=NINE)
    release = releasing.release(
        version_id=version.pk, by=builders.staff(Role.DUTY_OFFICER, since=SINCE), at=NINE
    )
    return World(release, subject, had, late, other)


def test_the_notice_goes_only_to_those_who_had_it_and_lost_it(
    world: World, server: MailServer
) -> None:
    server.rcpt_answers[world.mail(world.late)].append("451 4.2.1 mailbox busy")
    assert drain(clock=lambda: NINE) == {"handed_over": 3, "deferred": 1}
    before = len(server.mails)
    withdraw(at=TEN)
    narrowed = Delivery.objects.get(kind=Kind.NARROWED)
    assert (narrowed.organisation, narrowed.occasion) == (world.had, TEN)
    assert drain(clock=lambda: TEN + MINUTE) == {"handed_over": 2}
    told = {mail["To"].addresses[0].addr_spec: mail for mail in server.mails[before:]}
    assert told.keys() == {world.mail(world.had), world.mail(world.late)}
    # Who had not had it yet gets what is left, as a first message.
    assert "Werk bij naar versie 2.4." in str(told[world.mail(world.late)].get_content())
    for mail in told.values():
        assert "VPN" not in str(mail.get_content())
        assert "Kanarie" not in str(mail.get_content()) + mail.as_string()
    (closing,) = consents.closings(world.release)
    assert [(r.organisation, len(r.mails), r.told) for r in closing.received] == [
        (world.had, 1, 1),
        (world.late, 0, 0),
    ]


def test_the_board_shows_who_had_received_what(world: World, server: MailServer) -> None:
    drain(clock=lambda: NINE)
    board = reverse("sharing:board", args=[world.release.pk])
    staff = browser(builders.staff(Role.DUTY_OFFICER), language="en")
    assert "Closed by a withdrawn consent" not in staff.get(board).content.decode()
    withdraw(at=TEN)
    page = staff.get(board).content.decode()
    assert "Closed by a withdrawn consent" in page
    table = page.partition("Received before")[2].partition("</table>")[0]
    assert "Netbeheer Een" in table
    assert "Ministerie Voorbeeld" not in table
    assert world.mail(world.had) in table
    assert (
        "Received before" not in staff.get(board, headers={"HX-Request": "true"}).content.decode()
    )


def test_a_message_in_a_workers_hands_is_waited_for(world: World, server: MailServer) -> None:
    claim.claim(at=TEN - MINUTE)  # and the worker is not heard of again
    withdraw(at=TEN)
    assert Delivery.objects.filter(kind=Kind.NARROWED).count() == 2, "both may be getting it"
    assert drain(clock=lambda: TEN) == {}
    later = TEN + 5 * MINUTE
    assert drain(clock=lambda: later) == {"handed_over": 4}
    assert drain(clock=lambda: later + MINUTE) == {"handed_over": 2}
    for address in (world.mail(world.had), world.mail(world.late)):
        mine = [m for m in server.mails if m["To"].addresses[0].addr_spec == address]
        assert ["mag niet meer" in str(m["Subject"]) for m in mine] == [False, True]


def test_a_withdrawn_advisory_says_it_all(world: World, server: MailServer) -> None:
    drain(clock=lambda: NINE)
    withdraw(at=TEN)
    releasing.withdraw(
        release_id=world.release.pk,
        reason="Onjuist",
        by=builders.staff(Role.DUTY_OFFICER, since=SINCE),
        at=TEN,
    )
    assert drain(clock=lambda: TEN + MINUTE) == {"handed_over": 4, "recalled": 2}
    assert not any("instemming" in str(mail.get_content()) for mail in server.mails)


def test_a_consent_given_and_withdrawn_again_owes_a_second_notice(
    world: World, server: MailServer
) -> None:
    drain(clock=lambda: NINE)
    withdraw(at=TEN)
    again = Consent(to_capacity=Capacity.VITAL.value, purpose="inform")
    builders.fact(again, organisation=world.subject, at=TEN + MINUTE)
    withdraw(at=TEN + 2 * MINUTE)
    owed = Delivery.objects.filter(kind=Kind.NARROWED, organisation=world.had)
    assert set(owed.values_list("occasion", flat=True)) == {TEN, TEN + 2 * MINUTE}
    assert len(consents.closings(world.release)) == 2


def test_ending_another_fact_tells_nobody_that_a_consent_was_withdrawn(
    world: World, server: MailServer
) -> None:
    drain(clock=lambda: NINE)
    terms = world.had.assurances.get(recorded_until=None)
    clerk = builders.staff(Role.REGISTRY_MANAGER, since=SINCE)
    registry.end_fact(fact=terms, valid_until=TEN, by=clerk, at=TEN)
    assert not Delivery.objects.filter(kind=Kind.NARROWED).exists()


# --- the desk -------------------------------------------------------------------------------------

SIGNED = {
    "advisory_number": "",
    "to_capacity": "vital",
    "purpose": "inform",
    "valid_from": "2026-09-01T00:00",
    "valid_until": "",
    "signatory": "M. de Vries, bestuurder",
    "ground": "Statuten art. 8",
    "reference": "Zaak 2026/44",
    "statement_sha256": "a" * 64,
}


@pytest.fixture
def giver() -> Organisation:
    return builders.organisation("Energie Voorbeeld BV")


def test_it_is_recorded_confirmed_listed_and_withdrawn_on_screen(giver: Organisation) -> None:
    clerk = browser(builders.staff(Role.REGISTRY_MANAGER), language="en")
    second = browser(builders.staff(Role.DUTY_OFFICER), language="en")
    registry_page = reverse("sharing:organisation", args=[giver.pk])
    form = reverse("sharing:give-consent", args=[giver.pk])
    assert form in clerk.get(registry_page).content.decode()
    assert "Signed by" in clerk.get(form).content.decode()
    assert clerk.post(form, SIGNED).status_code == 302
    row = Consent.objects.get()
    assert (row.signatory, row.statement_sha256) == ("M. de Vries, bestuurder", "a" * 64)
    assert _states(giver) == [State.PROPOSED]
    confirm = reverse("sharing:confirm-fact", args=["consent", row.pk])
    assert confirm in second.get(registry_page).content.decode()
    assert clerk.post(confirm).status_code == 404
    second.post(confirm)
    assert _states(giver) == [State.IN_FORCE]
    shown = clerk.get(registry_page).content.decode()
    assert "Statuten art. 8" in shown
    assert reverse("sharing:consequences", args=["consent", row.pk]) in shown
    clerk.post(reverse("sharing:end-fact", args=["consent", row.pk]))
    assert _states(giver) == [State.WITHDRAWN]
    assert "withdrawn" in clerk.get(registry_page).content.decode()


def _states(giver: Organisation) -> list[State]:
    return [row.state for row in consents.of(giver, at=timezone.now())]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"to_capacity": ""}, "Say to whom"),
        ({"advisory_number": "NCSC-2026-9999"}, "There is no advisory NCSC-2026-9999"),
        ({"advisory_number": "tien"}, "A number looks like"),
        ({"valid_until": "2026-08-01T00:00"}, "It ends before it begins"),
        ({"signatory": ""}, "This field is required"),
        ({"statement_sha256": "xyz"}, "Enter a valid value"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(
    giver: Organisation, wrong: dict[str, str], said: str
) -> None:
    clerk = browser(builders.staff(Role.REGISTRY_MANAGER), language="en")
    form = reverse("sharing:give-consent", args=[giver.pk])
    answer = clerk.post(form, {**SIGNED, **wrong})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Zaak 2026/44" in answer.content.decode()
    assert not Consent.objects.exists()
    assert clerk.post(form, SIGNED).status_code == 302


def test_those_that_end_within_thirty_days_are_listed_and_others_not(giver: Organisation) -> None:
    now = timezone.now()
    for days, name in ((29, "Spoedig"), (31, "Later"), (None, "Altijd")):
        row = Consent(
            to_capacity="vital",
            purpose="inform",
            signatory=name,
            valid_until=now + timedelta(days=days) if days else None,
        )
        builders.fact(row, organisation=giver)
    clerk = browser(builders.staff(Role.REGISTRY_MANAGER), language="en")
    page = clerk.get(reverse("sharing:consents")).content.decode()
    assert "Spoedig" in page
    assert "Later" not in page
    assert "Altijd" not in page
    with patch("django.utils.timezone.now", return_value=now + 2 * DAY):
        assert [row.consent.signatory for row in consents.ending(at=timezone.now())] == [
            "Spoedig",
            "Later",
        ]


def test_a_person_by_name_who_loses_the_newest_version_finds_the_one_before() -> None:
    """As an organisation does: the list shows the newest version that is still held."""
    subject = builders.organisation("Kanarie Energie", capacities=[Capacity.VITAL], since=SINCE)
    had = builders.organisation("Netbeheer Een", capacities=[Capacity.VITAL], since=SINCE)
    builders.fact(
        Consent(to_capacity=Capacity.VITAL.value, purpose="inform"),
        organisation=subject,
        at=SINCE,
    )
    author = builders.staff(Role.AUTHOR, since=SINCE)
    named = replace(OPEN, tlp=Tlp.RED)
    first = builders.draft(
        by=author,
        sections=[{"facets": named}],
        addressing=Addressing(people=frozenset({builders.reader(had).pk})),
        at=NINE,
    )
    _released(first)
    second = drafting.start_revision(advisory_id=first.advisory_id, major=False, by=author, at=NINE)
    drafting.mark(
        section_id=second.sections.get().pk,
        revision=builders.fresh(second).revision,
        facets=replace(
            named,
            confidential=True,
            not_confidential_reason="",
            traceable=True,
            organisations=((subject.pk, True),),
        ),
        by=author,
        at=NINE,
    )
    drafting.edit_version(
        version_id=second.pk,
        revision=builders.fresh(second).revision,
        title=second.title,
        probability=second.probability,
        damage=second.damage,
        change_note="Wie het betreft.",
        targeted=False,
        by=author,
        at=NINE,
    )
    _released(second)
    reader = access.reader_of(builders.reader(had))
    assert [one.version for one in access.inbox(reader, at=NINE).items] == ["1.01"]
    withdraw(at=TEN)
    assert [one.version for one in access.inbox(reader, at=TEN).items] == ["1.00"]


def _released(version: AdvisoryVersion) -> None:
    for predicate in A1:
        attest(version, predicate, value=True, since=SINCE, at=NINE)
    builders.approved(version, by=builders.staff(Role.SECOND_READER, since=SINCE), at=NINE)
    releasing.release(
        version_id=version.pk, by=builders.staff(Role.DUTY_OFFICER, since=SINCE), at=NINE
    )
