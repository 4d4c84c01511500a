"""A large world, loaded by SQL into a database of its own. The shape is told in the report.

Organisations spread over 40 audiences (4 capacities × 10 sectors), as equal facts would make them.
Of the advisories 40 % go to all audiences, 30 % to the audiences of one or two sectors, 10 % to one
audience, 20 % to 1 to 40 organisations by name. Each has three sections.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from tqdm import tqdm

from law.facts import Recipient
from law.vocabulary import Capacity, Territory
from sharing.facts import profiles

CAPACITIES = (Capacity.ESSENTIAL, Capacity.IMPORTANT, Capacity.LEGACY, Capacity.CSIRT)
SECTORS = tuple(f"bench-{n:02d}" for n in range(10))
START = datetime(2026, 8, 16, tzinfo=UTC)
SECTIONS = 3
BATCH = 2000  # advisories loaded per statement


@dataclass(frozen=True)
class World:
    """Where to look: a reader who sees much, one who sees little."""

    advisories: int
    organisations: int
    typical: str  # organisation ids
    narrow: str


def load(db: psycopg.Connection[Any], *, advisories: int, organisations: int, seed: int) -> World:
    """Fill an empty, migrated database. The connection is the owner's."""
    rng = random.Random(seed)  # noqa: S311 (no secret: a repeatable world)
    _people(db)
    audiences = _audiences(db)
    _organisations(db, organisations, audiences)
    db.execute("INSERT INTO sharing_factsheet (digest, facts) VALUES (repeat('0', 64), '{}')")
    narrow = _narrow(db)
    db.commit()
    with tqdm(total=advisories, unit=" advisories", desc="loading") as bar:
        for first in range(1, advisories + 1, BATCH):
            size = min(BATCH, advisories - first + 1)
            _advisories(db, first, size, len(audiences), organisations, rng)
            db.commit()
            bar.update(size)
    _grant_narrow(db, advisories)
    _reference_tables(db)
    db.commit()
    db.autocommit = True
    db.execute("VACUUM ANALYZE")
    row = db.execute("SELECT id::text FROM recipients_organisation WHERE name = 'Org 1'").fetchone()
    assert row is not None
    return World(advisories, organisations, row[0], narrow)


def _people(db: psycopg.Connection[Any]) -> None:
    db.execute(
        """INSERT INTO recipients_user
             (id, password, is_superuser, email, name, pseudonym, language, is_active, created_at)
           SELECT n, '!', false, 'staff' || n || '@bench.example', 'Staff ' || n,
                  gen_random_uuid(), 'nl', true, now() FROM generate_series(1, 2) n"""
    )
    db.execute("SELECT setval(pg_get_serial_sequence('recipients_user', 'id'), 100)")
    db.execute(
        """INSERT INTO recipients_roleassignment
             (user_id, role, valid_from, assigned_by_id, confirmed_by_id)
           SELECT 1, 'duty_officer', '2020-01-01', 1, 2"""
    )


def _audiences(db: psycopg.Connection[Any]) -> list[Recipient]:
    made = []
    for sector in SECTORS:
        db.execute(
            "INSERT INTO recipients_sector (code, name_nl, name_en) VALUES (%s, %s, %s)",
            [sector, sector, sector],
        )
    for capacity in CAPACITIES:
        for sector in SECTORS:
            profile = Recipient(
                capacities=frozenset({capacity}),
                territory=Territory.NETHERLANDS,
                sectors=frozenset({sector}),
                active=True,
                secrecy_guaranteed=True,
            )
            digest = profiles.digest(profile)
            db.execute(
                """WITH g AS (INSERT INTO auth_group (name) VALUES (%s) RETURNING id)
                   INSERT INTO sharing_audience (digest, profile, group_id, created_at)
                   SELECT %s, %s::jsonb, id, now() FROM g""",
                [f"audience:{digest}", digest, json.dumps(profiles.to_json(profile))],
            )
            made.append(profile)
    return made


