"""Alarms: things that must not pass in silence. One open alarm per kind and subject."""

import logging
from datetime import datetime

from django.db import transaction

from audit.services import record
from law.vocabulary import Code
from sharing.models import Alarm

log = logging.getLogger(__name__)


def raise_alarm(
    *, kind: Alarm.Kind, subject: str, at: datetime, release_id: int | None = None
) -> None:
    """Open an alarm, unless the same one is open already. `subject` carries ids, no content.

    Who repeats what raised it, an anonymous visitor perhaps, writes nothing more.
    """
    if Alarm.objects.filter(kind=kind, subject=subject, resolved_at=None).exists():
        return
    with transaction.atomic():
        Alarm.objects.bulk_create(
            [Alarm(kind=kind, subject=subject, raised_at=at, release_id=release_id)],
            ignore_conflicts=True,
        )
        record(at=at, actor="system:alarm", action=f"alarm.{kind.value}", target=subject)
    log.error("alarm %s: %s", kind.value, subject)


def resolve_alarm(alarm: Alarm, *, at: datetime) -> None:
    """What it was about is no longer so."""
    with transaction.atomic():
        if Alarm.objects.filter(pk=alarm.pk, resolved_at=None).update(resolved_at=at):
            record(
                at=at,
                actor="system:alarm",
                action=f"alarm.{alarm.kind}",
                target=alarm.subject,
                outcome="resolved",
            )


def verdict_differs(*, section_id: int, reader: str, code: Code, at: datetime) -> None:
    """A grant says yes and the law of this moment says no."""
    raise_alarm(
        kind=Alarm.Kind.VERDICT_DIFFERS,
        subject=f"section {section_id} for {reader}: {code.value}",
        at=at,
    )
