"""What the interface tells, field by field: nothing that is not named here leaves."""

from __future__ import annotations

from typing import Any

from sharing.changes import Changes
from sharing.renditions import machine
from sharing.renditions.machine import advisory, encoded
from sharing.shared import Page

__all__ = ["advisory", "changes", "encoded", "page"]


def page(found: Page) -> dict[str, Any]:
    return {"items": [machine.listed(item) for item in found.items], "next": found.next}


def changes(found: Changes) -> dict[str, Any]:
    return {
        "items": [
            {
                "position": item.position,
                "event": item.event,
                "advisory": item.advisory,
                "version": item.version,
                "at": item.at,
                "open": item.open,
                "reason": item.reason,
            }
            for item in found.items
        ],
        "next": found.next,
        "more": found.more,
    }
