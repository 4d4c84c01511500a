"""Preflight: do the keys and endpoints that we rely on still work? Asked before it matters."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from audit.services import record
from recipients.certificates import BadKey, check
from recipients.models import ContactKey, KeyReminder, WebhookEndpoint
from sharing import channels
from sharing.alarms import raise_alarm
from sharing.channels.contract import Outcome, Parcel, Result, Unreachable
from sharing.delivery import circuits
from sharing.delivery.addressees import opened
from sharing.models import Alarm
from sharing.renditions import mail

ACTOR = "system:preflight"
REMIND = (60, 30, 7)  # days before a key ends
ANSWER_SECONDS = 60.0
REMINDERS = UUID("6f1d7d0e-4e0a-4b6e-9d5e-0f6f0a7a9c10")  # namespace of their Message-IDs
PINGS = UUID("f3f0c5c4-1c86-4d8f-8a43-5a2c7f9a2c11")


@dataclass(frozen=True, slots=True)
class Found:
    """What preflight found, in numbers."""

    keys: int
    faulty: int
    reminded: int
    endpoints: int
    silent: int


def preflight(*, at: datetime) -> Found:
    """Look at every key and endpoint in use. Safe to run any number of times."""
    keys = list(ContactKey.objects.filter(ended_at=None).select_related("contact__organisation"))
    faulty = sum(_look_at(key, at=at) for key in keys)
    for key in keys:
        _remind(key, at=at)
    reminded = _send_reminders(at=at)
    endpoints, silent = challenge(at=at)
    return Found(len(keys), faulty, reminded, endpoints, silent)


def _look_at(key: ContactKey, *, at: datetime) -> bool:
    """Whether the key is of no use now; an alarm when it was before."""
    try:
        check(bytes(key.material), address=key.contact.email, at=at)
        fault = ""
    except BadKey as bad:
        fault = bad.fault.value
    with transaction.atomic():
        ContactKey.objects.filter(pk=key.pk).update(fault=fault, checked_at=at)
        if fault and key.confirmed_at is not None and key.fault != fault:
            raise_alarm(
                kind=Alarm.Kind.KEY_UNUSABLE,
                subject=f"{key.kind} key {key.pk} of contact {key.contact_id}: {fault}",
                at=at,
            )
    key.fault = fault
    return bool(fault)


def _remind(key: ContactKey, *, at: datetime) -> None:
    """A reminder is owed once for each of REMIND: the closest that applies, never all at once."""
    if key.confirmed_at is None or key.expires_at is None or not key.contact.active:
        return
    days = (key.expires_at - at).days
    due = [one for one in REMIND if days <= one]
    if not due:
        return
    with transaction.atomic():
        _reminder, new = KeyReminder.objects.get_or_create(
            key=key, days=min(due), defaults={"raised_at": at}
        )
        if new:
            raise_alarm(
                kind=Alarm.Kind.KEY_EXPIRES,
                subject=f"{key.kind} key {key.pk} of contact {key.contact_id}: {min(due)} days",
                at=at,
            )


def _send_reminders(*, at: datetime) -> int:
    """Mail what is owed; what the server does not take stays owed until the next run."""
    owed = list(
        KeyReminder.objects.filter(sent_at=None, key__ended_at=None, key__contact__active=True)
        .select_related("key__contact")
        .order_by("pk")[:500]
    )
    parcels = [parcel for parcel in (_reminder_mail(one, at=at) for one in owed) if parcel]
    if not parcels:
        return 0
    sent = 0
    try:
        with channels.sender("email").session() as session:
            until = time.monotonic() + ANSWER_SECONDS
            for key, result in session.hand_over(parcels, stop_at=until):
                if result.outcome is Outcome.HANDED_OVER:
                    KeyReminder.objects.filter(pk=key).update(sent_at=at)
                    sent += 1
    except Unreachable:
        return sent
    record(at=at, actor=ACTOR, action="key.remind", target="contacts", detail={"sent": sent})
    return sent


def _reminder_mail(reminder: KeyReminder, *, at: datetime) -> Parcel[int] | None:
    key, contact = reminder.key, reminder.key.contact
    try:
        address = mail.mailbox(contact.email)
    except mail.BadAddress:
        return None  # a notice to it has failed loudly
    made = mail.key_ends(
        kind=key.get_kind_display(),
        fingerprint=key.fingerprint.upper(),
        days=reminder.days,
        language=contact.language,
        at=at,
    )
    name = mail.message_id(uuid5(REMINDERS, str(reminder.pk)))
    return Parcel(
        reminder.pk, address, made.to(name=contact.name, address=address, message_id=name)
    )


def challenge(*, at: datetime, waiting: bool = False) -> tuple[int, int]:
    """Call every endpoint that waits for it or is in use, or only those that wait, with a ping that
    says nothing. Hosts that are left alone for a while are.

    2xx puts a waiting one in use; how many were called, and how many did not answer so.
    """
    statuses = ["challenged"] if waiting else ["challenged", "active"]
    rows = {row.pk: row for row in WebhookEndpoint.objects.filter(status__in=statuses)}
    resting = circuits.open_now([row.host for row in rows.values()], at=at)
    called = [row for row in rows.values() if row.host not in resting]
    if not called:
        return 0, len(rows)
    silent = len(rows) - len(called)
    with channels.sender("webhook").session() as session:
        until = time.monotonic() + ANSWER_SECONDS
        for pk, result in session.hand_over(_pings(called, at=at), stop_at=until):
            silent += not _answered(rows[pk], result, at=at)
    return len(called), silent


def _pings(rows: Sequence[WebhookEndpoint], *, at: datetime) -> list[Parcel[int]]:
    from sharing.channels.webhook.build import ping  # noqa: PLC0415 -- with the channel

    body = ping(at=at)
    return [
        Parcel(row.pk, str(uuid5(PINGS, f"{row.pk} {at.isoformat()}")), body, opened(row, at=at))
        for row in rows
    ]


def _answered(row: WebhookEndpoint, result: Result, *, at: datetime) -> bool:
    with transaction.atomic():
        circuits.note([(row.host, result.outcome)], at=at)
        mine = WebhookEndpoint.objects.filter(pk=row.pk, status__in=["challenged", "active"])
        if result.outcome is Outcome.HANDED_OVER:
            mine.update(status="active", answered_at=at, why="")
            if row.status == row.Status.CHALLENGED:
                record(
                    at=at,
                    actor=ACTOR,
                    action="endpoint.answered",
                    target=str(row.organisation_id),
                    detail={"endpoint": row.pk},
                )
            return True
        why = f"{result.code or ''} {result.answer}".strip()[:200]
        mine.update(why=why)
        if result.outcome is Outcome.REFUSED:
            circuits.suspend(row.pk, code=result.code, at=at)
    return False
