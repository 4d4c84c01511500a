"""What one organisation may know of its own standing: what it counts as, until when, and what it
holds now. Its own facts and the door's answer; nothing of anybody else."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from law.vocabulary import Tlp
from recipients.models import (
    Assurance,
    Designation,
    Establishment,
    Organisation,
    SectorMembership,
)
from sharing import access
from sharing.access import Reader


@dataclass(frozen=True, slots=True)
class Standing:
    """One fact of the registry that is in force. `until` None: no end is known."""

    what: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Entitlements:
    organisation: str
    capacities: tuple[Standing, ...]  # law.Capacity
    sectors: tuple[Standing, ...]  # codes of NIS2
    territories: tuple[Standing, ...]
    assurances: tuple[Standing, ...]
    labels: tuple[tuple[Tlp, int], ...]  # versions that may be opened, by strictest label
    digest: str


def entitlements(reader: Reader, *, at: datetime) -> Entitlements:
    """Of the organisation that `reader`, who is not the public, reads for. `NotShared` when it
    receives nothing: it has not begun, or has ended."""
    if reader.organisation_id is None or not access.receives(reader, at=at):
        raise access.NotShared
    held = access.kinds_and_labels(reader, at=at)
    counted = Counter(label for _kind, label in held.values())
    return Entitlements(
        organisation=Organisation.objects.get(pk=reader.organisation_id).name,
        capacities=_standing(Designation, "capacity", reader, at=at),
        sectors=_standing(SectorMembership, "sector_id", reader, at=at),
        territories=_standing(Establishment, "territory", reader, at=at),
        assurances=_standing(Assurance, "kind", reader, at=at),
        labels=tuple((label, counted[label]) for label in Tlp if counted[label]),
        digest=digest(reader, at=at),
    )


def digest(reader: Reader, *, at: datetime) -> str:
    """SHA-256 over what a mirror of this reader should hold: of each advisory in the list, newest
    first, a line `NUMBER VERSION LABEL` and a line feed."""
    made = hashlib.sha256()
    cursor = None
    while True:
        page = access.inbox(reader, at=at, cursor=cursor, limit=1000)
        for item in page.items:
            made.update(f"{item.advisory} {item.version} {item.tlp.label}\n".encode())
        if page.next is None:
            return made.hexdigest()
        cursor = page.next


def _standing(
    model: type[Designation] | type[SectorMembership] | type[Establishment] | type[Assurance],
    name: str,
    reader: Reader,
    *,
    at: datetime,
) -> tuple[Standing, ...]:
    rows = model.objects.in_force(at).filter(organisation=reader.organisation_id).order_by("pk")
    return tuple(
        Standing(str(getattr(row, name)), row.effective_until) for row in rows if row.holds(at)
    )
