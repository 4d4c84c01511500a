"""A question of the law as rows of the portal: `scenario(question)`, then read it back.

The question is plain values (`law.facts`). Its recipient becomes an organisation with confirmed
facts, a reader and a program; what binds it to the item becomes marked organisations, achterban,
instemming and linking organisations; what is attested is attested by people whose roles may. Then
the one section is written, approved by a second person and released at the question's instant,
addressed to that organisation by name. Everything goes through the acts that staff go through.

`relation.legal_ruling`: where the law leaves it to a person, legal affairs allows it and a second
person confirms, between approval and release. Where the law does not ask, nobody can rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.test import Client

import law
from advisories.addressing import Addressing
from advisories.facets import Facets
from advisories.models import AdvisoryVersion
from advisories.services import drafting
from advisories.services.drafting import ATTESTORS
from law.facts import Item, Question
from law.predicates import PREDICATES
from law.vocabulary import Capacity, Outcome, Predicate
from recipients.models import (
    Assurance,
    Consent,
    ConstituencyMember,
    Designation,
    MachineClient,
    Organisation,
    Role,
    User,
)
from recipients.models.facts import AssuranceKind
from sharing.api import SCOPE
from sharing.facts.attested import by_purpose
from sharing.models import Decision, LegalRuling, Release
from sharing.services import registry, releasing, ruling
from tests import builders
from tests.sharing.published import browser

BODY = "De beheerinterface was zichtbaar vanaf internet."
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class NoSuchExit(Exception):
    """The portal does not ask the law this: the message says why."""


@dataclass(frozen=True)
class Scenario:
    """What was set up and released."""

    question: Question
    recipient: Organisation
    person: User
    machine: MachineClient
    release: Release

    @property
    def decision(self) -> Decision:
        """The newest decision about the section for the recipient."""
        found = Decision.objects.filter(release=self.release, organisation=self.recipient)
        if self.question.relation.named_for_red:
            found = found.filter(person=self.person)
        else:
            found = found.filter(person=None)
        return found.latest("pk")

    @property
    def rules(self) -> set[str]:
        return {rule for gate in self.decision.gates for rule in gate["rules"]}

    def over_web(self, *, at: datetime | None = None) -> bool:
        """Whether the reader of the recipient reads the section in a browser, at the instant of
        the question or at `at`.

        Raises `AssertionError` when the answer is neither the section nor "nothing there".
        """
        with self._clock(at):
            answer = browser(self.person).get(f"/advisories/{self._number}")
        return _reads(answer)

    def over_api(self, *, at: datetime | None = None) -> bool:
        """The same for the recipient's program over REST."""
        with self._clock(at):
            Token.objects.update_or_create(
                type=Token.Type.ACCESS_TOKEN,
                hash=get_adapter().hash_token("token-of-the-scenario"),
                client=self.machine.client,
                defaults={
                    "expires_at": (at or self.question.instant) + HOUR,
                    "scopes": SCOPE,
                },
            )
            answer = Client().get(
                f"/api/v1/advisories/{self._number}",
                headers={"Authorization": "Bearer token-of-the-scenario"},
            )
        return _reads(answer)

    @property
    def _number(self) -> str:
        return self.release.version.advisory.number

    def _clock(self, at: datetime | None) -> Any:
        return patch("django.utils.timezone.now", return_value=at or self.question.instant)


def _reads(answer: Any) -> bool:
    shown = BODY in answer.content.decode()
    assert answer.status_code in ({200} if shown else {401, 404}), answer.status_code
    return shown


def scenario(question: Question) -> Scenario:
    """Set the question up, release it, and leave it to be read. `NoSuchExit` for what the portal
    refuses earlier or has no exit for."""
    if Capacity.PUBLIC in question.recipient.capacities:
        raise NoSuchExit(
            "nothing is shown to the public yet: every reader belongs to an organisation"
        )
    if question.item.classified:
        raise NoSuchExit("classified documents are refused at the door and have no marking")
    since = question.instant - 30 * DAY
    recipient = _recipient(question, since)
    person = builders.reader(recipient)
    machine, _secret = registry.register_machine(
        organisation=recipient,
        responsible=person,
        name="Koppeling",
        by=builders.staff(Role.REGISTRY_MANAGER, since=since),
        at=since,
    )
    version = _written(question, recipient, person, _about(question, recipient, since), since)
    unruled = replace(question, relation=replace(question.relation, legal_ruling=False))
    if question.relation.legal_ruling and law.decide(unruled).outcome is Outcome.MANUAL:
        rule(version, recipient, at=question.instant, since=since)
    release = releasing.release(
        version_id=version.pk,
        by=builders.staff(Role.DUTY_OFFICER, since=since),
        at=question.instant,
    )
    return Scenario(question, recipient, person, machine, release)


