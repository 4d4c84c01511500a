"""What a reader may see at an instant, newest first. Written as SQL, once.

Top-k per group over a covering index: the cost follows the page, not the number of advisories,
whoever asks (measured: an ORM query with EXISTS walks the whole table for a reader who sees little).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from django.core import signing
from django.db import connection

from advisories.models import AdvisoryVersion, version_label
from law.vocabulary import Tlp
from sharing.access.clear import unclear
from sharing.access.readers import HELD, Reader
from sharing.errors import BadCursor
from sharing.facts.profiles import PUBLIC_DIGEST
from sharing.shared import Listed, Page, Tombstone

TLP = tuple(Tlp)
SALT = "sharing.access.inbox"
# Before the first page nothing is excluded; always a comparison, so that every plan can use it.
NEWEST = (datetime.max.replace(tzinfo=UTC), 2**63 - 1)


def inbox(reader: Reader, *, at: datetime, cursor: str | None = None, limit: int = 50) -> Page:
    """The newest version of each advisory that the reader may see. `BadCursor` when forged."""
    released_at, version_id = _position(cursor)
    with connection.cursor() as db:
        db.execute(
            _PAGE,
            {
                "organisation": reader.organisation_id,
                "person": reader.user_id,
                "at": at,
                "before": released_at,
                "before_version": version_id,
                "limit": limit + 1,
            },
        )
        rows = db.fetchall()
    more = len(rows) > limit
    rows = rows[:limit]
    items = clear_for(reader, (listed(row) for row in rows if not row[-1]), at=at)
    return Page(items, signing.dumps(_key(rows[-1]), salt=SALT) if more else None)


def clear_for(reader: Reader, items: Iterable[Listed], *, at: datetime) -> tuple[Listed, ...]:
    """Belt and braces: what is not TLP:CLEAR is kept back from the public, with an alarm."""
    return tuple(
        item
        for item in items
        if not reader.is_public
        or item.tlp is Tlp.CLEAR
        or not unclear(f"version {item.version_id}", at=at)
    )


def count(reader: Reader, *, at: datetime, cap: int = 1000) -> int:
    """How many advisories the reader may see, counted no further than `cap`."""
    with connection.cursor() as db:
        db.execute(
            _COUNT,
            {
                "organisation": reader.organisation_id,
                "person": reader.user_id,
                "at": at,
                "before": NEWEST[0],
                "before_version": NEWEST[1],
                "limit": cap,
            },
        )
        (found,) = db.fetchone()
    return int(found)


def permitted_sections(
    reader: Reader,
    *,
    at: datetime,
    advisory: str | None = None,
    versions: Collection[int] | None = None,
) -> dict[int, tuple[int, ...]]:
    """Section ids that the reader may view at `at`, by version id; of one advisory, or among some
    versions, when given."""
    with connection.cursor() as db:
        db.execute(
            _SECTIONS,
            {
                "organisation": reader.organisation_id,
                "person": reader.user_id,
                "at": at,
                "advisory": advisory,
                "versions": None if versions is None else list(versions),
            },
        )
        return {version: tuple(sections) for version, sections in db.fetchall()}


def kinds_and_labels(
    reader: Reader, *, at: datetime, versions: Collection[int] | None = None
) -> dict[int, tuple[str, Tlp]]:
    """By version (among some when given) of which the reader may see something: the kind of the
    advisory, and the strictest label among the sections it may see."""
    with connection.cursor() as db:
        db.execute(
            _KINDS_AND_LABELS,
            {
                "organisation": reader.organisation_id,
                "person": reader.user_id,
                "at": at,
                "versions": None if versions is None else list(versions),
            },
        )
        return {version: (kind, TLP[strictness]) for version, kind, strictness in db.fetchall()}


def withdrawn(
    reader: Reader, *, at: datetime, advisory: str | None = None
) -> tuple[Tombstone, ...]:
    """Advisories that the reader could see until they were withdrawn, newest first, at most 200."""
    with connection.cursor() as db:
        db.execute(
            _TOMBSTONES,
            {
                "organisation": reader.organisation_id,
                "person": reader.user_id,
                "at": at,
                "advisory": advisory,
            },
        )
        return tuple(Tombstone(*row) for row in db.fetchall())


def _key(row: Any) -> list[Any]:
    return [row[0].isoformat(), row[1]]


def _position(cursor: str | None) -> tuple[datetime, int]:
    if cursor is None:
        return NEWEST
    try:
        instant, version_id = signing.loads(cursor, salt=SALT)
        return datetime.fromisoformat(instant), int(version_id)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadCursor(cursor[:40]) from None


def listed(row: Any) -> Listed:
    """One row of `_PAGE`, or of another query that selects the same."""
    (
        released_at,
        version_id,
        lead,
        strictness,
        advisory,
        kind,
        number,
        title,
        probability,
        damage,
        _superseded,
    ) = row
    return Listed(
        advisory=advisory,
        version=version_label(number),
        version_id=version_id,
        kind=kind,
        title=title if lead else None,
        level=f"{probability}/{damage}" if lead else None,
        urgent=(probability == damage == AdvisoryVersion.Level.HIGH) if lead else None,
        tlp=TLP[strictness],
        released_at=released_at,
    )


def valid(alias: str) -> str:
    """SQL: the grant holds at `at`."""
    return (
        f"{alias}.valid_from <= %(at)s"
        f" AND ({alias}.valid_until IS NULL OR {alias}.valid_until > %(at)s)"
    )


def _top(table: str, holder: str) -> str:
    """The newest versions of one holder with what the list tells of them."""
    return f"""
    SELECT g.released_at, g.version_id, max(g.advisory_id) AS advisory_id,
           bool_or(g.lead) AS lead, max(g.strictness) AS strictness
      FROM {table} g
     WHERE g.{holder} AND g.newest AND {valid("g")}
       AND (g.released_at, g.version_id) < (%(before)s, %(before_version)s)
     GROUP BY g.released_at, g.version_id
     ORDER BY g.released_at DESC, g.version_id DESC
     LIMIT %(limit)s"""  # noqa: S608 (constants of this module only)


# The last column tells that another holder of the same reader has a newer version.
_PAGE = f"""
WITH held AS MATERIALIZED ({HELD}), candidates AS (
  SELECT top.* FROM held
   CROSS JOIN LATERAL ({_top("sharing_grant", "group_id = held.id")}) top
  UNION ALL
  ({_top("sharing_personalgrant", "user_id = %(person)s")})
), page AS (
  SELECT released_at, version_id, max(advisory_id) AS advisory_id,
         bool_or(lead) AS lead, max(strictness) AS strictness
    FROM candidates
   GROUP BY released_at, version_id
   ORDER BY released_at DESC, version_id DESC
   LIMIT %(limit)s
)
SELECT p.released_at, p.version_id, p.lead, p.strictness,
       a.number, a.kind, v.number, v.title, v.probability, v.damage,
       EXISTS (SELECT FROM sharing_grant n
                WHERE n.advisory_id = p.advisory_id AND n.group_id = ANY(ARRAY(SELECT id FROM held))
                  AND n.version_id > p.version_id AND {valid("n")})
       OR EXISTS (SELECT FROM sharing_personalgrant n
                WHERE n.advisory_id = p.advisory_id AND n.user_id = %(person)s
                  AND n.version_id > p.version_id AND {valid("n")})
  FROM page p
  JOIN advisories_advisoryversion v ON v.id = p.version_id
  JOIN advisories_advisory a ON a.id = v.advisory_id
 ORDER BY p.released_at DESC, p.version_id DESC