def _organisations(db: psycopg.Connection[Any], count: int, audiences: list[Recipient]) -> None:
    db.execute(
        """CREATE TEMP TABLE world AS
           SELECT n, gen_random_uuid() AS id, (n - 1) %% %s AS slot FROM generate_series(1, %s) n""",
        [len(audiences), count],
    )
    db.execute("INSERT INTO auth_group (name) SELECT 'organisation:' || id FROM world")
    db.execute(
        """INSERT INTO recipients_organisation (id, name, active_from, group_id)
           SELECT w.id, 'Org ' || w.n, '2020-01-01', g.id
             FROM world w JOIN auth_group g ON g.name = 'organisation:' || w.id"""
    )
    db.execute(
        """INSERT INTO recipients_contact (organisation_id, name, email, language, active)
           SELECT id, 'Desk ' || n, 'desk' || n || '@bench.example', 'nl', true FROM world"""
    )
    db.execute(
        """INSERT INTO sharing_audiencemembership
             (organisation_id, audience_id, valid_from, announced)
           SELECT w.id, a.id, '2020-01-01', true
             FROM world w JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS slot
                                  FROM sharing_audience) a USING (slot)"""
    )
    common = (
        "organisation_id, ground, reference, valid_from, recorded_from, recorded_by_id,"
        " confirmed_by_id"
    )
    values = "w.id, 'bench', 'bench', '2020-01-01', '2020-01-01', 1, 2"
    for table, column, value in (
        ("designation", "capacity", "a.profile->'capacities'->>0"),
        ("sectormembership", "sector_id", "a.profile->'sectors'->>0"),
        ("assurance", "kind", "'secrecy'"),
        ("establishment", "territory", "'netherlands'"),
    ):
        statement = (
            f"INSERT INTO recipients_{table} ({common}, {column}) SELECT {values}, {value}"
            " FROM world w JOIN sharing_audiencemembership m ON m.organisation_id = w.id"
            " JOIN sharing_audience a ON a.id = m.audience_id"
        )
        db.execute(sql.SQL(statement))


def _narrow(db: psycopg.Connection[Any]) -> str:
    """Org 2 gets an audience that nothing is addressed to."""
    row = db.execute(
        """WITH g AS (INSERT INTO auth_group (name) VALUES ('audience:narrow') RETURNING id),
                a AS (INSERT INTO sharing_audience (digest, profile, group_id, created_at)
                      SELECT 'narrow', jsonb_set(p.profile, '{capacities}', '["isp"]'), g.id, now()
                        FROM g, (SELECT profile FROM sharing_audience ORDER BY id LIMIT 1) p
                      RETURNING id)
           UPDATE sharing_audiencemembership m SET audience_id = a.id FROM a
            WHERE m.organisation_id = (SELECT id FROM recipients_organisation WHERE name = 'Org 2')
           RETURNING m.organisation_id::text"""
    ).fetchone()
    assert row is not None
    return str(row[0])


_ROWS = (
    """INSERT INTO advisories_advisory (id, number, kind, created_by_id, created_at)
       SELECT n, 'NCSC-2026-' || lpad(n::text, 6, '0'), 'advisory', 1, %(start)s
         FROM generate_series(%(first)s::int, %(last)s) n""",
    """INSERT INTO advisories_advisoryversion
         (id, advisory_id, number, status, title, language, probability, damage, change_note,
          targeted, addressing, purpose, purpose_text, author_id, last_edited_by_id, created_at,
          edited_at, revision, approved_by_id, approved_digest, returned_because)
       SELECT n, n, 100, 'approved', 'Kwetsbaarheid nummer ' || n, 'nl', 'M', 'H', '', false,
              '{}', 'inform', 'bench', 1, 1, %(start)s, %(start)s, 0, 2, '', ''
         FROM generate_series(%(first)s::int, %(last)s) n""",
    """INSERT INTO advisories_section (id, version_id, position, kind, heading, body, data)
       SELECT (n - 1) * 3 + k, n, k, (ARRAY['lead', 'measures', 'indicators'])[k],
              'Onderdeel ' || k, 'Tekst van onderdeel ' || k || ' van ' || n, '{}'
         FROM generate_series(%(first)s::int, %(last)s) n, generate_series(1, 3) k""",
    """INSERT INTO advisories_marking
         (section_id, scope, confidential, not_confidential_reason, traceable, personal_data,
          provenance, tlp, pap, reporter_identity, environmental, iep_policy, iep_source,
          iep_affected_party_notifications, iep_attribution, iep_encrypt_in_transit,
          iep_permitted_actions, iep_unmodified_resale, iep_external_reference)
       SELECT id, ARRAY['generic'], false, 'generic', false, 'none', 'public', 'amber', '', false,
              false, '', '', false, '', false, '', false, ''
         FROM advisories_section WHERE version_id BETWEEN %(first)s AND %(last)s""",
    """UPDATE advisories_advisoryversion
          SET status = 'released', released_at = %(start)s + id * interval '1 minute'
        WHERE id BETWEEN %(first)s AND %(last)s""",
    """INSERT INTO sharing_release
         (id, version_id, purpose, addressing, urgent, released_at, released_by_id, author_id,
          second_person_id, regime, stands_under, withdrawal_reason)
       SELECT id, id, 'inform', '{}', false, released_at, 1, 1, 2, 'CBW_2026',
              'CBW_2026', ''
         FROM advisories_advisoryversion WHERE id BETWEEN %(first)s AND %(last)s""",
    # One decision per section stands for all its audiences: listings do not read decisions.
    """INSERT INTO sharing_decision
         (id, section_id, release_id, audience_id, purpose, instant, regime, ruleset, outcome,
          code, codes, gates, relation, facts_id)
       SELECT id, id, version_id, (SELECT min(id) FROM sharing_audience), 'inform', %(start)s,
              'CBW_2026', repeat('0', 64), 'allow', 'OK', '[]', '[]', '{}', repeat('0', 64)
         FROM advisories_section WHERE version_id BETWEEN %(first)s AND %(last)s""",
)


