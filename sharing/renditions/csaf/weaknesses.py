"""Names of weaknesses (CWE), from the catalogue in the csaf package."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

# 2.0 names no version of CWE: of entries renamed or added from here on its validators disagree.
SETTLED = (4, 18)


class Weakness(NamedTuple):
    id: str
    name: str
    version: str  # of the catalogue
    settled: bool  # every validator knows it by this name


@cache
def _catalogue() -> dict[str, Any]:
    text = files("csaf.csaf.v21").joinpath("cwe/catalog.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def weakness(cwe: str) -> Weakness | None:
    """The weakness with this id, such as CWE-79; None when there is none (any more)."""
    catalogue = _catalogue()
    entry = catalogue["weaknesses"].get(cwe.removeprefix("CWE-"))
    if entry is None or entry["status"] == "Deprecated":
        return None
    since, name = entry["history"][-1]
    if name is None:
        return None
    settled = tuple(int(part) for part in since.split(".")) < SETTLED
    return Weakness(cwe, name, catalogue["latest_version"], settled)
