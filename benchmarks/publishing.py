"""Publish to every organisation, against a COPY of the same rows into the same delivery table."""

from __future__ import annotations

import statistics
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from tqdm import tqdm

from advisories.addressing import Addressing
from advisories.models import Advisory, AdvisoryVersion, Attestation, Marking, Section
from advisories.services.reviewing import content_digest
from benchmarks.timing import table
from benchmarks.world import CAPACITIES, SECTIONS, World, instant
from law.vocabulary import Predicate
from recipients.models import User
from sharing.models import Decision, Delivery, Grant
from sharing.services import releasing

COLUMNS = (
    "id, release_id, contact_id, organisation_id, kind, channel, status, urgent, due_at, attempts"
)


def approved(number: int, at: datetime) -> AdvisoryVersion:
    """An approved version, addressed to every kind of organisation in the world."""
    author, second = User.objects.get(pk=1), User.objects.get(pk=2)
    version = AdvisoryVersion.objects.create(
        advisory=Advisory.objects.create(
            number=f"NCSC-2026-9{number:06d}", created_by=author, created_at=at
        ),
        number=100,
        title="Meting",
        probability="M",
        damage="H",
        author=author,
        last_edited_by=author,
        created_at=at,
        edited_at=at,
        purpose_text="Meten",
        addressing=Addressing(capacities=frozenset(CAPACITIES)).to_json(),
    )
    for position in range(1, SECTIONS + 1):
        section = Section.objects.create(
            version=version,
            position=position,
            kind="lead" if position == 1 else "text",
            body="Tekst",
        )
        Marking.objects.create(
            section=section,
            scope=["generic"],
            confidential=False,
            not_confidential_reason="generic",
            traceable=False,
            personal_data="none",
            provenance="public",
            tlp="green",
        )
    for predicate in (Predicate.RELEVANT_TO_RECIPIENT, Predicate.NECESSARY):
        Attestation.objects.create(
            version=version,
            predicate=predicate.value,
            value=True,
            by=second,
            role="second_reader",
            at=at,
            text="Voor de meting.",
            regime="CBW_2026",
        )
    version.approved_digest = content_digest(version)
    version.status = AdvisoryVersion.Status.APPROVED
    version.approved_by, version.approved_at = second, at
    version.save()
    return version


def run(world: World, *, rounds: int) -> list[str]:
    at = instant(world)
    by = User.objects.get(pk=1)
    published: list[float] = []
    copied: list[float] = []
    rows = decisions = 0
    for turn in tqdm(range(rounds), desc="publish", leave=False):
        at += timedelta(minutes=1)
        version = approved(turn, at)
        began = time.perf_counter()
        release = releasing.release(version_id=version.pk, by=by, at=at)
        published.append(time.perf_counter() - began)
        owed = _take_out(release.pk)
        rows, decisions = len(owed), Decision.objects.filter(release=release).count()
        began = time.perf_counter()
        _copy(owed)
        copied.append(time.perf_counter() - began)
        # Leave the world as it was for whoever measures after this.
        Delivery.objects.filter(release=release).delete()
        Grant.objects.filter(release=release).delete()
    found = {
        "COPY of the delivery rows": statistics.median(copied),
        "publish: decide, grant, owe, record, feed": statistics.median(published),
    }
    title = f"Publish to {rows:,} contacts ({decisions} decisions), one transaction"
    return [table(title, found, limit="COPY of the delivery rows")]


def _take_out(release_id: int) -> list[Any]:
    """Remove the rows that publishing made, so that COPY meets the same table."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM sharing_delivery WHERE release_id = %s", [release_id]
        )
        rows = cursor.fetchall()
        cursor.execute("DELETE FROM sharing_delivery WHERE release_id = %s", [release_id])
    return list(rows)


def _copy(rows: list[Any]) -> None:
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY sharing_delivery ({COLUMNS}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
