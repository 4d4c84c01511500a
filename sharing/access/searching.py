"""Finding among what a reader may see. Of a match in what it may not see nothing is left, so that
the answer is the same as where there is none (ADR 0016 says what its duration tells)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from sharing.access.listing import clear_for, listed, valid
from sharing.access.readers import HELD, Reader
from sharing.shared import Listed

MOST = 100  # advisories in one answer
# Of words that stand in more sections than this the newest count: the cost has a limit.
MATCHES = 20_000


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
                "matches": MATCHES,
            },
        )
        rows = db.fetchall()
    return clear_for(reader, (listed(row) for row in rows if not row[-1]), at=at)


def _matches(alias: str) -> str:
    """SQL: the grant is on what matched; a title is seen by who may see the summary."""
    return (
        f"{alias}.version_id = m.version_id AND"
        f" (m.section_id IN ({alias}.section_id, 0) OR m.section_id IS NULL AND {alias}.lead)"
    )


# Matching first (an index holds the words), then the reader's own grants on what matched: of a
# match that the reader holds no grant on nothing is left. Section 0: all of the version; none: its
# title. The last column tells that another holder of the same reader has a newer version.
_SEARCH = f"""
WITH held AS MATERIALIZED ({HELD}), asked AS MATERIALIZED (
  SELECT websearch_to_tsquery('pg_catalog.dutch', %(words)s)
      || websearch_to_tsquery('pg_catalog.english', %(words)s) AS query
), matching AS MATERIALIZED (
  (SELECT s.version_id, s.id AS section_id
     FROM advisories_section s, asked
    WHERE advisories_words(s.heading, s.body, s.data) @@ asked.query
    ORDER BY s.version_id DESC LIMIT %(matches)s)
   UNION ALL
  (SELECT v.id, NULL
     FROM advisories_advisoryversion v, asked
    WHERE advisories_words(v.title, ''::text, '{{}}'::jsonb) @@ asked.query
    ORDER BY v.id DESC LIMIT %(matches)s)
   UNION ALL
  (SELECT v.id, 0
     FROM advisories_advisory a JOIN advisories_advisoryversion v ON v.advisory_id = a.id
    WHERE %(number)s <> '' AND starts_with(a.number, %(number)s)
    ORDER BY v.id DESC LIMIT %(matches)s)
), hits AS (
  SELECT g.released_at, g.version_id, g.advisory_id
    FROM matching m JOIN sharing_grant g ON {_matches("g")}
   WHERE g.group_id = ANY(ARRAY(SELECT id FROM held)) AND g.newest AND {valid("g")}
   UNION
  SELECT g.released_at, g.version_id, g.advisory_id
    FROM matching m JOIN sharing_personalgrant g ON {_matches("g")}
   WHERE g.user_id = %(person)s AND EXISTS (SELECT FROM held) AND g.newest AND {valid("g")}
), page AS MATERIALIZED (
  SELECT * FROM hits ORDER BY released_at DESC, version_id DESC LIMIT %(limit)s
)
SELECT p.released_at, p.version_id, open_to.lead, open_to.strictness,
       a.number, a.kind, v.number, v.title, v.probability, v.damage, open_to.newest > p.version_id
  FROM page p
  JOIN advisories_advisoryversion v ON v.id = p.version_id
  JOIN advisories_advisory a ON a.id = p.advisory_id
 CROSS JOIN LATERAL (
   SELECT bool_or(g.lead) FILTER (WHERE g.version_id = p.version_id) AS lead,
          max(g.strictness) FILTER (WHERE g.version_id = p.version_id) AS strictness,
          max(g.version_id) AS newest
     FROM (SELECT lead, strictness, version_id FROM sharing_grant g
            WHERE g.advisory_id = p.advisory_id AND g.newest AND {valid("g")}
              AND g.group_id = ANY(ARRAY(SELECT id FROM held))
            UNION ALL
           SELECT lead, strictness, version_id FROM sharing_personalgrant g
            WHERE g.advisory_id = p.advisory_id AND g.newest AND {valid("g")}
              AND g.user_id = %(person)s AND EXISTS (SELECT FROM held)) g) open_to
 ORDER BY p.released_at DESC, p.version_id DESC
"""  # noqa: S608 (constants of our own modules only)
