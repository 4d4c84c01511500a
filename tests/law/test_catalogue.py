"""Every answer that a gate gives is as a lawyer last read it, word for word."""

from law.rules import RULES
from law.vocabulary import Code
from tests.law.catalogue import PLACE, differences

# PAP limits use, not recipients; and nothing is suspended in the catalogue.
NEVER_TOLD = {Code.DENY_PAP, Code.DENY_RULE_SUSPENDED}
# About forwarding a report, the Woo and retention: not asked when it is decided who receives.
OF_OTHER_MATTERS = {"W.16.3", "W.20.7", "C.66.2", "B.29"}


def rows() -> list[str]:
    return [row.partition(" | ")[0] for row in PLACE.read_text().splitlines()]


def test_the_gates_answer_in_the_words_that_were_read() -> None:
    """After a change that is meant: `python -m tests.law.catalogue`, and read the difference."""
    assert list(differences()) == []


def test_every_code_is_told_somewhere() -> None:
    told = {word for row in rows() for word in row.split()}
    assert sorted(set(Code) - {Code(word) for word in told & set(Code)}) == sorted(NEVER_TOLD)


def test_every_rule_that_decides_is_told_somewhere() -> None:
    told = {rule for row in rows() for rule in row.partition("[")[2].partition("]")[0].split()}
    assert told | OF_OTHER_MATTERS | {"E.PAP"} == set(RULES)
    assert not told & OF_OTHER_MATTERS
