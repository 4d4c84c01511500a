"""The law's code against the printed matrix: two statements of the same rules must agree."""

from itertools import islice

import pytest

import law
from tests.law.asking import question
from tests.law.matrix import Situation, expected
from tests.law.situations import EVERYTHING, core, overlay

SAMPLED = 97  # a prime: a stride that meets every value of every axis


def compare(case: Situation) -> None:
    verdict = law.decide(question(case))
    assert (verdict.outcome.name, verdict.code.value) == expected(case), (case, verdict)


@pytest.mark.parametrize(("regime", "column"), EVERYTHING)
def test_a_sample_of_each_column_is_decided_as_printed(regime: str, column: str) -> None:
    """Always the same ones. `python -m tests.law.exhaust` asks them all."""
    for cases in (core(regime, column), overlay(regime, column)):
        for case in islice(cases, 0, SAMPLED * 900, SAMPLED):
            compare(case)
