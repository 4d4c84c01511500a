"""Taking owed messages and settling them: a lease, a fencing number, guarded updates.

`attempts` is the fencing number: a worker may settle a delivery only under the number that it
claimed, so one that was thought dead changes nothing when it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Min

from sharing.models import Delivery, DeliveryAttempt

BATCH = 500  # deliveries a claim
LEASE = timedelta(minutes=2)  # a worker that died is taken over after this


Addressee = tuple[int | None, int | None]  # a contact, or an endpoint


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery in our hands until the lease ends."""

    id: UUID
    release_id: int
    contact_id: int | None  # or an endpoint
    kind: str
    number: int  # the fencing number
    channel: str = "email"
    endpoint_id: int | None = None
    organisation_id: UUID | None = None

    @property
    def addressee(self) -> Addressee:
        return self.contact_id, self.endpoint_id


@dataclass(frozen=True, slots=True)
class Settled:
    """How one attempt ended. `due_at`: when to try again; set for PENDING only."""

    claimed: Claimed
    status: Delivery.Status
    outcome: str
    code: int | None = None
    answer: str = ""
    due_at: datetime | None = None
    channel: str = ""  # how it went out


MAIL = ("email", "openpgp", "smime")


def anything_due(*, at: datetime, channels: Sequence[str] = MAIL) -> bool:
    """Whether a claim would find something."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM sharing_delivery WHERE {_DUE})",  # noqa: S608
            {"at": at, "channels": list(channels)},
        )
        return bool(cursor.fetchone()[0])


def claim(*, at: datetime, channels: Sequence[str] = MAIL) -> list[Claimed]:
    """Take up to BATCH due deliveries, all urgent or none urgent; committed at once.

    Urgent ones first, longest due first. Due is what is pending, and what a worker took and did
    not settle within its lease.
    """
    return _claim(at=at, urgent=True, channels=channels) or _claim(
        at=at, urgent=False, channels=channels
    )


def _claim(*, at: datetime, urgent: bool, channels: Sequence[str]) -> list[Claimed]:
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "at": at,
                "until": at + LEASE,
                "limit": BATCH,
                "urgent": urgent,
                "channels": list(channels),
            },
        )
        rows = sorted(cursor.fetchall())  # RETURNING keeps no order
    return [Claimed(*row[1:]) for row in rows]


_DUE = """
channel = ANY(%(channels)s) AND status IN ('pending', 'sending') AND due_at <= %(at)s AND (status = 'pending' OR lease_until <= %(at)s)
"""
# ARRAY(…) is worked out once; a plain IN may be planned as a join that locks again and again.
_CLAIM = f"""
UPDATE sharing_delivery
   SET status = 'sending', lease_until = %(until)s, attempts = attempts + 1
 WHERE id = ANY(ARRAY(
   SELECT id FROM sharing_delivery
    WHERE urgent = %(urgent)s AND {_DUE}
    ORDER BY due_at LIMIT %(limit)s
      FOR NO KEY UPDATE SKIP LOCKED))
RETURNING due_at, id, release_id, contact_id, kind, attempts, channel, endpoint_id,
          organisation_id
"""  # noqa: S608 -- constants only


def settle(settled: Sequence[Settled], *, at: datetime) -> frozenset[UUID]:
    """Write the ends of attempts, and the attempts themselves. Returns the deliveries that moved.

    A delivery that another worker took meanwhile keeps what that worker makes of it; that this
    attempt was made stays on record all the same. Runs in the caller's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE,
            {
                "ids": [one.claimed.id for one in settled],
                "numbers": [one.claimed.number for one in settled],
                "statuses": [one.status.value for one in settled],
                "due": [one.due_at for one in settled],
                "outcomes": [one.outcome for one in settled],
                "codes": [one.code for one in settled],
                "answers": [one.answer for one in settled],
                "channels": [one.channel for one in settled],
                "at": at,
            },
        )
        return frozenset(row[0] for row in cursor.fetchall())


