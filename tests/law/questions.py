"""Any question the law can be asked, drawn by chance, and how a fact is withdrawn from it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from law import (
    Capacity,
    Item,
    Pap,
    PersonalData,
    Predicate,
    Provenance,
    Purpose,
    Question,
    Recipient,
    Relation,
    Scope,
    Territory,
    Tlp,
)

RELATION = (
    "is_only_subject",
    "concerns_recipient_systems",
    "subject_in_constituency",
    "consent_of_all_traced",
    "consent_was_given",
    "no_linking_organisation",
    "named_for_red",
)
RECIPIENT = (
    "active",
    "secrecy_guaranteed",
    "coop_relation",
    "avg_chapter_v_basis",
    "objectively_knowable_task",
)
# Every regime as often as the others; the Wbdwb splits the second.
YEARS = (2020, 2023, 2025, 2027)
instants = st.builds(
    lambda year, hours: datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hours),
    st.sampled_from(YEARS),
    st.integers(0, 8000),
)


def weighted(**shares: int) -> st.SearchStrategy[Any]:
    """`True`, `False` or `None`, so many times each: few questions open by a coin toss."""
    values = {"yes": True, "no": False, "unknown": None}
    return st.sampled_from([values[name] for name, share in shares.items() for _ in range(share)])


often = weighted(yes=9, no=1)
seldom = weighted(no=19, yes=1)

items = st.builds(
    Item,
    scope=st.sampled_from(
        [
            *[frozenset({scope}) for scope in Scope] * 4,
            frozenset({Scope.PRIMARY, Scope.OTHER}),
            frozenset({Scope.OTHER, Scope.GENERIC}),
            frozenset(),
        ]
    ),
    confidential=weighted(yes=10, no=8, unknown=1),
    traceable=weighted(yes=10, no=8, unknown=1),
    subject_is_vital_or_gov=st.booleans(),
    personal_data=st.sampled_from([PersonalData.NONE] * 12 + list(PersonalData) * 2 + [None]),
    provenance=st.sampled_from([Provenance.ART_3_1_E] * 12 + list(Provenance) + [None]),
    tlp=st.sampled_from([*list(Tlp) * 4, None]),
    pap=st.sampled_from([None, *Pap]),
    embargo_until=st.one_of(st.none(), st.just(datetime(2023, 3, 1, tzinfo=UTC))),
    classified=seldom,
    reporter_identity=seldom,
    # What is missing is drawn, so that most are attested.
    attested=st.one_of(
        st.frozensets(st.sampled_from(Predicate), max_size=3),
        st.frozensets(st.sampled_from(Predicate)),
    ).map(lambda missing: frozenset(Predicate) - missing),
)
recipients = st.builds(
    Recipient,
    # The public holds nothing beside itself: that would be a contradiction.
    capacities=st.one_of(
        st.frozensets(st.sampled_from(sorted(set(Capacity) - {Capacity.PUBLIC})), max_size=2),
        st.just(frozenset({Capacity.PUBLIC})),
    ),
    territory=st.sampled_from([*[Territory.NETHERLANDS] * 6, *Territory, None]),
    sectors=st.frozensets(st.sampled_from(["energy", "health"]), max_size=1),
    active=often,
    secrecy_guaranteed=often,
    coop_relation=often,
    avg_chapter_v_basis=st.booleans(),
    objectively_knowable_task=st.booleans(),
)
relations = st.builds(
    Relation, **{name: st.booleans() for name in (*RELATION, "designation_ended")}
)
questions = st.builds(
    Question,
    item=items,
    recipient=recipients,
    purpose=st.sampled_from(Purpose),
    instant=instants,
    relation=relations,
)


def _with(facts: Any, name: str, *, value: bool | None) -> Any:
    return replace(facts, **{name: value})


def without(question: Question) -> Iterator[tuple[str, Question]]:
    """The question with one positive fact less, for each that it holds.

    `subject_is_vital_or_gov` and the scope are not among them: they open one door and close
    another. Nor are capacities: who loses one becomes another kind of recipient.
    """
    item, recipient, relation = question.item, question.recipient, question.relation
    for predicate in item.attested:
        fewer = replace(item, attested=item.attested - {predicate})
        yield predicate.value, replace(question, item=fewer)
    for name in RELATION:
        if getattr(relation, name):
            yield name, replace(question, relation=replace(relation, **{name: False}))
    for name in RECIPIENT:
        if getattr(recipient, name):
            yield name, replace(question, recipient=_with(recipient, name, value=False))
    if item.provenance is not None:
        yield "provenance", replace(question, item=replace(item, provenance=None))


def unknown(question: Question) -> Iterator[tuple[str, Question]]:
    """The question with one facet of the marking, or the recipient's territory, not known."""
    item = question.item
    for name in ("confidential", "traceable", "personal_data", "tlp", "provenance"):
        if getattr(item, name) is not None:
            yield name, replace(question, item=_with(item, name, value=None))
    if item.scope:
        yield "scope", replace(question, item=replace(item, scope=frozenset()))


def stricter(question: Question) -> Iterator[tuple[str, Question]]:
    """The question with one marking made stricter than it is known to be."""
    item = question.item
    if item.confidential is False:
        yield "confidential", replace(question, item=replace(item, confidential=True))
    if item.traceable is False:
        yield "traceable", replace(question, item=replace(item, traceable=True))
    yield "classified", replace(question, item=replace(item, classified=True))
    yield "reporter", replace(question, item=replace(item, reporter_identity=True))
    later = question.instant + timedelta(hours=1)
    yield "embargo", replace(question, item=replace(item, embargo_until=later))
    for tlp in Tlp:
        if item.tlp is not None and tlp.strictness > item.tlp.strictness:
            yield tlp.label, replace(question, item=replace(item, tlp=tlp))
    for data in PersonalData:
        if item.personal_data is PersonalData.NONE:
            yield data.value, replace(question, item=replace(item, personal_data=data))
