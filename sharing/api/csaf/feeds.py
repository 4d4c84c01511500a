"""What a level lists: ROLIE feed (RFC 8322), index.txt, changes.csv and directories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sharing.api.csaf.levels import Level
from sharing.api.csaf.metadata import CSAF, rfc3339, well_known
from sharing.models import CsafDocument
from sharing.renditions.csaf import V20
from sharing.shared import Tombstone

NEVER = datetime(2018, 1, 1, tzinfo=UTC)  # when a feed that never held anything last changed


def updated(documents: Sequence[CsafDocument], stones: Sequence[Tombstone]) -> datetime:
    """When what a reader may have last grew or shrank by what the reader can know."""
    instants = [d.current_release for d in documents] + [s.withdrawn_at for s in stones]
    return max(instants, default=NEVER)


def rolie(level: Level, documents: Iterable[CsafDocument], *, at: datetime) -> dict[str, Any]:
    """The feed of a level. `at`: when it last changed."""
    return {
        "feed": {
            "id": f"csaf-{level.edition.folder}-tlp-{level.word}",
            "title": f"TLP:{level.label} advisories (CSAF {level.edition.number})",
            "link": [
                {"rel": "self", "href": level.feed},
                {"rel": "service", "href": f"{well_known(level.edition)}service.json"},
            ],
            "category": [CSAF],
            "updated": rfc3339(at),
            "entry": [_entry(level, document) for document in documents],
        }
    }


def _entry(level: Level, document: CsafDocument) -> dict[str, Any]:
    url = level.base + _below(document)
    return {
        "id": document.tracking_id,
        "title": document.title,
        "published": rfc3339(document.initial_release),
        "updated": rfc3339(document.current_release),
        "link": [
            {"rel": "self", "href": url},
            {"rel": "hash", "href": f"{url}.sha256"},
            {"rel": "hash", "href": f"{url}.sha512"},
            {"rel": "signature", "href": f"{url}.asc"},
        ],
        "format": {"schema": level.edition.schema, "version": level.edition.number},
        "content": {"type": "application/json", "src": url},
    }


def _below(document: CsafDocument) -> str:
    """The path below the level: 2026/ncsc-2026-0001.json."""
    return document.path.partition("/")[2]


def index(documents: Iterable[CsafDocument]) -> str:
    return "".join(f"{_below(document)}\n" for document in documents)


def changes(level: Level, documents: Iterable[CsafDocument]) -> str:
    """Newest first. 2.0 quotes its fields, 2.1 does not."""
    mark = '"' if level.edition is V20 else ""
    return "".join(
        f"{mark}{_below(d)}{mark},{mark}{rfc3339(d.current_release)}{mark}\n" for d in documents
    )


def directory(title: str, names: Iterable[str]) -> SafeString:
    links = format_html_join("\n", '<li><a href="{0}">{0}</a></li>', ((name,) for name in names))
    return format_html(
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{0}</title></head>'
        "<body><h1>{0}</h1>\n<ul>\n{1}\n</ul></body></html>\n",
        title,
        links,
    )


def years(documents: Iterable[CsafDocument]) -> list[str]:
    return sorted({_below(document).partition("/")[0] + "/" for document in documents})


def names(documents: Iterable[CsafDocument], year: str) -> list[str]:
    """Files of the documents of a year."""
    found = []
    for document in documents:
        folder, _, name = _below(document).partition("/")
        if folder == year:
            found += [name, *(f"{name}.{ending}" for ending in ("sha256", "sha512", "asc"))]
    return sorted(found)
