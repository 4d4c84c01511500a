"""One section as STIX objects. They hang on that section alone, whoever sees what beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from advisories.iep import narrowest
from advisories.models import Section
from sharing.renditions.stix.common import Rendered, instant, object_id, publisher, rendered
from sharing.renditions.stix.patterns import pattern_of
from sharing.renditions.stix.statics import marks
from sharing.shared import Shared, SharedSection

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
_KNOWN = {"products", "vulnerabilities", "indicators", "references"}


class _Maker:
    """Makes the objects of one section, each with an id of its own."""

    def __init__(self, shared: Shared, section: SharedSection, created: datetime) -> None:
        self.shared, self.section, self.created = shared, section, created
        self.taken: set[str] = set()

    def __call__(self, kind: str, key: str, **more: Any) -> Rendered:
        """`key` tells objects of one kind within the section apart, and stays from version to
        version; the same key again gets a number."""
        number = 0
        while (id_ := object_id(kind, self.section.lineage.hex, key, str(number))) in self.taken:
            number += 1
        self.taken.add(id_)
        return rendered(
            kind=kind,
            id_=id_,
            created=self.created,
            modified=self.shared.released_at,
            marks=marks(
                self.section.tlp, self.section.pap, narrowest([self.section.permitted_actions])
            ),
            lang=language(self.shared),
            **more,
        )


def language(shared: Shared) -> str | None:
    return None if shared.language == "und" else shared.language


def section_objects(
    shared: Shared, section: SharedSection, *, created: datetime
) -> tuple[Rendered, ...]:
    """The objects of a section, in an order that does not change. LEAD is the report's own text."""
    if section.kind == Section.Kind.LEAD:
        return ()
    make = _Maker(shared, section, created)
    listed = _LISTED.get(section.kind)
    objects, left = listed(section, make) if listed else ([], [])
    text = prose(section, left)
    if section.kind == Section.Kind.MEASURES:
        name = section.heading or text[:80] or "-"
        return (make("course-of-action", "", name=name, description=text),)
    if text or section.heading:
        about = [one.id for one in objects] or [publisher()]
        objects.append(
            make(
                "note",
                "",
                abstract=section.heading,
                content=text or section.heading,
                object_refs=about,
                external_references=_links(section.data),
            )
        )
    return tuple(objects)


def prose(section: SharedSection, left: Iterable[Any] = ()) -> str:
    """The text of a section, with what of its data no object says, so that nothing is lost."""
    parts = [section.body.strip()]
    parts.append("\n".join(f"- {_product(one)}" for one in _list(section.data, "products")))
    rest = {name: what for name, what in section.data.items() if name not in _KNOWN}
    left = list(left)
    if left:
        rest[section.kind] = left
    if rest:
        parts.append(json.dumps(rest, ensure_ascii=False, sort_keys=True, default=str))
    return "\n\n".join(part for part in parts if part)


def _product(product: Any) -> str:
    if not isinstance(product, Mapping):
        return str(product)
    said = [str(product.get(name) or "") for name in ("vendor", "version", "cpe", "purl")]
    status = product.get("status")
    if isinstance(status, Mapping):
        said += [f"{of}: {what}" for of, what in status.items()]
    more = ", ".join(part for part in said if part)
    return f"{product.get('name', '')}{f' ({more})' if more else ''}"


def _links(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """References that were found fit to be links when they came in. As text: STIX 2.1 §2.5.2 asks a
    hash with a `url`, of what is there, and we fetch nothing."""
    return [
        {"source_name": str(one.get("summary") or one["link"]), "description": str(one["link"])}
        for one in _list(data, "references")
        if isinstance(one, Mapping) and one.get("link")
    ]


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    rows = data.get(name)
    return rows if isinstance(rows, list) else []


def _vulnerabilities(section: SharedSection, make: _Maker) -> tuple[list[Rendered], list[Any]]:
    objects, left = [], []
    for one in _list(section.data, "vulnerabilities"):
        if not isinstance(one, Mapping) or not one.get("id"):
            left.append(one)
            continue
        name = str(one["id"])
        objects.append(
            make(
                "vulnerability",
                name,
                name=name,
                description=_vulnerability_text(one),
                external_references=[
                    *(
                        [{"source_name": "cve", "external_id": name}]
                        if _CVE.fullmatch(name)
                        else []
                    ),
                    *({"source_name": "cwe", "external_id": str(cwe)} for cwe in _list(one, "cwe")),
                ],
            )
        )
    return objects, left


def _vulnerability_text(one: Mapping[str, Any]) -> str:
    title = str(one.get("title") or "")
    scores = [
        f"CVSS {score.get('version')}: {score.get('score')} {score.get('vector')}"
        for score in _list(one, "scores")
        if isinstance(score, Mapping)
    ]
    measures = [
        str(measure.get("details") or "")
        for measure in _list(one, "remediations")
        if isinstance(measure, Mapping)
    ]
    parts = [
        title if title != one["id"] else "",
        str(one.get("text") or ""),
        "\n".join(scores),
        *measures,
    ]
    return "\n\n".join(part for part in parts if part)


def _indicators(section: SharedSection, make: _Maker) -> tuple[list[Rendered], list[Any]]:
    objects, left = [], []
    for one in _list(section.data, "indicators"):
        found = pattern_of(one) if isinstance(one, Mapping) else None
        if found is None:
            left.append(one)
            continue
        pattern, written_in = found
        since = _since(one, make.shared.released_at)
        until = _instant(one.get("valid_until"))
        name = str(one.get("name") or one.get("value") or section.heading or written_in)
        objects.append(
            make(
                "indicator",
                pattern,
                name=name[:300],
                description=str(one.get("description") or section.heading or name),
                indicator_types=["unknown"],
                pattern=pattern,
                pattern_type=written_in,
                valid_from=instant(since),
                valid_until=instant(until) if until and until > since else None,
            )
        )
    return objects, left


def _since(indicator: Mapping[str, Any], released_at: datetime) -> datetime:
    """From when it holds: as given, the day it was seen, or the release."""
    return _instant(indicator.get("valid_from")) or _instant(indicator.get("seen")) or released_at


def _instant(value: Any) -> datetime | None:
    try:
        if isinstance(value, str) and len(value) == len("2026-01-01"):
            return datetime.combine(date.fromisoformat(value), time(), tzinfo=UTC)
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


_LISTED: dict[str, Callable[[SharedSection, _Maker], tuple[list[Rendered], list[Any]]]] = {
    Section.Kind.VULNERABILITIES: _vulnerabilities,
    Section.Kind.INDICATORS: _indicators,
}
