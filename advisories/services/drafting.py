"""Writing and marking. Every act is one transaction; nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, ProtectedError
from django.utils.translation import gettext_lazy as _

from advisories.addressing import Addressing
from advisories.errors import Incomplete, NotAllowed, WrongStatus
from advisories.facets import Facets, columns_of
from advisories.linting.looking import strings
from advisories.models import (
    Advisory,
    AdvisoryVersion,
    Attestation,
    Editor,
    MarkedOrganisation,
    Marking,
    Section,
)
from advisories.services.keeping_out import on_record, refuse_classified
from advisories.services.numbering import take_number
from advisories.services.open_versions import (
    OPEN,
    edited,
    fits,
    locked,
    needs,
    note,
    opened_for_edit,
)
from law import predicates
from law.regimes import regime_at
from law.vocabulary import Capacity, Predicate, Purpose
from recipients.models import Role, User
from recipients.roles import Right, roles_of

__all__ = [
    "Facets",
    "address",
    "attest",
    "discard_draft",
    "edit_version",
    "mark",
    "open_draft",
    "put_section",
    "remove_section",
    "start_revision",
]

# The words of the law package for who vouches, and the roles here that carry them.
ATTESTORS: Mapping[str, frozenset[Role]] = {
    predicates.AUTHOR: frozenset({Role.AUTHOR, Role.SECOND_READER, Role.DUTY_OFFICER}),
    predicates.SENIOR: frozenset({Role.SECOND_READER, Role.DUTY_OFFICER}),
    predicates.LEGAL: frozenset({Role.LEGAL_OFFICER}),
    predicates.DUTY: frozenset({Role.DUTY_OFFICER}),
    predicates.DPO: frozenset({Role.LEGAL_OFFICER}),
}
TITLE_LENGTH = 500


@on_record
@transaction.atomic
def open_draft(*, kind: str, title: str, language: str, by: User, at: datetime) -> AdvisoryVersion:
    """A new advisory with the year's next number, its first draft and an unmarked LEAD section."""
    needs(by, Right.DRAFT, at=at)
    refuse_classified(title, target="a new draft")
    advisory = Advisory.objects.create(
        number=take_number(at=at), kind=kind, created_by=by, created_at=at
    )
    version = AdvisoryVersion.objects.create(
        advisory=advisory,
        number=100,
        title=_title(title),
        language=language,
        probability=AdvisoryVersion.Level.MEDIUM,
        damage=AdvisoryVersion.Level.MEDIUM,
        author=by,
        last_edited_by=by,
        created_at=at,
        edited_at=at,
    )
    lead = Section.objects.create(version=version, position=1, kind=Section.Kind.LEAD)
    Marking.objects.create(section=lead)
    Editor.objects.create(version=version, user=by)
    note(version, "open", by=by, at=at)
    return version


def _title(title: str) -> str:
    """One line, not empty: it becomes a subject line."""
    folded = " ".join(title.split())
    if not folded:
        raise Incomplete(_("Give the advisory a title."))
    if len(folded) > TITLE_LENGTH:
        raise Incomplete(_("The title is longer than 500 characters; shorten it."))
    return folded


@on_record
@transaction.atomic
def edit_version(
    *, version_id: int, revision: int, by: User, at: datetime, **fields: Any
) -> AdvisoryVersion:
    """Change title, probability, damage, change_note, targeted or the kind of the advisory."""
    version = opened_for_edit(version_id, revision=revision, by=by, at=at)
    unknown = fields.keys() - {
        "title",
        "probability",
        "damage",
        "change_note",
        "targeted",
        "kind",
        "language",
    }
    if unknown:
        raise TypeError(f"not a field of a version: {sorted(unknown)}")
    refuse_classified(fields.get("title", ""), fields.get("change_note", ""), target=str(version))
    if "title" in fields:
        fields["title"] = _title(fields["title"])
    kind = fields.pop("kind", None)
    if kind and kind != version.advisory.kind:
        if version.number > 100:
            # It would change what was approved and read of the versions before.
            raise WrongStatus(
                _("The kind of an advisory stays what it was when it first went out.")
            )
        version.advisory.kind = kind
        version.advisory.save(update_fields=["kind"])
    for name, value in fields.items():
        setattr(version, name, value)
    edited(version, by=by, at=at)
    note(version, "edit", by=by, at=at, fields=sorted(fields))
    return version


