"""Taking in a received document: a draft for an analyst, never anything that reaches a reader."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath

from django.conf import settings
from django.db import connection, transaction

from advisories.addressing import Addressing
from advisories.importing.csaf import read_advisory
from advisories.importing.document import Flag, ImportedAdvisory, ImportedSection
from advisories.importing.errors import Refused, quote
from advisories.importing.stix import ImportedObjects
from advisories.importing.text import visible
from advisories.importing.versions import version_key
from advisories.linting import classified
from advisories.models import Advisory, AdvisoryVersion, Editor, ImportedDocument, Marking, Section
from advisories.services.numbering import take_number
from audit.services import record
from law.vocabulary import Tlp
from recipients.models import User
from recipients.roles import Right, may


class Result(StrEnum):
    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What became of one document. `code` and `message` say why where it was refused."""

    result: Result
    sha256: str
    version: AdvisoryVersion | None = None
    code: str = ""
    message: str = ""
    flags: tuple[Flag, ...] = ()


def import_document(*, data: bytes, filename: str, by: User, at: datetime) -> ImportOutcome:
    """Stores the document and its draft, or nothing of it. Every outcome is on the record.

    The same bytes again change nothing. A refusal is an outcome and no exception.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        try:
            with transaction.atomic():
                outcome = _take_in(data=data, filename=filename, sha256=sha256, by=by, at=at)
        except Refused as refused:
            outcome = ImportOutcome(
                result=Result.REFUSED, sha256=sha256, code=refused.code, message=refused.message
            )
        version = outcome.version
        record(
            at=at,
            actor=by.actor,
            action="document.import",
            target=version.advisory.number if version else f"document:{sha256}",
            outcome=outcome.code or outcome.result.value,
            detail={
                "sha256": sha256,
                "bytes": len(data),
                "version": version.label if version else "",
                "flags": sorted({flag.code for flag in outcome.flags}),
                **({"rule": classified.RULE} if outcome.code == classified.CODE else {}),
            },
        )
    return outcome


def _take_in(*, data: bytes, filename: str, sha256: str, by: User, at: datetime) -> ImportOutcome:
    if not may(by, Right.DRAFT, at=at):
        raise Refused(code="NOT_ALLOWED", message="Importing takes the right to write drafts.")
    if classified.marking_in(filename):
        raise Refused(
            code=classified.CODE,
            message="The name of the file bears a marking of state-classified information, which "
            "must not enter this portal; report it to the security officer.",
        )
    read = read_advisory(data=data, at=at, max_bytes=settings.CSAF_MAX_BYTES)
    _lock(f"import:{read.publisher_namespace}:{read.folded_id}")
    earlier = list(
        ImportedDocument.objects.filter(
            namespace=read.publisher_namespace, folded_id=read.folded_id
        ).select_related("version__advisory")
    )
    same = next((d for d in earlier if d.sha256 == sha256), None)
    if same:
        return ImportOutcome(result=Result.UNCHANGED, sha256=sha256, version=same.version)
    _refuse_conflicts(read, earlier=earlier)
    newest = max(earlier, key=lambda d: version_key(d.document_version), default=None)
    if newest:
        read = _hold_if_lowered(read, before=newest.version)
        version = _next_version(read, newest=newest.version, earlier=earlier, by=by, at=at)
    else:
        version = _first_version(read, by=by, at=at)
    _write_sections(version, sections=read.sections)
    ImportedDocument.objects.create(
        sha256=sha256,
        namespace=read.publisher_namespace,
        tracking_id=read.tracking_id,
        folded_id=read.folded_id,
        document_version=read.document_version,
        document_status=read.document_status,
        csaf_version=read.csaf_version,
        filename=visible(PurePath(filename).name).replace("\n", " ")[:300],
        received=data,
        flags=[flag.to_json() for flag in read.flags],
        version=version,
        imported_by=by,
        imported_at=at,
    )
    return ImportOutcome(result=Result.ACCEPTED, sha256=sha256, version=version, flags=read.flags)


def _lock(key: str) -> None:
    """One import of one document at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _refuse_conflicts(read: ImportedAdvisory, *, earlier: list[ImportedDocument]) -> None:
    for document in earlier:
        if document.tracking_id != read.tracking_id:
            raise Refused(
                code="ID_COLLISION",
                message=f"The id {quote(read.tracking_id)} differs only in spelling from "
                f"{quote(document.tracking_id)}, which was imported before: ask the publisher.",
            )
        new, old = version_key(read.document_version), version_key(document.document_version)
        if new == old:
            raise Refused(
                code="SAME_VERSION",
                message=f"Version {quote(read.document_version)} of {quote(read.tracking_id)} was "
                "imported before with other content: ask the publisher which one counts.",
            )
        if new < old:
            raise Refused(
                code="OLDER_VERSION",
                message=f"Version {quote(read.document_version)} of {quote(read.tracking_id)} is "
                f"older than {quote(document.document_version)}, which was imported before.",
            )


