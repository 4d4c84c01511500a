"""What holds of every question. Chance draws; a failure prints the smallest question it found."""

import random
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from hypothesis import assume, given, settings
from hypothesis import strategies as st

import law
from law import Capacity, Code, Outcome, Question, RegimeId, Relation, Tlp, cbw, wbni
from law.answers import best
from law.regimes import regime_at
from law.rules import RULES
from tests.law.questions import instants, items, questions, recipients, relations, stricter
from tests.law.questions import unknown as unknowns
from tests.law.questions import without as withouts

LISTED_DUTIES = {"W.20.4.a", "W.19.2-5"}
RANK = {Outcome.DENY: 0, Outcome.MANUAL: 1, Outcome.ALLOW: 2, Outcome.MUST: 3}
GATES_ABC = {"A task", "B secrecy", "C traceable"}


@given(questions)
def test_it_opens_only_when_every_gate_opens(question: Question) -> None:
    verdict = law.decide(question)
    assert verdict.allowed == all(gate.outcome.opens for gate in verdict.gates)


@given(questions)
def test_a_denial_anywhere_is_a_denial_of_the_whole(question: Question) -> None:
    verdict = law.decide(question)
    denies = any(gate.outcome is Outcome.DENY for gate in verdict.gates)
    assert (verdict.outcome is Outcome.DENY) == denies


@given(questions)
def test_an_unknown_facet_never_opens_what_it_is_asked_for(question: Question) -> None:
    """Whether a thing can be traced is asked of confidential data, provenance by art. 3(2)."""
    for name, asked in unknowns(question):
        verdict = law.decide(asked)
        if name in {"scope", "confidential", "personal_data", "tlp"}:
            assert not verdict.allowed, name
            assert Code.DENY_MARKING_INCOMPLETE in verdict.codes
        elif name == "traceable" and asked.item.confidential is not False:
            assert Code.DENY_MARKING_INCOMPLETE in verdict.codes
        elif verdict.allowed:
            assert law.decide(question).allowed, name


@settings(max_examples=500)
@given(questions)
def test_withdrawing_a_positive_fact_never_widens(question: Question) -> None:
    before = law.decide(question)
    for name, fewer in withouts(question):
        assert before.allowed or not law.decide(fewer).allowed, name


@settings(max_examples=200)
@given(questions)
def test_a_stricter_marking_never_widens(question: Question) -> None:
    before = law.decide(question)
    for name, closer in stricter(question):
        assert before.allowed or not law.decide(closer).allowed, name


@given(questions)
def test_consent_cures_neither_secrecy_nor_task(question: Question) -> None:
    with_it = replace(question, relation=replace(question.relation, consent_of_all_traced=True))
    without = replace(question, relation=replace(question.relation, consent_of_all_traced=False))
    for one, other in zip(law.decide(with_it).gates, law.decide(without).gates, strict=True):
        if one.gate != "C traceable":
            assert one == other


@given(questions, st.sampled_from(Tlp))
def test_tlp_never_legalises(question: Question, tlp: Tlp) -> None:
    """What the law closes stays closed under every label; CLEAR makes only row R1 public."""
    other = replace(question, item=replace(question.item, tlp=tlp))
    before, after = law.decide(question), law.decide(other)
    for old, new in zip(before.gates, after.gates, strict=True):
        if old.gate in GATES_ABC and new.outcome.opens and not old.outcome.opens:
            assert tlp is Tlp.CLEAR
            assert dict(new.predicates).get("public_advisory") or dict(new.predicates)["tlp_clear"]
            assert question.item.confidential is False


@given(questions)
def test_only_a_listed_ground_makes_a_duty(question: Question) -> None:
    verdict = law.decide(question)
    if verdict.outcome is Outcome.MUST:
        assert verdict.regime is not RegimeId.CBW_2026
        assert LISTED_DUTIES & set(verdict.gates[0].rules)
        assert verdict.code in {Code.MUST_W_20_4_A, Code.MUST_W_19}


@given(questions)
def test_every_answer_names_its_reason(question: Question) -> None:
    verdict = law.decide(question)
    assert verdict.codes[0] is verdict.code
    assert set(verdict.rules) <= RULES.keys()
    for gate in verdict.gates:
        if gate.outcome is Outcome.DENY:
            assert gate.code.startswith("DENY_")
            assert gate.rules or gate.gate == "marking"  # what nobody marked breaks no article
            assert gate.predicates
            assert {gate.code, *gate.also} <= set(verdict.codes)
        elif gate.outcome is Outcome.MANUAL:
            assert gate.code is Code.MANUAL_LEGAL
            assert gate.rules
    if verdict.allowed:
        articles = [rule for rule in verdict.gates[0].rules if rule[0] in "WC"]
        assert articles, "an allowance rests on an article"


