"""Which law, to the second: midnights are those of Amsterdam, in summer and in winter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

import law
from law import Capacity, Code, Outcome, Predicate, Question, RegimeId, Relation
from law.errors import NaiveInstant, NoRegime
from law.predicates import PREDICATES
from law.regimes import REGIMES, regime_at, ruleset_hash
from law.rules import RULES, Label
from tests.law.test_cases import ABROAD, IOC, MEMBER_IPS, VPN_OF_A, X, to

SECOND = timedelta(seconds=1)
# Midnight in Amsterdam is 23:00 UTC in winter and 22:00 UTC in summer.
STARTS = {
    RegimeId.WBNI_2018: datetime(2018, 11, 8, 23, tzinfo=UTC),
    RegimeId.WBNI_2022: datetime(2022, 11, 30, 23, tzinfo=UTC),
    RegimeId.CBW_2026: datetime(2026, 8, 14, 22, tzinfo=UTC),
}


@pytest.mark.parametrize("regime", RegimeId)
def test_a_regime_starts_at_midnight_in_amsterdam(regime: RegimeId) -> None:
    assert regime_at(STARTS[regime]).id is regime
    assert regime_at(STARTS[regime]).starts == STARTS[regime]


@pytest.mark.parametrize("regime", [RegimeId.WBNI_2022, RegimeId.CBW_2026])
def test_the_second_before_is_still_the_old_law(regime: RegimeId) -> None:
    old = regime_at(STARTS[regime] - SECOND)
    assert old.id is not regime
    assert old.ends == STARTS[regime]


def test_regimes_follow_without_gap_or_overlap() -> None:
    for one, following in pairwise(REGIMES):
        assert one.ends == following.starts
    assert REGIMES[-1].ends is None


def test_before_the_first_act_nothing_can_be_asked() -> None:
    with pytest.raises(NoRegime, match="instant"):
        regime_at(STARTS[RegimeId.WBNI_2018] - SECOND)


def test_an_instant_without_offset_is_refused_by_name() -> None:
    with pytest.raises(NaiveInstant, match="instant"):
        regime_at(datetime(2023, 6, 1))  # noqa: DTZ001
    naive = replace(IOC, embargo_until=datetime(2023, 6, 1))  # noqa: DTZ001
    with pytest.raises(NaiveInstant, match="embargo_until"):
        law.decide(Question(naive, X, law.Purpose.INFORM, STARTS[RegimeId.WBNI_2022]))


def _ask(item: law.Item, recipient: law.Recipient, at: datetime, **bond: bool) -> law.Verdict:
    return law.decide(Question(item, recipient, law.Purpose.INFORM, at, Relation(**bond)))


def test_an_oktt_gets_traceable_data_from_the_first_second_of_december_2022() -> None:
    known = to(Capacity.OKTT, objectively_knowable_task=True)
    start = STARTS[RegimeId.WBNI_2022]
    before = _ask(MEMBER_IPS, known, start - SECOND, subject_in_constituency=True)
    after = _ask(MEMBER_IPS, known, start, subject_in_constituency=True)
    assert (before.outcome, before.code) == (Outcome.DENY, Code.DENY_20_2_NOT_LISTED)
    assert after.outcome is Outcome.ALLOW


def test_a_wbni_designation_opens_nothing_from_the_first_second_of_the_cbw() -> None:
    start = STARTS[RegimeId.CBW_2026]
    assert _ask(IOC, X, start - SECOND).outcome is Outcome.ALLOW
    after = _ask(IOC, X, start)
    assert (after.outcome, after.code) == (Outcome.DENY, Code.DENY_NO_TASK_CBW)


def test_the_minister_of_ez_is_asked_about_from_october_2024() -> None:
    """Wbdwb: a basis whose conditions were not read, so a person decides; before it, none."""
    midnight = datetime(2024, 9, 30, 22, tzinfo=UTC)
    ministry = to(Capacity.EZ)
    before = _ask(MEMBER_IPS, ministry, midnight - SECOND)
    after = _ask(MEMBER_IPS, ministry, midnight)
    assert (before.outcome, before.code) == (Outcome.DENY, Code.DENY_NO_TASK_3_2)
    assert after.outcome is Outcome.MANUAL


def test_an_embargo_ends_at_its_instant() -> None:
    until = datetime(2023, 6, 1, 12, tzinfo=UTC)
    waiting = replace(IOC, embargo_until=until)
    assert _ask(waiting, ABROAD, until - SECOND).code is Code.DENY_EMBARGO
    assert _ask(waiting, ABROAD, until).outcome is Outcome.ALLOW


def test_every_denial_is_named_at_once() -> None:
    at = datetime(2023, 6, 1, 12, tzinfo=UTC)
    shut = replace(
        VPN_OF_A,
        classified=True,
        reporter_identity=True,
        embargo_until=at + SECOND,
        tlp=law.Tlp.RED,
        personal_data=law.PersonalData.SPECIAL,
        attested=frozenset({Predicate.PURPOSE_WITHIN_ART_3_1}),
    )
    stranger = law.Recipient(capacities=frozenset({Capacity.THIRD_COUNTRY_BODY}))
    assert _ask(shut, stranger, at).codes == (
        Code.DENY_RECIPIENT_INACTIVE,
        Code.DENY_CLASSIFIED,
        Code.DENY_REPORTER_ANONYMITY,
        Code.DENY_20_1_A_SECRECY,
        Code.DENY_20_1_B_PURPOSE,
        Code.DENY_20_2_NOT_LISTED,
        Code.DENY_AVG,
        Code.DENY_AVG_CH5,
        Code.DENY_EMBARGO,
        Code.DENY_TLP,
    )


def test_the_ruleset_has_one_stable_name() -> None:
    assert ruleset_hash() == ruleset_hash()
    assert len(ruleset_hash()) == 64


def test_what_was_not_read_in_the_text_in_force_is_called_unverified() -> None:
    assert RULES["W.3.1.d"].verified
    for rule in RULES.values():
        if rule.label is not Label.LAW or rule.confidence != "H" or not rule.quote_nl:
            assert not rule.verified, rule.id
    assert not RULES["W.20.2.list"].verified  # read as it stood before December 2022


def test_every_predicate_says_who_vouches_and_which_rule_asks() -> None:
    assert PREDICATES.keys() == set(Predicate)
    for asked in PREDICATES.values():
        assert asked.rule in RULES
        assert asked.attestors
