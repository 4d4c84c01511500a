"""Each door of the Wbni is for those it names: found by faults planted in the law."""

from dataclasses import replace
from datetime import datetime

import pytest

import law
from law import Capacity, Code, Outcome, Predicate, Purpose
from tests.law.test_cases import (
    A1,
    C66,
    CBW,
    IOC,
    MEMBER_IPS,
    PUBLIC_ADVISORY,
    RANSOMWARE_AT_P,
    SELF,
    VITAL,
    VPN_OF_A,
    W2023,
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


OTHER, PRIMARY, GENERIC = law.Scope.OTHER, law.Scope.PRIMARY, law.Scope.GENERIC


@pytest.mark.parametrize(
    ("scope", "vital", "outcome"),
    [
        ({OTHER}, False, Outcome.ALLOW),
        ({OTHER, GENERIC}, False, Outcome.ALLOW),
        ({OTHER, PRIMARY}, False, Outcome.MANUAL),
        ({PRIMARY}, False, Outcome.MANUAL),
        ({GENERIC}, False, Outcome.MANUAL),
        ({OTHER}, True, Outcome.MANUAL),
    ],
)
def test_an_oktt_gets_what_is_said_to_be_of_other_providers_and_of_the_rest_a_person_decides(
    scope: set[law.Scope], vital: bool, outcome: Outcome
) -> None:
    """Row R6: whether the list of 2022 holds it for vital providers could not be read."""
    item = replace(
        MEMBER_IPS,
        scope=frozenset(scope),
        subject_is_vital_or_gov=vital,
        attested=MEMBER_IPS.attested | A1,
    )
    asked = ask(item, to(Capacity.OKTT), subject_in_constituency=True)
    assert law.decide(asked).outcome is outcome


@pytest.mark.parametrize("at", [W2023, CBW])
def test_a_public_advisory_is_that_in_every_facet(at: datetime) -> None:
    """Row R1: one facet less, and it needs a task like everything else."""
    personal = frozenset({P.PURPOSE_BOUND, P.PERSONAL_DATA_NECESSARY, P.MINIMISED})
    limbs = C66.attested
    plain = replace(PUBLIC_ADVISORY, attested=personal | limbs)
    for changed in (
        {"confidential": True},
        {"traceable": True},
        {"personal_data": law.PersonalData.ORDINARY},
        {"tlp": law.Tlp.GREEN},
        {"scope": frozenset({GENERIC, OTHER})},
    ):
        assert law.decide(ask(plain, VITAL, at=at)).allowed
        verdict = law.decide(ask(replace(plain, **changed), VITAL, at=at))
        assert verdict.gates[0].outcome is Outcome.DENY, changed


def test_where_a_person_would_decide_broken_glass_opens() -> None:
    """E4b reaches the services also for what art. 3(2) leaves to a person."""
    services = to(Capacity.INTEL)
    left = ask(MEMBER_IPS, services)
    assert law.decide(left).outcome is Outcome.MANUAL
    broken = MEMBER_IPS.attested | NEEDED | {P.PROVIDER_CONSULTED}
    verdict = law.decide(ask(replace(MEMBER_IPS, attested=broken), services))
    assert (verdict.outcome, verdict.code) == (Outcome.ALLOW, Code.BREAK_GLASS)
