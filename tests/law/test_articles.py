"""Each reason names its own article: the words of a code and the rules told beside it agree."""

from dataclasses import replace

import pytest

import law
from law import Capacity, Code, Outcome
from tests.law.asking import question
from tests.law.situations import EVERYTHING, core, every, overlay, stride
from tests.law.test_cases import CBW, IOC, SELF, ask, to

# The reason, and how the names of its rules begin.
ARTICLES: dict[Code, tuple[str, ...]] = {
    Code.DENY_RECIPIENT_INACTIVE: ("F.ACTIVE",),
    Code.DENY_CLASSIFIED: ("C.67",),
    Code.DENY_REPORTER_ANONYMITY: ("C.34.3",),
    Code.DENY_DESIGNATION_INVALID: ("W.3.2.OKTT",),
    Code.DENY_LINKING_ORG_EXISTS: ("W.3.2.OTHER",),
    Code.DENY_NOT_SERIOUS: ("W.3.2.OTHER",),
    Code.DENY_NO_TASK_3_1: ("W.3.1.d",),
    Code.DENY_NO_TASK_3_2: ("W.3.2",),
    Code.DENY_NO_TASK_CBW: ("C.16", "C.37", "C.39", "C.5", "C.96"),
    Code.DENY_NOT_CONSULTED: ("W.20.4.b", "C.37"),
    Code.DENY_20_1_A_SECRECY: ("W.20.1.a",),
    Code.DENY_20_1_B_PURPOSE: ("W.20.1.b",),
    Code.DENY_CONSENT_INVALID: ("W.20.2.list",),
    Code.DENY_20_2_NOT_LISTED: ("W.20.2.list",),
    Code.DENY_20_2_NOT_DIENSTIG: ("W.20.2.dienstig",),
    Code.DENY_66_1: ("C.66.1",),
    Code.DENY_AVG: ("D.AVG.5",),
    Code.DENY_AVG_CH5: ("D.AVG.V",),
    Code.DENY_EMBARGO: ("E.EMBARGO",),
    Code.DENY_IEP: ("E.IEP",),
    Code.DENY_TLP: ("E.TLP",),
}
# How the rules of a gate that opens begin: under the Wbni, and under the Cbw.
OPENS = {
    "A task": (("W.3.", "W.19.", "W.20.3", "W.20.4.", "W22."), ("C.",)),
    "B secrecy": (("W.20.1.", "W.20.5"), ("C.66.1", "C.37")),
    "C traceable": (("W.20.", "W22."), ()),
    "D personal": (("W.17.1", "D.AVG."), ("C.63-65", "D.AVG.")),
    "E handling": (("E.",), ("E.",)),
    "F recipient": (("F.ACTIVE",), ("F.ACTIVE",)),
    "M ruling": (("M.RULING",), ("M.RULING",)),
}


@pytest.mark.parametrize(("regime", "column"), EVERYTHING)
def test_each_answer_names_the_article_it_rests_on(regime: str, column: str) -> None:
    rare = 1999 * stride(regime, column)
    cases = [*every(core(regime, column), rare), *every(overlay(regime, column), 2999)]
    assert cases
    for case in cases:
        for gate in law.decide(question(case)).gates:
            if gate.gate == "marking":
                assert not gate.rules
            elif gate.outcome is Outcome.DENY:
                told = [ARTICLES[code] for code in (gate.code, *gate.also)]
                assert all(any(rule.startswith(one) for rule in gate.rules) for one in told), gate
                wanted = tuple(begin for one in told for begin in one)
                personal = gate.gate == "D personal"
                assert personal or all(rule.startswith(wanted) for rule in gate.rules), gate
            else:
                begins = OPENS[gate.gate][regime == "CBW_2026"]
                assert all(rule.startswith(begins) for rule in gate.rules), gate
                assert gate.rules or gate.gate != "A task", "what opens rests on an article"


@pytest.mark.parametrize(
    ("capacity", "rule"),
    [
        (Capacity.ESSENTIAL, "C.16.2.b"),
        (Capacity.IMPORTANT, "C.16.2.b"),
        (Capacity.LEGACY, "C.96"),
    ],
)
def test_about_its_own_systems_an_entity_is_told_without_more(
    capacity: Capacity, rule: str
) -> None:
    """Row R2 of the Cbw, with nothing attested; of who is no entity that is asked more."""
    plain = replace(IOC, attested=frozenset())
    own = law.decide(ask(plain, to(capacity), at=CBW, bond=SELF))
    assert (own.outcome, own.gates[0].rules) == (Outcome.ALLOW, (rule,))
    assert law.decide(ask(plain, to(capacity), at=CBW)).code is Code.DENY_NO_TASK_CBW
    assert law.decide(ask(plain, to(), at=CBW, bond=SELF)).code is Code.DENY_NO_TASK_CBW
