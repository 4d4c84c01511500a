"""The feed as one reader may see it: lossless, in commit order, with tombstones.

Every event that matters to a reader comes once, at one position. What it says is the state of
now: a version that the reader may open, or a tombstone for one that it may open no longer.
Nothing is said of a version that the reader could never see.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from advisories.models import version_label
from sharing.access.readers import HELD, Reader
from sharing.models import FeedEvent


@dataclass(frozen=True, slots=True)
class Change:
    """One event. `open`: the reader may open the version now, and should fetch it anew."""

    position: int
    event: str  # sharing.models.FeedEvent.Kind
    advisory: str
    version: str
    version_id: int
    at: datetime
    added_at: datetime  # rises with the position
    open: bool
    reason: str | None  # of a recall, in words


@dataclass(frozen=True, slots=True)
class Changes:
    """Oldest first. Ask again with `since=next`; at once when `more`."""

    items: tuple[Change, ...]
    next: int
    more: bool


def changes(reader: Reader, *, since: int, limit: int, at: datetime) -> Changes:
    """What happened after position `since` to what the reader may see, or could see until then.

    `next` is the position of the last item: positions of what others may see are not told.
    """
    with connection.cursor() as db:
        db.execute(
            _CHANGES,
            {
                "organisation": reader.organisation_id,
                "person": reader.user_id,
                "at": at,
                "since": since,
                "limit": limit + 1,
            },
        )
        rows = db.fetchall()
    items = tuple(
        Change(
            position=position,
            event=event,
            advisory=advisory,
            version=version_label(number),
            version_id=version_id,
            at=instant,
            added_at=added_at,
            open=is_open,
            reason=reason,
        )
        for (
            position,
            event,
            advisory,
            version_id,
            number,
            instant,
            added_at,
            is_open,
            reason,
        ) in rows[:limit]
    )
    return Changes(items, items[-1].position if items else since, len(rows) > limit)


def newest(
    reader: Reader, *, versions: Collection[int], at: datetime
) -> dict[int, tuple[int, datetime]]:
    """The last event that `changes` tells the reader of each of these versions: its position and
    when it was added. What the reader may see of a version has stood since then."""
    with connection.cursor() as db:
        db.execute(
            _NEWEST,
            {
                "organisation": reader.organisation_id,
                "person": reader.user_id,
                "at": at,
                "versions": list(versions),
            },
        )
        return {version: (position, added_at) for version, position, added_at in db.fetchall()}


def position_at(instant: datetime) -> tuple[int, datetime] | None:
    """The last event added at `instant` or before, whoever it was for: a place to begin after,
    never to be told."""
    return (
        FeedEvent.objects.filter(added_at__lte=instant)
        .order_by("-added_at")
        .values_list("position", "added_at")
        .first()
    )


# `was`: every group whose grants the organisation ever held, and from when until when. A tombstone
# is due only where the end of a grant and such a stretch overlap: who joins an audience today is
# not told what that audience lost yesterday.
def _told(which: str) -> str:
    """Common tables: `told` has the events among `which` that matter to the reader."""
    return f"""
WITH held AS MATERIALIZED ({HELD}), was AS MATERIALIZED (
  SELECT o.group_id AS id, '-infinity'::timestamptz AS since, 'infinity'::timestamptz AS until
    FROM recipients_organisation o WHERE o.id = %(organisation)s
  UNION ALL
  SELECT a.group_id, m.valid_from, coalesce(m.valid_until, 'infinity')
    FROM sharing_audiencemembership m JOIN sharing_audience a ON a.id = m.audience_id
   WHERE m.organisation_id = %(organisation)s
), judged AS (
  SELECT f.*,
         EXISTS (SELECT FROM sharing_grant g
                  WHERE g.version_id = f.version_id
                    AND g.group_id = ANY(ARRAY(SELECT id FROM held))
                    AND g.valid_from <= %(at)s
                    AND (g.valid_until IS NULL OR g.valid_until > %(at)s))
         OR EXISTS (SELECT FROM sharing_personalgrant g
                  WHERE g.version_id = f.version_id AND g.user_id = %(person)s
                    AND g.valid_from <= %(at)s
                    AND (g.valid_until IS NULL OR g.valid_until > %(at)s)) AS is_open
    FROM sharing_feedevent f WHERE {which}
), told AS (
 SELECT j.* FROM judged j WHERE CASE
   WHEN j.kind IN ('released', 'revised') THEN j.is_open
   WHEN j.kind = 'granted' THEN j.is_open AND (
     j.person_id = %(person)s
     OR EXISTS (SELECT FROM was WHERE was.id = j.group_id
                 AND was.since <= j.at AND j.at < was.until))
   ELSE EXISTS (SELECT FROM sharing_endedgrant e
                 WHERE e.version_id = j.version_id
                   AND (j.section_id IS NULL OR e.section_id = j.section_id)
                   AND e.valid_from < e.ended_at  -- begun and ended in one instant: never seen
                   AND (e.person_id = %(person)s OR EXISTS (
                     SELECT FROM was WHERE was.id = e.group_id
                        AND was.since < e.ended_at AND e.valid_from < was.until)))
        AND (j.person_id IS NULL OR j.person_id = %(person)s)
        AND (j.group_id IS NULL OR j.group_id IN (SELECT id FROM was))
    OR j.kind = 'revoked' AND j.group_id IN (
         SELECT group_id FROM recipients_organisation WHERE id = %(organisation)s)
       AND EXISTS (SELECT FROM sharing_grant g JOIN was ON was.id = g.group_id
                    WHERE g.version_id = j.version_id
                      AND greatest(was.since, g.valid_from)
                          < least(was.until, coalesce(g.valid_until, 'infinity'), j.at))
 END
   AND EXISTS (SELECT FROM held)
)"""  # noqa: S608 (constants of our own modules)


_CHANGES = f"""{_told("f.position > %(since)s")}
SELECT j.position, j.kind, a.number, j.version_id, v.number, j.at, j.added_at, j.is_open,
       CASE WHEN j.kind = 'recalled' THEN r.withdrawal_reason END
  FROM told j
  JOIN advisories_advisoryversion v ON v.id = j.version_id
  JOIN advisories_advisory a ON a.id = v.advisory_id
  LEFT JOIN sharing_release r ON r.version_id = j.version_id
 ORDER BY j.position LIMIT %(limit)s
"""  # noqa: S608 (constants of our own modules)

_NEWEST = f"""{_told("f.version_id = ANY(%(versions)s)")}
SELECT DISTINCT ON (version_id) version_id, position, added_at
  FROM told ORDER BY version_id, position DESC
"""  # noqa: S608 (constants of our own modules)
