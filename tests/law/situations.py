"""Every situation of the matrix: what each column's cells name, in every combination.

What was cut, so that all of it runs in minutes:

- A condition is combined where a row that the situation reaches names it. All that no reached row
  names is absent in one pass and present in another: it must change nothing.
- Columns that the tables print alike, within a regime (`ALIKE`) or before 2022 and since, are
  combined in full once and the others strided (each `STRIDE`th). Of a column with more than `LARGE`
  situations each `LARGE_STRIDE`th is asked.
- Gates D to F do not ask who receives, except whether it is the public or abroad: they are combined
  in full for such columns (`KINDS`) of 2022 and 2026 and strided for the others; personal data not
  with every IEP.
- A suspended rule is tried on a sample alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import product
from math import prod
from typing import Any, overload

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
BONDS = ("stranger", "own")
SAID = frozenset(ATTESTED) - {"personal_needed", "minimised", "art_49"}
REGISTRY = frozenset(
    {
        "secrecy",
        "achterban",
        "known_task",
        "no_linking",
        "coop",
        "subject_vital",
        "provenance",
        "concerned",
    }
)
ALIKE = frozenset({"EE", "BE", "LEG"})  # as OTHER under the Wbni
STRIDE = 41  # primes, so that they meet every value of every axis
LARGE, LARGE_STRIDE = 50_000, 29
Marking = tuple[bool, bool, bool, bool]


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


def _reached(regime: str, systems: frozenset[str], marking: Marking, *, own: bool) -> Iterator[str]:
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


@dataclass(frozen=True, slots=True)
class Cases:
    """Situations that differ in independent ways, by number: any of them is had without the rest."""

    make: Callable[..., Situation]
    axes: tuple[Sequence[Any], ...]

    def __len__(self) -> int:
        return prod(len(axis) for axis in self.axes)

    def __getitem__(self, number: int) -> Situation:
        chosen = []
        for axis in self.axes:
            number, place = divmod(number, len(axis))
            chosen.append(axis[place])
        return self.make(*chosen)


@dataclass(frozen=True, slots=True)
class Subsets(Sequence[frozenset[str]]):
    """Every set of the words, by number."""

    words: tuple[str, ...]

    def __len__(self) -> int:
        return 1 << len(self.words)

    @overload
    def __getitem__(self, number: int) -> frozenset[str]: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[frozenset[str]]: ...
    def __getitem__(self, number: int | slice) -> frozenset[str] | Sequence[frozenset[str]]:
        if isinstance(number, slice):
            return [self[n] for n in range(len(self))[number]]
        return frozenset([word for n, word in enumerate(self.words) if number >> n & 1])


def core(regime: str, column: str) -> list[Cases]:
    """Gates A to C."""
    purposes = (
        ("inform", "statement", "duty") if column in {"SCP", "CCP"} else ("inform", "statement")
    )
    blocks = []
    for systems, marking, bond in product(SYSTEMS, MARKINGS, BONDS):
        asked = named(regime, column, systems, marking, own=bond == "own")
        others = (SAID | REGISTRY) - asked - {"subject_vital"}
        # Row R1 and the public ask for CLEAR; of what is confidential nobody else does.
        tlps = ("AMBER", "CLEAR") if column == "PUBLIC" or not marking[0] else ("AMBER",)
        make = partial(situation, regime, column, systems, marking, bond)
        axes = (Subsets(tuple(sorted(asked))), (frozenset[str](), others), purposes, tlps)
        blocks.append(Cases(make, axes))
    return blocks


def situation(
    regime: str,
    column: str,
    systems: frozenset[str],
    marking: Marking,
    bond: str,
    chosen: frozenset[str],
    unasked: frozenset[str],
    purpose: str,
    tlp: str,
) -> Situation:
    holds = chosen | unasked | {purpose}
    confidential, traceable, consent, consented = marking
    if column == "PRIV":  # whose systems they are is a provider, column OTHER
        bond, holds = "stranger", holds - {"concerned"}
    extra = {"concerned"} if bond == "own" else set()
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
KINDS = frozenset({"OTHER", "REL", "PUBLIC", "NONEU"})
ABOUT = (frozenset[str](), frozenset({"concerned"}))


def overlay(regime: str, column: str) -> list[Cases]:
    """Gates D to F, rows R7 and R8, a ruling, and what is not marked."""
    everything = (SAID | REGISTRY) - {"subject_vital", "concerned", "necessity", "significant"}
    grounds = [
        Situation(
            regime,
            column,
            systems,
            confidential,
            traceable,
            consent=False,
            own=False,
            holds=(everything if attested else frozenset[str]()) | {"inform"},
        )
        for systems, confidential, traceable, attested in GROUNDS
    ]
    about = ABOUT[:1] if column == "PRIV" else ABOUT  # concerned, it is column OTHER
    return [
        Cases(_handled, (Subsets(HANDLING), TERMS, TLPS, about, grounds)),
        Cases(_personal, (Subsets((*AVG, "named", "embargo")), TLPS, PERSONAL, grounds)),
    ]


def _handled(
    handled: frozenset[str],
    terms: frozenset[str],
    tlp: str | None,
    about: frozenset[str],
    ground: Situation,
) -> Situation:
    return replace(ground, holds=ground.holds | handled | terms | about, tlp=tlp)


def _personal(
    shown: frozenset[str], tlp: str | None, data: str | None, ground: Situation
) -> Situation:
    return replace(ground, holds=ground.holds | shown, tlp=tlp, personal_data=data)


def suspending(regime: str, column: str) -> list[Cases]:
    """The same with a rule on which nothing may be based, one by one."""
    rules = [rule for rule in FALLS if rule[0] == "M" or (rule[0] == "C") == (regime == "CBW_2026")]
    return [
        Cases(partial(_suspended, cases), (range(len(cases)), rules))
        for cases in (*core(regime, column), overlay(regime, column)[0])
    ]


def _suspended(cases: Cases, number: int, rule: str) -> Situation:
    return replace(cases[number], suspended=rule)


def stride(regime: str, column: str) -> int:
    """One, where the column is asked in full."""
    if (column in ALIKE and regime != "CBW_2026") or _as_in_2022(regime, column):
        return STRIDE
    return LARGE_STRIDE if sum(map(len, core(regime, column))) > LARGE else 1


def _as_in_2022(regime: str, column: str) -> bool:
    """The column of an earlier state of the Wbni reads word for word as that of 2022."""
    if regime in {"WBNI_2022", "CBW_2026"}:
        return False
    here, there = TABLES[regime], TABLES["WBNI_2022"]
    return all(here[row].get(column) == there[row].get(column) for row in there)


def overlay_stride(regime: str, column: str) -> int:
    """One, where the column is asked in full."""
    full = column in KINDS and regime in {"WBNI_2022", "CBW_2026"}
    return 1 if full else STRIDE


def every(blocks: list[Cases], step: int, first: int = 0) -> Iterator[Situation]:
    """Each so many-eth of all, counted on from block to block."""
    at = first
    for cases in blocks:
        for number in range(at, len(cases), step):
            yield cases[number]
        at = (at - len(cases)) % step if at < len(cases) else at - len(cases)
