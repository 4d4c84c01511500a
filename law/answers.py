"""Small words in which gates answer."""

from collections.abc import Iterable

from law.verdict import GateResult
from law.vocabulary import Code, Outcome

Asked = tuple[tuple[str, bool], ...]


def allow(gate: str, *rules: str, asked: Asked = (), code: Code = Code.OK) -> GateResult:
    return GateResult(gate, Outcome.ALLOW, code, rules, asked)


def must(gate: str, *rules: str, code: Code, asked: Asked = ()) -> GateResult:
    return GateResult(gate, Outcome.MUST, code, rules, asked)


def manual(gate: str, *rules: str, asked: Asked = ()) -> GateResult:
    return GateResult(gate, Outcome.MANUAL, Code.MANUAL_LEGAL, rules, asked)


def deny(gate: str, code: Code, *rules: str, asked: Asked = ()) -> GateResult:
    return GateResult(gate, Outcome.DENY, code, rules, asked)


def deny_for(gate: str, reasons: Iterable[tuple[Code, str]], *, asked: Asked) -> GateResult:
    """A denial for several reasons at once, strictest first. At least one must be given."""
    told = sorted(reasons, key=lambda reason: _RANK[reason[0]])
    codes = tuple(dict.fromkeys(code for code, _ in told))
    rules = tuple(dict.fromkeys(rule for _, rule in told))
    return GateResult(gate, Outcome.DENY, codes[0], rules, asked, codes[1:])


# The strictest reason first: who may never, then no task, then secrecy, list, persons, handling.
PRECEDENCE = (
    Code.DENY_RECIPIENT_INACTIVE,
    Code.DENY_CLASSIFIED,
    Code.DENY_REPORTER_ANONYMITY,
    Code.DENY_DESIGNATION_INVALID,
    Code.DENY_LINKING_ORG_EXISTS,
    Code.DENY_NOT_SERIOUS,
    Code.DENY_NO_TASK_3_1,
    Code.DENY_NO_TASK_3_2,
    Code.DENY_NO_TASK_CBW,
    Code.DENY_NOT_CONSULTED,
    Code.DENY_20_1_A_SECRECY,
    Code.DENY_20_1_B_PURPOSE,
    Code.DENY_CONSENT_INVALID,
    Code.DENY_20_2_NOT_LISTED,
    Code.DENY_20_2_NOT_DIENSTIG,
    Code.DENY_66_1,
    Code.DENY_AVG,
    Code.DENY_AVG_CH5,
    Code.DENY_EMBARGO,
    Code.DENY_IEP,
    Code.DENY_TLP,
    Code.DENY_PAP,
    Code.DENY_MARKING_INCOMPLETE,
    Code.DENY_RULE_SUSPENDED,
)
_RANK = {code: rank for rank, code in enumerate(PRECEDENCE)}
# An ordinary basis goes before an exception: what needs no broken glass is not told as broken.
_RANK[Code.BREAK_GLASS] = 1
_OPENNESS = {Outcome.DENY: 0, Outcome.MANUAL: 1, Outcome.ALLOW: 2, Outcome.MUST: 3}


def strictest_first(codes: Iterable[Code]) -> tuple[Code, ...]:
    return tuple(sorted(set(codes), key=_RANK.__getitem__))


def best(paths: Iterable[GateResult], suspended: frozenset[str] = frozenset()) -> GateResult:
    """Each path is a statutory basis of its own: one that opens is enough.

    Of paths that all deny, the strictest reason is told. A path that rests on a suspended rule
    opens nothing.
    """
    if suspended:
        paths = [unless_suspended(path, suspended) for path in paths]
    return max(paths, key=lambda p: (_OPENNESS[p.outcome], -_RANK.get(p.code, 0), len(p.rules)))


def unless_suspended(answer: GateResult, suspended: frozenset[str]) -> GateResult:
    """What opens by a rule on which nothing may be based, does not open."""
    if answer.outcome is Outcome.DENY or suspended.isdisjoint(answer.rules):
        return answer
    return deny(answer.gate, Code.DENY_RULE_SUSPENDED, *answer.rules, asked=answer.predicates)
