"""The Caribbean part of the Kingdom under the Wbni: a person decides, but for a designated OKTT or
crisis team."""

from dataclasses import replace

import pytest

import law
from law import Capacity, Outcome, Recipient, Territory
from tests.law.test_cases import A1, CONSENTED, TREND, VPN_OF_A, ask, to


def there(*capacities: Capacity) -> Recipient:
    return to(*capacities, territory=Territory.CARIBBEAN)


@pytest.mark.parametrize("capacity", [Capacity.OKTT, Capacity.CCT])
def test_who_is_designated_receives_overseas_as_at_home(capacity: Capacity) -> None:
    here = law.decide(ask(TREND, to(capacity), subject_in_constituency=True))
    overseas = law.decide(ask(TREND, there(capacity), subject_in_constituency=True))
    assert here.outcome is Outcome.ALLOW
    assert (overseas.outcome, overseas.code) == (here.outcome, here.code)


@pytest.mark.parametrize("capacity", [Capacity.CSIRT, Capacity.ISP, Capacity.CARIBBEAN])
def test_of_others_overseas_a_person_decides(capacity: Capacity) -> None:
    assert law.decide(ask(TREND, there(capacity))).outcome is Outcome.MANUAL


def test_consent_alone_carries_nothing_overseas() -> None:
    """Row R5: with consent to a vital provider here; there, a person decides."""
    assert law.decide(ask(VPN_OF_A, to(), bond=CONSENTED)).outcome is Outcome.ALLOW
    for recipient in (there(), replace(there(), capacities=frozenset({Capacity.CARIBBEAN}))):
        assert law.decide(ask(VPN_OF_A, recipient, bond=CONSENTED)).outcome is Outcome.MANUAL


@pytest.mark.parametrize("capacity", [Capacity.OKTT, Capacity.CCT])
def test_consent_to_who_is_designated_carries_overseas_as_at_home(capacity: Capacity) -> None:
    """By consent alone: what the closed list asks for was not attested."""
    item = replace(VPN_OF_A, attested=A1)
    for recipient in (to(capacity), there(capacity)):
        assert law.decide(ask(item, recipient, bond=CONSENTED)).outcome is Outcome.ALLOW


def test_a_caribbean_body_is_one_wherever_it_is_established() -> None:
    here = to(Capacity.CARIBBEAN, territory=Territory.NETHERLANDS)
    assert law.decide(ask(TREND, here)).outcome is Outcome.MANUAL