_SETTLE = """
WITH ended AS (
  SELECT * FROM unnest(%(ids)s::uuid[], %(numbers)s::int[], %(statuses)s::text[],
      %(due)s::timestamptz[], %(outcomes)s::text[], %(codes)s::smallint[], %(answers)s::text[],
      %(channels)s::text[])
    AS e(id, number, status, due_at, outcome, code, answer, channel)
), recorded AS (
  INSERT INTO sharing_deliveryattempt (delivery_id, number, at, outcome, smtp_code, answer, channel)
  SELECT id, number, %(at)s, outcome, code, answer, channel FROM ended
)
UPDATE sharing_delivery d
   SET status = e.status, lease_until = NULL, due_at = coalesce(e.due_at, d.due_at),
       handed_over_at = CASE WHEN e.status = 'handed_over' THEN %(at)s END
  FROM ended e
 WHERE d.id = e.id AND d.attempts = e.number AND d.status = 'sending'
RETURNING d.id
"""


def put_back(claimed: Iterable[Claimed], *, due_at: datetime | None = None) -> None:
    """Give back what was not tried: owed as before, from `due_at` on when given. No attempt."""
    rows = list(claimed)
    if not rows:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _PUT_BACK,
            {"ids": [r.id for r in rows], "numbers": [r.number for r in rows], "due": due_at},
        )


_PUT_BACK = """
UPDATE sharing_delivery d
   SET status = 'pending', lease_until = NULL, due_at = coalesce(%(due)s, d.due_at)
  FROM unnest(%(ids)s::uuid[], %(numbers)s::int[]) AS e(id, number)
 WHERE d.id = e.id AND d.attempts = e.number AND d.status = 'sending'
"""


# A notice `d` that may have arrived: handed over, or tried in a way whose end nobody knows (a worker
# that died, a connection that broke, an endpoint that took it and then stumbled). A try that was
# withheld, that reached nobody, or that was answered with a refusal told nobody.
MAY_HAVE_ARRIVED = """
d.kind = 'notice' AND d.attempts > (
  SELECT count(*) FROM sharing_deliveryattempt t
   WHERE t.delivery_id = d.id
     AND (t.outcome IN ('withheld', 'recalled', 'refused', 'unreached')
          OR (t.outcome = 'deferred' AND t.smtp_code IS NOT NULL AND t.channel <> 'webhook')))
"""


def told(*, advisory_id: int, owed: Iterable[Claimed]) -> frozenset[Addressee]:
    """Those of the addressees to whom a notice about any version of the advisory may have gone."""
    return _with_notices(_TOLD, advisory_id, owed)


def on_its_way(*, advisory_id: int, owed: Iterable[Claimed]) -> frozenset[Addressee]:
    """Those of the addressees for whom some worker has a notice about the advisory in hand."""
    return _with_notices(_ON_ITS_WAY, advisory_id, owed)


def _with_notices(sql: str, advisory_id: int, owed: Iterable[Claimed]) -> frozenset[Addressee]:
    contacts = [one.contact_id for one in owed if one.contact_id is not None]
    endpoints = [one.endpoint_id for one in owed if one.endpoint_id is not None]
    with connection.cursor() as cursor:
        cursor.execute(sql, {"advisory": advisory_id, "contacts": contacts, "endpoints": endpoints})
        return frozenset((row[0], row[1]) for row in cursor.fetchall())


_NOTICES = """
SELECT DISTINCT d.contact_id, d.endpoint_id
  FROM sharing_delivery d
  JOIN sharing_release r ON r.id = d.release_id
  JOIN advisories_advisoryversion v ON v.id = r.version_id
 WHERE v.advisory_id = %(advisory)s
   AND (d.contact_id = ANY(%(contacts)s) OR d.endpoint_id = ANY(%(endpoints)s))
   AND """
_TOLD = _NOTICES + MAY_HAVE_ARRIVED
_ON_ITS_WAY = _NOTICES + "d.kind = 'notice' AND d.status = 'sending'"


@dataclass(frozen=True, slots=True)
class Tries:
    """What was tried before: how often, and since when."""

    count: int
    since: datetime


def tried(claimed: Iterable[Claimed]) -> dict[UUID, Tries]:
    """Earlier attempts of those that are not at their first, in one query at most."""
    again = [one.id for one in claimed if one.number > 1]
    if not again:
        return {}
    rows: Any = (
        DeliveryAttempt.objects.filter(delivery_id__in=again)
        .values_list("delivery_id")
        .annotate(count=Count("id"), since=Min("at"))
    )
    return {pk: Tries(count, since) for pk, count, since in rows}
