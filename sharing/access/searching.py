"""Finding among what a reader may see. What it may not see is not looked at, so that neither a hit
nor the absence of one tells of it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from sharing.access.listing import clear_for, listed, valid
from sharing.access.readers import HELD, Reader
from sharing.shared import Listed

MOST = 100  # advisories in one answer


def search(reader: Reader, words: str, *, at: datetime) -> tuple[Listed, ...]:
    """Advisories with a section that the reader may see in which the words stand together, a title
    (for who may see the summary), or a number that begins so; newest first, at most a hundred.

    Words as in a search engine: "a phrase", or, -not; in Dutch or English, whatever their endings.
    """
    with connection.cursor() as db:
        db.execute(
            _SEARCH,
            {
                "organisation": reader.organisation_id,
                "person": reader.user_id,
                "at": at,
                "words": words,
                "number": words.strip().upper(),
                "limit": MOST,
            },
        )
        return clear_for(reader, map(listed, db.fetchall()), at=at)


# Matching first (an index holds the words), then the reader's own grants on what matched: of a
# match that the reader holds no grant on nothing is left.
_SEARCH = f"""
WITH held AS MATERIALIZED ({HELD}), asked AS MATERIALIZED (
  SELECT websearch_to_tsquery('pg_catalog.dutch', %(words)s)
      || websearch_to_tsquery('pg_catalog.english', %(words)s) AS query
), matching AS MATERIALIZED (
  SELECT s.version_id, s.id AS section_id
    FROM advisories_section s, asked
   WHERE advisories_words(s.heading, s.body, s.data) @@ asked.query
   UNION ALL
  SELECT v.id, NULL
    FROM advisories_advisoryversion v, asked
   WHERE advisories_words(v.title, ''::text, '{{}}'::jsonb) @@ asked.query
   UNION ALL
  SELECT v.id, 0
    FROM advisories_advisory a JOIN advisories_advisoryversion v ON v.advisory_id = a.id
   WHERE %(number)s <> '' AND starts_with(a.number, %(number)s)
), open_to AS (
  SELECT g.version_id, g.section_id, g.advisory_id, g.released_at, g.lead, g.strictness
    FROM sharing_grant g
   WHERE g.version_id IN (SELECT version_id FROM matching)
     AND g.group_id = ANY(ARRAY(SELECT id FROM held)) AND g.newest AND {valid("g")}
   UNION ALL
  SELECT g.version_id, g.section_id, g.advisory_id, g.released_at, g.lead, g.strictness
    FROM sharing_personalgrant g
   WHERE g.version_id IN (SELECT version_id FROM matching)
     AND g.user_id = %(person)s AND g.newest AND {valid("g")}
     AND EXISTS (SELECT FROM held)
)
SELECT o.released_at, o.version_id, bool_or(o.lead), max(o.strictness),
       a.number, a.kind, v.number, v.title, v.probability, v.damage, FALSE
  FROM open_to o
  JOIN advisories_advisoryversion v ON v.id = o.version_id
  JOIN advisories_advisory a ON a.id = o.advisory_id
 GROUP BY o.released_at, o.version_id, o.advisory_id, a.id, v.id
HAVING bool_or(EXISTS (SELECT FROM matching m
                        WHERE m.version_id = o.version_id
                          AND (m.section_id IN (o.section_id, 0)
                               OR m.section_id IS NULL AND o.lead)))
   AND o.version_id = (SELECT max(n.version_id) FROM (
         SELECT n.version_id FROM sharing_grant n
          WHERE n.advisory_id = o.advisory_id AND n.group_id = ANY(ARRAY(SELECT id FROM held))
            AND n.newest AND {valid("n")}
          UNION ALL
         SELECT n.version_id FROM sharing_personalgrant n
          WHERE n.advisory_id = o.advisory_id AND n.user_id = %(person)s
            AND n.newest AND {valid("n")}) n)
 ORDER BY o.released_at DESC, o.version_id DESC
 LIMIT %(limit)s
"""  # noqa: S608 (constants of our own modules only)
