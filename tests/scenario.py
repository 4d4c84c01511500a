"""A question of the law as rows of the portal: `scenario(question)`, then read it back.

The question is plain values (`law.facts`). Its recipient becomes an organisation with confirmed
facts, a reader and a program, unless it is the public, which has none of these; what binds it to
the item becomes marked organisations, achterban, instemming and linking organisations; what is
attested is attested by people whose roles may. Then the one section is written, approved by a
second person and released at the question's instant, addressed to that organisation by name, or to
the public. Everything goes through the acts that staff go through.

`relation.legal_ruling`: where the law leaves it to a person, legal affairs allows it and a second
person confirms, between approval and release. Where the law does not ask, nobody can rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import law
from advisories.addressing import Addressing
from advisories.facets import Facets
from advisories.iep import Terms
from advisories.models import Advisory, AdvisoryVersion, ImportedDocument, Section
from audit.models import Entry
from law.facts import Iep, Item, Question
from law.vocabulary import Capacity, Outcome
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
from recipients.scopes import READ_SCOPE
from sharing.facts.attested import by_purpose
from sharing.facts.profiles import PUBLIC_DIGEST
from sharing.models import Decision, LegalRuling, Release
from sharing.services import registry, releasing, ruling
from tests import builders
from tests.advisories.samples import document
from tests.sharing.published import browser

BODY = "De beheerinterface was zichtbaar vanaf internet."
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WBNI_ENDED = datetime(2026, 8, 15, tzinfo=builders.AMSTERDAM)


@dataclass(frozen=True)
class Scenario:
    """What was set up and released."""

    question: Question
    recipient: Any  # an organisation; None: the public
    person: User | None
    machine: MachineClient | None
    release: Release

    @property
    def decision(self) -> Decision:
        """The newest decision about the section for the recipient."""
        found = Decision.objects.filter(release=self.release, organisation=self.recipient)
        if self.recipient is None:
            found = found.filter(audience__digest=PUBLIC_DIGEST)
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
        the question or at `at`; of the public: anybody, without logging in.

        Raises `AssertionError` when the answer is neither the section nor "nothing there".
        """
        with self._clock(at):
            if self.person is None:
                answer = Client().get(f"/public/advisories/{self._number}")
            else:
                answer = browser(self.person).get(f"/advisories/{self._number}")
        return _reads(answer)

    def over_api(self, *, at: datetime | None = None) -> bool:
        """The same for the recipient's program over REST."""
        with self._clock(at):
            if self.machine is None:
                return _reads(Client().get(f"/api/v1/public/advisories/{self._number}"))
            Token.objects.update_or_create(
                type=Token.Type.ACCESS_TOKEN,
                hash=get_adapter().hash_token("token-of-the-scenario"),
                client=self.machine.client,
                defaults={
                    "expires_at": (at or self.question.instant) + HOUR,
                    "scopes": READ_SCOPE,
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


@dataclass(frozen=True)
class RefusedAtTheDoor:
    """A classified document: uploaded at the desk, refused, on record, and nowhere to be read."""

    question: Question
    person: User
    upload: Any  # the answer to who uploaded it

    @property
    def decision(self) -> Any:
        """What the record says of it, in the words of a decision."""
        line = Entry.objects.get(action="document.import")
        return SimpleNamespace(outcome="deny", code=line.outcome, detail=line.detail)

    @property
    def rules(self) -> set[str]:
        return {self.decision.detail["rule"]}

    def over_web(self) -> bool:
        """Whether anything at all came of it that the reader could find."""
        with patch("django.utils.timezone.now", return_value=self.question.instant):
            answer = browser(self.person).get("/")
        assert answer.status_code == 200
        return BODY in answer.content.decode() or self._stored()

    def over_api(self) -> bool:
        """There is no advisory whose number a program could ask for."""
        return self._stored()

    def _stored(self) -> bool:
        kept = " ".join(str(line.detail) for line in Entry.objects.all())
        assert BODY not in kept
        assert "GEHEIM" not in kept
        return any(
            model._default_manager.exists()
            for model in (Advisory, AdvisoryVersion, Section, ImportedDocument, Release)
        )


def refused_at_the_door(question: Question) -> RefusedAtTheDoor:
    """The document that bears the marking, uploaded by an analyst in a browser."""
    since = question.instant - 30 * DAY
    public = Capacity.PUBLIC in question.recipient.capacities
    recipient = builders.organisation(since=since) if public else _recipient(question, since)
    notes = [{"category": "summary", "text": f"Stg. CONFIDENTIEEL\n\n{BODY}"}]
    with patch("django.utils.timezone.now", return_value=question.instant):
        upload = browser(builders.staff(Role.AUTHOR, since=since)).post(
            "/desk/import",
            {"document": SimpleUploadedFile("advies.json", document(notes=notes))},
        )
    assert upload.status_code == 422, upload.status_code
    return RefusedAtTheDoor(question, builders.reader(recipient), upload)


def _reads(answer: Any) -> bool:
    shown = BODY in answer.content.decode()
    assert answer.status_code in ({200} if shown else {401, 404}), answer.status_code
    return shown


def scenario(question: Question) -> Scenario | RefusedAtTheDoor:
    """Set the question up, release it, and leave it to be read; what is classified is refused at
    the door."""
    if question.item.classified:
        return refused_at_the_door(question)
    since = question.instant - 30 * DAY
    recipient = person = machine = None
    if Capacity.PUBLIC not in question.recipient.capacities:
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
    if (
        recipient
        and question.relation.legal_ruling
        and law.decide(unruled).outcome is Outcome.MANUAL
    ):
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
        over = min(question.instant - DAY, WBNI_ENDED)  # no designation outlived the Act
        ended = Designation(capacity=Capacity.OKTT.value, valid_until=over)
        builders.fact(ended, organisation=made, at=since)
    if not question.relation.no_linking_organisation:
        linking = builders.organisation("Schakel", capacities=[Capacity.OKTT], since=since)
        builders.fact(ConstituencyMember(member=made), organisation=linking, at=since)
    if not asked.active:
        clerk = builders.staff(Role.REGISTRY_MANAGER, since=since)
        registry.close_organisation(organisation=made, by=clerk, at=question.instant - HOUR)
    return made


def _about(
    question: Question, recipient: Organisation | None, since: datetime
) -> tuple[tuple[UUID, bool], ...]:
    """The organisations that the section is about, each with whether it can be traced."""
    relation, item = question.relation, question.item
    traced = bool(item.traceable)
    about = []
    if recipient and (relation.is_only_subject or relation.concerns_recipient_systems):
        about.append((recipient.pk, traced))
    if not relation.is_only_subject and (traced or relation.subject_in_constituency):
        kind = [Capacity.VITAL] if item.subject_is_vital_or_gov else []
        subject = builders.organisation("Onderwerp", capacities=kind, since=since)
        about.append((subject.pk, traced))
        if recipient and relation.subject_in_constituency:
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
    recipient: Organisation | None,
    person: User | None,
    about: tuple[tuple[UUID, bool], ...],
    since: datetime,
) -> AdvisoryVersion:
    """The section, marked and attested, approved by somebody who did nothing else."""
    at, item = question.instant, question.item
    author = builders.staff(Role.AUTHOR, since=since)
    addressing = Addressing(capacities=frozenset({Capacity.PUBLIC}))
    if recipient and person:
        named = frozenset({person.pk}) if question.relation.named_for_red else frozenset()
        addressing = Addressing(organisations=frozenset({recipient.pk}), people=named)
    version = builders.draft(
        by=author,
        sections=[{"body": BODY, "facets": _facets(item, about)}],
        addressing=addressing,
        purpose=question.purpose,
        at=at,
    )
    stated = by_purpose(question.purpose, version.purpose_text)
    for predicate in sorted(item.attested ^ stated):
        builders.attest(version, predicate, value=predicate in item.attested, since=since, at=at)
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
        iep=_terms(item.iep) if item.iep else None,
        reporter_identity=item.reporter_identity,
        organisations=about,
    )


def _terms(iep: Iep) -> Terms:
    """The originator's terms around what the law asks of them."""
    return Terms(
        policy="Voorwaarden van de bron",
        start_date=iep.start_date,
        end_date=iep.end_date,
        affected_party_notifications=iep.affected_party_notifications,
    )
