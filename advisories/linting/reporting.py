"""How often the lint is right on a folder of real documents: counts by kind, against labels.

A label is one line: kind, digest of what was found, whether that was right, why. It holds no text
of the documents. What is found without a label is counted as not judged.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from advisories.linting.finding import Kind
from advisories.linting.looking import look, strings
from advisories.linting.register import Known, Register

_SPACE = UUID("00000000-0000-4000-8000-000000000000")  # names become ids, for a report only
# Nothing to judge: each is an id in the form that the standard gives it.
BY_FORM = frozenset({Kind.CVE, Kind.PUBLIC_CVE})
Label = tuple[str, str]  # kind and digest


@dataclass(slots=True)
class Report:
    """Per kind and value, how often it was found, and in how many documents of how many bytes."""

    documents: int = 0
    characters: int = 0
    found: Counter[tuple[Kind, str]] = field(default_factory=Counter)

    def rows(self, labels: Mapping[Label, bool]) -> Iterator[dict[str, Any]]:
        """One row per kind: findings and different values; those judged, and judged right."""
        for kind in Kind:
            values = {value: n for (k, value), n in self.found.items() if k is kind}
            if kind in BY_FORM:
                judged = dict.fromkeys(values, True)
            else:
                known = ((value, labels.get((kind.value, digest(value)))) for value in values)
                judged = {value: right for value, right in known if right is not None}
            yield {
                "kind": kind.value,
                "found": sum(values.values()),
                "right": sum(values[value] for value, right in judged.items() if right),
                "judged": sum(values[value] for value in judged),
                "values": len(values),
                "values_right": sum(judged.values()),
                "values_judged": len(judged),
            }


def digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:16]


def known_in(file: Path) -> list[Known]:
    """Organisations from CSV columns name, domains, networks (both divided by |) and asn."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            Known(
                organisation=uuid5(_SPACE, row["name"]),
                name=row["name"],
                domains=tuple(filter(None, row["domains"].split("|"))),
                networks=tuple(map(ip_network, filter(None, row["networks"].split("|")))),
                as_numbers=(int(row["asn"]),) if row["asn"] else (),
            )
            for row in csv.DictReader(lines)
        ]


def labels_in(file: Path) -> dict[Label, bool]:
    with file.open(encoding="utf-8", newline="") as lines:
        return {
            (row["kind"], row["digest"]): row["right"] == "yes" for row in csv.DictReader(lines)
        }


def documents(folder: Path) -> Iterator[dict[str, str]]:
    """The strings of every JSON document below, by where they stand. What is no JSON is passed."""
    for file in sorted(folder.rglob("*.json")):
        try:
            content = json.loads(file.read_bytes())
        except (ValueError, RecursionError):
            continue
        parts: dict[str, str] = {}
        for path, text in strings(content):
            if not path.endswith("#key"):
                parts[path if path not in parts else f"{path}~{len(parts)}"] = text
        yield parts


def report(folders: Iterable[Path], *, register: Register) -> Report:
    made = Report()
    for folder in folders:
        for parts in documents(folder):
            made.documents += 1
            made.characters += sum(map(len, parts.values()))
            for finding in look(parts, register=register):
                made.found[finding.kind, finding.matched] += 1
    return made
