"""The law's code against the printed matrix: two statements of the same rules must agree."""

import pytest

from tests.law import exhaust
from tests.law.situations import EVERYTHING, core, every, overlay, stride, suspending

# Always the same ones; primes, so that they meet every value of every axis.
CORE, OVERLAY, SUSPENDED = 199, 1009, 49_999


@pytest.mark.parametrize(("regime", "column"), EVERYTHING)
def test_a_sample_of_each_column_is_decided_as_printed(regime: str, column: str) -> None:
    rare = stride(regime, column)
    for blocks, step in ((core(regime, column), CORE * rare), (overlay(regime, column), OVERLAY)):
        for case in every(blocks, step):
            assert not exhaust.disagreement(case)


@pytest.mark.parametrize(("regime", "column"), EVERYTHING)
def test_what_rests_on_a_suspended_rule_falls_and_nothing_else(regime: str, column: str) -> None:
    for case in every(suspending(regime, column), SUSPENDED):
        assert not exhaust.disagreement(case)


@pytest.mark.long
def test_every_situation_is_decided_as_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        assert exhaust.main() == 0
