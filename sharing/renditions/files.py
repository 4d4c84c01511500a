"""A `Shared` as files to keep: the text as Markdown, the indicators as CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from sharing.renditions.html import MEANING, table
from sharing.shared import Shared, SharedSection
from sharing.words import clock

INDICATORS = "indicators"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a spreadsheet knows one (OWASP, CSV injection)


def filename(shared: Shared, ending: str) -> str:
    """Number and version and nothing else: names of files end up everywhere."""
    return f"{shared.advisory}_{shared.version}.{ending}"


def markdown(shared: Shared) -> str:
    """Exactly the sections that were shared, each with its own label, in the active language."""
    title = shared.title or _("Message for your organisation")
    parts = [
        f"# {title}",
        f"{shared.advisory} [{shared.version}] · {clock(shared.released_at)}",
        f"**{shared.tlp.label}** {MEANING[shared.tlp]}",
    ]
    if shared.change_note:
        parts += [f"## {_('What changed')}", shared.change_note]
    for section in shared.sections:
        parts.append(f"## {section.heading or section.kind} ({section.tlp.label})")
        parts += [part for part in (section.body, "\n".join(_table(section))) if part]
    return "\n\n".join(parts) + "\n"


def indicators(shared: Shared) -> tuple[SharedSection, ...]:
    """The sections that `indicators_csv` has rows of."""
    return tuple(one for one in shared.sections if one.kind == INDICATORS and table(one.data)[1])


def indicators_csv(shared: Shared) -> str:
    """One row per indicator with the label of its section; the header only when there is none. A
    value that a spreadsheet would take for a formula gets an apostrophe before it."""
    tables = [(section, *table(section.data)) for section in indicators(shared)]
    columns = list(dict.fromkeys(name for _section, names, _rows in tables for name in names))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["advisory", "version", "tlp", *map(_harmless, columns)])
    for section, names, rows in tables:
        for row in rows:
            values = dict(zip(names, row, strict=True))
            cells = [_harmless(values.get(name, "")) for name in columns]
            writer.writerow([shared.advisory, shared.version, section.tlp.label, *cells])
    return out.getvalue()


def _harmless(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _table(section: SharedSection) -> Iterator[str]:
    columns, rows = table(section.data)
    if rows:
        yield _row(columns)
        yield _row("---" for _column in columns)
        yield from map(_row, rows)


def _row(cells: Any) -> str:
    escaped = (str(cell).replace("\\", "\\\\").replace("|", "\\|") for cell in cells)
    return "| " + " | ".join(" ".join(cell.split()) for cell in escaped) + " |"
