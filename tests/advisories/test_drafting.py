"""Writing and marking drafts: who may, what is kept, and that nothing is overwritten unseen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from advisories.addressing import Addressing
from advisories.errors import Incomplete, NotAllowed, Refusal, Stale, WrongStatus
from advisories.facets import Facets
from advisories.models import Advisory, AdvisoryVersion, Attestation, Editor, Marking, Section
from advisories.services import drafting
from audit.models import Entry
from law.predicates import PREDICATES
from law.vocabulary import Capacity, Predicate, Purpose
from recipients.models import Role, User
from tests.builders import (
    AT,
    OPEN,
    approved,
    draft,
    fresh,
    organisation,
    out,
    reader,
    staff,
    submitted,
)

Status = AdvisoryVersion.Status
database = pytest.mark.django_db
SECRET = "geheim-x7f3"
Act = Callable[[AdvisoryVersion, User], Any]


def edit(version: AdvisoryVersion, by: User, *, revision: int | None = None, **fields: Any) -> Any:
    return drafting.edit_version(
        version_id=version.pk,
        revision=fresh(version).revision if revision is None else revision,
        by=by,
        at=AT,
        **(fields or {"title": f"Titel {SECRET}"}),
    )


def put(
    version: AdvisoryVersion,
    by: User,
    *,
    revision: int | None = None,
    section: Section | None = None,
    kind: str = "text",
    body: str = f"Tekst {SECRET}",
) -> Section:
    return drafting.put_section(
        version_id=version.pk,
        revision=fresh(version).revision if revision is None else revision,
        section_id=section.pk if section else None,
        kind=kind,
        heading=f"Kop {SECRET}",
        body=body,
        data={"rows": [{"value": SECRET}]},
        by=by,
        at=AT,
    )


def remove(version: AdvisoryVersion, by: User, *, section: Section | None = None) -> Any:
    return drafting.remove_section(
        version_id=version.pk,
        revision=fresh(version).revision,
        section_id=(section or version.sections.get(position=2)).pk,
        by=by,
        at=AT,
    )


def mark(version: AdvisoryVersion, by: User, *, facets: Facets = OPEN) -> Marking:
    return drafting.mark(
        section_id=version.sections.get(position=1).pk,
        revision=fresh(version).revision,
        facets=facets,
        by=by,
        at=AT,
    )


def address(version: AdvisoryVersion, by: User) -> Any:
    return drafting.address(
        version_id=version.pk,
        revision=fresh(version).revision,
        addressing=Addressing(capacities=frozenset({Capacity.IMPORTANT})),
        purpose=Purpose.ASSIST,
        purpose_text=f"Helpen {SECRET}",
        by=by,
        at=AT,
    )


def attest(
    version: AdvisoryVersion,
    by: User,
    *,
    predicate: Predicate = Predicate.NECESSARY,
    role: Role = Role.AUTHOR,
    text: str = f"Beoordeeld {SECRET}",
    section: Section | None = None,
) -> Attestation:
    return drafting.attest(
        version_id=version.pk,
        section_id=section.pk if section else None,
        predicate=predicate,
        value=True,
        text=text,
        evidence="",
        organisation_id=None,
        capacity=None,
        role=role,
        by=by,
        at=AT,
    )


EDITS: dict[str, Act] = {
    "fields": edit,
    "section": put,
    "removal": remove,
    "marking": mark,
    "addressing": address,
}


def two_sections(by: User) -> AdvisoryVersion:
    return draft(by=by, sections=[{}, {"kind": "measures"}])


@database
def test_a_new_draft_has_a_number_a_first_version_and_an_unmarked_summary() -> None:
    author = staff(Role.AUTHOR)
    version = drafting.open_draft(
        kind="incident", title="  Inbraak \n bij X ", language="nl", by=author, at=AT
    )
    assert str(version) == "NCSC-2026-0001 [1.00]"
    assert (version.title, version.author, version.status) == ("Inbraak bij X", author, "draft")
    section = version.sections.get()
    assert (section.position, section.kind) == (1, Section.Kind.LEAD)
    assert Facets.of(section.marking) == Facets()  # nobody said anything yet


@database
@pytest.mark.parametrize("title", ["", " \n ", "x" * 501])
def test_a_title_is_asked_for_and_takes_no_number_when_it_is_refused(title: str) -> None:
    author = staff(Role.AUTHOR)
    with pytest.raises(Incomplete):
        drafting.open_draft(kind="advisory", title=title, language="nl", by=author, at=AT)
    opened = drafting.open_draft(kind="advisory", title="x" * 500, language="nl", by=author, at=AT)
    assert opened.advisory.number == "NCSC-2026-0001"


def lapsed() -> User:
    return staff(Role.AUTHOR, until=AT)


def closed() -> User:
    person = staff(Role.AUTHOR)
    person.is_active = False
    person.save()
    return person


NO_ANALYST: dict[str, Callable[[], User]] = {
    "legal officer": lambda: staff(Role.LEGAL_OFFICER),
    "administrator": lambda: staff(Role.ADMINISTRATOR),
    "registry manager": lambda: staff(Role.REGISTRY_MANAGER),
    "no role": staff,
    "role ended": lapsed,
    "account closed": closed,
    "reader": lambda: reader(organisation()),
}


@database
@pytest.mark.parametrize("who", NO_ANALYST)
def test_only_analysts_write_drafts(who: str) -> None:
    version, stranger = two_sections(staff(Role.AUTHOR)), NO_ANALYST[who]()
    before = fresh(version).revision
    with pytest.raises(NotAllowed):
        drafting.open_draft(kind="advisory", title="X", language="nl", by=stranger, at=AT)
    for act in EDITS.values():
        with pytest.raises(NotAllowed):
            act(version, stranger)
    with pytest.raises(NotAllowed):
        attest(version, stranger)
    assert fresh(version).revision == before
    colleague = staff(Role.AUTHOR)
    for act in EDITS.values():
        act(version, colleague)
    assert fresh(version).revision == before + len(EDITS)


@database
@pytest.mark.parametrize("what", EDITS)
def test_any_edit_makes_an_approved_version_a_draft_again(what: str) -> None:
    version = approved(two_sections(staff(Role.AUTHOR)))
    editor = staff(Role.DUTY_OFFICER)
    EDITS[what](version, editor)
    now = fresh(version)
    assert (now.status, now.approved_by, now.approved_digest) == (Status.DRAFT, None, "")
    assert (now.submitted_at, now.last_edited_by) == (None, editor)
    assert Editor.objects.filter(version=version, user=editor).exists()


@database
def test_an_edit_on_an_old_text_is_refused_and_overwrites_nothing() -> None:
    author, other = staff(Role.AUTHOR), staff(Role.AUTHOR, name="Bo de Boer")
    version = draft(by=author)
    seen = version.revision
    edit(version, other, revision=seen, title="Van Bo")
    with pytest.raises(Stale, match="Bo de Boer"):
        edit(version, author, revision=seen, title="Van An")
    with pytest.raises(Stale):
        put(version, author, revision=seen)
    assert fresh(version).title == "Van Bo"
    assert version.sections.count() == 1
    assert edit(version, author, revision=seen + 1, title="Van An").title == "Van An"


def test_of_two_edits_at_the_same_instant_one_is_kept_and_the_other_told(own_database: str) -> None:
    """Real threads on a database of its own: its rows commit, and the record cannot be emptied."""
    people = [staff(Role.AUTHOR) for _ in range(4)]
    version = draft(by=people[0])
    start = Barrier(len(people))

    def save(by: User) -> str:
        try:
            start.wait(timeout=30)
            edit(version, by, revision=version.revision, title=f"Van {by.pk}")
        except Stale:
            return "stale"
        else:
            return f"Van {by.pk}"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        outcomes = list(pool.map(save, people))
    assert outcomes.count("stale") == len(people) - 1
    assert fresh(version).title in outcomes
    assert fresh(version).revision == version.revision + 1


@database
def test_an_unknown_field_of_a_version_is_a_mistake_of_the_caller() -> None:
    author = staff(Role.AUTHOR)
    version = draft(by=author)
    with pytest.raises(TypeError, match="status"):
        edit(version, author, status="approved")
    edited = edit(version, author, targeted=True, probability="H", damage="H")
    assert (edited.targeted, edited.urgent, fresh(version).urgent) == (True, True, True)


@database
def test_the_kind_changes_until_the_first_version_went_out() -> None:
    author = staff(Role.AUTHOR)
    version = draft(by=author)
    edit(version, author, kind="threat")
    assert fresh(version).advisory.kind == "threat"
    out(approved(version))
    following = drafting.start_revision(
        advisory_id=version.advisory_id, major=True, by=author, at=AT
    )
    with pytest.raises(WrongStatus):
        edit(following, author, kind="incident")
    edit(following, author, kind="threat", title="Zelfde soort")
    assert fresh(version).advisory.kind == "threat"


# --- sections and markings --------------------------------------------------------------------


@database
def test_sections_after_a_removed_one_move_up() -> None:
    author = staff(Role.AUTHOR)
    version = draft(by=author, sections=[{"body": letter} for letter in "abcde"])
    remove(version, author, section=version.sections.get(body="b"))
    remove(version, author, section=version.sections.get(body="d"))
    order = version.sections.order_by("position").values_list("position", "body")
    assert list(order) == [(1, "a"), (2, "c"), (3, "e")]
    assert put(version, author).position == 4


@database
def test_there_is_one_summary_and_it_stays_the_summary() -> None:
    author = staff(Role.AUTHOR)
    version = two_sections(author)
    lead, measures = version.sections.order_by("position")
    refused: list[Callable[[], object]] = [
        lambda: put(version, author, kind="lead"),
        lambda: put(version, author, section=lead, kind="text"),
        lambda: put(version, author, section=measures, kind="lead"),
        lambda: remove(version, author, section=lead),
    ]
    for act in refused:
        with pytest.raises(WrongStatus):
            act()
    put(version, author, section=lead, kind="lead", body="Nieuw")
    put(version, author, section=measures, kind="text", body="Nieuw")
    assert list(version.sections.values_list("kind", "body")) == [
        ("lead", "Nieuw"),
        ("text", "Nieuw"),
    ]


@database
def test_a_section_of_another_advisory_cannot_be_reached_through_this_one() -> None:
    author = staff(Role.AUTHOR)
    mine, other = two_sections(author), two_sections(author)
    theirs = other.sections.get(position=2)
    with pytest.raises(WrongStatus):
        put(mine, author, section=theirs)
    with pytest.raises(WrongStatus):
        remove(mine, author, section=theirs)
    with pytest.raises(WrongStatus):
        attest(mine, author, section=theirs)
    put(other, author, section=theirs)


@database
def test_a_marking_is_kept_as_it_was_given() -> None:
    author, about = staff(Role.AUTHOR), organisation()
    version = draft(by=author)
    given = replace(OPEN, organisations=((about.pk, False),), embargo_until=AT)
    assert Facets.of(mark(version, author, facets=given)) == given
    assert Facets.of(mark(version, author, facets=Facets())) == Facets()


@database
def test_what_names_an_organisation_traceably_is_traceable() -> None:
    author, about = staff(Role.AUTHOR), organisation()
    version = draft(by=author)
    loose = replace(OPEN, traceable=False, organisations=((about.pk, False),))
    assert mark(version, author, facets=loose).traceable is False
    traced = replace(OPEN, traceable=False, organisations=((about.pk, True),))
    assert mark(version, author, facets=traced).traceable is True


@database
def test_not_confidential_is_said_with_a_reason() -> None:
    author = staff(Role.AUTHOR)
    version = draft(by=author)
    with pytest.raises(Incomplete):
        mark(version, author, facets=replace(OPEN, not_confidential_reason=" "))
    mark(version, author, facets=OPEN)
    mark(version, author, facets=replace(OPEN, confidential=True, not_confidential_reason=""))


# --- attestations -----------------------------------------------------------------------------


@database
@pytest.mark.parametrize("predicate", PREDICATES)
def test_each_predicate_is_vouched_for_by_the_roles_it_asks_for_only(predicate: Predicate) -> None:
    version = draft(by=staff(Role.AUTHOR))
    allowed = {
        role
        for attestor in PREDICATES[predicate].attestors
        for role in drafting.ATTESTORS[attestor]
    }
    assert allowed
    assert Role.ADMINISTRATOR not in allowed
    for role in Role:
        person = staff(role)
        if role in allowed:
            assert attest(version, person, predicate=predicate, role=role).role == role
        else:
            with pytest.raises(NotAllowed):
                attest(version, person, predicate=predicate, role=role)


@database
def test_nobody_vouches_in_a_role_they_do_not_hold() -> None:
    version, person = draft(by=staff(Role.AUTHOR)), staff(Role.AUTHOR)
    with pytest.raises(NotAllowed):
        attest(version, person, role=Role.SECOND_READER)
    assert attest(version, person, role=Role.AUTHOR).by == person


@database
@pytest.mark.parametrize(
    "predicate", [p for p, asked in PREDICATES.items() if asked.must_differ_from_author]
)
def test_the_author_does_not_vouch_where_it_takes_another(predicate: Predicate) -> None:
    role = min(may for who in PREDICATES[predicate].attestors for may in drafting.ATTESTORS[who])
    author, other = (staff(Role.AUTHOR, role) for _ in range(2))
    version = draft(by=author)
    with pytest.raises(NotAllowed, match="else than the author"):
        attest(version, author, predicate=predicate, role=role)
    attest(version, other, predicate=predicate, role=role)


@database
def test_what_is_attested_comes_with_reasoning_and_its_regime() -> None:
    author = staff(Role.AUTHOR)
    version = draft(by=author)
    with pytest.raises(Incomplete):
        attest(version, author, text=" ")
    assert attest(version, author).regime == "CBW_2026"


# --- versions ---------------------------------------------------------------------------------


@database
@pytest.mark.parametrize(("major", "label"), [(False, "1.01"), (True, "2.00")])
def test_the_next_version_begins_with_everything_but_the_attestations(
    major: bool, label: str
) -> None:
    author, other, about = staff(Role.AUTHOR), staff(Role.AUTHOR), organisation()
    facets = replace(OPEN, organisations=((about.pk, True),), traceable=True)
    first = draft(by=author, sections=[{"facets": facets}, {"kind": "measures", "data": {"a": 1}}])
    attest(first, author)
    first = out(approved(first))
    second = drafting.start_revision(advisory_id=first.advisory_id, major=major, by=other, at=AT)
    assert (second.label, second.status, second.author) == (label, Status.DRAFT, other)
    for name in ("title", "level", "addressing", "purpose", "purpose_text", "language"):
        assert getattr(second, name) == getattr(first, name)
    assert contents(second) == contents(first)
    assert (second.change_note, second.attestations.count()) == ("", 0)
    put(second, other, section=second.sections.get(position=2), kind="measures", body="Nieuw")
    assert contents(second) != contents(first)  # rows of its own


def contents(version: AdvisoryVersion) -> list[tuple[Any, ...]]:
    return [
        (s.position, s.kind, s.heading, s.body, s.data, Facets.of(s.marking))
        for s in version.sections.order_by("position").select_related("marking")
    ]


@database
def test_one_version_at_a_time_is_open_and_the_refusal_names_it() -> None:
    author = staff(Role.AUTHOR)
    first = draft(by=author)
    for status in (Status.DRAFT, Status.IN_REVIEW):
        if status == Status.IN_REVIEW:
            submitted(first)
        with pytest.raises(WrongStatus, match=r"1\.00"):
            drafting.start_revision(advisory_id=first.advisory_id, major=False, by=author, at=AT)
    drafting.edit_version(
        version_id=first.pk, revision=fresh(first).revision, title="Klaar", by=author, at=AT
    )
    out(approved(first))
    drafting.start_revision(advisory_id=first.advisory_id, major=False, by=author, at=AT)
    with pytest.raises(WrongStatus, match=r"1\.01"):
        drafting.start_revision(advisory_id=first.advisory_id, major=False, by=author, at=AT)


@database
def test_a_draft_can_be_thrown_away_until_somebody_vouched_for_it() -> None:
    author = staff(Role.AUTHOR)
    kept, gone = two_sections(author), two_sections(author)
    attest(kept, author)

    def discard(version: AdvisoryVersion, revision: int) -> None:
        drafting.discard_draft(version_id=version.pk, revision=revision, by=author, at=AT)

    with pytest.raises(WrongStatus):
        discard(kept, fresh(kept).revision)
    with pytest.raises(Stale):
        discard(gone, gone.revision - 1)
    discard(gone, gone.revision)
    assert list(AdvisoryVersion.objects.all()) == [kept]
    assert Advisory.objects.count() == 2  # the number stays taken
    with pytest.raises(Refusal):
        edit(kept, staff())


# --- the record -------------------------------------------------------------------------------


@database
def test_every_act_is_on_record_by_whom_and_without_a_word_of_content() -> None:
    author = staff(Role.AUTHOR)
    version = two_sections(author)
    before = Entry.objects.count()
    for act in (*EDITS.values(), attest):
        act(version, author)
    entries = list(Entry.objects.order_by("pk")[before:])
    assert [entry.action for entry in entries] == [
        "advisory.edit",
        "advisory.section",
        "advisory.section.remove",
        "advisory.mark",
        "advisory.address",
        "advisory.attest",
    ]
    assert {entry.actor for entry in entries} == {author.actor}
    assert {entry.target for entry in entries} == {"NCSC-2026-0001 [1.00]"}
    assert {entry.at for entry in entries} == {AT}
    assert not [entry for entry in entries if SECRET in str(entry.detail)]


@database
def test_an_act_that_is_refused_leaves_nothing_on_record() -> None:
    author = staff(Role.AUTHOR)
    version = draft(by=author)
    before = Entry.objects.count()
    with pytest.raises(Incomplete):
        edit(version, author, title=" ")
    assert Entry.objects.count() == before
    edit(version, author, title="Goed")
    assert Entry.objects.count() == before + 1


@database
def test_rights_are_asked_at_the_instant_of_the_act() -> None:
    ending = staff(Role.AUTHOR, until=AT)
    version = draft(by=ending, at=AT - timedelta(seconds=1))
    with pytest.raises(NotAllowed):
        edit(version, ending)
    edit(version, staff(Role.AUTHOR))
