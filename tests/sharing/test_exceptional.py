"""Exceptional supply, through the web forms, under the law of its day: every predicate counts, two
persons stand for it, and it ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import Error, IntegrityError, transaction
from django.test import Client

from advisories.addressing import Addressing
from advisories.facets import Facets
from advisories.models import AdvisoryVersion, Attestation
from advisories.services import drafting
from audit.models import Entry
from law.vocabulary import (
    Capacity,
    Code,
    PersonalData,
    Predicate,
    Provenance,
    Purpose,
    RegimeId,
    Scope,
    Tlp,
)
from recipients.models import ConstituencyMember, Organisation, Role, User
from sharing import flows
from sharing.facts.linking import linking_organisations, links_of
from sharing.granting.following import expire
from sharing.models import Decision, EndedGrant, ExceptionalSupply, Grant
from sharing.services import releasing
from tests import builders
from tests.sharing.published import browser

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WBNI = datetime(2023, 6, 1, 12, tzinfo=builders.AMSTERDAM)
CBW = datetime(2026, 9, 1, 12, tzinfo=builders.AMSTERDAM)
BODY = "De beheerinterface was zichtbaar vanaf internet."

OF_A_PROVIDER = Facets(
    scope=frozenset({Scope.PRIMARY}),
    confidential=True,
    traceable=True,
    personal_data=PersonalData.NONE,
    provenance=Provenance.ART_3_1_E,
    tlp=Tlp.AMBER,
)
NECESSITY = Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY.value
CONSULTED = {
    "consulted_who": "J. de Vries, CISO",
    "consulted_at": "2023-06-01T09:30",
    "consulted_view": "Maakt bezwaar.",
}
DUTY, LEGAL, SECOND, AUTHOR = (
    Role.DUTY_OFFICER,
    Role.LEGAL_OFFICER,
    Role.SECOND_READER,
    Role.AUTHOR,
)


@dataclass(frozen=True)
class Case:
    """One flow: what is supplied to whom, and what its form asks for."""

    kind: str
    at: datetime
    facets: Facets
    fields: dict[str, str]
    purpose: Purpose = Purpose.INFORM
    capacity: Capacity | None = None  # of the recipient
    public: bool = False
    own: bool = False  # the section is about the recipient itself
    first: Role = DUTY
    second: Role = LEGAL


CASES = {
    case.kind if case.at == WBNI else f"{case.kind} cbw": case
    for case in (
        Case(
            "special_case",
            WBNI,
            replace(OF_A_PROVIDER, scope=frozenset({Scope.OTHER})),
            {
                Predicate.SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES.value: "De productie valt stil.",
                Predicate.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES.value: "Leveringen vallen uit.",
            },
            own=True,
            second=SECOND,
        ),
        Case(
            "break_glass",
            WBNI,
            OF_A_PROVIDER,
            {NECESSITY: "Uitval van een provincie dreigt.", **CONSULTED},
            capacity=Capacity.VITAL,
        ),
        Case(
            "statement",
            WBNI,
            replace(OF_A_PROVIDER, tlp=Tlp.CLEAR),
            {NECESSITY: "Het publiek loopt gevaar.", **CONSULTED},
            purpose=Purpose.PUBLIC_STATEMENT,
            public=True,
            first=LEGAL,
            second=DUTY,
        ),
        Case(
            "advice",
            WBNI,
            OF_A_PROVIDER,
            {
                "advice": "Advies 12 van 3 mei 2023",
                Predicate.ADVICE_INSUFFICIENTLY_FOLLOWED.value: "Twee keer niets gedaan.",
                Predicate.DATA_WITHIN_THAT_ADVICE.value: "Alles staat in bijlage 1.",
            },
            capacity=Capacity.SUPERVISOR,
            first=LEGAL,
            second=SECOND,
        ),
        Case(
            "duty",
            WBNI,
            OF_A_PROVIDER,
            {NECESSITY: "Landelijke uitval dreigt."},
            capacity=Capacity.SUPERVISOR,
        ),
        Case(
            "statement",
            CBW,
            replace(OF_A_PROVIDER, tlp=Tlp.CLEAR),
            {
                Predicate.SIGNIFICANT_INCIDENT.value: "De dienst ligt stil.",
                **CONSULTED,
                "ground": "b",
                Predicate.GROUND_ART_37.value: "Afnemers kunnen zich zo weren.",
            },
            purpose=Purpose.PUBLIC_STATEMENT,
            public=True,
        ),
        Case(
            "exchange",
            CBW,
            builders.OPEN,
            {Predicate.NECESSARY.value: "Nodig voor haar onderzoek."},
            capacity=Capacity.SUPERVISOR,
            first=AUTHOR,
            second=SECOND,
        ),
    )
}
EACH = pytest.mark.parametrize("name", sorted(CASES))


@dataclass
class Stage:
    """Staff, a draft, a recipient; what they do goes through the pages at `now`."""

    case: Case
    now: datetime = field(init=False)
    people: dict[Role, User] = field(init=False)
    recipient: Organisation | None = field(init=False)
    version: AdvisoryVersion = field(init=False)
    browsers: dict[int, Client] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        case, self.now = self.case, self.case.at
        since = case.at - 30 * DAY
        roles = (DUTY, LEGAL, SECOND, AUTHOR, Role.AUDITOR)
        self.people = {role: builders.staff(role, since=since) for role in roles}
        vital = [Capacity.VITAL, Capacity.ESSENTIAL]
        self.recipient = None
        if not case.public:
            held = [case.capacity] if case.capacity else []
            self.recipient = builders.organisation(
                "Ontvanger", capacities=held, sectors=["energy"], since=since
            )
        subject = builders.organisation("Onderwerp", capacities=vital, since=since)
        about = self.recipient if case.own else subject
        facets = case.facets
        if facets.traceable and about:
            facets = replace(facets, organisations=((about.pk, True),))
        self.version = builders.draft(
            by=builders.staff(AUTHOR, since=since),
            sections=[{"body": BODY, "facets": facets}],
            addressing=Addressing(capacities=frozenset({Capacity.INTEL})),
            purpose=case.purpose,
            at=case.at,
        )

    def as_(self, person: User) -> Client:
        if person.pk not in self.browsers:
            self.browsers[person.pk] = browser(person, language="en")
        return self.browsers[person.pk]

    def post(self, person: User, path: str, data: dict[str, Any] | None = None) -> Any:
        client = self.as_(person)
        with self.clock():
            return client.post(path, data or {})

    def get(self, person: User, path: str) -> str:
        client = self.as_(person)
        with self.clock():
            return client.get(path).content.decode()

    def clock(self) -> Any:
        return patch("django.utils.timezone.now", return_value=self.now)

    def propose(
        self, changed: dict[str, str] | None = None, *, role: Role | None = None, without: str = ""
    ) -> Any:
        role = role or self.case.first
        filled = self.case.fields | (changed or {})
        fields = {name: value for name, value in filled.items() if name != without}
        if self.recipient:
            fields["organisation"] = str(self.recipient.pk)
        path = f"/desk/versions/{self.version.pk}/exceptions/{self.case.kind}"
        return self.post(self.people[role], path, {"hours": "24", "role": role.value, **fields})

    def act(self, what: str, person: User, **fields: str) -> Any:
        pk = ExceptionalSupply.objects.latest("pk").pk
        return self.post(person, f"/desk/exceptions/{pk}/{what}", fields)

    def confirm(self, role: Role | None = None) -> Any:
        role = role or self.case.second
        return self.act("confirm", self.people[role], role=role.value)

    def address(self, *, capacity: Capacity) -> None:
        """To a kind of recipient, by the author, before anything is published."""
        version = builders.fresh(self.version)
        drafting.address(
            version_id=version.pk,
            revision=version.revision,
            addressing=Addressing(capacities=frozenset({capacity})),
            purpose=self.case.purpose,
            purpose_text=version.purpose_text,
            by=version.author,
            at=self.now,
        )

    def publish(self) -> None:
        """Approved by a second person who had no part in it, and released."""
        version, since = builders.fresh(self.version), self.now - DAY
        addressing = Addressing.from_json(version.addressing)
        mine = (
            replace(addressing, organisations=frozenset({self.recipient.pk}))
            if self.recipient
            else replace(addressing, capacities=addressing.capacities | {Capacity.PUBLIC})
        )
        if mine != addressing:  # nobody extended it: the author does, to see that it opens nothing
            drafting.address(
                version_id=version.pk,
                revision=version.revision,
                addressing=mine,
                purpose=self.case.purpose,
                purpose_text=version.purpose_text,
                by=version.author,
                at=self.now,
            )
        builders.approved(self.version, by=builders.staff(SECOND, since=since), at=self.now)
        releasing.release(
            version_id=self.version.pk, by=builders.staff(DUTY, since=since), at=self.now
        )

    def reads(self) -> bool:
        number = self.version.advisory.number
        if self.recipient is None:
            with self.clock():
                answer = Client().get(f"/public/advisories/{number}")
        else:
            client = self.as_(builders.reader(self.recipient))
            with self.clock():
                answer = client.get(f"/advisories/{number}")
        shown = BODY in answer.content.decode()
        assert answer.status_code == (200 if shown else 404), answer.status_code
        return shown

    @property
    def supply(self) -> ExceptionalSupply:
        return ExceptionalSupply.objects.latest("pk")


# --- whole flows -----------------------------------------------------------------------------


@EACH
def test_two_persons_and_every_reason_open_it_for_its_time_and_no_longer(name: str) -> None:
    stage = Stage(CASES[name])
    form = stage.get(
        stage.people[stage.case.first],
        f"/desk/versions/{stage.version.pk}/exceptions/{stage.case.kind}",
    )
    assert all(f'name="{field}"' in form for field in stage.case.fields)
    assert stage.propose().status_code == 302
    assert stage.confirm().status_code == 302
    version = builders.fresh(stage.version)
    assert version.status == AdvisoryVersion.Status.DRAFT  # addressed further: an edit
    stage.publish()
    assert stage.reads()
    supply = stage.supply
    assert supply.valid_until == stage.case.at + 24 * HOUR
    told = Attestation.objects.filter(version=version, supplied__supply=supply)
    asked = {p.value for p in flows.flow_of(stage.case.kind, at=stage.now).predicates}  # type: ignore[union-attr]  # it was offered
    assert set(told.values_list("predicate", flat=True)) == asked
    assert set(told.values_list("evidence", flat=True)) == {f"exceptional supply {supply.pk}"}
    group = Grant.objects.get(version=version)
    assert group.valid_until == supply.valid_until
    stage.now = stage.case.at + 24 * HOUR
    assert not stage.reads()
    expire(at=stage.now)
    assert EndedGrant.objects.get(version=version).reason == EndedGrant.Reason.EXPIRED


@pytest.mark.parametrize(
    ("name", "without"),
    [(name, fieldname) for name in sorted(CASES) for fieldname in CASES[name].fields],
)
def test_without_one_of_the_reasons_it_is_not_proposed_and_opens_nothing(
    name: str, without: str
) -> None:
    stage = Stage(CASES[name])
    assert stage.propose(without=without).status_code == 422
    assert not ExceptionalSupply.objects.exists()
    stage.publish()
    assert not stage.reads()


@EACH
def test_without_the_second_person_it_opens_nothing(name: str) -> None:
    stage = Stage(CASES[name])
    assert stage.propose().status_code == 302
    first = stage.people[stage.case.first]
    role = stage.case.second.value
    alone = stage.act("confirm", first, role=role)
    assert alone.status_code in {404, 409, 422}
    assert stage.supply.confirmed_at is None
    stage.publish()
    assert not stage.reads()


@EACH
def test_one_person_ends_it_at_once(name: str) -> None:
    stage = Stage(CASES[name])
    stage.propose()
    stage.confirm()
    stage.publish()
    assert stage.reads()
    stage.now += HOUR
    assert stage.act("end", stage.people[SECOND]).status_code == 302
    assert not stage.reads()
    ended = EndedGrant.objects.filter(version=stage.version.pk)
    assert set(ended.values_list("reason", flat=True)) == {EndedGrant.Reason.EXCEPTION}
    assert stage.act("end", stage.people[SECOND]).status_code == 409
    acts = Entry.objects.filter(action__startswith="exception.")
    assert list(acts.order_by("pk").values_list("action", flat=True)) == [
        "exception.propose",
        "exception.confirm",
        "exception.end",
    ]


def test_a_duty_is_a_must() -> None:
    stage = Stage(CASES["duty"])
    stage.propose()
    stage.confirm()
    stage.publish()
    decision = Decision.objects.get(organisation=stage.recipient)
    assert decision.code == Code.MUST_W_20_4_A
    told = Attestation.objects.filter(version=stage.version, predicate=NECESSITY)
    assert set(told.values_list("role", flat=True)) == {DUTY, LEGAL}  # both stand for it


# --- what is refused -------------------------------------------------------------------------


def test_breaking_the_glass_takes_the_duty_officer_and_the_legal_officer() -> None:
    stage = Stage(CASES["break_glass"])
    stage.propose()
    other = builders.staff(DUTY, since=stage.now - DAY)
    refused = stage.act("confirm", other, role=DUTY.value)
    assert refused.status_code == 409
    assert "duty officer + legal officer" in refused.content.decode()
    assert stage.confirm().status_code == 302


def test_who_lacks_the_role_may_not_propose() -> None:
    stage = Stage(CASES["break_glass"])
    assert stage.propose(role=SECOND).status_code == 422
    assert stage.propose(role=Role.AUDITOR).status_code == 404
    assert stage.propose().status_code == 302


@pytest.mark.parametrize("name", ["break_glass", "statement", "statement cbw", "duty"])
def test_breaking_the_glass_lasts_at_most_three_days(name: str) -> None:
    stage = Stage(CASES[name])
    assert stage.propose({"hours": "73"}).status_code == 422
    assert stage.propose({"hours": "72"}).status_code == 302
    stage.confirm()
    with pytest.raises(Error), transaction.atomic():  # nor past the application
        ExceptionalSupply.objects.update(valid_until=stage.now + 73 * HOUR)


def test_what_was_confirmed_never_changes_and_one_person_is_never_two() -> None:
    stage = Stage(CASES["break_glass"])
    stage.propose()
    supply = stage.supply
    with pytest.raises(IntegrityError, match="supply_two_persons"), transaction.atomic():
        ExceptionalSupply.objects.update(
            confirmed_by=supply.proposed_by,
            confirmed_role="legal_officer",
            confirmed_at=stage.now,
            valid_until=stage.now + HOUR,
        )
    stage.confirm()
    for change in ({"reasons": {NECESSITY: "Anders."}}, {"valid_until": stage.now + 2 * HOUR}):
        with pytest.raises(Error, match="never changes"), transaction.atomic():
            ExceptionalSupply.objects.update(**change)
    with pytest.raises(Error), transaction.atomic():
        supply.attestations.all().delete()


def test_only_what_the_law_of_the_moment_knows_is_offered() -> None:
    known = {
        regime: {flow.kind.value for flow in flows.FLOWS if regime in flow.regimes}
        for regime in RegimeId
    }
    assert known[RegimeId.WBNI_2018] == {"break_glass", "statement", "advice", "duty"}
    assert known[RegimeId.WBNI_2022] == known[RegimeId.WBNI_2018] | {"special_case"}
    assert known[RegimeId.CBW_2026] == {"statement", "exchange"}
    stage = Stage(CASES["statement cbw"])
    duty = stage.people[DUTY]
    page = stage.get(duty, "/desk/exceptions/")
    assert f"/desk/versions/{stage.version.pk}/exceptions/statement" in page
    assert "exceptions/special_case" not in page
    path = f"/desk/versions/{stage.version.pk}/exceptions/"
    assert stage.post(duty, path + "special_case").status_code == 404
    assert stage.post(duty, path + "statement").status_code == 422


def test_what_was_proposed_under_a_law_that_ended_is_not_confirmed() -> None:
    stage = Stage(CASES["statement"])
    stage.propose()
    stage.now = datetime(2026, 8, 15, tzinfo=builders.AMSTERDAM)
    refused = stage.confirm()
    assert refused.status_code == 409
    assert "a law that has ended" in refused.content.decode()


def test_a_statement_needs_its_purpose() -> None:
    stage = Stage(replace(CASES["statement"], purpose=Purpose.INFORM))
    refused = stage.propose()
    assert refused.status_code == 422
    assert "statement to the public" in refused.content.decode()


def test_a_consultation_lies_behind_us() -> None:
    stage = Stage(CASES["break_glass"])
    refused = stage.propose({"consulted_at": "2023-06-01T12:01"})
    assert refused.status_code == 422
    assert "consult first" in refused.content.decode()
    assert stage.propose().status_code == 302


def test_nothing_is_added_to_what_was_approved() -> None:
    stage = Stage(CASES["break_glass"])
    stage.propose()
    builders.approved(stage.version, by=builders.staff(SECOND, since=stage.now - DAY), at=stage.now)
    refused = stage.confirm()
    assert refused.status_code == 409
    assert "Send it back" in refused.content.decode()


# --- bijzonder geval -------------------------------------------------------------------------


def served(stage: Stage) -> Organisation:
    """A linking organisation serves the recipient."""
    since = stage.case.at - 30 * DAY
    linking = builders.organisation("Schakel Energie", capacities=[Capacity.OKTT], since=since)
    builders.fact(ConstituencyMember(member=stage.recipient), organisation=linking, at=since)
    return linking


def test_a_linking_organisation_stands_in_the_way_unless_the_legal_officer_says_why() -> None:
    stage = Stage(CASES["special_case"])
    linking = served(stage)
    assert stage.recipient is not None
    assert linking_organisations(stage.recipient.pk, at=stage.now) == [linking]
    refused = stage.propose()
    assert refused.status_code == 422
    assert "Schakel Energie serves this organisation" in refused.content.decode()
    override = Predicate.NO_LINKING_ORGANISATION_FOR_SECTOR.value
    assert stage.propose({override: "De schakel ligt stil."}).status_code == 302
    refused = stage.confirm()  # a second reader may not vouch for that
    assert refused.status_code == 409
    assert "legal officer" in refused.content.decode()
    assert stage.confirm(LEGAL).status_code == 302
    assert stage.supply.details["linking"][0]["name"] == "Schakel Energie"
    stage.publish()
    assert stage.reads()


def test_a_linking_organisation_that_came_in_between_is_noticed() -> None:
    stage = Stage(CASES["special_case"])
    stage.propose()
    served(stage)
    assert stage.confirm().status_code == 409


def test_the_list_of_linking_organisations_is_empty_exactly_when_none_serves() -> None:
    stage = Stage(CASES["special_case"])
    assert stage.recipient is not None
    pk, at = stage.recipient.pk, stage.now
    assert (linking_organisations(pk, at=at) == []) is links_of([pk], at=at)[pk].alone
    served(stage)
    assert (linking_organisations(pk, at=at) == []) is links_of([pk], at=at)[pk].alone


def test_a_special_case_is_about_the_recipient_by_own_research() -> None:
    case = CASES["special_case"]
    received = replace(case.facets, provenance=Provenance.RECEIVED)
    refused = Stage(replace(case, facets=received)).propose()
    assert refused.status_code == 422
    assert "own analysis" in refused.content.decode()


def test_one_cannot_choose_who_the_version_is_not_about() -> None:
    stage = Stage(replace(CASES["special_case"], own=False))
    refused = stage.propose()
    assert refused.status_code == 422
    assert not ExceptionalSupply.objects.exists()


# --- afterwards ------------------------------------------------------------------------------


def test_it_is_listed_until_somebody_who_had_no_part_in_it_has_reviewed_it() -> None:
    stage = Stage(CASES["break_glass"])
    auditor = stage.people[Role.AUDITOR]

    def under(heading: str) -> bool:
        page = stage.get(auditor, "/desk/exceptions/")
        part = page.split(f"<h2>{heading}</h2>")[1].split("</section>")[0]
        return str(stage.version) in part

    stage.propose()
    assert under("Waiting for a second person")
    stage.confirm()
    assert under("Running")
    note = {"note": "Terecht en op tijd beëindigd."}
    assert stage.act("review", auditor, **note).status_code == 409  # it still runs
    stage.now += 25 * HOUR
    assert under("Over, to be reviewed")
    assert stage.act("review", stage.people[LEGAL], **note).status_code == 409
    assert stage.act("review", auditor, note=" ").status_code == 422
    assert stage.act("review", auditor, **note).status_code == 302
    assert under("Reviewed")
    assert not under("Over, to be reviewed")
    assert stage.supply.review_note == note["note"]


def test_a_proposal_can_be_dropped_and_is_not_to_be_reviewed() -> None:
    stage = Stage(CASES["break_glass"])
    stage.propose()
    assert stage.act("end", stage.people[SECOND]).status_code == 302
    assert stage.confirm().status_code == 409
    page = stage.get(stage.people[Role.AUDITOR], "/desk/exceptions/")
    assert str(stage.version) not in page
