"""Questions that cannot be answered raise an error that names the fact; nothing opens on them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

import law
from law import Capacity, Iep, Item, PersonalData, Purpose, Question, Recipient, Scope, Tlp
from law.errors import ContradictoryFacts, LawError, NaiveInstant, NoRegime, UnknownWord

NOW = datetime(2026, 9, 1, tzinfo=UTC)
GOOD = Question(
    item=Item(
        scope=frozenset({Scope.GENERIC}),
        confidential=False,
        traceable=False,
        personal_data=PersonalData.NONE,
        tlp=Tlp.CLEAR,
    ),
    recipient=Recipient(capacities=frozenset({Capacity.ESSENTIAL}), active=True),
    purpose=Purpose.INFORM,
    instant=NOW,
)


def recipient(**facts: Any) -> Question:
    return replace(GOOD, recipient=replace(GOOD.recipient, **facts))


def item(**facts: Any) -> Question:
    return replace(GOOD, item=replace(GOOD.item, **facts))


def test_the_question_that_the_others_are_made_from_is_answered() -> None:
    assert law.decide(GOOD).allowed


BAD = {
    "instant": (NaiveInstant, replace(GOOD, instant=NOW.replace(tzinfo=None))),
    "before 2018": (NoRegime, replace(GOOD, instant=NOW.replace(year=2017))),
    "embargo_until": (NaiveInstant, item(embargo_until=NOW.replace(tzinfo=None))),
    "iep.start_date": (NaiveInstant, item(iep=Iep(start_date=NOW.replace(tzinfo=None)))),
    "iep.end_date": (
        ContradictoryFacts,
        item(iep=Iep(start_date=NOW, end_date=NOW - timedelta(days=1))),
    ),
    "iep.start_date, with an end": (
        NaiveInstant,
        item(iep=Iep(NOW.replace(tzinfo=None), NOW + timedelta(days=1))),
    ),
    "iep.end_date at once": (ContradictoryFacts, item(iep=Iep(NOW, NOW))),
    "iep.end_date alone": (NaiveInstant, item(iep=Iep(end_date=NOW.replace(tzinfo=None)))),
    "iep.end_date, with a start": (
        NaiveInstant,
        item(iep=Iep(NOW - timedelta(days=1), NOW.replace(tzinfo=None))),
    ),
    "recipient.capacities": (
        ContradictoryFacts,
        recipient(capacities=frozenset({Capacity.PUBLIC, Capacity.VITAL})),
    ),
    "recipient.capacities: the law does not know okkt": (
        UnknownWord,
        recipient(capacities=cast("Any", frozenset({"okkt"}))),
    ),
    "item.scope": (
        UnknownWord,
        item(scope=cast("Any", frozenset({"nothing", Scope.GENERIC, "everything"}))),
    ),
    "item.attested": (UnknownWord, item(attested=cast("Any", frozenset({"because"})))),
}


NAIVE = "2026-09-01T00:00:00 has no offset"
SAID = {
    "instant": f"instant: {NAIVE}",
    "before 2018": "instant: nothing could be shared on 2017-09-01T00:00:00+00:00",
    "embargo_until": f"embargo_until: {NAIVE}",
    "iep.start_date": f"iep.start_date: {NAIVE}",
    "iep.start_date, with an end": f"iep.start_date: {NAIVE}",
    "iep.end_date": "iep.end_date: the originator's terms end before they begin",
    "iep.end_date at once": "iep.end_date: the originator's terms end before they begin",
    "iep.end_date alone": f"iep.end_date: {NAIVE}",
    "iep.end_date, with a start": f"iep.end_date: {NAIVE}",
    "recipient.capacities": "recipient.capacities: the public holds no capacity beside itself",
    "recipient.capacities: the law does not know okkt": (
        "recipient.capacities: the law does not know okkt"
    ),
    "item.scope": "item.scope: the law does not know everything, nothing",
    "item.attested": "item.attested: the law does not know because",
}


@pytest.mark.parametrize("fact", BAD)
def test_a_bad_fact_is_refused_by_name(fact: str) -> None:
    error, question = BAD[fact]
    with pytest.raises(error) as refused:
        law.decide(question)
    assert isinstance(refused.value, LawError)
    assert str(refused.value) == SAID[fact]


@pytest.mark.parametrize("fact", sorted(BAD))
def test_many_recipients_are_refused_as_one_is(fact: str) -> None:
    error, question = BAD[fact]
    with pytest.raises(error):
        law.decide_many(
            item=question.item,
            purpose=question.purpose,
            instant=question.instant,
            recipients=[question.recipient],
        )