@on_record
@transaction.atomic
def put_section(
    *,
    version_id: int,
    revision: int,
    section_id: int | None,
    kind: str,
    heading: str,
    body: str,
    data: dict[str, Any],
    by: User,
    at: datetime,
) -> Section:
    """Write a section; without `section_id` a new one at the end, with a blank marking."""
    version = opened_for_edit(version_id, revision=revision, by=by, at=at)
    given = [text for _path, text in strings(data)]
    refuse_classified(heading, body, *given, target=str(version))
    if section_id is None:
        if kind == Section.Kind.LEAD:
            raise WrongStatus(_("There is one summary already; edit that one."))
        last = version.sections.aggregate(last=Max("position"))["last"] or 0
        section = Section(version=version, position=last + 1)
    else:
        section = _section_of(version, section_id)
        if (section.kind == Section.Kind.LEAD) != (kind == Section.Kind.LEAD):
            raise WrongStatus(_("The summary stays the summary."))
    section.kind, section.heading = kind, " ".join(heading.split())
    section.body, section.data = body, data
    section.save()
    Marking.objects.get_or_create(section=section)
    edited(version, by=by, at=at)
    note(version, "section", by=by, at=at, section=section.pk)
    return section


def _section_of(version: AdvisoryVersion, section_id: int) -> Section:
    section = Section.objects.filter(version=version, pk=section_id).first()
    if section is None:
        raise WrongStatus(_("This section does not exist any more."))
    return section


@transaction.atomic
def remove_section(
    *, version_id: int, revision: int, section_id: int, by: User, at: datetime
) -> AdvisoryVersion:
    """Remove a section that is not the summary; those after it move up."""
    version = opened_for_edit(version_id, revision=revision, by=by, at=at)
    section = _section_of(version, section_id)
    if section.kind == Section.Kind.LEAD:
        raise WrongStatus(_("Every advisory has a summary; it cannot be removed."))
    position = section.position
    try:
        section.delete()
    except ProtectedError as error:  # attested, or ruled upon by legal affairs
        raise WrongStatus(
            _(
                "Something was attested about this section, and that stays on record. Empty it instead."
            )
        ) from error
    version.sections.filter(position__gt=position).update(position=F("position") - 1)
    edited(version, by=by, at=at)
    note(version, "section.remove", by=by, at=at, section=section_id)
    return version


@transaction.atomic
def mark(*, section_id: int, revision: int, facets: Facets, by: User, at: datetime) -> Marking:
    """Set the marking (rubricering) of a section as a whole."""
    found = Section.objects.filter(pk=section_id).first()
    if found is None:
        raise WrongStatus(_("This section does not exist any more."))
    version = opened_for_edit(found.version_id, revision=revision, by=by, at=at)
    if facets.confidential is False and not facets.not_confidential_reason.strip():
        raise Incomplete(
            _("Say why it is not confidential: an address where it is public, or generic.")
        )
    terms = facets.iep
    if terms and terms.start_date and terms.end_date and terms.end_date <= terms.start_date:
        raise Incomplete(_("The originator's terms end before they begin."))
    traceable = True if any(t for _pk, t in facets.organisations) else facets.traceable
    marking, _made = Marking.objects.update_or_create(
        section_id=section_id,
        defaults={
            "scope": sorted(s.value for s in facets.scope),
            "confidential": facets.confidential,
            "not_confidential_reason": facets.not_confidential_reason.strip(),
            "traceable": traceable,
            "personal_data": facets.personal_data or "",
            "provenance": facets.provenance or "",
            "tlp": facets.tlp or "",
            "pap": facets.pap or "",
            "embargo_until": facets.embargo_until,
            **columns_of(facets.iep),
            "environmental": facets.environmental,
            "reporter_identity": facets.reporter_identity,
        },
    )
    marking.organisations.all().delete()
    MarkedOrganisation.objects.bulk_create(
        MarkedOrganisation(marking=marking, organisation_id=pk, traceable=traced)
        for pk, traced in facets.organisations
    )
    edited(version, by=by, at=at)
    note(version, "mark", by=by, at=at, section=section_id, tlp=marking.tlp)
    return marking


@on_record
@transaction.atomic
def address(
    *,
    version_id: int,
    revision: int,
    addressing: Addressing,
    purpose: Purpose,
    purpose_text: str,
    by: User,
    at: datetime,
) -> AdvisoryVersion:
    """For whom, and why. The second person approves it with the text."""
    version = opened_for_edit(version_id, revision=revision, by=by, at=at)
    refuse_classified(purpose_text, target=str(version))
    version.addressing = addressing.to_json()
    version.purpose, version.purpose_text = purpose.value, purpose_text.strip()
    edited(version, by=by, at=at)
    note(version, "address", by=by, at=at, purpose=purpose.value)
    return version