"""  # noqa: S608 (constants of this module only)

_COUNT = f"""
WITH held AS MATERIALIZED ({HELD})
SELECT least(count(DISTINCT advisory_id), %(limit)s) FROM (
  SELECT top.advisory_id FROM held
   CROSS JOIN LATERAL ({_top("sharing_grant", "group_id = held.id")}) top
  UNION ALL
  (SELECT top.advisory_id FROM ({_top("sharing_personalgrant", "user_id = %(person)s")}) top)
) seen
"""  # noqa: S608 (constants of this module only)

_SECTIONS = f"""
WITH held AS MATERIALIZED ({HELD})
SELECT version_id, array_agg(DISTINCT section_id ORDER BY section_id) FROM (
  SELECT g.version_id, g.section_id FROM sharing_grant g
    JOIN advisories_advisory a ON a.id = g.advisory_id
   WHERE g.group_id = ANY(ARRAY(SELECT id FROM held)) AND {valid("g")}
     AND (%(advisory)s::text IS NULL OR a.number = %(advisory)s)
     AND (%(versions)s::bigint[] IS NULL OR g.version_id = ANY(%(versions)s))
  UNION ALL
  SELECT g.version_id, g.section_id FROM sharing_personalgrant g
    JOIN advisories_advisory a ON a.id = g.advisory_id
   WHERE g.user_id = %(person)s AND {valid("g")}
     AND (%(advisory)s::text IS NULL OR a.number = %(advisory)s)
     AND (%(versions)s::bigint[] IS NULL OR g.version_id = ANY(%(versions)s))
) open_to GROUP BY version_id ORDER BY version_id DESC
"""  # noqa: S608 (constants of this module only)

_KINDS_AND_LABELS = f"""
WITH held AS MATERIALIZED ({HELD}), visible AS (
  SELECT g.advisory_id, g.version_id, max(g.strictness) AS strictness FROM (
    SELECT g.advisory_id, g.version_id, g.strictness FROM sharing_grant g
     WHERE g.group_id = ANY(ARRAY(SELECT id FROM held)) AND {valid("g")}
       AND (%(versions)s::bigint[] IS NULL OR g.version_id = ANY(%(versions)s))
    UNION ALL
    SELECT g.advisory_id, g.version_id, g.strictness FROM sharing_personalgrant g
     WHERE g.user_id = %(person)s AND {valid("g")}
       AND (%(versions)s::bigint[] IS NULL OR g.version_id = ANY(%(versions)s))
  ) g GROUP BY g.advisory_id, g.version_id
)
SELECT v.version_id, a.kind, v.strictness
  FROM visible v JOIN advisories_advisory a ON a.id = v.advisory_id
