"""Who may see what at an instant, past ones too; and who would gain or lose by a change.

Whatever is asked as "what if" is done for real, by the machinery that would do it, inside a
transaction that is always rolled back: the answer cannot differ from what would happen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from advisories.models import AdvisoryVersion, Section
from law.facts import Recipient
from law.verdict import Verdict
from sharing import judging
from sharing.facts.matter import Matter
from sharing.facts.profiles import PUBLIC_DIGEST, THE_PUBLIC, profiles_at


@dataclass(frozen=True, slots=True)
class Holding:
    """An organisation, or one person of it named for TLP:RED, may see a section; without an
    organisation: the public may."""

    section_id: int
    organisation_id: UUID | None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A holding that comes or goes, and what the law says of it afterwards."""

    holding: Holding
    gained: bool
    verdict: Verdict


def holdings(
    *, at: datetime, version: int | None = None, organisation: UUID | None = None
) -> frozenset[Holding]:
    """Everything held at `at`, of one version or by one organisation; one of the two is needed."""
    if version is None and organisation is None:
        raise ValueError("holdings of everything by everyone is not something to keep in memory")
    granted = [] if version is None else ["g.version_id = %(version)s"]
    held = ["o.active_from <= %(at)s AND (o.active_until IS NULL OR o.active_until > %(at)s)"]
    if organisation is not None:
        held.append("o.id = %(organisation)s")
    with connection.cursor() as db:
        db.execute(
            _HOLDINGS.format(granted=" AND ".join(["TRUE", *granted]), held=" AND ".join(held)),
            {"at": at, "version": version, "organisation": organisation},
        )
        return frozenset(Holding(*row) for row in db.fetchall())


_HOLDINGS = f"""
WITH granted AS (
  SELECT g.section_id, g.group_id, NULL::bigint AS user_id FROM sharing_grant g
   WHERE {{granted}} AND g.valid_from <= %(at)s
     AND (g.valid_until IS NULL OR g.valid_until > %(at)s)
   UNION
  SELECT g.section_id, NULL, g.user_id FROM sharing_personalgrant g
   WHERE {{granted}} AND g.valid_from <= %(at)s
     AND (g.valid_until IS NULL OR g.valid_until > %(at)s)
   UNION
  SELECT g.section_id, g.group_id, g.person_id FROM sharing_endedgrant g
   WHERE {{granted}} AND g.valid_from <= %(at)s AND g.ended_at > %(at)s
)
SELECT g.section_id, o.id, NULL::bigint
  FROM granted g
  JOIN sharing_audience a ON a.group_id = g.group_id
  JOIN sharing_audiencemembership m ON m.audience_id = a.id AND m.valid_from <= %(at)s
   AND (m.valid_until IS NULL OR m.valid_until > %(at)s)
  JOIN recipients_organisation o ON o.id = m.organisation_id
 WHERE {{held}}
 UNION
SELECT g.section_id, o.id, NULL::bigint
  FROM granted g JOIN recipients_organisation o ON o.group_id = g.group_id
 WHERE {{held}}
 UNION
SELECT g.section_id, o.id, u.id
  FROM granted g
  JOIN recipients_user u ON u.id = g.user_id AND u.is_active
  JOIN recipients_organisation o ON o.id = u.organisation_id
 WHERE {{held}}
 UNION
SELECT g.section_id, NULL, NULL
  FROM granted g JOIN sharing_audience a ON a.group_id = g.group_id
 WHERE %(organisation)s::uuid IS NULL AND a.digest = '{PUBLIC_DIGEST}'
"""  # noqa: S608 (a constant of our own modules)


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside never was: rows, grants, feed and record."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def differences(
    before: Collection[Holding],
    after: Collection[Holding],
    *,
    at: datetime,
    matters: Mapping[int, Matter] | None = None,
) -> list[Difference]:
    """What came and what went, each with the verdict of `at`, by section and organisation.

    `matters`: by version id, facts that are supposed and stand nowhere in the database.
    """
    changed = set(before) ^ set(after)
    sections = Section.objects.in_bulk({holding.section_id for holding in changed})
    by_version: dict[int, list[Holding]] = defaultdict(list)
    for holding in changed:
        by_version[sections[holding.section_id].version_id].append(holding)
    versions = AdvisoryVersion.objects.select_related("advisory", "author").in_bulk(by_version)
    known = {holding.organisation_id for holding in changed if holding.organisation_id}
    profiles = profiles_at(known, at=at)
    found: list[Difference] = []
    for version_id, held in by_version.items():
        matter = (matters or {}).get(version_id) or Matter.load(versions[version_id], at=at)
        for holding in held:
            verdict = _verdict(matter, holding, profiles)
            found.append(Difference(holding, holding in after, verdict))
    position = {pk: (section.version_id, section.position) for pk, section in sections.items()}
    found.sort(
        key=lambda d: (
            position[d.holding.section_id],
            str(d.holding.organisation_id),
            d.holding.person_id or 0,
        )
    )
    return found


def _verdict(
    matter: Matter, holding: Holding, profiles: Mapping[UUID, tuple[Recipient, datetime | None]]
) -> Verdict:
    organisation = holding.organisation_id
    if organisation is None:
        rulings = judging.for_audiences(matter, [THE_PUBLIC])
    else:
        rulings = judging.for_organisation(
            matter,
            organisation,
            profiles[organisation][0],
            person_id=holding.person_id,
            sections=frozenset({holding.section_id}),
        )
    return next(r.verdict for r in rulings if r.section_id == holding.section_id)
