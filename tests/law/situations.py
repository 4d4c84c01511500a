"""Every situation of the matrix: what each column's cells name, in every combination."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, combinations, product

from tests.law.asking import ATTESTED
from tests.law.matrix import B, BUNDLES, NO_LINKING, TABLES, Situation

EVERYTHING = tuple((regime, column) for regime, table in TABLES.items() for column in table["R3"])
SYSTEMS = tuple(
    frozenset(names)
    for size in (1, 2, 3)
    for names in combinations(("PRIMARY", "OTHER", "GENERIC"), size)
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
PURPOSES = ("inform", "statement", "duty")
SAID = frozenset(ATTESTED) - {"personal_needed", "minimised", "art_49"}
REGISTRY = frozenset({"secrecy", "achterban", "known_task", "no_linking", "coop", "subject_vital"})
Facts = tuple[frozenset[str], tuple[bool, bool, bool, bool], str, str, str, frozenset[str]]


def subsets(words: Sequence[str]) -> Iterator[frozenset[str]]:
    return map(frozenset, chain.from_iterable(combinations(words, n) for n in range(len(words) + 1)))


@cache
def named(regime: str, column: str) -> frozenset[str]:
    """The conditions that the cells of the column name, bundles taken apart."""
    words: set[str] = set()
    for cells in TABLES[regime].values():
        cell = cells.get(column, cells.get("every other column", ""))
        words |= {word for one in cell.split("; ") for word in one.split()[1:]}
    apart = {**BUNDLES, "bijzonder_geval": NO_LINKING | {"serious"}, "B": B}
    apart["subject_other"] = frozenset({"subject_vital"})
    named = frozenset().union(*(apart.get(word, frozenset({word})) for word in words))
    return named & (SAID | REGISTRY)


def core(regime: str, column: str) -> Iterator[Situation]:
    """Gates A to C: every combination of what the column names, with all that it does not name
    absent, and with all of it present."""
    asked = named(regime, column)
    others = (SAID | REGISTRY) - asked - {"subject_vital"}
    silences = (frozenset[str](), others)
    for systems, marking, bond, tlp, purpose in product(
        SYSTEMS, MARKINGS, BONDS, ("CLEAR", "AMBER"), PURPOSES
    ):
        for chosen in subsets(sorted(asked)):
            for unasked in silences:
                facts = systems, marking, bond, tlp, purpose, chosen | unasked
                yield situation(regime, column, facts)


def situation(regime: str, column: str, facts: Facts) -> Situation:
    systems, (confidential, traceable, consent, consented), bond, tlp, purpose, holds = facts
    if column == "PRIV":
        bond = "stranger"  # whose systems they are is a provider, column OTHER
    extra = {purpose}
    if bond != "stranger":
        extra.add("concerned")
    if "subject_vital" in holds:
        extra.add("concerns_primary")  # so the predicate is defined
    if consented:
        extra.add("consented")
    return Situation(
        regime,
        column,
        systems,
        confidential,
        traceable,
        consent,
        bond == "own",
        holds | extra,
        tlp,
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


def overlay(regime: str, column: str) -> Iterator[Situation]:
    """Gates D to F, row R7 and R8, a ruling, and what is not marked: every combination."""
    everything = (SAID | REGISTRY) - {"subject_vital", "necessity", "significant"}
    handling, avg = list(subsets(HANDLING)), list(subsets(AVG))
    for systems, confidential, traceable, attested in GROUNDS:
        told = everything if attested else frozenset[str]()
        for terms, tlp, personal, about in product(TERMS, TLPS, PERSONAL, (False, True)):
            for handled in handling:
                # Without personal data nothing of the AVG is asked: all of it, or nothing.
                for shown in avg if personal not in {"NONE", None} else (avg[0], avg[-1]):
                    holds = told | terms | handled | shown | {"inform"}
                    if about:
                        holds |= {"concerned"}
                    yield Situation(
                        regime,
                        column,
                        systems,
                        confidential,
                        traceable,
                        False,
                        False,
                        holds,
                        tlp,
                        personal,
                    )
