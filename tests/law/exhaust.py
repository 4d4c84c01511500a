"""The whole matrix against the law's code: `python -m tests.law.exhaust` (2 processes, minutes), and
`python -m tests.law.exhaust --whole` without any stride: 12,213,120 situations, and of those with
a suspended rule each 9,973rd of 179 million.

Prints how many situations each regime was asked and how long it took; exits 1 on the first
disagreement of a column. What was cut is told in `tests.law.situations`.

Last run, the whole: 12,231,151 situations (1,501,698 of 2018; 4,750,108 of 2022 before the Wbdwb;
4,753,378 of 2022; 1,225,967 of 2026) in 838 s on two shared cores; none disagreed. With strides:
1,114,406 in 471 s while eleven processes shared the cores; none disagreed.
"""

import sys
import time
from collections import Counter
from functools import partial
from multiprocessing import get_context

import law
from tests.law.asking import question
from tests.law.matrix import Situation, expected
from tests.law.situations import (
    EVERYTHING,
    core,
    every,
    overlay,
    overlay_stride,
    stride,
    suspending,
)

PROCESSES = 2
OF_THE_SUSPENDED = 9973  # each so many-eth, a prime


def disagreement(case: Situation) -> str:
    """Empty when the code says what the tables say. With a suspended rule: the same outcome."""
    verdict = law.decide(question(case))
    wanted = expected(case)
    got = verdict.outcome.name, verdict.code.value
    agree = got[0] == wanted[0] if case.suspended else got == wanted
    return "" if agree else f"{case}: the tables say {wanted}, the code says {got}"


def ask(column: tuple[str, str], *, whole: bool = False) -> tuple[str, int, str]:
    """The regime, how many situations of the column were asked, and the first disagreement."""
    asked = 0
    for blocks, step in (
        (core(*column), 1 if whole else stride(*column)),
        (overlay(*column), 1 if whole else overlay_stride(*column)),
        (suspending(*column), OF_THE_SUSPENDED),
    ):
        for case in every(blocks, step):
            asked += 1
            if found := disagreement(case):
                return column[0], asked, found
    return column[0], asked, ""


def main() -> int:
    began = time.monotonic()
    counts: Counter[str] = Counter()
    wrong = []
    with get_context("fork").Pool(PROCESSES) as pool:
        for regime, asked, found in pool.imap_unordered(
            partial(ask, whole="--whole" in sys.argv), EVERYTHING
        ):
            counts[regime] += asked
            wrong += [found] if found else []
            sys.stderr.write(f"{counts.total():,} after {time.monotonic() - began:,.0f} s\n")
    for regime, asked in counts.items():
        sys.stdout.write(f"{regime}: {asked:,} situations\n")
    seconds = time.monotonic() - began
    sys.stdout.write(f"{counts.total():,} in {seconds:,.0f} s, {len(wrong)} disagree\n")
    sys.stdout.write("\n".join([*wrong, ""]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
