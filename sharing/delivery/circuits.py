"""What calls to endpoints have shown: hosts to leave alone for a while, endpoints that are gone.

Every worker sees it, so one host in trouble costs each call of it once and the others nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from audit.services import record
from recipients.models import WebhookEndpoint
from sharing.alarms import raise_alarm
from sharing.channels.contract import Outcome
from sharing.models import Alarm, Circuit

OPENS_AT = 3  # failures in a row
FIRST = timedelta(seconds=60)  # that a host is left alone; doubled with each failure since
LONGEST = timedelta(minutes=30)
AILING = frozenset({Outcome.DEFERRED, Outcome.LOST, Outcome.UNREACHED})


def open_now(hosts: Iterable[str], *, at: datetime) -> dict[str, datetime]:
    """The hosts that are left alone, and until when."""
    rows = Circuit.objects.filter(host__in=set(hosts), failures__gte=OPENS_AT, open_until__gt=at)
    return dict(rows.values_list("host", "open_until"))


def note(seen: Sequence[tuple[str, Outcome]], *, at: datetime) -> None:
    """Count what became of calls to each host, in the caller's transaction."""
    for host in sorted({host for host, _ in seen}):
        outcomes = [outcome for one, outcome in seen if one == host]
        row = Circuit.objects.select_for_update().filter(host=host).first()
        failures = row.failures if row else 0
        for outcome in outcomes:
            failures = failures + 1 if outcome in AILING else 0
        if not failures:
            if row:
                row.delete()
                _well(host, at=at)
            continue
        opens = failures >= OPENS_AT
        pause = min(FIRST * 2 ** min(failures - OPENS_AT, 10), LONGEST) if opens else timedelta()
        Circuit.objects.update_or_create(
            host=host, defaults={"failures": failures, "open_until": at + pause}
        )
        if opens:
            _ails(host, at=at)


def suspend(endpoint_id: int, *, code: int | None, at: datetime) -> None:
    """Nobody lives there any more: nothing more is owed to it until two people say otherwise."""
    changed = WebhookEndpoint.objects.filter(
        pk=endpoint_id, status__in=["challenged", "active"]
    ).update(status="suspended", suspended_at=at, why=f"answered {code}")
    if changed:
        subject = f"webhook {endpoint_id} was suspended: it answered {code}"
        raise_alarm(kind=Alarm.Kind.ENDPOINT_AILS, subject=subject, at=at)


def _ails(host: str, *, at: datetime) -> None:
    subject = _subject(host)
    if not Alarm.objects.filter(
        kind=Alarm.Kind.ENDPOINT_AILS, subject=subject, resolved_at=None
    ).exists():
        raise_alarm(kind=Alarm.Kind.ENDPOINT_AILS, subject=subject, at=at)


def _well(host: str, *, at: datetime) -> None:
    ended = Alarm.objects.filter(
        kind=Alarm.Kind.ENDPOINT_AILS, subject=_subject(host), resolved_at=None
    ).update(resolved_at=at)
    if ended:
        record(at=at, actor="system:delivery", action="alarm.resolved", target=_subject(host))


def _subject(host: str) -> str:
    """By the number of its first endpoint: the name of a host tells whose it is."""
    first = WebhookEndpoint.objects.filter(host=host).order_by("pk").values_list("pk", flat=True)
    return f"the host of webhook {first[0]} takes no calls"
