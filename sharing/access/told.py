"""What the record keeps of openings: each one of a known reader; of the public one an hour.

Nobody logs in to read what is public, so whoever wants to could write the record full: of a version
the first opening in each hour is kept, without an address, and a denial not at all (ADR 0012).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction

from advisories.models import AdvisoryVersion
from audit.services import record
from law.verdict import Verdict
from sharing.access.readers import Reader
from sharing.models import PublicReading


def opened(
    reader: Reader,
    version: AdvisoryVersion,
    verdicts: Mapping[int, Verdict],
    *,
    action: str,
    at: datetime,
) -> None:
    """One row: who opened which sections, on which ground."""
    if reader.is_public:
        _opened_by_the_public(reader, version, verdicts, action=action, at=at)
    else:
        outcome = "allow" if verdicts else "NOT_SHARED"
        _record(reader, str(version), outcome, verdicts, action=action, at=at)
        if verdicts and action == "advisory.open":
            first_openings(reader, [version.pk], at=at)


def refused(reader: Reader, number: str, *, action: str, withdrawn: bool, at: datetime) -> None:
    """One row: who asked in vain for what; none for the public."""
    if reader.is_public:
        return
    record(
        at=at,
        actor=reader.actor,
        action=action,
        target=number[:20].encode("ascii", "replace").decode(),
        outcome="WITHDRAWN" if withdrawn else "NOT_SHARED",
        detail={"organisation": str(reader.organisation_id)},
    )


def _record(
    reader: Reader,
    target: str,
    outcome: str,
    verdicts: Mapping[int, Verdict],
    *,
    action: str,
    at: datetime,
) -> None:
    organisation = reader.organisation_id
    record(
        at=at,
        actor=reader.actor,
        action=action,
        target=target,
        outcome=outcome,
        detail={
            **({"organisation": str(organisation)} if organisation else {}),
            "sections": {pk: [v.code, v.regime, *v.rules] for pk, v in verdicts.items()},
        },
    )


def first_openings(reader: Reader, versions: Iterable[int], *, at: datetime) -> None:
    """Keep that the reader, who is not the public, has opened these versions."""
    with connection.cursor() as db:
        db.execute(
            "INSERT INTO sharing_opening (version_id, organisation_id, actor, at)"
            " SELECT unnest(%s::bigint[]), %s, %s, %s ON CONFLICT DO NOTHING",
            [list(versions), reader.organisation_id, reader.actor, at],
        )


def _opened_by_the_public(
    reader: Reader,
    version: AdvisoryVersion,
    verdicts: Mapping[int, Verdict],
    *,
    action: str,
    at: datetime,
) -> None:
    hour = at.replace(minute=0, second=0, microsecond=0)
    known = PublicReading.objects.filter(version=version, hour=hour).exists()
    if known or not verdicts:  # a difference between grant and law has raised its alarm
        return
    with transaction.atomic(), connection.cursor() as db:
        db.execute(
            "INSERT INTO sharing_publicreading (version_id, hour) VALUES (%s, %s)"
            " ON CONFLICT DO NOTHING",
            [version.pk, hour],
        )
        if db.rowcount:
            _record(reader, str(version), "allow", verdicts, action=action, at=at)
