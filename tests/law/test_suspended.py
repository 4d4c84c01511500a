"""What is left when nothing may be based on a rule: whatever another basis carries as well."""

from dataclasses import replace

import pytest

import law
from law import Capacity, Code, Outcome, PersonalData, Predicate, Purpose, Question, Tlp
from tests.law.test_cases import (
    A1,
    C66,
    CBW,
    CONSENTED,
    IOC,
    SELF,
    SUPERVISOR,
    TREND,
    VITAL,
    VPN_OF_A,
    ask,
    to,
)

P = Predicate
NECESSITY = frozenset({P.PURPOSE_BOUND, P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY})


def without(question: Question, *rules: str) -> law.Verdict:
    return law.decide(replace(question, suspended=frozenset(rules)))


ADVICE = frozenset({P.ADVICE_INSUFFICIENTLY_FOLLOWED, P.DATA_WITHIN_THAT_ADVICE})
CARRIED_TWICE = {
    "the supervisor, by duty or by power": (
        ask(replace(VPN_OF_A, attested=NECESSITY | ADVICE), SUPERVISOR),
        "W.20.4.a",
        "W.20.3",
    ),
    "a crisis team, by the list or by consent": (
        ask(VPN_OF_A, to(Capacity.CCT), bond=CONSENTED),
        "W.20.2.list",
        "W.20.2.consent",
    ),
    "an entity that is a CSIRT too": (
        ask(
            replace(IOC, attested=frozenset({P.RELEVANT_TO_RECIPIENT, P.NECESSARY})),
            to(Capacity.ESSENTIAL, Capacity.CSIRT),
            at=CBW,
        ),
        "C.53",
        "C.52",
    ),
}


@pytest.mark.parametrize("case", CARRIED_TWICE)
def test_what_two_bases_carry_stands_on_either_and_falls_with_both(case: str) -> None:
    question, one, other = CARRIED_TWICE[case]
    assert law.decide(question).allowed
    for gone, left in ((one, other), (other, one)):
        verdict = without(question, gone)
        assert verdict.allowed
        assert left in verdict.rules
        assert gone not in verdict.rules
    assert without(question, one, other).outcome is Outcome.DENY


RESTS_ON = {
    "C.66.1": ask(replace(C66, attested=C66.attested | {P.NECESSARY}), to(Capacity.CSIRT), at=CBW),
    "W.20.1.a": ask(VPN_OF_A, to(Capacity.CCT)),
    "W.20.5": ask(
        replace(VPN_OF_A, tlp=Tlp.CLEAR, attested=NECESSITY | {P.PROVIDER_CONSULTED}),
        to(Capacity.PUBLIC),
        purpose=Purpose.PUBLIC_STATEMENT,
    ),
    "W.17.1": ask(
        replace(
            IOC,
            personal_data=PersonalData.ORDINARY,
            attested=A1 | {P.PERSONAL_DATA_NECESSARY, P.MINIMISED},
        ),
        VITAL,
    ),
    "F.ACTIVE": ask(IOC, VITAL),
    "E.TLP": ask(IOC, VITAL),
    "W.3.2.CSIRT": ask(
        TREND,
        to(Capacity.CSIRT),
    ),
}


@pytest.mark.parametrize("rule", RESTS_ON)
def test_what_rests_on_one_rule_falls_with_it_at_whatever_gate(rule: str) -> None:
    question = RESTS_ON[rule]
    before = law.decide(question)
    assert before.allowed
    assert rule in before.rules
    after = without(question, rule)
    assert after.outcome is Outcome.DENY
    # Where another basis was looked at and denies, its reason is told.
    other = rule == "W.3.2.CSIRT"
    assert after.code is (Code.DENY_NO_TASK_3_2 if other else Code.DENY_RULE_SUSPENDED)
    for old, new in zip(before.gates, after.gates, strict=True):
        if rule in old.rules:
            assert new.outcome is Outcome.DENY
            if new.code is Code.DENY_RULE_SUSPENDED:
                assert (new.gate, new.rules, new.predicates) == (
                    old.gate,
                    old.rules,
                    old.predicates,
                )
        else:
            assert new == old


def test_what_rests_on_other_rules_stands_as_it_was() -> None:
    for rule, question in RESTS_ON.items():
        assert without(question, "W.16.3", "C.37") == law.decide(question), rule


def test_a_denial_stays_told_for_its_own_reason() -> None:
    denied = ask(VPN_OF_A, VITAL)
    assert law.decide(denied).code is Code.DENY_20_2_NOT_LISTED
    assert without(denied, "W.20.2.list") == law.decide(denied)


def test_without_the_power_to_rule_it_is_left_to_a_person_again() -> None:
    left = ask(VPN_OF_A, to(Capacity.OKTT), legal_ruling=True)
    assert law.decide(left).code is Code.LEGAL_RULING
    assert without(left, "M.RULING").outcome is Outcome.MANUAL
    assert without(left, "C.53").code is Code.LEGAL_RULING


def test_a_ruling_is_told_after_every_gate_and_only_where_it_was_needed() -> None:
    left = ask(VPN_OF_A, to(Capacity.OKTT))
    ruled = replace(left, relation=replace(left.relation, legal_ruling=True))
    before, after = law.decide(left), law.decide(ruled)
    assert (before.outcome, after.outcome) == (Outcome.MANUAL, Outcome.ALLOW)
    assert after.gates[:-1] == before.gates
    assert after.gates[-1].gate == "M ruling"
    plain = ask(IOC, VITAL, legal_ruling=True)
    assert law.decide(plain) == law.decide(ask(IOC, VITAL))


def test_self_is_told_whatever_the_closed_list_is_worth() -> None:
    own = ask(VPN_OF_A, VITAL, bond=SELF)
    assert without(own, "W.20.2.list", "W.20.2.dienstig", "W.20.2.consent").allowed
