"""Notes and references: the text of every section shared, whatever else is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from advisories.models import Section
from sharing.shared import Shared, SharedSection

CATEGORIES = {Section.Kind.LEAD.value: "summary", Section.Kind.MEASURES.value: "general"}
LEVELS = {"H": "high", "M": "medium", "L": "low"}  # the words of NCSC's own documents


def notes(shared: Shared, *, consumed: Mapping[int, frozenset[str]]) -> list[dict[str, str]]:
    """One note per section with anything in it; kans and schade as NCSC documents carry them.

    `consumed`: keys of a section's structured part (by section id) that the document says
    elsewhere. The rest of that part becomes lines of text.
    """
    found = []
    for section in shared.sections:
        text = _text(section, consumed.get(section.id, frozenset()))
        if text:
            note = {"category": CATEGORIES.get(section.kind, "details"), "text": text}
            found.append(note | ({"title": section.heading} if section.heading.strip() else {}))
    if shared.level:
        probability, damage = shared.level.split("/")
        found += [
            {"category": "general", "title": "Kans", "text": LEVELS[probability]},
            {"category": "general", "title": "Schade", "text": LEVELS[damage]},
        ]
    return found


def _text(section: SharedSection, consumed: frozenset[str]) -> str:
    parts = [section.body.strip()]
    for key, value in section.data.items():
        if key not in consumed:
            parts.append("\n".join(_lines(key, value)))
    return "\n\n".join(part for part in parts if part) or section.heading.strip()


def _lines(key: str, value: Any) -> list[str]:
    rows = value if isinstance(value, list) else [value]
    lines = []
    for row in rows:
        if isinstance(row, dict):
            lines.append("- " + ", ".join(f"{k}: {_plain(v)}" for k, v in row.items()))
        else:
            lines.append(f"- {key}: {_plain(row)}")
    return lines


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def references(sections: Iterable[SharedSection], *, own: str) -> list[dict[str, str]]:
    """The document's own address first, then every safe address in the sections, each once."""
    found = {own: {"category": "self", "summary": own.rpartition("/")[2], "url": own}}
    for section in sections:
        for row in section.data.get("references", []):
            url = str(row["url"])
            if row.get("link") and urlsplit(url).scheme in {"http", "https"}:
                found.setdefault(
                    url,
                    {"category": "external", "summary": str(row["summary"]) or url, "url": url},
                )
    return list(found.values())
