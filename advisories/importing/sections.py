"""Sections from the parts of a CSAF document. Bodies are Markdown with foreign text escaped."""

import re
from typing import Any

from advisories.importing.document import ImportedReference, ImportedSection, SuggestedMarking
from advisories.importing.links import safe_link
from advisories.importing.text import HEADING_LIMIT, Cleaner, as_text
from advisories.models import Section

MAX_NOTES = 20  # more notes than this share one section
MAX_LINES = 50  # of a long list in the body; `data` holds all of it
_SUMMARY = ("summary", "description", "general", "details")
_MEASURES = re.compile(r"^(oplossing|solution|measure|maatregel|mitigati|remediat)", re.IGNORECASE)
_SAID_ELSEWHERE = re.compile(r"^(kans|schade|cwe-\d+)$", re.IGNORECASE)  # levels, vulnerabilities


def build_sections(
    received: dict[str, Any],
    *,
    products: list[dict[str, Any]],
    vulnerabilities: list[dict[str, Any]],
    references: tuple[ImportedReference, ...],
    marking: SuggestedMarking,
    cleaner: Cleaner,
) -> tuple[ImportedSection, ...]:
    """LEAD first, then what the document has of the others. Each carries the same suggestion."""
    lead, notes = _notes(received["document"].get("notes", []), cleaner=cleaner)
    parts: list[tuple[str, str, str, dict[str, Any]]] = [(Section.Kind.LEAD, "", lead, {}), *notes]
    if measures := _measures(vulnerabilities):
        parts.append((Section.Kind.MEASURES, "", measures, {}))
    if products:
        parts.append((Section.Kind.PRODUCTS, "", _product_lines(products), {"products": products}))
    if vulnerabilities:
        parts.append(
            (
                Section.Kind.VULNERABILITIES,
                "",
                _vulnerability_lines(vulnerabilities),
                {"vulnerabilities": vulnerabilities},
            )
        )
    if references:
        rows = [
            {"summary": r.summary, "url": r.url, "link": r.link, "category": r.category}
            for r in references
        ]
        parts.append(
            (Section.Kind.TEXT, "References", _reference_lines(references), {"references": rows})
        )
    return tuple(
        ImportedSection(kind=str(kind), heading=heading, body=body, data=data, marking=marking)
        for kind, heading, body, data in parts
    )


def references_of(received: dict[str, Any], *, cleaner: Cleaner) -> tuple[ImportedReference, ...]:
    """Of the document and its vulnerabilities, each address once."""
    holders = [("/document", received["document"])] + [
        (f"/vulnerabilities/{i}", v) for i, v in enumerate(received.get("vulnerabilities", []))
    ]
    found: dict[str, ImportedReference] = {}
    for path, holder in holders:
        for i, reference in enumerate(holder.get("references", [])):
            where = f"{path}/references/{i}"
            url = cleaner.line(reference["url"], path=f"{where}/url", limit=2000)
            link = safe_link(url)
            if not link:
                cleaner.note(
                    code="UNSAFE_LINK",
                    message="An address is no plain http(s) link to a public host: kept as text.",
                    path=f"{where}/url",
                )
            summary = cleaner.line(
                reference.get("summary", ""), path=f"{where}/summary", limit=HEADING_LIMIT
            )
            category = reference.get("category", "external")
            found.setdefault(
                url, ImportedReference(summary=summary, url=url, link=link, category=category)
            )
    return tuple(found.values())


def _notes(
    notes: list[dict[str, Any]], *, cleaner: Cleaner
) -> tuple[str, list[tuple[str, str, str, dict[str, Any]]]]:
    """(body of the lead, the other notes as parts)."""
    read = [
        (
            note["category"],
            cleaner.line(
                note.get("title", ""), path=f"/document/notes/{i}/title", limit=HEADING_LIMIT
            ),
            cleaner.markdown(note["text"], path=f"/document/notes/{i}/text"),
        )
        for i, note in enumerate(notes)
    ]
    read = [note for note in read if not _SAID_ELSEWHERE.match(note[1])]
    lead = next((n for category in _SUMMARY for n in read if n[0] == category), None)
    rest = [note for note in read if note is not lead]
    parts: list[tuple[str, str, str, dict[str, Any]]] = []
    for category, title, body in rest[:MAX_NOTES]:
        kind = Section.Kind.MEASURES if _MEASURES.match(title) else Section.Kind.TEXT
        parts.append((kind, title or category.replace("_", " ").capitalize(), body, {}))
    if rest[MAX_NOTES:]:
        body = "\n\n".join(f"{as_text(title)}\n\n{text}" for _, title, text in rest[MAX_NOTES:])
        parts.append((Section.Kind.TEXT, "Other notes", body, {}))
    return (lead[2] if lead else ""), parts


def _listed(lines: list[str]) -> str:
    shown = lines[:MAX_LINES]
    if len(lines) > MAX_LINES:
        shown.append(f"- … ({len(lines) - MAX_LINES})")
    return "\n".join(shown)


def _measures(vulnerabilities: list[dict[str, Any]]) -> str:
    details = [r["details"] for v in vulnerabilities for r in v["remediations"] if r["details"]]
    return _listed(
        [f"- {text.replace(chr(10), chr(10) + '  ')}" for text in dict.fromkeys(details)]
    )


def _product_lines(products: list[dict[str, Any]]) -> str:
    return _listed(
        [
            f"- {as_text(p['name'])}"
            + (f": {', '.join(sorted(set(p['status'].values())))}" if p["status"] else "")
            for p in products
        ]
    )


def _vulnerability_lines(vulnerabilities: list[dict[str, Any]]) -> str:
    lines = []
    for v in vulnerabilities:
        title = f" {as_text(v['title'])}" if v["title"] not in {"", v["id"]} else ""
        scores = ", ".join(f"CVSS {s['version']}: {s['score']}" for s in v["scores"])
        tail = f" ({', '.join([*v['cwe'], *([scores] if scores else [])])})"
        lines.append(f"- {as_text(v['id'])}{title}{tail if tail != ' ()' else ''}")
    return _listed(lines)


def _reference_lines(references: tuple[ImportedReference, ...]) -> str:
    lines = []
    for r in references:
        text = as_text(r.summary or r.url)
        plain = as_text(f"{r.summary}: {r.url}" if r.summary else r.url)
        lines.append(f"- [{text}](<{r.link}>)" if r.link else f"- {plain}")
    return _listed(lines)
