"""Whole advisories as one reader may hold them: for exits whose readers keep a copy."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from advisories.models import AdvisoryVersion
from sharing.access import listing
from sharing.access.opening import open_advisory
from sharing.access.readers import Reader
from sharing.shared import Shared


@dataclass(frozen=True, slots=True)
class Holding:
    """What one reader may hold of an advisory: sections of the newest version that it may open,
    and when the earlier ones that it may open went out."""

    version_id: int
    sections: tuple[int, ...]  # ids, in ascending order
    earlier: tuple[datetime, ...]  # oldest first


def holdings(reader: Reader, *, at: datetime, advisory: str | None = None) -> dict[str, Holding]:
    """By advisory number, as the grants stand: what is handed over is judged by `open_holding`.

    Of one advisory when given.
    """
    held = listing.permitted_sections(reader, at=at, advisory=advisory)
    by_number: dict[str, list[tuple[int, datetime]]] = defaultdict(list)
    rows = AdvisoryVersion.objects.filter(pk__in=held).order_by("pk")
    for pk, number, released_at in rows.values_list("pk", "advisory__number", "released_at"):
        assert released_at is not None  # only released versions have grants
        by_number[number].append((pk, released_at))
    return {
        number: Holding(
            version_id=versions[-1][0],
            sections=held[versions[-1][0]],
            earlier=tuple(released_at for _, released_at in versions[:-1]),
        )
        for number, versions in by_number.items()
    }


def open_holding(reader: Reader, *, number: str, at: datetime) -> tuple[Shared, Holding]:
    """The newest version that the reader may see, judged at this moment and written down.

    `NotShared` when there is nothing, whatever the reason; `Withdrawn` when a tombstone is left.
    """
    shared = open_advisory(reader, number=number, at=at)
    versions = AdvisoryVersion.objects.filter(
        advisory__number=number, pk__lt=shared.version_id
    ).order_by("pk")
    return shared, Holding(
        version_id=shared.version_id,
        sections=tuple(sorted(section.id for section in shared.sections)),
        earlier=tuple(
            v.released_at for v in versions if v.released_at and v.label in shared.versions
        ),
    )
