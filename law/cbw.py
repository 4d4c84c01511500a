"""Cyberbeveiligingswet, Stb. 2026, 187, in force since 15 August 2026.

Gate A: arts. 16, 51 to 54, 96. Gate B: the four limbs of art. 66(1). There is no closed list any
more; consent is evidence for the fourth limb, not a condition. Designations of the Wbni ended.
"""

from collections.abc import Iterator

from law import gates
from law.answers import allow, best, deny, manual
from law.facts import Question
from law.verdict import GateResult
from law.vocabulary import Capacity, Code, Predicate, Purpose, RegimeId, Territory, Tlp

A, B = "A task", "B secrecy"
LIMBS = (
    Predicate.NECESSARY_FOR_CBW_TASK,
    Predicate.RELEVANT_AND_PROPORTIONATE,
    Predicate.CONFIDENTIALITY_GUARANTEED,
    Predicate.ENTITY_INTERESTS_PROTECTED,
)
# capacity → rules, and what must be attested for this recipient and item
BASES: tuple[tuple[frozenset[Capacity], tuple[str, ...], tuple[Predicate, ...]], ...] = (
    (
        frozenset({Capacity.ESSENTIAL, Capacity.IMPORTANT}),
        ("C.16.2.b", "C.53"),
        (Predicate.RELEVANT_TO_RECIPIENT,),
    ),
    (frozenset({Capacity.LEGACY}), ("C.96",), (Predicate.RELEVANT_TO_RECIPIENT,)),
    (frozenset({Capacity.EZ}), ("C.16.2.b",), (Predicate.WBDWB_PURPOSE,)),
    (frozenset({Capacity.CSIRT}), ("C.52",), (Predicate.NECESSARY,)),
    (frozenset({Capacity.SUPERVISOR}), ("C.51.1",), (Predicate.NECESSARY,)),
    (frozenset({Capacity.CONTACT_POINT}), ("C.39-41",), (Predicate.NECESSARY,)),
    (
        frozenset({Capacity.INTEL, Capacity.ART_51_2}),
        ("C.51.2",),
        (Predicate.NECESSARY, Predicate.RELEVANT_TO_THEIR_TASK),
    ),
    (frozenset({Capacity.COMMUNITY}), ("C.53",), (Predicate.RELEVANT_TO_RECIPIENT,)),
)
ABROAD = frozenset({Capacity.THIRD_COUNTRY_BODY, Capacity.EEA_CSIRT})
KNOWN = frozenset().union(*(held for held, _, _ in BASES))
OWN_SYSTEMS = frozenset({Capacity.ESSENTIAL, Capacity.IMPORTANT, Capacity.LEGACY})


def _attested(question: Question, *predicates: Predicate) -> tuple[tuple[str, bool], ...]:
    return tuple((p.value, p in question.item.attested) for p in predicates)


def _all(asked: tuple[tuple[str, bool], ...]) -> bool:
    return all(value for _, value in asked)


def _statement(question: Question) -> tuple[tuple[str, bool], ...]:
    return _attested(
        question,
        Predicate.SIGNIFICANT_INCIDENT,
        Predicate.PROVIDER_CONSULTED,
        Predicate.GROUND_ART_37,
    )


def break_glass(question: Question) -> bool:
    """Art. 37: the public, about a significant incident, after consultation, on ground a, b or c."""
    return (
        gates.is_public(question)
        and question.purpose is Purpose.PUBLIC_STATEMENT
        and _all(_statement(question))
    )


def task(question: Question, regime: RegimeId) -> GateResult:
    """Gate A: the task or power under which this may go to this kind of party."""
    return best(_bases(question), question.suspended)


def _bases(question: Question) -> Iterator[GateResult]:
    recipient = question.recipient
    held = recipient.capacities
    if gates.is_public_advisory(question):
        yield allow(A, "C.16.2.b", asked=(("public_advisory", True),))
    if gates.is_public(question):
        yield _public(question)
        return
    if Capacity.CARIBBEAN in held or recipient.territory is Territory.CARIBBEAN:
        # The Act was not extended to the BES islands; cooperation is in preparation.
        yield manual(A, "C.16.2.b", asked=(("caribbean", True),))
        return
    own = question.relation.is_only_subject and question.item.confidential is False
    if own and held & OWN_SYSTEMS:  # row R2; what is confidential is R3 with art. 66
        rule = "C.96" if Capacity.LEGACY in held else "C.16.2.b"
        yield allow(A, rule, asked=(("is_only_subject", True),))
    for capacities, rules, predicates in BASES:
        if held & capacities:
            yield _under(_attested(question, *predicates), *rules)
    yield from _elsewhere(question)


def _elsewhere(question: Question) -> Iterator[GateResult]:
    """Third countries by cooperation relation; all others as andere relevante partij."""
    recipient = question.recipient
    held = recipient.capacities
    if held & ABROAD or (not held & KNOWN and recipient.territory is Territory.THIRD_COUNTRY):
        asked = (
            ("coop_relation", recipient.coop_relation),
            *_attested(question, Predicate.RELEVANT_TO_RECIPIENT),
        )
        yield _under(asked, "C.54.1")
    elif not held & KNOWN:
        # Andere relevante partij: judged per item; former designations say nothing.
        yield _under(_attested(question, Predicate.RELEVANT_PARTY), "C.16.2.b")


def _under(asked: tuple[tuple[str, bool], ...], *rules: str) -> GateResult:
    if _all(asked):
        return allow(A, *rules, asked=asked)
    return deny(A, Code.DENY_NO_TASK_CBW, *rules, asked=asked)


def _public(question: Question) -> GateResult:
    item = question.item
    if break_glass(question):
        return allow(A, "C.37", code=Code.BREAK_GLASS, asked=_statement(question))
    if question.purpose is Purpose.PUBLIC_STATEMENT:
        code = (
            Code.DENY_NO_TASK_CBW
            if Predicate.PROVIDER_CONSULTED in item.attested
            else Code.DENY_NOT_CONSULTED
        )
        return deny(A, code, "C.37", asked=_statement(question))
    asked = (
        ("not_confidential", item.confidential is False),
        ("tlp_clear", item.tlp is Tlp.CLEAR),
    )
    return _under(asked, "C.16.2.b")


def secrecy(question: Question, regime: RegimeId) -> GateResult:
    """Gate B, art. 66(1) a to d: all four, for all confidential data, and for everyone.

    Limb c rests on the registry as well: no one keeps a secret whose terms have expired.
    """
    if question.item.confidential is False:
        return allow(B, asked=(("confidential", False),))
    if break_glass(question):
        return allow(B, "C.37", code=Code.BREAK_GLASS)
    asked = (
        *_attested(question, *LIMBS),
        ("secrecy_guaranteed", question.recipient.secrecy_guaranteed),
    )
    if _all(asked):
        return allow(B, "C.66.1", asked=asked)
    return deny(B, Code.DENY_66_1, "C.66.1", asked=asked)
