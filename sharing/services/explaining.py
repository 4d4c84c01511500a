"""Why, gate by gate: for any section, organisation and instant, past ones too. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from advisories.models import Section
from law.regimes import Regime, regime_at
from law.rules import RULES, Rule
from law.verdict import GateResult, Verdict
from recipients.models import Organisation
from sharing import judging
from sharing.facts.matter import Matter
from sharing.facts.profiles import profiles_at


@dataclass(frozen=True, slots=True)
class ExplainedGate:
    result: GateResult
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the law says of a section for an organisation at an instant, and on which facts."""

    section: Section
    organisation: Organisation
    at: datetime
    regime: Regime
    addressed: bool
    verdict: Verdict
    gates: tuple[ExplainedGate, ...]


def explain(*, section_id: int, organisation_id: UUID, at: datetime) -> Explanation:
    """By the facts that the registry held at `at`. Raises `DoesNotExist` for unknown ids, and
    `law.LawError` for an instant without a law."""
    section = Section.objects.select_related("version__advisory").get(pk=section_id)
    organisation = Organisation.objects.get(pk=organisation_id)
    matter = Matter.load(section.version, at=at)
    profile, until = profiles_at([organisation_id], at=at)[organisation_id]
    (ruling,) = judging.for_organisation(
        matter, organisation_id, profile, facts_until=until, sections=frozenset({section_id})
    )
    return Explanation(
        section=section,
        organisation=organisation,
        at=at,
        regime=regime_at(at),
        addressed=bool(judging.addressed(matter, {organisation_id: profile})),
        verdict=ruling.verdict,
        gates=tuple(
            ExplainedGate(gate, tuple(RULES[r] for r in gate.rules if r in RULES))
            for gate in ruling.verdict.gates
        ),
    )