@given(questions)
def test_the_strictest_reason_comes_first_and_none_is_dropped(question: Question) -> None:
    verdict = law.decide(question)
    told = [c for g in verdict.gates if g.outcome is Outcome.DENY for c in (g.code, *g.also)]
    if told:
        assert set(verdict.codes) == set(told)
        assert len(verdict.codes) == len(set(verdict.codes))


@given(items, st.sampled_from(law.Purpose), instants, st.lists(recipients, max_size=8), relations)
def test_many_at_once_are_answered_as_one_by_one(
    item: law.Item,
    purpose: law.Purpose,
    instant: datetime,
    many: list[law.Recipient],
    relation: Relation,
) -> None:
    together = law.decide_many(
        item=item, purpose=purpose, instant=instant, recipients=many, relation=relation
    )
    alone = [law.decide(Question(item, one, purpose, instant, relation)) for one in many]
    assert together == alone


@given(questions)
def test_passing_on_to_an_achterban_is_no_capacity(question: Question) -> None:
    """A schakelorganisatie gets nothing for being one."""
    held = question.recipient.capacities
    assume(Capacity.PUBLIC not in held)
    plain = replace(question.recipient, capacities=held - {Capacity.LINKING})
    linking = replace(question.recipient, capacities=held | {Capacity.LINKING})
    assert law.decide(replace(question, recipient=plain)) == law.decide(
        replace(question, recipient=linking)
    )


@settings(max_examples=200)
@given(questions)
def test_another_capacity_only_adds_a_path(question: Question) -> None:
    """Losing a capacity opens nothing, except what the Acts keep for those who hold none.

    The public and the Caribbean are bars and not paths.
    """
    bars = {Capacity.PUBLIC, Capacity.CARIBBEAN}
    assume(not question.recipient.capacities & bars)
    before = law.decide(question)
    for lost in question.recipient.capacities:
        kept = replace(question.recipient, capacities=question.recipient.capacities - {lost})
        after = law.decide(replace(question, recipient=kept))
        if after.allowed and not before.allowed:
            assert {"W.3.2.OTHER", "C.16.2.b", "C.54.1"} & set(after.gates[0].rules)


@given(questions, st.randoms(use_true_random=False))
def test_the_order_in_which_paths_are_tried_changes_nothing(
    question: Question, chance: random.Random
) -> None:
    """Of the bases of gate A: shuffled, they tell the same outcome and code."""
    regime = regime_at(question.instant).id
    cbw_now = regime is RegimeId.CBW_2026
    paths = [*(cbw._bases(question) if cbw_now else wbni._bases(question, regime))]
    shuffled = chance.sample(paths, len(paths))
    one, other = best(paths), best(shuffled)
    assert (one.outcome, one.code) == (other.outcome, other.code)


@given(items, instants, st.lists(recipients, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_recipients_changes_nothing(
    item: law.Item, instant: datetime, many: list[law.Recipient], chance: random.Random
) -> None:
    places = chance.sample(range(len(many)), len(many))
    purpose = law.Purpose.INFORM
    there = law.decide_many(item=item, purpose=purpose, instant=instant, recipients=many)
    mixed = [many[place] for place in places]
    back = law.decide_many(item=item, purpose=purpose, instant=instant, recipients=mixed)
    assert back == [there[place] for place in places]


@given(questions)
def test_equal_questions_get_equal_answers(question: Question) -> None:
    assert law.decide(question) == law.decide(replace(question))


@given(questions, st.timedeltas(timedelta(hours=-12), timedelta(hours=12)))
def test_the_offset_in_which_an_instant_is_written_changes_nothing(
    question: Question, offset: timedelta
) -> None:
    from_elsewhere = question.instant.astimezone(timezone(offset))
    assert law.decide(question) == law.decide(replace(question, instant=from_elsewhere))


@given(questions)
def test_a_ruling_of_legal_affairs_lifts_what_is_left_to_a_person_and_nothing_else(
    question: Question,
) -> None:
    plain = replace(question, relation=replace(question.relation, legal_ruling=False))
    ruled = replace(question, relation=replace(question.relation, legal_ruling=True))
    before, after = law.decide(plain), law.decide(ruled)
    if before.outcome is Outcome.MANUAL:
        assert (after.outcome, after.code) == (Outcome.ALLOW, Code.LEGAL_RULING)
        assert "M.RULING" in after.rules
    else:
        assert after == before


@given(questions, st.frozensets(st.sampled_from(sorted(RULES)), max_size=3))
def test_a_suspended_rule_never_widens_and_nothing_open_rests_on_it(
    question: Question, suspended: frozenset[str]
) -> None:
    before = law.decide(question)
    after = law.decide(replace(question, suspended=suspended))
    assert RANK[after.outcome] <= RANK[before.outcome]
    if after.allowed:
        assert suspended.isdisjoint(after.rules)
