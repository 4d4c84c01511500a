"""Four eyes on everything that goes out, in the services and in the database under them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import Error, IntegrityError, transaction

from advisories.addressing import Addressing
from advisories.errors import Incomplete, NotAllowed, Refusal, Stale, WrongStatus
from advisories.models import AdvisoryVersion, Attestation, MarkedOrganisation, Marking, Section
from advisories.services import drafting, reviewing
from advisories.services.importing import import_document
from audit.models import Entry
from law.vocabulary import Capacity, Predicate, Purpose, Tlp
from recipients.models import Organisation, Role, User
from tests.advisories.samples import document
from tests.builders import AT, OPEN, approved, draft, fresh, out, staff, submitted

pytestmark = pytest.mark.django_db
Status = AdvisoryVersion.Status


def approve(version: AdvisoryVersion, *, by: User) -> AdvisoryVersion:
    return reviewing.approve(version_id=version.pk, revision=fresh(version).revision, by=by, at=AT)


def retitle(version: AdvisoryVersion, title: str, *, by: User) -> AdvisoryVersion:
    return drafting.edit_version(
        version_id=version.pk, revision=fresh(version).revision, title=title, by=by, at=AT
    )


def attest(version: AdvisoryVersion, *, by: User, text: str = "Beoordeeld.") -> Attestation:
    return drafting.attest(
        version_id=version.pk,
        section_id=None,
        predicate=Predicate.RELEVANT_TO_RECIPIENT,
        value=True,
        text=text,
        evidence="",
        organisation_id=None,
        capacity=None,
        role=Role.SECOND_READER,
        by=by,
        at=AT,
    )


def test_who_wrote_or_edited_a_version_may_not_approve_it_and_another_may() -> None:
    every = (Role.AUTHOR, Role.SECOND_READER)
    author, editor, other = staff(*every), staff(*every), staff(*every)
    version = draft(by=author)
    retitle(version, "Bijgewerkt", by=editor)
    retitle(version, "En nog eens", by=author)  # so that the editor is not the last one
    submitted(version)
    for worked_on_it in (author, editor):
        with pytest.raises(NotAllowed, match="worked on this version"):
            approve(version, by=worked_on_it)
    assert approve(version, by=other).status == Status.APPROVED


def test_who_imported_what_another_person_then_edits_may_not_approve_it() -> None:
    every = (Role.AUTHOR, Role.SECOND_READER)
    first, second, other = staff(*every), staff(*every), staff(*every)
    version = import_document(data=document(), filename="a.json", by=first, at=AT).version
    renewed = import_document(data=document(version=2), filename="a.json", by=second, at=AT)
    assert version is not None
    assert renewed.version == version
    retitle(version, "Bijgewerkt", by=first)
    AdvisoryVersion.objects.filter(pk=version.pk).update(status=Status.IN_REVIEW)
    with pytest.raises(NotAllowed):
        approve(version, by=second)
    assert approve(version, by=other).status == Status.APPROVED


@pytest.mark.parametrize("worked_on_it", ["author", "last_edited_by"])
def test_the_database_refuses_an_approval_by_who_worked_on_it(worked_on_it: str) -> None:
    version = submitted(draft(by=staff(Role.AUTHOR)))
    version.last_edited_by = staff(Role.AUTHOR)
    version.save()
    rows = AdvisoryVersion.objects.filter(pk=version.pk)
    with pytest.raises(IntegrityError, match="version_four_eyes"), transaction.atomic():
        rows.update(status=Status.APPROVED, approved_by=getattr(version, worked_on_it))
    with pytest.raises(IntegrityError, match="approved_has_approver"), transaction.atomic():
        rows.update(status=Status.APPROVED)
    rows.update(status=Status.APPROVED, approved_by=staff(Role.SECOND_READER))


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.LEGAL_OFFICER, Role.REGISTRY_MANAGER])
def test_only_roles_with_the_right_approve_and_send_back(role: Role) -> None:
    version = submitted(draft(by=staff(Role.AUTHOR)))
    with pytest.raises(NotAllowed):
        approve(version, by=staff(role))
    with pytest.raises(NotAllowed):
        reviewing.send_back(version_id=version.pk, reason="Te vaag", by=staff(role), at=AT)
    assert approve(version, by=staff(Role.DUTY_OFFICER)).status == Status.APPROVED


def test_only_what_was_submitted_can_be_approved() -> None:
    version, second = draft(by=staff(Role.AUTHOR)), staff(Role.SECOND_READER)
    with pytest.raises(WrongStatus):
        approve(version, by=second)
    submitted(version)
    approve(version, by=second)
    with pytest.raises(WrongStatus):
        approve(version, by=second)


def test_nobody_approves_what_changed_since_they_looked() -> None:
    version, second = submitted(draft(by=staff(Role.AUTHOR))), staff(Role.SECOND_READER)
    seen = version.revision
    attest(version, by=staff(Role.SECOND_READER, name="Cor de Wit"))
    with pytest.raises(Stale, match="Cor de Wit"):
        reviewing.approve(version_id=version.pk, revision=seen, by=second, at=AT)
    assert fresh(version).status == Status.IN_REVIEW
    assert approve(version, by=second).status == Status.APPROVED


def test_nothing_is_attested_after_the_approval() -> None:
    version, second = submitted(draft(by=staff(Role.AUTHOR))), staff(Role.SECOND_READER)
    attest(version, by=second)
    approve(version, by=second)
    with pytest.raises(WrongStatus):
        attest(version, by=second)


def test_a_draft_is_submitted_only_for_somebody_and_for_a_purpose() -> None:
    author = staff(Role.AUTHOR)
    version = draft(by=author)

    def address(addressing: Addressing, purpose_text: str) -> None:
        drafting.address(
            version_id=version.pk,
            revision=fresh(version).revision,
            addressing=addressing,
            purpose=Purpose.INFORM,
            purpose_text=purpose_text,
            by=author,
            at=AT,
        )

    somebody = Addressing(capacities=frozenset({Capacity.OKTT}))
    for addressing, purpose in ((Addressing(), "Informeren"), (somebody, " ")):
        address(addressing, purpose)
        with pytest.raises(Incomplete):
            submitted(version)
    address(somebody, "Informeren")
    assert submitted(version).status == Status.IN_REVIEW
    with pytest.raises(WrongStatus):
        submitted(version)


def test_a_revision_is_submitted_only_with_a_note_of_what_changed() -> None:
    author = staff(Role.AUTHOR)
    first = out(approved(draft(by=author)))
    second = drafting.start_revision(advisory_id=first.advisory_id, major=False, by=author, at=AT)
    with pytest.raises(Incomplete):
        submitted(second)
    drafting.edit_version(
        version_id=second.pk, revision=second.revision, change_note="Maatregel 4", by=author, at=AT
    )
    assert submitted(second).status == Status.IN_REVIEW


def test_sending_back_takes_a_reason_and_makes_it_a_draft_again() -> None:
    version, second = approved(draft(by=staff(Role.AUTHOR))), staff(Role.SECOND_READER)
    with pytest.raises(Incomplete):
        reviewing.send_back(version_id=version.pk, reason=" ", by=second, at=AT)
    assert fresh(version).status == Status.APPROVED
    back = reviewing.send_back(version_id=version.pk, reason="Noem de versie", by=second, at=AT)
    assert (back.status, back.returned_because) == (Status.DRAFT, "Noem de versie")
    assert (fresh(version).approved_by, fresh(version).approved_digest) == (None, "")
    with pytest.raises(WrongStatus):
        reviewing.send_back(version_id=version.pk, reason="Nogmaals", by=second, at=AT)


# --- the digest -----------------------------------------------------------------------------


def row(model: type[Section] | type[AdvisoryVersion], pk: int, **values: object) -> None:
    """Behind the services' back, as somebody at the database would."""
    model.objects.filter(pk=pk).update(**values)


