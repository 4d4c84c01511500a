"""Suggested kans and schade. Always a suggestion: the analyst decides.

The publisher's own notes "Kans" and "Schade" come first, as NCSC advisories carry them.
Otherwise schade follows the highest CVSS base score (H from 7.0, M from 4.0, L below), and kans
is H when exploitation is known, M when the network suffices without rights or a user's help
(AV:N, PR:N, UI:N), and L otherwise. Without a score both are M.
"""

import re
from typing import Any

_WORDS = {"high": "H", "hoog": "H", "medium": "M", "middel": "M", "low": "L", "laag": "L"}
_DENIED = re.compile(
    r"\b(no (known|public)|not (known|aware|been)|none|unknown|geen|niet|unproven|unlikely)\b",
    re.IGNORECASE,
)


def suggest(
    *, notes: list[dict[str, Any]], vulnerabilities: list[dict[str, Any]]
) -> tuple[str, str]:
    """(kans, schade), each H, M or L. `vulnerabilities` as `vulnerabilities.flatten` gives them."""
    said = {
        str(note.get("title", "")).strip().lower(): _WORDS.get(
            str(note.get("text", "")).strip().lower()
        )
        for note in notes
    }
    return (
        said.get("kans") or _probability(vulnerabilities),
        said.get("schade") or _damage(vulnerabilities),
    )


def exploited(vulnerability: dict[str, Any]) -> bool:
    """A threat of category exploit_status that does not deny it, or a first date of it."""
    if vulnerability.get("first_known_exploitation_dates"):
        return True
    return any(
        threat.get("category") == "exploit_status"
        and not _DENIED.search(str(threat.get("details")))
        for threat in vulnerability.get("threats", [])
    )


def _damage(vulnerabilities: list[dict[str, Any]]) -> str:
    scores = [s["score"] for v in vulnerabilities for s in v["scores"]]
    if not scores:
        return "M"
    worst = max(scores)
    return "H" if worst >= 7.0 else "M" if worst >= 4.0 else "L"


def _probability(vulnerabilities: list[dict[str, Any]]) -> str:
    if any(v["exploited"] for v in vulnerabilities):
        return "H"
    vectors = [s["vector"] for v in vulnerabilities for s in v["scores"]]
    if not vectors or any({"AV:N", "PR:N", "UI:N"} <= set(x.split("/")) for x in vectors):
        return "M"
    return "L"
