"""An explanation in words and as JSON, in the language that is active: nothing is looked up here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from law.rules import Rule
from law.vocabulary import Capacity, Outcome, RegimeId
from sharing.evidence.names import GATES, STANDINGS
from sharing.evidence.values import Evidence, ExplainedGate, ExplainedPredicate, Explanation
from sharing.shared import SharedDecision, SharedRule
from sharing.words import clock, word


def recipient(explanation: Explanation) -> str:
    """Who it is about, in words."""
    if explanation.person is not None:
        return f"{explanation.person.name} ({explanation.organisation})"
    if explanation.organisation is not None:
        return explanation.organisation.name
    capacities = ", ".join(str(word(Capacity(c))) for c in explanation.profile["capacities"])
    return capacities or _("recipients without a capacity")


def sentence(explanation: Explanation) -> str:
    """The answer in one sentence."""
    verdict = explanation.verdict
    told = {
        "recipient": recipient(explanation),
        "section": explanation.section.position,
        "version": str(explanation.section.version),
        "reasons": "; ".join(str(word(code)) for code in verdict.codes),
    }
    if verdict.outcome is Outcome.ALLOW:
        text = _("%(recipient)s may receive section %(section)s of %(version)s: %(reasons)s.")
    elif verdict.outcome is Outcome.MUST:
        text = _("%(recipient)s must be sent section %(section)s of %(version)s: %(reasons)s.")
    elif verdict.outcome is Outcome.MANUAL:
        text = _(
            "Whether %(recipient)s may receive section %(section)s of %(version)s is for legal"
            " affairs to decide: %(reasons)s."
        )
    else:
        text = _("%(recipient)s may not receive section %(section)s of %(version)s: %(reasons)s.")
    return capfirst(text % told)


def evidence_line(evidence: Evidence) -> str:
    """One piece of evidence on one line: what, of whom, who, when, why."""
    who = [evidence.by, evidence.role]
    if evidence.confirmed_by:
        who.append(_("confirmed by %(name)s") % {"name": evidence.confirmed_by})
    if evidence.ended_by:
        who.append(_("ended by %(name)s") % {"name": evidence.ended_by})
    term = ""
    if evidence.since or evidence.until:
        term = (
            f"{clock(evidence.since, seconds=True)} – {clock(evidence.until, seconds=True) or '…'}"
        )
    parts = [
        str(STANDINGS[evidence.standing]),
        str(evidence.says),
        evidence.of,
        ", ".join(part for part in who if part),
        clock(evidence.at, seconds=True),
        term,
        str(evidence.text),
        evidence.reference,
        evidence.regime,
        evidence.ref,
    ]
    return " · ".join(part for part in parts if part)


def text(explanation: Explanation, *, unverified: frozenset[str] = frozenset()) -> Iterator[str]:
    """Line by line, for a terminal."""
    yield sentence(explanation)
    yield f"{clock(explanation.at, seconds=True)} · {word(explanation.regime.id)} ({explanation.regime.id})"
    if not explanation.addressed:
        yield _("It was not addressed to this recipient.")
    if explanation.held is not None:
        yield (
            _("It could open this then.") if explanation.held else _("It could not open this then.")
        )
    yield from _record_lines(explanation)
    for gate in explanation.gates:
        yield from _gate_lines(gate, unverified)
    if explanation.recipient:
        yield _("What the registry held of the recipient")
        yield from (f"    {evidence_line(evidence)}" for evidence in explanation.recipient)


def _record_lines(explanation: Explanation) -> Iterator[str]:
    found = explanation.on_record
    if found is None:
        yield _("No decision about this was taken up to then.")
        return
    decision = found.decision
    yield (
        f"{_('Decision')} {decision.pk} · {clock(decision.instant, seconds=True)} ·"
        f" {word(found.outcome)} {decision.code} · {decision.regime}"
    )
    yield from (f"    {evidence_line(evidence)}" for evidence in found.candidates)
    if not found.same_answer:
        yield _("It differs from what the same question is answered here.")
    if not found.same_rules:
        yield _("It was taken with another text or code of the rules than that of today.")


def _gate_lines(gate: ExplainedGate, unverified: frozenset[str]) -> Iterator[str]:
    result = gate.result
    yield f"{GATES.get(result.gate, result.gate)} {word(result.outcome)} ({result.code}: {word(result.code)})"
    for predicate in gate.predicates:
        yield f"  {_('yes') if predicate.value else _('no')}: {predicate.word} [{predicate.name}]"
        yield from (f"      {evidence_line(evidence)}" for evidence in predicate.evidence)
        if predicate.missing:
            yield f"      {predicate.missing}"
    for rule in gate.rules:
        unsure = f" [{_('text not verified')}, {rule.confidence}]" if rule.id in unverified else ""
        yield f"{_rule_line(rule)}{unsure}"


def _rule_line(rule: Rule | SharedRule) -> str:
    return f"  {rule.id}, {rule.article}: “{rule.quote_nl}” ({rule.gloss_en})"


def rule_json(rule: Rule | SharedRule) -> dict[str, str]:
    return {
        "id": rule.id,
        "article": rule.article,
        "quote": rule.quote_nl,
        "gloss": rule.gloss_en,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def evidence_json(evidence: Evidence) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": evidence.kind,
        "ref": evidence.ref,
        "standing": evidence.standing.value,
        "says": str(evidence.says),
        "of": evidence.of,
        "by": evidence.by,
        "role": evidence.role,
        "at": _iso(evidence.at),
        "confirmedBy": evidence.confirmed_by,
        "endedBy": evidence.ended_by,
        "validFrom": _iso(evidence.since),
        "validUntil": _iso(evidence.until),
        "text": str(evidence.text),
        "reference": evidence.reference,
        "regime": evidence.regime,
    }
    return {name: value for name, value in told.items() if value not in ("", None)}


def predicate_json(predicate: ExplainedPredicate) -> dict[str, Any]:
    return {
        "name": predicate.name,
        "value": predicate.value,
        "word": str(predicate.word),
        "source": predicate.source.value,
        "evidence": [evidence_json(evidence) for evidence in predicate.evidence],
        **({"missing": str(predicate.missing)} if predicate.missing else {}),
    }


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Everything, for a program of the NCSC or a supervisor; not for recipients."""
    version = explanation.section.version
    found = explanation.on_record
    return {
        "sentence": sentence(explanation),
        "advisory": version.advisory.number,
        "version": version.label,
        "section": explanation.section.position,
        "recipient": {
            "name": recipient(explanation),
            "organisation": str(explanation.organisation.pk) if explanation.organisation else None,
            "profile": dict(explanation.profile),
            "facts": [evidence_json(evidence) for evidence in explanation.recipient],
        },
        "at": explanation.at.isoformat(),
        "regime": explanation.regime.id.value,
        "addressed": explanation.addressed,
        "held": explanation.held,
        "outcome": explanation.verdict.outcome.value,
        "code": explanation.verdict.code.value,
        "codes": [code.value for code in explanation.verdict.codes],
        "decision": found
        and {
            "id": found.decision.pk,
            "instant": found.decision.instant.isoformat(),
            "outcome": found.decision.outcome,
            "code": found.decision.code,
            "ruleset": found.decision.ruleset,
            "sameRules": found.same_rules,
            "sameAnswer": found.same_answer,
            "basis": found.decision.relation.get("basis", {}),
        },
        "gates": [
            {
                "gate": gate.result.gate,
                "outcome": gate.result.outcome.value,
                "code": gate.result.code.value,
                "rules": [rule_json(rule) for rule in gate.rules],
                "predicates": [predicate_json(predicate) for predicate in gate.predicates],
            }
            for gate in explanation.gates
        ],
    }


def safe_json(decision: SharedDecision) -> dict[str, Any]:
    """What the recipient of a section may read of why."""
    return {
        "kind": decision.kind,
        "heading": decision.heading,
        "tlp": decision.tlp.label,
        "regime": decision.regime,
        "purpose": decision.purpose.value,
        "rules": [rule_json(rule) for rule in decision.rules],
    }


def safe_text(decision: SharedDecision) -> Iterator[str]:
    yield f"{decision.heading or decision.kind} · {decision.tlp.label}"
    yield f"{word(RegimeId(decision.regime))} · {_('Purpose')}: {word(decision.purpose)}"
    for rule in decision.rules:
        yield _rule_line(rule)
