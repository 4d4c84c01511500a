"""The two entrances: one question, or one item for many kinds of recipient."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from law.answers import allow, strictest_first
from law.errors import ContradictoryFacts, UnknownWord
from law.facts import Item, Question, Recipient, Relation
from law.regimes import Regime, regime_at
from law.verdict import GateResult, Verdict
from law.vocabulary import Capacity, Code, Outcome, Predicate, Purpose, Scope


def decide(question: Question) -> Verdict:
    """May this item go to this recipient, for this purpose, at this instant?

    Deny by default; all gates must open. Raises `LawError` on a malformed question.
    """
    _sane(question)
    return _decide(question, regime_at(question.instant))


def decide_many(
    *,
    item: Item,
    purpose: Purpose,
    instant: datetime,
    recipients: Sequence[Recipient],
    relation: Relation | None = None,
    suspended: frozenset[str] = frozenset(),
) -> list[Verdict]:
    """The same answers as `decide` one by one. Recipients that differ in sector alone are asked
    once: no rule looks at the sector."""
    regime = regime_at(instant)
    relation = relation or Relation()
    known: dict[Recipient, Verdict] = {}
    answers = []
    for recipient in recipients:
        kind = replace(recipient, sectors=frozenset()) if recipient.sectors else recipient
        verdict = known.get(kind)
        if verdict is None:
            question = Question(item, kind, purpose, instant, relation, suspended)
            _sane(question)
            verdict = _decide(question, regime)
            known[kind] = verdict
        answers.append(verdict)
    return answers


def _decide(question: Question, regime: Regime) -> Verdict:
    gates = regime.ask(question)
    denied = [
        code for gate in gates if gate.outcome is Outcome.DENY for code in (gate.code, *gate.also)
    ]
    if denied:
        codes = strictest_first(denied)
        return Verdict(Outcome.DENY, codes[0], regime.id, gates, codes)
    outcome, code = _open(gates)
    ruling = question.relation.legal_ruling and "M.RULING" not in question.suspended
    if outcome is Outcome.MANUAL and ruling:
        # A person decided what the text leaves to a person; what denies stays denied.
        ruled = allow("M ruling", "M.RULING", asked=(("legal_ruling", True),))
        outcome, code, gates = Outcome.ALLOW, Code.LEGAL_RULING, (*gates, ruled)
    return Verdict(outcome, code, regime.id, gates, (code,))


_WORDS = tuple(
    (fact, frozenset(words))
    for fact, words in (
        ("recipient.capacities", Capacity),
        ("item.scope", Scope),
        ("item.attested", Predicate),
    )
)


def _sane(question: Question) -> None:
    """Refuse what cannot be answered, naming the fact: `UnknownWord`, `ContradictoryFacts`."""
    held = question.recipient.capacities
    given = (held, question.item.scope, question.item.attested)
    for (fact, known), words in zip(_WORDS, given, strict=True):
        if not words <= known:
            unknown = ", ".join(sorted(map(str, words - known)))
            raise UnknownWord(f"{fact}: the law does not know {unknown}")
    if Capacity.PUBLIC in held and len(held) > 1:
        raise ContradictoryFacts("recipient.capacities: the public holds no capacity beside itself")


def _open(gates: Sequence[GateResult]) -> tuple[Outcome, Code]:
    """Nothing denies: a person must decide, or it may go, or it must go."""
    outcomes = {gate.outcome for gate in gates}
    if Outcome.MANUAL in outcomes:
        return Outcome.MANUAL, Code.MANUAL_LEGAL
    task = gates[0]
    if task.outcome is Outcome.MUST:
        return Outcome.MUST, task.code
    broken = any(gate.code is Code.BREAK_GLASS for gate in gates)
    return Outcome.ALLOW, Code.BREAK_GLASS if broken else Code.OK