"""  # noqa: S608 (constants of this module only)

# Who could see it at the instant of the withdrawal, and not who has joined such an audience since.
_TOMBSTONES = f"""
WITH held AS MATERIALIZED (
  SELECT held.id, held.since, held.until
    FROM recipients_organisation o
    LEFT JOIN sharing_audiencemembership m ON m.organisation_id = o.id
    LEFT JOIN sharing_audience a ON a.id = m.audience_id
   CROSS JOIN LATERAL (VALUES (o.group_id, o.active_from, NULL::timestamptz),
                              (a.group_id, m.valid_from, m.valid_until)) held(id, since, until)
   WHERE o.id = %(organisation)s AND o.active_from <= %(at)s
     AND (o.active_until IS NULL OR o.active_until > %(at)s)
  UNION ALL
  SELECT a.group_id, '-infinity', NULL FROM sharing_audience a
   WHERE %(organisation)s::uuid IS NULL AND a.digest = '{PUBLIC_DIGEST}'
)
SELECT DISTINCT a.number, r.withdrawn_at, r.withdrawal_reason
  FROM sharing_endedgrant e
  JOIN advisories_advisory a ON a.id = e.advisory_id
  JOIN sharing_release r ON r.version_id = e.version_id
 WHERE e.reason = 'withdrawn' AND e.ended_at = r.withdrawn_at
   AND (%(advisory)s::text IS NULL OR a.number = %(advisory)s)
   AND (e.person_id = %(person)s AND EXISTS (SELECT FROM held)
        OR EXISTS (SELECT FROM held
                    WHERE held.id = e.group_id AND held.since < r.withdrawn_at
                      AND (held.until IS NULL OR held.until >= r.withdrawn_at)))
 ORDER BY r.withdrawn_at DESC LIMIT 200
"""  # noqa: S608 (a constant of our own modules)
