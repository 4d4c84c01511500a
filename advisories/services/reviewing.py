"""Four eyes: submit, approve, send back. What was approved is known by its digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.addressing import Addressing
from advisories.errors import Incomplete, NotAllowed, WrongStatus
from advisories.facets import Facets
from advisories.models import AdvisoryVersion, Section
from advisories.services.linting import refuse_unanswered, refuse_unconfirmed
from advisories.services.open_versions import fits, locked, needs, note, worked_on
from recipients.models import User
from recipients.roles import Right

Status = AdvisoryVersion.Status


@transaction.atomic
def submit(*, version_id: int, revision: int, by: User, at: datetime) -> AdvisoryVersion:
    """Ready for a second person. It must be addressed to somebody, for a purpose."""
    needs(by, Right.DRAFT, at=at)
    version = locked(version_id)
    fits(version, revision)
    if version.status != Status.DRAFT:
        raise WrongStatus(_("Only a draft can be submitted."))
    if Addressing.from_json(version.addressing).empty:
        raise Incomplete(_("Say for whom it is: address at least one kind of recipient."))
    if not version.purpose_text.strip():
        raise Incomplete(_("Say in a sentence what it is shared for (doelbinding)."))
    if version.number > 100 and not version.change_note.strip():
        raise Incomplete(_("Say what changed since the version before."))
    refuse_unanswered(version)
    version.status, version.submitted_at = Status.IN_REVIEW, at
    version.save(update_fields=["status", "submitted_at"])
    note(version, "submit", by=by, at=at)
    return version


@transaction.atomic
def approve(*, version_id: int, revision: int, by: User, at: datetime) -> AdvisoryVersion:
    """The second person vouches for text, marking, audience and purpose, as they stand now."""
    needs(by, Right.APPROVE, at=at)
    version = locked(version_id)
    fits(version, revision)
    if version.status != Status.IN_REVIEW:
        raise WrongStatus(_("Only what was submitted can be approved."))
    if worked_on(version, by):
        raise NotAllowed(_("You worked on this version; somebody else has to approve it."))
    refuse_unanswered(version)  # the registry may have grown since it was submitted
    refuse_unconfirmed(version)
    version.status, version.approved_by, version.approved_at = Status.APPROVED, by, at
    version.approved_digest = content_digest(version)
    version.save(update_fields=["status", "approved_by", "approved_at", "approved_digest"])
    note(version, "approve", by=by, at=at, digest=version.approved_digest)
    return version


@transaction.atomic
def send_back(*, version_id: int, reason: str, by: User, at: datetime) -> AdvisoryVersion:
    """Back to the author, with a reason. One person: it can only narrow."""
    needs(by, Right.APPROVE, at=at)
    version = locked(version_id)
    if version.status not in (Status.IN_REVIEW, Status.APPROVED):
        raise WrongStatus(_("Only what was submitted can be sent back."))
    if not reason.strip():
        raise Incomplete(_("Say what has to change."))
    version.status = Status.DRAFT
    version.submitted_at = version.approved_at = version.approved_by = None
    version.approved_digest, version.returned_because = "", reason.strip()
    version.save()
    note(version, "send_back", by=by, at=at)
    return version


def content_digest(version: AdvisoryVersion) -> str:
    """Sha256 over everything that decides what goes out and to whom."""
    sections = version.sections.select_related("marking").order_by("position")
    content = {
        "advisory": version.advisory.number,
        "kind": version.advisory.kind,
        "version": version.number,
        "title": version.title,
        "language": version.language,
        "level": version.level,
        "change_note": version.change_note,
        "targeted": version.targeted,
        "addressing": version.addressing,
        "purpose": [version.purpose, version.purpose_text],
        "sections": [{"position": section.position, **_words(section)} for section in sections],
        "attestations": list(version.attestations.order_by("pk").values_list("pk", flat=True)),
    }
    return _digest(content)


def section_digest(section: Section, version: AdvisoryVersion) -> str:
    """Sha256 over what one section says, how it is marked and what it is shared for."""
    return _digest({"purpose": [version.purpose, version.purpose_text], **_words(section)})


def _digest(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, separators=(",", ":"), sort_keys=True, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _words(section: Section) -> dict[str, Any]:
    return {
        "kind": section.kind,
        "heading": section.heading,
        "body": section.body,
        "data": section.data,
        "marking": _marking(section),
    }


def _marking(section: Any) -> dict[str, Any] | None:
    return asdict(Facets.of(section.marking)) if hasattr(section, "marking") else None


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
