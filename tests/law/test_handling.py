"""Gates D and E at their edges: the originator's terms, PAP, the AVG; and parties abroad."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

import law
from law import Capacity, Code, Iep, Outcome, Pap, PersonalData, Predicate, Territory, Tlp
from tests.law.test_cases import A1, CBW, IOC, SELF, VITAL, W2023, ask, to

P = Predicate
SECOND = timedelta(seconds=1)
BEFORE, AFTER = W2023 - SECOND, W2023 + SECOND


@pytest.mark.parametrize(
    ("start", "end", "runs"),
    [
        (None, None, True),
        (BEFORE, None, True),
        (W2023, None, True),
        (AFTER, None, False),
        (None, AFTER, True),
        (None, W2023, False),  # the end itself is excluded
        (None, BEFORE, False),
        (BEFORE, AFTER, True),
        (BEFORE, W2023, False),
        (W2023, AFTER, True),
    ],
)
def test_the_originators_terms_run_from_their_start_up_to_their_end(
    start: datetime | None, end: datetime | None, runs: bool
) -> None:
    verdict = law.decide(ask(replace(IOC, iep=Iep(start, end)), VITAL))
    assert (verdict.code is Code.OK) == runs
    assert verdict.codes == ((Code.OK,) if runs else (Code.DENY_IEP,))
    assert "E.IEP" in verdict.rules


@pytest.mark.parametrize(
    "bond", [SELF, {"is_only_subject": True}, {"concerns_recipient_systems": True}]
)
def test_whom_it_is_about_is_told_only_where_the_originator_lets_us(bond: dict[str, bool]) -> None:
    may_not = replace(IOC, iep=Iep())
    may = replace(IOC, iep=Iep(affected_party_notifications=True))
    assert law.decide(ask(may_not, VITAL, bond=bond)).code is Code.DENY_IEP
    assert law.decide(ask(may, VITAL, bond=bond)).allowed
    assert law.decide(ask(may_not, VITAL)).allowed
    assert law.decide(ask(IOC, VITAL, bond=bond)).allowed


@pytest.mark.parametrize("pap", Pap)
def test_pap_is_told_and_changes_nothing(pap: Pap) -> None:
    plain, marked = law.decide(ask(IOC, VITAL)), law.decide(ask(replace(IOC, pap=pap), VITAL))
    assert (marked.outcome, marked.codes) == (plain.outcome, plain.codes)
    assert "E.PAP" in marked.rules
    assert "E.PAP" not in plain.rules


@pytest.mark.parametrize("territory", [Territory.THIRD_COUNTRY, None])
def test_abroad_personal_data_need_a_basis_and_either_will_do(
    territory: Territory | None,
) -> None:
    needed = A1 | {P.PERSONAL_DATA_NECESSARY, P.MINIMISED}
    names = replace(IOC, personal_data=PersonalData.ORDINARY, attested=needed)
    art_49 = replace(names, attested=needed | {P.AVG_ART_49_GROUND})
    body = to(Capacity.THIRD_COUNTRY_BODY, territory=territory)
    instrument = replace(body, avg_chapter_v_basis=True)
    assert law.decide(ask(names, body)).codes == (Code.DENY_AVG_CH5,)
    assert law.decide(ask(names, instrument)).allowed
    assert law.decide(ask(art_49, body)).allowed
    assert law.decide(ask(names, VITAL)).allowed


RELEVANT = replace(IOC, attested=frozenset({P.RELEVANT_TO_RECIPIENT}))
PARTY = replace(IOC, attested=frozenset({P.RELEVANT_PARTY}))


@pytest.mark.parametrize(
    ("capacities", "territory"),
    [
        ((Capacity.THIRD_COUNTRY_BODY,), Territory.EU),
        ((Capacity.EEA_CSIRT,), Territory.EEA),
        ((), Territory.THIRD_COUNTRY),
        ((Capacity.VITAL,), Territory.THIRD_COUNTRY),  # the Cbw does not know the capacity
    ],
)
def test_under_the_cbw_who_is_abroad_needs_a_cooperation_relation(
    capacities: tuple[Capacity, ...], territory: Territory
) -> None:
    stranger = to(*capacities, territory=territory)
    partner = replace(stranger, coop_relation=True)
    assert law.decide(ask(RELEVANT, partner, at=CBW)).gates[0].rules == ("C.54.1",)
    assert law.decide(ask(RELEVANT, partner, at=CBW)).allowed
    for question in (
        ask(RELEVANT, stranger, at=CBW),
        ask(PARTY, partner, at=CBW),
        ask(PARTY, stranger, at=CBW),
    ):
        assert law.decide(question).code is Code.DENY_NO_TASK_CBW


@pytest.mark.parametrize(
    "capacities", [(), (Capacity.OKTT,), (Capacity.VITAL,), (Capacity.LINKING,)]
)
def test_under_the_cbw_anyone_else_is_a_party_item_by_item(
    capacities: tuple[Capacity, ...],
) -> None:
    here = to(*capacities)
    partner = replace(here, coop_relation=True)
    assert law.decide(ask(PARTY, here, at=CBW)).gates[0].rules == ("C.16.2.b",)
    assert law.decide(ask(RELEVANT, partner, at=CBW)).code is Code.DENY_NO_TASK_CBW
    for known in (Capacity.CSIRT, Capacity.ESSENTIAL, Capacity.COMMUNITY, Capacity.EZ):
        assert law.decide(ask(PARTY, to(known), at=CBW)).code is Code.DENY_NO_TASK_CBW
        abroad = replace(partner, capacities=frozenset({known}), territory=Territory.THIRD_COUNTRY)
        wanted = known in {Capacity.ESSENTIAL, Capacity.COMMUNITY}
        assert law.decide(ask(RELEVANT, abroad, at=CBW)).allowed == wanted


@pytest.mark.parametrize(
    "recipient",
    [
        to(Capacity.CARIBBEAN, territory=Territory.NETHERLANDS),
        to(territory=Territory.CARIBBEAN),
        to(Capacity.ESSENTIAL, territory=Territory.CARIBBEAN),
    ],
)
def test_under_the_cbw_a_person_decides_of_the_caribbean(recipient: law.Recipient) -> None:
    everything = replace(IOC, attested=frozenset(Predicate))
    assert law.decide(ask(everything, recipient, at=CBW)).outcome is Outcome.MANUAL
    assert law.decide(ask(everything, to(Capacity.ESSENTIAL), at=CBW)).allowed


def test_under_the_cbw_the_public_is_no_party() -> None:
    """It is told what anyone may know, and of an incident by art. 37; nothing item by item."""
    public = to(Capacity.PUBLIC)
    clear = replace(PARTY, tlp=Tlp.CLEAR, traceable=True)
    assert law.decide(ask(clear, public, at=CBW)).allowed
    secret = replace(clear, confidential=True, attested=frozenset(Predicate))
    verdict = law.decide(ask(secret, public, at=CBW))
    assert verdict.code is Code.DENY_NO_TASK_CBW


def test_own_systems_count_for_an_entity_and_for_what_is_not_secret() -> None:
    """Row R2 of the Cbw."""
    bare = replace(IOC, attested=frozenset())
    assert law.decide(ask(bare, to(Capacity.ESSENTIAL), at=CBW, bond=SELF)).allowed
    for capacity in (Capacity.CSIRT, Capacity.SUPERVISOR, Capacity.COMMUNITY):
        own = ask(bare, to(capacity), at=CBW, bond=SELF)
        assert law.decide(own).code is Code.DENY_NO_TASK_CBW