def first(version: AdvisoryVersion) -> Section:
    return version.sections.get(position=1)


def remark(version: AdvisoryVersion, **values: object) -> None:
    Marking.objects.filter(section=first(version)).update(**values)


def bare(name: str) -> Organisation:
    """An organisation without facts, so that no act of the registry runs."""
    group = Group.objects.create(name=name)
    return Organisation.objects.create(name=name, active_from=AT, group=group)


CHANGES: dict[str, Callable[[AdvisoryVersion], object]] = {
    "title": lambda v: row(AdvisoryVersion, v.pk, title="Anders"),
    "probability": lambda v: row(AdvisoryVersion, v.pk, probability="H"),
    "damage": lambda v: row(AdvisoryVersion, v.pk, damage="H"),
    "targeted": lambda v: row(AdvisoryVersion, v.pk, targeted=True),
    "change note": lambda v: row(AdvisoryVersion, v.pk, change_note="Anders"),
    "language": lambda v: row(AdvisoryVersion, v.pk, language="en"),
    "purpose": lambda v: row(AdvisoryVersion, v.pk, purpose=Purpose.ASSIST.value),
    "purpose in words": lambda v: row(AdvisoryVersion, v.pk, purpose_text="Anders"),
    "addressing": lambda v: row(AdvisoryVersion, v.pk, addressing={"capacities": ["oktt"]}),
    "heading": lambda v: row(Section, first(v).pk, heading="Anders"),
    "body": lambda v: row(Section, first(v).pk, body="Anders"),
    "data": lambda v: row(Section, first(v).pk, data={"products": []}),
    "new section": lambda v: Section.objects.create(version=v, position=2, kind="text"),
    "no marking": lambda v: Marking.objects.filter(section=first(v)).delete(),
    "scope": lambda v: remark(v, scope=[]),
    "confidential": lambda v: remark(v, confidential=True),
    "reason": lambda v: remark(v, not_confidential_reason="Anders"),
    "traceable": lambda v: remark(v, traceable=None),
    "personal data": lambda v: remark(v, personal_data="ordinary"),
    "TLP": lambda v: remark(v, tlp=Tlp.CLEAR.value),
    "PAP": lambda v: remark(v, pap="amber"),
    "embargo": lambda v: remark(v, embargo_until=AT),
    "reporter": lambda v: remark(v, reporter_identity=True),
    "about whom": lambda v: MarkedOrganisation.objects.create(
        marking=first(v).marking, organisation=bare("Betrokken BV"), traceable=False
    ),
    "attestation": lambda v: Attestation.objects.create(
        version=v,
        predicate=Predicate.NECESSARY.value,
        value=True,
        by=v.author,
        role=Role.AUTHOR,
        at=AT,
        text="Beoordeeld",
        regime="CBW_2026",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_digest_changes_with_whatever_decides_what_goes_out(what: str) -> None:
    version = draft(by=staff(Role.AUTHOR))
    before = reviewing.content_digest(fresh(version))
    assert reviewing.content_digest(fresh(version)) == before
    CHANGES[what](version)
    assert reviewing.content_digest(fresh(version)) != before


def test_the_digest_is_the_same_whatever_order_the_facets_were_given_in() -> None:
    names = [bare(f"Bedrijf {n}").pk for n in range(3)]
    author = staff(Role.AUTHOR)
    version = draft(by=author)
    digests = set()
    for order in (names, names[::-1]):
        facets = replace(OPEN, organisations=tuple((pk, False) for pk in order))
        drafting.mark(
            section_id=first(version).pk,
            revision=fresh(version).revision,
            facets=facets,
            by=author,
            at=AT,
        )
        digests.add(reviewing.content_digest(fresh(version)))
    assert len(digests) == 1


def test_an_approval_keeps_the_digest_of_what_was_approved_and_puts_it_on_record() -> None:
    version = approved(draft(by=staff(Role.AUTHOR)))
    assert version.approved_digest == reviewing.content_digest(fresh(version))
    entry = Entry.objects.get(action="advisory.approve")
    assert entry.detail["digest"] == version.approved_digest


# --- released versions never change ---------------------------------------------------------

TAMPER: dict[str, Callable[[AdvisoryVersion], object]] = {
    name: CHANGES[name]
    for name in ("title", "purpose", "addressing", "body", "new section", "TLP", "about whom")
} | {
    "delete a section's marking": CHANGES["no marking"],
    "delete a section": lambda v: v.sections.get(position=2).delete(),
    "another approver": lambda v: row(AdvisoryVersion, v.pk, approved_by=staff(Role.SECOND_READER)),
}


@pytest.mark.parametrize("what", TAMPER)
def test_the_database_refuses_to_change_what_was_released(what: str) -> None:
    sections: list[dict[str, Any]] = [{}] if what == "new section" else [{}, {"kind": "text"}]
    version, twin = (approved(draft(by=staff(Role.AUTHOR), sections=sections)) for _ in range(2))
    with transaction.atomic():
        TAMPER[what](twin)  # not released: allowed
        transaction.set_rollback(True)
    out(version)
    with pytest.raises(Error, match="a released version never changes"), transaction.atomic():
        TAMPER[what](version)


def test_a_released_version_may_be_withdrawn_and_never_become_anything_else() -> None:
    version = out(approved(draft(by=staff(Role.AUTHOR))))
    rows = AdvisoryVersion.objects.filter(pk=version.pk)
    with pytest.raises(Error, match="never changes"), transaction.atomic():
        rows.update(status=Status.APPROVED, released_at=None)
    rows.update(status=Status.WITHDRAWN, withdrawn_at=AT)
    with pytest.raises(Error, match="never changes"), transaction.atomic():
        rows.update(status=Status.RELEASED, withdrawn_at=None)


def test_the_services_refuse_to_touch_what_was_released() -> None:
    author, second = staff(Role.AUTHOR), staff(Role.SECOND_READER)
    version = out(approved(draft(by=author)))
    acts: list[Callable[[], object]] = [
        lambda: retitle(version, "Anders", by=author),
        lambda: submitted(version),
        lambda: approve(version, by=second),
        lambda: reviewing.send_back(version_id=version.pk, reason="Fout", by=second, at=AT),
        lambda: attest(version, by=second),
        lambda: drafting.discard_draft(
            version_id=version.pk, revision=version.revision, by=author, at=AT
        ),
    ]
    for act in acts:
        with pytest.raises(Refusal):
            act()
    following = drafting.start_revision(
        advisory_id=version.advisory_id, major=False, by=author, at=AT
    )
    assert retitle(following, "Anders", by=author).title == "Anders"


def test_the_application_role_cannot_change_what_was_attested() -> None:
    version = submitted(draft(by=staff(Role.AUTHOR)))
    said = attest(version, by=staff(Role.SECOND_READER))
    for change in (
        lambda: Attestation.objects.filter(pk=said.pk).update(value=False),
        lambda: Attestation.objects.filter(pk=said.pk).delete(),
    ):
        with pytest.raises(Error, match="permission denied"), transaction.atomic():
            change()
    later = attest(version, by=staff(Role.SECOND_READER), text="Toch anders gezien.")
    assert later.pk != said.pk
