"""Each door of the Wbni is for those it names: found by faults planted in the law."""

from dataclasses import replace

import pytest

import law
from law import Capacity, Code, Outcome, Predicate, Purpose
from tests.law.test_cases import (
    IOC,
    RANSOMWARE_AT_P,
    SELF,
    VITAL,
    VPN_OF_A,
    ask,
    to,
)

P = Predicate
CONTACT_POINT = to(Capacity.CONTACT_POINT)
OTHERS = sorted(set(Capacity) - {Capacity.CONTACT_POINT, Capacity.PUBLIC})


@pytest.mark.parametrize("capacity", OTHERS)
def test_the_duty_of_art_19_is_towards_a_contact_point_and_nobody_else(capacity: Capacity) -> None:
    duty = Purpose.CONTACT_POINT_DUTY
    assert law.decide(ask(VPN_OF_A, CONTACT_POINT, purpose=duty)).code is Code.MUST_W_19
    assert not law.decide(ask(VPN_OF_A, CONTACT_POINT)).allowed  # the same, for another purpose
    other = law.decide(ask(VPN_OF_A, to(capacity), purpose=duty))
    assert other == law.decide(ask(VPN_OF_A, to(capacity)))
    assert other.outcome is not Outcome.MUST


@pytest.mark.parametrize("capacity", [Capacity.CSIRT, Capacity.CCT])
def test_who_has_a_door_of_its_own_is_no_andere_aanbieder(capacity: Capacity) -> None:
    """Art. 3(2)(e) stays shut for a CSIRT or a crisis team, also when its own door is taken away."""
    special = ask(RANSOMWARE_AT_P, to(), no_linking_organisation=True, bond=SELF)
    assert "W.3.2.OTHER" in law.decide(special).rules
    theirs = replace(special, recipient=to(capacity))
    assert law.decide(theirs).allowed
    shut = law.decide(replace(theirs, suspended=frozenset({f"W.3.2.{capacity.name}"})))
    assert shut.outcome is Outcome.DENY
    assert "W.3.2.OTHER" not in shut.rules


def test_what_is_not_secret_is_told_to_the_public_by_the_ordinary_task() -> None:
    """A statement needs art. 20(4)(b) for what may be secret only."""
    clear = replace(IOC, tlp=law.Tlp.CLEAR, traceable=True)
    statement = ask(clear, to(Capacity.PUBLIC), purpose=Purpose.PUBLIC_STATEMENT)
    verdict = law.decide(statement)
    assert (verdict.outcome, verdict.code) == (Outcome.ALLOW, Code.OK)
    secret = replace(statement, item=replace(clear, confidential=True))
    assert law.decide(secret).code is Code.DENY_NOT_CONSULTED


NEEDED = frozenset({P.PURPOSE_BOUND, P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY})


def test_a_statement_that_lacks_consultation_is_told_that_alone() -> None:
    """And not that the public is on no list: it could be told after consultation."""
    item = replace(VPN_OF_A, tlp=law.Tlp.CLEAR, attested=NEEDED)
    told = law.decide(ask(item, to(Capacity.PUBLIC), purpose=Purpose.PUBLIC_STATEMENT)).codes
    assert Code.DENY_NOT_CONSULTED in told
    assert Code.DENY_20_2_NOT_LISTED not in told
    informed = law.decide(ask(item, to(Capacity.PUBLIC))).codes
    assert Code.DENY_20_2_NOT_LISTED in informed
    assert Code.DENY_NOT_CONSULTED not in informed


def test_who_was_consulted_is_not_said_to_be_lacking() -> None:
    """Whatever else keeps it back: here, that nothing may be based on art. 20(4)(b)."""
    lacking = ask(replace(VPN_OF_A, attested=NEEDED), VITAL)
    assert Code.DENY_NOT_CONSULTED in law.decide(lacking).codes
    item = replace(VPN_OF_A, attested=NEEDED | {P.PROVIDER_CONSULTED})
    consulted = ask(item, VITAL)
    assert law.decide(consulted).code is Code.BREAK_GLASS
    shut = law.decide(replace(consulted, suspended=frozenset({"W.20.4.b"})))
    assert shut.outcome is Outcome.DENY
    assert Code.DENY_NOT_CONSULTED not in shut.codes