@on_record
@transaction.atomic
def attest(
    *,
    version_id: int,
    section_id: int | None,
    predicate: Predicate,
    value: bool,
    text: str,
    evidence: str,
    organisation_id: UUID | None,
    capacity: Capacity | None,
    role: Role,
    by: User,
    at: datetime,
) -> Attestation:
    """Vouch for a fact (vaststelling). Before approval only: the approval covers it.

    It counts as an edit to whoever has the draft open: nobody approves what they did not see.
    """
    version = locked(version_id)
    refuse_classified(text, evidence, target=str(version))
    if version.status not in OPEN or version.status == AdvisoryVersion.Status.APPROVED:
        raise WrongStatus(_("What is attested after the approval would not have been approved."))
    asked = predicates.PREDICATES[predicate]
    may_vouch = frozenset().union(*(ATTESTORS[who] for who in asked.attestors))
    if role not in may_vouch or role not in roles_of(by, at=at):
        raise NotAllowed(_("Your role may not vouch for this."))
    if asked.must_differ_from_author and by == version.author:
        raise NotAllowed(_("Somebody else than the author has to vouch for this."))
    if not text.strip():
        raise Incomplete(_("Write at least one sentence of reasoning."))
    attestation = Attestation.objects.create(
        version=version,
        section=_section_of(version, section_id) if section_id else None,
        predicate=predicate.value,
        value=value,
        organisation_id=organisation_id,
        capacity=capacity.value if capacity else "",
        by=by,
        role=role,
        at=at,
        text=text.strip(),
        evidence=evidence.strip(),
        regime=regime_at(at).id.value,
    )
    version.revision += 1
    version.save(update_fields=["revision"])
    note(version, "attest", by=by, at=at, attestation=attestation.pk, predicate=predicate.value)
    return attestation


@transaction.atomic
def start_revision(*, advisory_id: int, major: bool, by: User, at: datetime) -> AdvisoryVersion:
    """The next draft, 1.01 or 2.00, from the newest version that went out.

    Attestations are not copied: they were given for that version.
    """
    needs(by, Right.DRAFT, at=at)
    Advisory.objects.select_for_update(no_key=True).get(pk=advisory_id)
    versions = AdvisoryVersion.objects.filter(advisory_id=advisory_id).select_related("advisory")
    waiting = versions.filter(status__in=OPEN).first()
    if waiting is not None:
        raise WrongStatus(
            _("Version %(label)s is still open; finish that one first.") % {"label": waiting.label}
        )
    last = versions.order_by("number").last()
    if last is None:
        raise WrongStatus(_("There is nothing to revise yet."))
    number = (last.number // 100 + 1) * 100 if major else last.number + 1
    version = AdvisoryVersion.objects.create(
        advisory=last.advisory,
        number=number,
        title=last.title,
        language=last.language,
        probability=last.probability,
        damage=last.damage,
        targeted=last.targeted,
        addressing=last.addressing,
        purpose=last.purpose,
        purpose_text=last.purpose_text,
        author=by,
        last_edited_by=by,
        created_at=at,
        edited_at=at,
    )
    Editor.objects.create(version=version, user=by)
    for section in last.sections.select_related("marking"):
        _copy(section, version)
    note(version, "revise", by=by, at=at)
    return version


def _copy(section: Section, version: AdvisoryVersion) -> None:
    marking = getattr(section, "marking", None)
    organisations = list(marking.organisations.all()) if marking else []
    section.pk, section.version = None, version
    section.save(force_insert=True)
    if marking is None:
        return
    marking.section = section
    marking.save(force_insert=True)
    MarkedOrganisation.objects.bulk_create(
        MarkedOrganisation(
            marking=marking, organisation_id=one.organisation_id, traceable=one.traceable
        )
        for one in organisations
    )


@transaction.atomic
def discard_draft(*, version_id: int, revision: int, by: User, at: datetime) -> None:
    """Throw a draft away that nobody vouched for and that no document stands behind.

    Its number is not given out again.
    """
    needs(by, Right.DRAFT, at=at)
    version = locked(version_id)
    fits(version, revision)
    if version.status not in OPEN:
        raise WrongStatus(_("A released version stays."))
    stays = WrongStatus(_("What was attested or received for this draft stays on record."))
    if version.attestations.exists() or version.imported_from.exists():
        raise stays
    note(version, "discard", by=by, at=at)
    Editor.objects.filter(version=version).delete()
    Marking.objects.filter(section__version=version).delete()
    try:
        version.sections.all().delete()
        version.delete()
    except ProtectedError as error:  # ruled upon by legal affairs
        raise stays from error
