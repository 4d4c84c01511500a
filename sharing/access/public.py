"""Everyone as a reader: an audience of its own, whose only capacity is PUBLIC.

What is public is what the law allows for that audience, decided at the release as for any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from advisories.models import AdvisoryVersion
from audit.services import record
from law.facts import Recipient
from law.verdict import Verdict
from law.vocabulary import Capacity
from sharing import judging
from sharing.access.opening import build
from sharing.alarms import verdict_differs
from sharing.errors import NotShared, Withdrawn
from sharing.facts.matter import Matter
from sharing.facts.profiles import digest
from sharing.shared import Shared, Tombstone

PROFILE = Recipient(capacities=frozenset({Capacity.PUBLIC}))


@dataclass(frozen=True, slots=True)
class Public:
    """Anyone at all."""

    actor: str = "public"


def the_public() -> Public:
    return Public()


def sections(*, at: datetime, advisory: str | None = None) -> dict[int, tuple[int, ...]]:
    """Section ids that everyone may view at `at`, by version id, newest first."""
    with connection.cursor() as db:
        db.execute(_SECTIONS, {"digest": digest(PROFILE), "at": at, "advisory": advisory})
        return {version: tuple(found) for version, found in db.fetchall()}


def withdrawn(*, at: datetime, advisory: str | None = None) -> tuple[Tombstone, ...]:
    """What everyone could see until it was withdrawn, newest first, at most 200."""
    with connection.cursor() as db:
        db.execute(_TOMBSTONES, {"digest": digest(PROFILE), "at": at, "advisory": advisory})
        return tuple(Tombstone(*row) for row in db.fetchall())


def open_newest(*, number: str, at: datetime) -> Shared:
    """The newest public version, judged again. `NotShared`, or `Withdrawn` when it was public."""
    held = sections(at=at, advisory=number)
    versions = AdvisoryVersion.objects.select_related("advisory").in_bulk(held)
    verdicts: dict[int, Verdict] = {}
    matter = None
    if held:
        newest = max(held)
        matter = Matter.load(versions[newest], at=at)
        verdicts = _judged(matter, frozenset(held[newest]))
    stones = () if held else withdrawn(at=at, advisory=number)
    record(
        at=at,
        actor="public",
        action="advisory.open",
        target=str(matter.version) if matter else number,
        outcome="allow" if verdicts else "WITHDRAWN" if stones else "NOT_SHARED",
        detail={"sections": {pk: [v.code, v.regime, *v.rules] for pk, v in verdicts.items()}},
    )
    if stones:
        raise Withdrawn(stones[0])
    if matter is None or not verdicts:
        raise NotShared
    return build(matter, verdicts, labels=tuple(versions[pk].label for pk in held))


def _judged(matter: Matter, held: frozenset[int]) -> dict[int, Verdict]:
    rulings = [r for r in judging.for_audiences(matter, [PROFILE]) if r.section_id in held]
    for ruling in rulings:
        if not ruling.verdict.allowed:
            verdict_differs(
                section_id=ruling.section_id,
                reader="public",
                code=ruling.verdict.code,
                at=matter.at,
            )
    return {r.section_id: r.verdict for r in rulings if r.verdict.allowed}


_SECTIONS = """
SELECT g.version_id, array_agg(g.section_id ORDER BY g.section_id)
  FROM sharing_grant g
  JOIN sharing_audience p ON p.group_id = g.group_id AND p.digest = %(digest)s
  JOIN advisories_advisory a ON a.id = g.advisory_id
 WHERE g.valid_from <= %(at)s AND (g.valid_until IS NULL OR g.valid_until > %(at)s)
   AND (%(advisory)s::text IS NULL OR a.number = %(advisory)s)
 GROUP BY g.version_id ORDER BY g.version_id DESC
"""

_TOMBSTONES = """
SELECT DISTINCT a.number, r.withdrawn_at, r.withdrawal_reason
  FROM sharing_endedgrant e
  JOIN sharing_audience p ON p.group_id = e.group_id AND p.digest = %(digest)s
  JOIN advisories_advisory a ON a.id = e.advisory_id
  JOIN sharing_release r ON r.version_id = e.version_id
 WHERE e.reason = 'withdrawn' AND e.ended_at = r.withdrawn_at AND r.withdrawn_at <= %(at)s
   AND (%(advisory)s::text IS NULL OR a.number = %(advisory)s)
 ORDER BY r.withdrawn_at DESC LIMIT 200
"""