def rule(
    version: AdvisoryVersion,
    recipient: Organisation,
    *,
    at: datetime,
    since: datetime,
    until: datetime | None = None,
) -> LegalRuling:
    """Two of legal affairs allow the one section to the recipient."""
    (made,) = ruling.decide(
        section_id=version.sections.get().pk,
        organisation_ids=[recipient.pk],
        allows=True,
        reason="De tekst sluit het niet uit; zie het advies.",
        evidence="Advies 12",
        valid_until=until,
        by=builders.staff(Role.LEGAL_OFFICER, since=since),
        at=at,
    )
    second = builders.staff(Role.LEGAL_OFFICER, since=since)
    (confirmed,) = ruling.confirm(ruling_ids=[made.pk], by=second, at=at)
    return confirmed


def _recipient(question: Question, since: datetime) -> Organisation:
    asked = question.recipient
    made = builders.organisation(
        "Ontvanger",
        capacities=sorted(asked.capacities),
        territory=asked.territory,
        sectors=sorted(asked.sectors),
        secrecy=asked.secrecy_guaranteed,
        since=since,
    )
    for kind, given in (
        (AssuranceKind.COOPERATION, asked.coop_relation),
        (AssuranceKind.AVG_CHAPTER_V, asked.avg_chapter_v_basis),
        (AssuranceKind.KNOWABLE_TASK, asked.objectively_knowable_task),
    ):
        if given:
            builders.fact(Assurance(kind=kind.value), organisation=made, at=since)
    if question.relation.designation_ended:
        ended = Designation(capacity=Capacity.OKTT.value, valid_until=question.instant - DAY)
        builders.fact(ended, organisation=made, at=since)
    if not question.relation.no_linking_organisation:
        linking = builders.organisation("Schakel", capacities=[Capacity.OKTT], since=since)
        builders.fact(ConstituencyMember(member=made), organisation=linking, at=since)
    if not asked.active:
        clerk = builders.staff(Role.REGISTRY_MANAGER, since=since)
        registry.close_organisation(organisation=made, by=clerk, at=question.instant - HOUR)
    return made


def _about(
    question: Question, recipient: Organisation, since: datetime
) -> tuple[tuple[UUID, bool], ...]:
    """The organisations that the section is about, each with whether it can be traced."""
    relation, item = question.relation, question.item
    traced = bool(item.traceable)
    about = []
    if relation.is_only_subject or relation.concerns_recipient_systems:
        about.append((recipient.pk, traced))
    if not relation.is_only_subject and (traced or relation.subject_in_constituency):
        kind = [Capacity.VITAL] if item.subject_is_vital_or_gov else []
        subject = builders.organisation("Onderwerp", capacities=kind, since=since)
        about.append((subject.pk, traced))
        if relation.subject_in_constituency:
            member = ConstituencyMember(member=subject)
            builders.fact(member, organisation=recipient, at=since)
        if relation.consent_of_all_traced or relation.consent_was_given:
            over = None if relation.consent_of_all_traced else question.instant - HOUR
            consent = Consent(
                to_organisation=recipient, purpose=question.purpose.value, valid_until=over
            )
            builders.fact(consent, organisation=subject, at=since)
    return tuple(about)


def _written(
    question: Question,
    recipient: Organisation,
    person: User,
    about: tuple[tuple[UUID, bool], ...],
    since: datetime,
) -> AdvisoryVersion:
    """The section, marked and attested, approved by somebody who did nothing else."""
    at, item = question.instant, question.item
    author = builders.staff(Role.AUTHOR, since=since)
    named = frozenset({person.pk}) if question.relation.named_for_red else frozenset()
    version = builders.draft(
        by=author,
        sections=[{"body": BODY, "facets": _facets(item, about)}],
        addressing=Addressing(organisations=frozenset({recipient.pk}), people=named),
        purpose=question.purpose,
        at=at,
    )
    stated = by_purpose(question.purpose, version.purpose_text)
    for predicate in sorted(item.attested ^ stated):
        attest(version, predicate, value=predicate in item.attested, since=since, at=at)
    second = builders.staff(Role.SECOND_READER, since=since)
    return builders.approved(version, by=second, at=at)


def _facets(item: Item, about: tuple[tuple[UUID, bool], ...]) -> Facets:
    return Facets(
        scope=item.scope,
        confidential=item.confidential,
        not_confidential_reason="https://voorbeeld.example/bericht",
        traceable=item.traceable,
        personal_data=item.personal_data,
        provenance=item.provenance,
        tlp=item.tlp,
        pap=item.pap,
        embargo_until=item.embargo_until,
        reporter_identity=item.reporter_identity,
        organisations=about,
    )


def attest(
    version: AdvisoryVersion, predicate: Predicate, *, value: bool, since: datetime, at: datetime
) -> None:
    role = next(
        role for who in sorted(PREDICATES[predicate].attestors) for role in sorted(ATTESTORS[who])
    )
    drafting.attest(
        version_id=version.pk,
        section_id=None,
        predicate=predicate,
        value=value,
        text="Vastgesteld bij de beoordeling.",
        evidence="",
        organisation_id=None,
        capacity=None,
        role=role,
        by=builders.staff(role, since=since),
        at=at,
    )