def _strictest(version: AdvisoryVersion) -> Tlp:
    """Of a version's sections; an unset label counts as RED."""
    labels = Marking.objects.filter(section__version=version).values_list("tlp", flat=True)
    return max(
        (Tlp(label) if label else Tlp.RED for label in labels),
        key=lambda tlp: tlp.strictness,
        default=Tlp.RED,
    )


def _hold_if_lowered(read: ImportedAdvisory, *, before: AdvisoryVersion) -> ImportedAdvisory:
    """A lower label waits, unset, for a person. A higher one is flagged: readers may lose it."""
    old = _strictest(before)
    if read.tlp is None or read.tlp is old:
        return read
    if read.tlp.strictness < old.strictness:
        flag = Flag(
            code="TLP_LOWERED",
            message=f"Lowered from {old.label} to {read.tlp.label}: no label was set, an analyst "
            "decides.",
            path="/document/distribution/tlp/label",
        )
        sections = tuple(
            replace(section, marking=replace(section.marking, tlp=None))
            for section in read.sections
        )
        return replace(read, tlp=None, sections=sections, flags=(*read.flags, flag))
    flag = Flag(
        code="TLP_RAISED",
        message=f"Raised from {old.label} to {read.tlp.label}: consider withdrawing what was "
        "released before.",
        path="/document/distribution/tlp/label",
    )
    return replace(read, flags=(*read.flags, flag))


def _first_version(
    read: ImportedAdvisory | ImportedObjects, *, by: User, at: datetime
) -> AdvisoryVersion:
    advisory = Advisory.objects.create(number=take_number(at=at), created_by=by, created_at=at)
    return _draft(read, advisory=advisory, number=100, by=by, at=at)


def _next_version(
    read: ImportedAdvisory,
    *,
    newest: AdvisoryVersion,
    earlier: list[ImportedDocument],
    by: User,
    at: datetime,
) -> AdvisoryVersion:
    """A new draft after the newest version, or the import's own untouched draft made anew."""
    versions = AdvisoryVersion.objects.select_for_update(no_key=True, of=("self",))
    last = versions.filter(advisory=newest.advisory_id).select_related("advisory").latest("number")
    if last.status in {AdvisoryVersion.Status.RELEASED, AdvisoryVersion.Status.WITHDRAWN}:
        return _draft(read, advisory=last.advisory, number=last.number + 1, by=by, at=at)
    imports = sum(document.version_id == last.pk for document in earlier)
    untouched = last.status == AdvisoryVersion.Status.DRAFT and last.revision == imports - 1
    if not untouched or last.attestations.exists():
        raise Refused(
            code="OPEN_DRAFT",
            message=f"{last} is being worked on: release or discard it, then import again.",
        )
    last.sections.all().delete()
    last.title, last.language = read.title, read.language
    last.probability, last.damage = read.probability, read.damage
    last.last_edited_by, last.edited_at = by, at
    last.revision += 1
    last.save()
    Editor.objects.get_or_create(version=last, user=by)
    return last


@transaction.atomic
def draft_from(read: ImportedObjects, *, by: User, at: datetime) -> AdvisoryVersion:
    """A new advisory of what somebody brought, as its first draft."""
    version = _first_version(read, by=by, at=at)
    Editor.objects.create(version=version, user=by)
    _write_sections(version, sections=read.sections)
    return version


def _draft(
    read: ImportedAdvisory | ImportedObjects,
    *,
    advisory: Advisory,
    number: int,
    by: User,
    at: datetime,
) -> AdvisoryVersion:
    return AdvisoryVersion.objects.create(
        advisory=advisory,
        number=number,
        title=read.title,
        language=read.language,
        probability=read.probability,
        damage=read.damage,
        addressing=Addressing().to_json(),
        author=by,
        last_edited_by=by,
        created_at=at,
        edited_at=at,
    )


def _write_sections(version: AdvisoryVersion, *, sections: tuple[ImportedSection, ...]) -> None:
    rows = Section.objects.bulk_create(
        Section(
            version=version,
            position=position,
            kind=section.kind,
            heading=section.heading,
            body=section.body,
            data=section.data,
        )
        for position, section in enumerate(sections, start=1)
    )
    Marking.objects.bulk_create(
        Marking(
            section=row,
            tlp=section.marking.tlp.value if section.marking.tlp else "",
            provenance=section.marking.provenance.value,
        )
        for row, section in zip(rows, sections, strict=True)
    )
