"""What partners bring: taken in whole, and made into a draft by an analyst. Never shared as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.errors import Incomplete, NotAllowed, WrongStatus
from advisories.importing.errors import Refused
from advisories.importing.stix import objects_of, read_objects
from advisories.models import AdvisoryVersion
from advisories.services.importing import draft_from
from audit.services import record
from recipients.models import User
from recipients.roles import Right, may
from sharing.models import IntakeItem

MOST_WAITING = 500  # of one program


@dataclass(frozen=True, slots=True)
class Received:
    """What its sender is told of it."""

    id: UUID
    received_at: datetime
    objects: Sequence[tuple[str, str]]  # (id, version)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code` and `message` say why where nothing was kept."""

    item: Received | None
    code: str = ""
    message: str = ""


def receive(*, machine_id: int, actor: str, data: bytes, at: datetime) -> Outcome:
    """Keep the exact bytes, or nothing of them. The same bytes of one program are kept once."""
    sha256 = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        try:
            item = _take_in(machine_id=machine_id, data=data, sha256=sha256, at=at)
        except Refused as refused:
            outcome = Outcome(None, refused.code, refused.message)
        else:
            outcome = Outcome(_received(item))
        record(
            at=at,
            actor=actor,
            action="intake.receive",
            target=f"intake:{outcome.item.id}" if outcome.item else f"document:{sha256}",
            outcome=outcome.code or "received",
            detail={"sha256": sha256, "bytes": len(data)},
        )
    return outcome


def _take_in(*, machine_id: int, data: bytes, sha256: str, at: datetime) -> IntakeItem:
    same = IntakeItem.objects.filter(client_id=machine_id, sha256=sha256).first()
    if same is not None:
        return same
    found = objects_of(data=data, max_bytes=settings.INTAKE_MAX_BYTES)
    waiting = IntakeItem.objects.filter(client_id=machine_id, status=IntakeItem.Status.WAITING)
    if waiting.count() >= MOST_WAITING:
        raise Refused(
            code="TOO_MUCH_WAITING",
            message=f"{MOST_WAITING} posts of yours wait for our analysts: post again later.",
        )
    item, _made = IntakeItem.objects.get_or_create(
        client_id=machine_id,
        sha256=sha256,
        defaults={
            "received": data,
            "received_at": at,
            "objects_received": [
                [one["id"], str(one.get("modified") or one.get("created") or "")[:40]]
                for one in found
            ],
        },
    )
    return item


def received_from(machine_id: int, item_id: UUID) -> Received | None:
    """What a program posted itself; None for what another posted."""
    item = IntakeItem.objects.filter(pk=item_id, client_id=machine_id).defer("received").first()
    return _received(item) if item else None


def _received(item: IntakeItem) -> Received:
    return Received(
        item.pk, item.received_at, [(id_, version) for id_, version in item.objects_received]
    )


@transaction.atomic
def make_draft(*, item_id: UUID, by: User, at: datetime) -> AdvisoryVersion:
    """A draft of what a partner brought, with markings suggested by its labels.

    `Refusal` with a sentence when it cannot be read; the item keeps waiting.
    """
    item = _waiting(item_id, by=by, at=at)
    try:
        read = read_objects(data=bytes(item.received), max_bytes=settings.INTAKE_MAX_BYTES)
    except Refused as refused:
        raise Incomplete(refused.message) from None
    version = draft_from(read, by=by, at=at)
    item.status, item.version = IntakeItem.Status.DRAFTED, version
    item.flags = [flag.to_json() for flag in read.flags]
    item.handled_by, item.handled_at = by, at
    item.save(update_fields=["status", "version", "flags", "handled_by", "handled_at"])
    record(
        at=at,
        actor=by.actor,
        action="intake.draft",
        target=f"intake:{item.pk}",
        outcome="drafted",
        detail={"version": str(version), "flags": sorted({flag.code for flag in read.flags})},
    )
    return version


@transaction.atomic
def dismiss(*, item_id: UUID, reason: str, by: User, at: datetime) -> IntakeItem:
    """Set it aside, with a reason. What was received stays."""
    item = _waiting(item_id, by=by, at=at)
    if not reason.strip():
        raise Incomplete(_("Say in a sentence why it is set aside."))
    item.status, item.reason = IntakeItem.Status.DISMISSED, reason.strip()
    item.handled_by, item.handled_at = by, at
    item.save(update_fields=["status", "reason", "handled_by", "handled_at"])
    record(
        at=at,
        actor=by.actor,
        action="intake.dismiss",
        target=f"intake:{item.pk}",
        outcome="dismissed",
    )
    return item


def _waiting(item_id: UUID, *, by: User, at: datetime) -> IntakeItem:
    if not may(by, Right.DRAFT, at=at):
        raise NotAllowed(_("Your role does not include this."))
    item = IntakeItem.objects.select_for_update().filter(pk=item_id).first()
    discarded = item is not None and item.status == item.Status.DRAFTED and item.version_id is None
    if item is None or not (discarded or item.status == IntakeItem.Status.WAITING):
        raise WrongStatus(_("Somebody has dealt with this already."))
    return item
