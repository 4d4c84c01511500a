"""Why, gate by gate and predicate by predicate: for any section, recipient and instant, past ones
too. Changes nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from advisories.models import Section
from law.regimes import regime_at, ruleset_hash
from law.rules import RULES
from law.vocabulary import Outcome
from recipients.models import Organisation, User
from sharing import judging
from sharing.access.opening import shared_decision
from sharing.comparing import Holding, holdings
from sharing.evidence.gathering import Gathering, candidates
from sharing.evidence.values import ExplainedGate, Explanation, OnRecord
from sharing.facts import profiles
from sharing.facts.linking import Candidate
from sharing.facts.matter import Matter
from sharing.judging import Ruling
from sharing.models import Audience, Decision


def explain(
    *, section_id: int, organisation_id: UUID, at: datetime, person_id: int | None = None
) -> Explanation:
    """For one organisation, or a person of it named in the addressing, by the facts that the
    registry held at `at`.

    Raises `DoesNotExist` for unknown ids, and `law.LawError` for an instant without a law.
    """
    regime_at(at)
    section, matter = _matter(section_id, at=at)
    organisation = Organisation.objects.get(pk=organisation_id)
    person = _person(organisation, matter, person_id)
    profile, until = profiles.profiles_at([organisation_id], at=at)[organisation_id]
    (ruling,) = judging.for_organisation(
        matter,
        organisation_id,
        profile,
        facts_until=until,
        person_id=person.pk if person else None,
        sections=frozenset({section_id}),
    )
    addressed = bool(judging.addressed(matter, {organisation_id: profile})) or person is not None
    return _explanation(section, matter, ruling, organisation, person, addressed=addressed)


def explain_kind(*, section_id: int, digest: str, at: datetime) -> Explanation:
    """For a kind of recipient, by the digest of its profile. Raises as `explain`."""
    regime_at(at)
    section, matter = _matter(section_id, at=at)
    profile = profiles.from_json(Audience.objects.get(digest=digest).profile)
    ruling = next(
        ruling
        for ruling in judging.for_audiences(matter, [profile])
        if ruling.section_id == section_id
    )
    addressed = matter.addressing.covers(profile)
    return _explanation(section, matter, ruling, None, None, addressed=addressed)


def _matter(section_id: int, *, at: datetime) -> tuple[Section, Matter]:
    section = Section.objects.select_related("version__advisory", "version__author").get(
        pk=section_id
    )
    return section, Matter.load(section.version, at=at)


def _person(organisation: Organisation, matter: Matter, person_id: int | None) -> User | None:
    if person_id is None:
        return None
    return organisation.people.get(pk=person_id, id__in=matter.addressing.people)


def _explanation(
    section: Section,
    matter: Matter,
    ruling: Ruling,
    organisation: Organisation | None,
    person: User | None,
    *,
    addressed: bool,
) -> Explanation:
    subject = next(s for s in matter.subjects if s.section.pk == section.pk)
    gathering = Gathering(
        matter=matter,
        subject=subject,
        profile=ruling.profile,
        organisation=organisation,
        attested=matter.attested(
            subject, ruling.profile, organisation.pk if organisation else None
        ),
        bond=ruling.bond,
        person=person,
    )
    held = _held(section, organisation, person, at=matter.at) if organisation else None
    return Explanation(
        section=section,
        organisation=organisation,
        person=person,
        profile=profiles.to_json(ruling.profile),
        recipient=gathering.recipient(),
        at=matter.at,
        regime=regime_at(matter.at),
        addressed=addressed,
        verdict=ruling.verdict,
        gates=tuple(
            ExplainedGate(
                gate,
                tuple(RULES[r] for r in gate.rules if r in RULES),
                tuple(gathering.explained(name, value=value) for name, value in gate.predicates),
            )
            for gate in ruling.verdict.gates
        ),
        on_record=_on_record(section, ruling, at=matter.at),
        held=held,
        safe=shared_decision(matter, subject, ruling.verdict)
        if held and ruling.verdict.allowed
        else None,
    )


def _held(
    section: Section, organisation: Organisation, person: User | None, *, at: datetime
) -> bool:
    found = holdings(at=at, version=section.version_id, organisation=organisation.pk)
    whose = {None, person.pk if person else None}
    return any(Holding(section.pk, organisation.pk, one) in found for one in whose)


def _kept(decision: Decision) -> list[Candidate]:
    """The snapshot of who linked to the recipient when the decision was taken."""
    kept = decision.relation.get("basis", {}).get("no_linking_organisation", {})
    return [Candidate.from_json(one) for one in kept.get("candidates", [])]


def _on_record(section: Section, ruling: Ruling, *, at: datetime) -> OnRecord | None:
    """What was decided of this section for this recipient, last before or at the instant."""
    kind = Q(organisation=None, audience__digest=profiles.digest(ruling.profile))
    if ruling.organisation_id is None:
        of = kind
    elif ruling.person_id is None:
        of = kind | Q(organisation=ruling.organisation_id, person=None)
    else:
        of = Q(person=ruling.person_id)
    decision = (
        Decision.objects.filter(of, section=section, instant__lte=at)
        .select_related("facts")
        .order_by("-instant", "-pk")
        .first()
    )
    if decision is None:
        return None
    verdict = ruling.verdict
    return OnRecord(
        decision=decision,
        outcome=Outcome(decision.outcome),
        candidates=tuple(candidates(_kept(decision))),
        same_rules=decision.ruleset == ruleset_hash(),
        same_answer=(decision.outcome, decision.code)
        == (verdict.outcome.value, verdict.code.value),
    )
