"""How long a fact about a recipient can hold, whatever its row says, and by which source.

Designations of the Wbni ended with that Act. What rests on somebody's word has to be said again:
terms of secrecy, a confirmed membership, being part of the rijksoverheid, a listing as CSIRT.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from law.rules import Label
from law.vocabulary import Capacity

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# 14 August 2026 was the last day of the Wbni (art. 106 Cbw, art. 35 Cbb, Stb. 2026, 189).
WBNI_ENDED = datetime(2026, 8, 15, tzinfo=AMSTERDAM)

# Kinds of fact besides a capacity, by the name under which a limit stands.
SECRECY = "secrecy"  # terms of secrecy and purpose
CONSTITUENCY = "constituency"  # achterban, by the statement of a linking organisation


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest that a fact holds: up to an instant, or for months from its beginning on."""

    source: str
    label: Label
    ends: datetime | None = None  # first instant at which it holds no longer
    months: int | None = None

    def latest(self, since: datetime) -> datetime:
        """The end, itself excluded, of a fact that begins at `since` (aware)."""
        if self.ends is not None:
            return self.ends
        assert self.months is not None
        return months_later(since, self.months)


_DESIGNATION = Limit(
    "art. 106 Cbw; art. 34, 35 Cbb; TK 36 764 nr. 3, art. 16", Label.LAW, ends=WBNI_ENDED
)
_YEARLY = "sharing rules §2: re-confirm yearly"
LIMITS: Mapping[str, Limit] = {
    Capacity.VITAL: _DESIGNATION,
    Capacity.OKTT: _DESIGNATION,
    Capacity.CCT: _DESIGNATION,
    Capacity.GOV: Limit(_YEARLY, Label.INFERENCE, months=12),
    Capacity.CSIRT: Limit(_YEARLY, Label.INFERENCE, months=12),
    SECRECY: Limit("sharing rules §2: terms expire, 24 months at most", Label.INFERENCE, months=24),
    CONSTITUENCY: Limit("sharing rules §2: stale after 12 months", Label.INFERENCE, months=12),
}


def effective_end(what: str, since: datetime, until: datetime | None) -> datetime | None:
    """The earliest of the end on record and the limit. Never before `since`: what could not hold
    at all ends where it begins. None: open."""
    limit = LIMITS.get(what)
    if limit is None:
        return until
    latest = max(limit.latest(since), since)
    return latest if until is None else min(until, latest)


def months_later(since: datetime, months: int) -> datetime:
    """The same hour of the same day, by the calendar and clock of Amsterdam; the last day of the
    month where it has no such day."""
    local = since.astimezone(AMSTERDAM)
    years, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day)
