"""The worked cases through the portal: set up as staff would, released, read over web and API.

The same rows as `tests/law/test_cases.py` asks of the pure function.
"""

import pytest

from law.vocabulary import Code, Outcome
from tests import builders
from tests.law.test_cases import CASES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", sorted(CASES))
def test_what_the_law_says_of_a_case_is_what_its_reader_and_program_find(case: str) -> None:
    question, outcome, code, rules = CASES[case]
    made = builders.scenario(question)
    assert (Outcome(made.decision.outcome), Code(made.decision.code)) == (outcome, code)
    assert set(rules.split()) <= made.rules
    assert made.over_web() is outcome.opens
    assert made.over_api() is outcome.opens
