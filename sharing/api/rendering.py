"""What the interface tells, field by field: nothing that is not named here leaves.

Positions and ids of sections stay behind: a gap in them would tell that there is something more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson

from law.vocabulary import Code
from sharing.changes import Changes
from sharing.entitlements import Entitlements, Standing
from sharing.renditions.explanation import safe_json
from sharing.shared import Listed, Page, Shared, SharedDecisions, SharedSection


def encoded(value: dict[str, Any]) -> bytes:
    """JSON; instants in UTC with `Z` (RFC 3339)."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def page(found: Page) -> dict[str, Any]:
    return {"items": [_listed(item) for item in found.items], "next": found.next}


def _listed(item: Listed | Shared) -> dict[str, Any]:
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
    return _listed(shared) | {
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
        "permittedActions": section.permitted_actions or None,
        "source": section.source or None,
        "onward": {
            "allowed": section.onward is Code.OK,
            "reason": None if section.onward is Code.OK else section.onward.value,
        },
    }


def decisions(found: SharedDecisions) -> dict[str, Any]:
    return {
        "advisory": found.advisory,
        "version": found.version,
        "decisions": [safe_json(decision) for decision in found.decisions],
    }


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


def my_markings(found: Entitlements, *, at: datetime) -> dict[str, Any]:
    return {
        "organisation": found.organisation,
        "at": at,
        "capacities": _standings(found.capacities),
        "sectors": _standings(found.sectors),
        "territories": _standings(found.territories),
        "assurances": _standings(found.assurances),
        "held": [{"tlp": tlp.label, "versions": count} for tlp, count in found.labels],
        "digest": found.digest,
    }


def _standings(found: Iterable[Standing]) -> list[dict[str, Any]]:
    return [{"what": one.what, "until": one.until} for one in found]
