"""Every answer that a gate gives, in words: `python -m tests.law.catalogue` writes them anew.

One line for each: the gate, outcome, codes, rules and what was asked, then a situation of the matrix
that is answered so (regime, column, table, block and number). A change of the law shows here, for a
lawyer to read before it is accepted.
"""

from collections.abc import Iterator
from pathlib import Path

import law
from law.verdict import GateResult
from tests.law.asking import question
from tests.law.matrix import Situation
from tests.law.situations import EVERYTHING, Cases, core, overlay

PLACE = Path(__file__).with_name("catalogue.txt")
TABLES = {"core": core, "overlay": overlay}
STEPS = {"core": 83, "overlay": 61}  # primes, so that they meet every value of every axis
YES = {True: "yes", False: "no"}


def lines(case: Situation) -> list[str]:
    """What each gate answers, and the whole."""
    verdict = law.decide(question(case))
    codes = " + ".join(code.value for code in verdict.codes)
    return [*map(_line, verdict.gates), f"the whole: {verdict.outcome.value} {codes}"]


def _line(answer: GateResult) -> str:
    asked = ", ".join(f"{name} {YES[value]}" for name, value in answer.predicates)
    codes = " + ".join((answer.code.value, *(code.value for code in answer.also)))
    return f"{answer.gate}: {answer.outcome.value} {codes} [{' '.join(answer.rules)}] {asked}"


def catalogue() -> list[str]:
    """Sorted. Of situations that an Act answers alike the first one met is told."""
    found: dict[tuple[str, str], str] = {}
    for regime, column in EVERYTHING:
        for table, of in TABLES.items():
            for block, number, case in _some(of(regime, column), STEPS[table]):
                witness = f"{regime} {column} {table} {block} {number}"
                for line in lines(case):
                    # Of the whole: one or two codes; the others follow from their order.
                    if line.count(" + ") < 2 or not line.startswith("the whole"):
                        found.setdefault((line, regime.partition("_")[0]), witness)
    return [f"{line} | {found[line, act]}" for line, act in sorted(found)]


def _some(blocks: list[Cases], step: int) -> Iterator[tuple[int, int, Situation]]:
    first = 0
    for block, cases in enumerate(blocks):
        for number in range(first, len(cases), step):
            yield block, number, cases[number]
        first = (first - len(cases)) % step


def differences() -> Iterator[str]:
    """Lines of the record that their situation is not answered with any more."""
    for row in PLACE.read_text().splitlines():
        line, _, witness = row.partition(" | ")
        regime, column, table, block, number = witness.split()
        case = TABLES[table](regime, column)[int(block)][int(number)]
        if line not in lines(case):
            yield row


if __name__ == "__main__":
    PLACE.write_text("".join(f"{line}\n" for line in catalogue()))
