"""Passing on (doorgeven): a reader asks for another marking, and staff answer in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from advisories.errors import Incomplete, NotAllowed, WrongStatus
from advisories.services.keeping_out import on_record, refuse_classified
from audit.services import record
from law.vocabulary import Code
from recipients.models import User
from recipients.roles import Right, may
from sharing import access
from sharing.models import RemarkRequest
from sharing.shared import Shared


@dataclass(frozen=True, slots=True)
class Asked:
    """What one organisation asked about a section, and what it was answered."""

    at: datetime
    answer: str  # empty while nobody answered


@on_record
@transaction.atomic
def ask(
    *, number: str, version: str | None, section_id: int, reason: str, by: User, at: datetime
) -> RemarkRequest:
    """Ask for a section that the reader holds and may not pass on to be marked anew.

    `NotShared` when the reader does not hold it, whatever the cause; `Incomplete`, `WrongStatus`.
    """
    shared = access.open_advisory(access.reader_of(by), number=number, version=version, at=at)
    section = next((one for one in shared.sections if one.id == section_id), None)
    if section is None:
        raise access.NotShared
    if section.onward is Code.OK:
        raise WrongStatus(_("You may pass this section on already."))
    refuse_classified(reason, target=f"{shared.advisory} [{shared.version}]")
    if not reason.strip():
        raise Incomplete(_("Say for whom you need it, and why."))
    assert by.organisation_id is not None  # `reader_of` saw to it
    try:
        with transaction.atomic():
            made = RemarkRequest.objects.create(
                section_id=section_id,
                organisation_id=by.organisation_id,
                asked_by=by,
                asked_at=at,
                reason=reason.strip(),
            )
    except IntegrityError as error:
        raise WrongStatus(
            _("Your organisation asked this already; it is being looked at.")
        ) from error
    record(
        at=at,
        actor=by.actor,
        action="onward.ask",
        target=f"{shared.advisory} [{shared.version}]",
        outcome=section.onward.value,
        detail={"request": made.pk, "section": section_id},
    )
    return made


@on_record
@transaction.atomic
def answer(*, request_id: int, answer: str, by: User, at: datetime) -> RemarkRequest:
    """Answer in words; a new marking takes a revision. `DoesNotExist` for an unknown request."""
    if not may(by, Right.DRAFT, at=at):
        raise NotAllowed(_("Your role does not include this."))
    found = RemarkRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request_id)
    if found.answered_at is not None:
        raise WrongStatus(_("This was answered already."))
    refuse_classified(answer, target=str(found.section.version))
    if not answer.strip():
        raise Incomplete(_("Write an answer; the organisation that asked reads it."))
    found.answer, found.answered_by, found.answered_at = answer.strip(), by, at
    found.save(update_fields=["answer", "answered_by", "answered_at"])
    record(at=at, actor=by.actor, action="onward.answer", target=str(found.section.version))
    return found


def asked_of(shared: Shared, *, by: User) -> dict[int, Asked]:
    """By section id, the newest request of the reader's organisation about what it holds."""
    assert by.organisation_id is not None  # `shared` came through the door
    rows = RemarkRequest.objects.filter(
        section_id__in=[section.id for section in shared.sections],
        organisation_id=by.organisation_id,
    ).order_by("pk")
    return {row.section_id: Asked(row.asked_at, row.answer) for row in rows}
