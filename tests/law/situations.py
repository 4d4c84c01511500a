"""Every situation of the matrix: what each column's cells name, in every combination.

What was cut, so that all of it runs in minutes:

- A condition is combined where a row that the situation reaches names it. All that no reached row
  names is absent in one pass and present in another (`SILENCES`): it must change nothing.
- Columns that the tables print alike are combined in full once (`ALIKE`); the others are strided.
  So is the Wbni before the Wbdwb, which differs in column EZ alone.
- Gates D to F do not ask who receives, except whether it is the public or abroad: they are combined
  in full for such columns (`KINDS`) and strided for the others; personal data not with every IEP.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, combinations, islice, product

from tests.law.asking import ATTESTED
from tests.law.matrix import BUNDLES, EVERY, FALLS, NO_LINKING, TABLES, B, Situation

EVERYTHING = tuple((regime, column) for regime, table in TABLES.items() for column in table["R3"])
SYSTEMS = tuple(
    frozenset(names.split())
    for names in ("PRIMARY", "OTHER", "GENERIC", "PRIMARY OTHER", "OTHER GENERIC")
)
MARKINGS = (  # confidential, traceable, consent, and whether there ever was one
    (False, False, False, False),
    (False, True, False, False),
    (True, False, False, False),
    (True, True, True, True),
    (True, True, False, True),
    (True, True, False, False),
)
BONDS = ("stranger", "concerned", "own")
SAID = frozenset(ATTESTED) - {"personal_needed", "minimised", "art_49"}
REGISTRY = frozenset(
    {"secrecy", "achterban", "known_task", "no_linking", "coop", "subject_vital", "provenance"}
)
SILENCES = (False, True)
ALIKE = frozenset({"EE", "BE", "LEG"})  # as OTHER under the Wbni
STRIDE = 41  # a prime, so that it meets every value of every axis
Marking = tuple[bool, bool, bool, bool]


def subsets(words: Sequence[str]) -> Iterator[frozenset[str]]:
    return map(frozenset, chain.from_iterable(combinations(words, n) for n in range(len(words) + 1)))


@cache
def named(
    regime: str, column: str, systems: frozenset[str], marking: Marking, *, own: bool
) -> frozenset[str]:
    """The conditions that the cells reached name, bundles taken apart."""
    words: set[str] = set()
    for row in _reached(regime, systems, marking, own=own):
        cells = TABLES[regime][row]
        cell = cells.get(column, cells.get(EVERY, ""))
        words |= {word for one in cell.split("; ") for word in one.split()[1:]}
    if not marking[0]:
        words -= {"B"}  # what is not confidential is not asked for secrecy
    apart = {**BUNDLES, "bijzonder_geval": NO_LINKING | {"serious"}, "B": B}
    apart["subject_other"] = frozenset({"subject_vital"})
    named = frozenset[str]().union(*(apart.get(word, frozenset({word})) for word in words))
    return named & (SAID | REGISTRY)


def _reached(
    regime: str, systems: frozenset[str], marking: Marking, *, own: bool
) -> Iterator[str]:
    confidential, traceable, consent, _ = marking
    yield "exceptions"
    if regime == "CBW_2026":
        yield "R3"
        if confidential:
            yield "R4-R6"
        return
    if systems & {"PRIMARY", "GENERIC"}:
        yield "R2b"
    if "OTHER" in systems:
        yield "R3"
    if confidential and (own or not traceable):
        yield "R4"
    elif confidential:
        yield "R6"
        if consent:
            yield "R5"


def core(regime: str, column: str) -> Iterator[Situation]:
    """Gates A to C."""
    cases = _core(regime, column)
    alike = column in ALIKE and regime != "CBW_2026"
    before = regime == "WBNI_2022_BEFORE_WBDWB" and column != "EZ"
    return islice(cases, 0, None, STRIDE) if alike or before else cases


def _core(regime: str, column: str) -> Iterator[Situation]:
    purposes = ("inform", "statement", "duty") if column in {"SCP", "CCP"} else ("inform", "statement")
    for systems, marking, bond, purpose in product(SYSTEMS, MARKINGS, BONDS, purposes):
        asked = named(regime, column, systems, marking, own=bond == "own")
        others = (SAID | REGISTRY) - asked - {"subject_vital"}
        # Row R1 and the public ask for CLEAR; of what is confidential nobody else does.
        tlps = ("AMBER", "CLEAR") if column == "PUBLIC" or not marking[0] else ("AMBER",)
        for chosen in subsets(sorted(asked)):
            for tlp, silent in product(tlps, SILENCES):
                holds = chosen | others if silent else chosen
                yield situation(regime, column, systems, marking, bond, tlp, holds | {purpose})


def situation(
    regime: str,
    column: str,
    systems: frozenset[str],
    marking: Marking,
    bond: str,
    tlp: str,
    holds: frozenset[str],
) -> Situation:
    confidential, traceable, consent, consented = marking
    if column == "PRIV":
        bond = "stranger"  # whose systems they are is a provider, column OTHER
    extra = {"concerned"} if bond != "stranger" else set()
    if "subject_vital" in holds:
        extra.add("concerns_primary")  # so the predicate is defined
    if consented:
        extra.add("consented")
    own = bond == "own"
    return Situation(
        regime, column, systems, confidential, traceable, consent, own, holds | extra, tlp
    )


HANDLING = ("classified", "reporter", "embargo", "named", "inactive", "ruling")
TERMS = (
    frozenset[str](),
    frozenset({"iep"}),
    frozenset({"iep", "iep_may_notify"}),
    frozenset({"iep", "iep_may_notify", "iep_over"}),
    frozenset({"iep", "iep_may_notify", "iep_not_begun"}),
)
TLPS = ("CLEAR", "GREEN", "AMBER", "AMBER_STRICT", "RED", None)
PERSONAL = ("NONE", "ORDINARY", "SPECIAL", "CREDENTIALS", None)
AVG = ("personal_needed", "minimised", "chapter_v", "art_49")
# What the law says of the rest: open, secret, left to a person, without a task; and every facet
# unset once.
GROUNDS = (
    (frozenset({"PRIMARY"}), False, False, True),
    (frozenset({"PRIMARY"}), True, True, True),
    (frozenset({"OTHER"}), True, False, True),
    (frozenset({"OTHER"}), False, True, False),
    (frozenset[str](), False, False, True),
    (frozenset({"GENERIC"}), None, False, True),
    (frozenset({"GENERIC"}), True, None, True),
    (frozenset({"GENERIC"}), False, None, True),
)
KINDS = frozenset({"OTHER", "REL", "PUBLIC", "NONEU", "CARIB", "INTEL"})


def overlay(regime: str, column: str) -> Iterator[Situation]:
    """Gates D to F, rows R7 and R8, a ruling, and what is not marked."""
    cases = chain(_handled(regime, column), _personal(regime, column))
    full = column in KINDS and regime != "WBNI_2022_BEFORE_WBDWB"
    return cases if full else islice(cases, 0, None, STRIDE)


def _grounds(regime: str, column: str) -> Iterator[Situation]:
    everything = (SAID | REGISTRY) - {"subject_vital", "necessity", "significant"}
    for systems, confidential, traceable, attested in GROUNDS:
        told = everything if attested else frozenset[str]()
        yield Situation(
            regime, column, systems, confidential, traceable, False, False, told | {"inform"}
        )


def _handled(regime: str, column: str) -> Iterator[Situation]:
    for ground, terms, tlp, about in product(
        _grounds(regime, column), TERMS, TLPS, (frozenset[str](), frozenset({"concerned"}))
    ):
        for handled in subsets(HANDLING):
            yield replace(ground, holds=ground.holds | terms | about | handled, tlp=tlp)


def _personal(regime: str, column: str) -> Iterator[Situation]:
    for ground, tlp, data in product(_grounds(regime, column), TLPS, PERSONAL):
        for shown, handled in product(subsets(AVG), subsets(("named", "embargo", "ruling"))):
            yield replace(
                ground, holds=ground.holds | shown | handled, tlp=tlp, personal_data=data
            )


def suspending(regime: str, column: str) -> Iterator[Situation]:
    """Each rule on which nothing may be based, in a sample of what the column has."""
    for rule in FALLS:
        if (rule[0] == "C") == (regime == "CBW_2026") or rule[0] == "M":
            for case in chain(_core(regime, column), _handled(regime, column)):
                yield replace(case, suspended=rule)
