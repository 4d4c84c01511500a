"""The watch over legal duties: a MUST that nobody met in time is an alarm until it is met.

Art. 20(4)(a) Wbni: supply the competent authority without delay (onverwijld). Art. 19: inform the
contact point. A system that only knows yes and no cannot say that it should have spoken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from advisories.addressing import Addressing
from advisories.models import AdvisoryVersion, Attestation, version_label
from advisories.services.open_versions import OPEN
from law.regimes import regime_at
from law.vocabulary import Capacity, Predicate, RegimeId
from recipients.models import Designation
from sharing.alarms import raise_alarm, resolve_alarm
from sharing.facts.attested import Said, said_about
from sharing.models import Alarm


@dataclass(frozen=True, slots=True)
class Overdue:
    """A duty that was not met in time. `subject` carries ids and no content."""

    subject: str
    release_id: int | None  # None: not released yet


def watch(*, at: datetime, minutes: int) -> int:
    """Raise an alarm for each duty overdue by `minutes`, resolve those that are met, withdrawn or
    stand no longer. Returns how many are open."""
    overdue = {one.subject: one for one in _overdue(at=at, since=at - timedelta(minutes=minutes))}
    for one in overdue.values():
        raise_alarm(
            kind=Alarm.Kind.MUST_OVERDUE, subject=one.subject, at=at, release_id=one.release_id
        )
    for alarm in Alarm.objects.filter(kind=Alarm.Kind.MUST_OVERDUE, resolved_at=None):
        if alarm.subject not in overdue:
            resolve_alarm(alarm, at=at)
    return len(overdue)


def _overdue(*, at: datetime, since: datetime) -> Iterator[Overdue]:
    with connection.cursor() as db:
        db.execute(_NOT_HANDED_OVER, {"at": at, "since": since})
        rows = db.fetchall()
    for release_id, number, version, organisation in rows:
        label = version_label(version)
        yield Overdue(f"{number} [{label}] to organisation {organisation}", release_id)
    for version in _not_released(at=at, since=since):
        yield Overdue(f"{version}, not released", None)


# Who must have it: by name, or as a member now of a kind that must; as long as the newest decision
# says so. Due: from the first such decision, or from when it became of that kind.
_NOT_HANDED_OVER = """
WITH must AS (
  SELECT d.release_id, d.organisation_id, d.audience_id, d.instant
    FROM sharing_decision d
    JOIN sharing_release r ON r.id = d.release_id AND r.withdrawn_at IS NULL
   WHERE d.outcome = 'must' AND d.instant <= %(at)s
     AND NOT EXISTS (
       SELECT FROM sharing_decision n
        WHERE n.section_id = d.section_id AND n.id > d.id AND n.outcome <> 'must'
          AND n.person_id IS NOT DISTINCT FROM d.person_id
          AND CASE WHEN d.organisation_id IS NULL
                   THEN n.organisation_id IS NULL AND n.audience_id = d.audience_id
                   ELSE n.organisation_id = d.organisation_id END)
), owed AS (
  SELECT release_id, organisation_id, instant AS due FROM must WHERE organisation_id IS NOT NULL
  UNION ALL
  SELECT must.release_id, m.organisation_id, greatest(must.instant, m.valid_from)
    FROM must
    JOIN sharing_audiencemembership m ON m.audience_id = must.audience_id
     AND m.valid_from <= %(at)s AND (m.valid_until IS NULL OR m.valid_until > %(at)s)
   WHERE must.organisation_id IS NULL
)
SELECT o.release_id, a.number, v.number, o.organisation_id
  FROM owed o
  JOIN sharing_release r ON r.id = o.release_id
  JOIN advisories_advisoryversion v ON v.id = r.version_id
  JOIN advisories_advisory a ON a.id = v.advisory_id
 WHERE NOT EXISTS (SELECT FROM sharing_delivery d
                    WHERE d.release_id = o.release_id AND d.organisation_id = o.organisation_id
                      AND d.kind = 'notice' AND d.status = 'handed_over')
 GROUP BY o.release_id, a.number, v.number, o.organisation_id
HAVING min(o.due) <= %(since)s
"""


def _not_released(*, at: datetime, since: datetime) -> Iterator[AdvisoryVersion]:
    """Versions for which necessity towards a competent authority was attested before `since`, still
    stands, and that have not gone out. Only the Wbni makes a duty of it."""
    if regime_at(at).id is RegimeId.CBW_2026:
        return
    necessity = Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY
    early = Attestation.objects.filter(
        predicate=necessity.value, value=True, at__lte=since, version__status__in=OPEN
    )
    versions = AdvisoryVersion.objects.filter(pk__in=early.values("version"))
    for version in versions.select_related("advisory"):
        addressing = Addressing.from_json(version.addressing)
        standing = [s for s in said_about(version, at=at) if s.predicate is necessity and s.value]
        if any(_towards_supervisor(said, addressing, at=at) for said in standing):
            yield version


def _towards_supervisor(said: Said, addressing: Addressing, *, at: datetime) -> bool:
    if said.capacity is not None:
        return said.capacity is Capacity.SUPERVISOR
    named = {said.organisation_id} if said.organisation_id else addressing.organisations
    supervisors = Designation.objects.in_force(at).filter(
        capacity=Capacity.SUPERVISOR.value, organisation__in=named
    )
    by_kind = not said.organisation_id and Capacity.SUPERVISOR in addressing.capacities
    return by_kind or supervisors.exists()