def _advisories(
    db: psycopg.Connection[Any],
    first: int,
    size: int,
    audiences: int,
    organisations: int,
    rng: random.Random,
) -> None:
    for statement in _ROWS:
        db.execute(statement, {"first": first, "last": first + size - 1, "start": START})
    with db.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE addressed (version_id int, slot int, org int) ON COMMIT DROP"
        )
        with cursor.copy("COPY addressed FROM STDIN") as copy:
            for version in range(first, first + size):
                for row in _addressed(version, audiences, organisations, rng):
                    copy.write_row(row)
    _grant(db)


def _addressed(
    version: int, audiences: int, organisations: int, rng: random.Random
) -> list[tuple[int, int | None, int | None]]:
    draw = rng.random()
    if draw < 0.4:
        return [(version, slot, None) for slot in range(audiences)]
    if draw < 0.7:
        sectors = rng.sample(range(len(SECTORS)), rng.randint(1, 2))
        return [(version, slot, None) for slot in range(audiences) if slot % 10 in sectors]
    if draw < 0.8:
        return [(version, rng.randrange(audiences), None)]
    # Org 2 is the narrow reader: only what names it, given at the end.
    named = set(rng.sample(range(3, organisations + 1), rng.randint(1, 40)))
    return [(version, None, org) for org in named]


_GRANT = """
INSERT INTO sharing_grant
  (permission_id, group_id, section_id, decision_id, outcome, release_id, version_id, advisory_id,
   released_at, valid_from, lead, strictness, newest)
SELECT p.id, t.group_id, s.id, s.id, 'allow', v.id, v.id, v.id, v.released_at, v.released_at,
       s.kind = 'lead', 2, true
  FROM (SELECT d.version_id, a.group_id
          FROM addressed d JOIN (SELECT group_id, row_number() OVER (ORDER BY id) - 1 AS slot
                                   FROM sharing_audience WHERE digest <> 'narrow') a USING (slot)
        UNION ALL
        SELECT d.version_id, o.group_id
          FROM addressed d JOIN recipients_organisation o ON o.name = 'Org ' || d.org) t
  JOIN advisories_advisoryversion v ON v.id = t.version_id
  JOIN advisories_section s ON s.version_id = v.id
  JOIN auth_permission p ON p.codename = 'view_section'
"""


def _grant(db: psycopg.Connection[Any]) -> None:
    db.execute("ANALYZE addressed")
    db.execute(_GRANT)


def _grant_narrow(db: psycopg.Connection[Any], advisories: int) -> None:
    """23 advisories, spread evenly."""
    db.execute("CREATE TEMP TABLE addressed (version_id int, slot int, org int)")
    step = max(advisories // 23, 1)
    for version in list(range(1, advisories + 1, step))[:23]:
        db.execute("INSERT INTO addressed VALUES (%s, NULL, 2)", [version])
    _grant(db)
    db.execute("DROP TABLE addressed")


def _reference_tables(db: psycopg.Connection[Any]) -> None:
    """What the hand-written reference reads: one narrow row per advisory and holder."""
    db.execute(
        """CREATE TABLE bench_listing AS
           SELECT DISTINCT group_id AS audience, released_at AS published_at,
                  version_id::int AS advisory FROM sharing_grant"""
    )
    db.execute("CREATE INDEX ON bench_listing (audience, published_at DESC, advisory DESC)")
    db.execute(
        """CREATE TABLE bench_held AS
           SELECT o.id AS organisation, unnest(ARRAY[o.group_id, a.group_id]) AS audience
             FROM recipients_organisation o
             JOIN sharing_audiencemembership m ON m.organisation_id = o.id
             JOIN sharing_audience a ON a.id = m.audience_id"""
    )
    db.execute("CREATE INDEX ON bench_held (organisation)")
    for table in ("advisories_advisory", "advisories_advisoryversion", "advisories_section"):
        db.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({0}, 'id'), (SELECT max(id) FROM {1}))"
            ).format(sql.Literal(table), sql.Identifier(table))
        )
    for table in ("sharing_release", "sharing_decision"):
        db.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({0}, 'id'), (SELECT max(id) FROM {1}))"
            ).format(sql.Literal(table), sql.Identifier(table))
        )


def instant(world: World) -> datetime:
    """A moment just after the newest release."""
    return START + timedelta(minutes=world.advisories + 1)
