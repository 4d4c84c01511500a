"""Writing the record: entries in the caller's transaction, seals in the sealer's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from audit.models import Entry
from audit.sealing import seal

__all__ = ["Act", "record", "record_many", "seal"]


@dataclass(frozen=True, kw_only=True)
class Act:
    """One row to be: `at` is aware, `actor` is user:<uuid>, client:<id> or system:<name>."""

    at: datetime
    actor: str
    action: str
    target: str
    outcome: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def record(
    *,
    at: datetime,
    actor: str,
    action: str,
    target: str,
    outcome: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """One row in the caller's transaction: it stands or falls with the act. `detail`: no content."""
    act = Act(
        at=at, actor=actor, action=action, target=target, outcome=outcome, detail=detail or {}
    )
    record_many([act])


def record_many(rows: Iterable[Act]) -> None:
    """Many rows in one statement per thousand, in the caller's transaction."""
    entries = [
        Entry(
            at=row.at,
            actor=row.actor,
            action=row.action,
            target=row.target,
            outcome=row.outcome,
            detail=dict(row.detail),
        )
        for row in rows
    ]
    if any(entry.at.tzinfo is None for entry in entries):
        raise ValueError("`at` must be an aware datetime")
    Entry.objects.bulk_create(entries, batch_size=1000)
