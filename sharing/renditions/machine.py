"""A `Shared` for programs, field by field: nothing that is not named here leaves.

Positions and ids of sections stay behind: a gap in them would tell that there is something more.
"""

from __future__ import annotations

from typing import Any

import orjson

from law.vocabulary import Code
from sharing.shared import Listed, Shared, SharedSection


def encoded(value: dict[str, Any]) -> bytes:
    """JSON; instants in UTC with `Z` (RFC 3339)."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def listed(item: Listed | Shared) -> dict[str, Any]:
    return {
        "advisory": item.advisory,
        "version": item.version,
        "kind": item.kind,
        "title": item.title,
        "level": item.level,
        "urgent": item.urgent,
        "tlp": item.tlp.label,
        "releasedAt": item.released_at,
    }


def advisory(shared: Shared) -> dict[str, Any]:
    return listed(shared) | {
        "language": shared.language,
        "changeNote": shared.change_note,
        "targeted": shared.targeted,
        "sections": [_section(section) for section in shared.sections],
        "versions": list(shared.versions),
    }


def _section(section: SharedSection) -> dict[str, Any]:
    return {
        "kind": section.kind,
        "heading": section.heading,
        "body": section.body,
        "data": dict(section.data),
        "tlp": section.tlp.label,
        "pap": f"PAP:{section.pap.value.upper()}" if section.pap else None,
        "ground": {"regime": section.regime, "rules": list(section.rules)},
        "onward": {
            "allowed": section.onward is Code.OK,
            "reason": None if section.onward is Code.OK else section.onward.value,
        },
    }
