"""STIX 2.1 to sections: one per kind and label, so that no label is lost among the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stix2patterns.validator import run_validator

from advisories.importing.document import Flag, ImportedSection, SuggestedMarking
from advisories.importing.errors import Refused, quote
from advisories.importing.labels import refuse_classified
from advisories.importing.links import safe_link
from advisories.importing.received import read_object
from advisories.importing.stix_marks import Marks
from advisories.importing.text import HEADING_LIMIT, TITLE_LIMIT, Cleaner, as_text
from advisories.models import Section
from law.vocabulary import Provenance, Tlp

MOST_OBJECTS = 5000
PATTERN_LIMIT = 10_000  # characters
_ID = re.compile(r"[a-z][a-z0-9-]{1,60}--[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
_SILENT = {"marking-definition", "extension-definition", "relationship"}

Found = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedObjects:
    """What was read. `probability` and `damage` are for the analyst to set: medium until then."""

    title: str
    language: str
    sections: tuple[ImportedSection, ...]
    flags: tuple[Flag, ...]
    probability: str = "M"
    damage: str = "M"


def objects_of(*, data: bytes, max_bytes: int) -> list[Found]:
    """The objects of an envelope or bundle, each with a type and an id. Raises `Refused`."""
    envelope, _marked = read_object(data=data, max_bytes=max_bytes)
    refuse_classified(envelope)
    objects = envelope.get("objects")
    if not isinstance(objects, list) or not objects:
        raise Refused(code="NO_OBJECTS", message="/objects is no list with anything in it.")
    if len(objects) > MOST_OBJECTS:
        raise Refused(
            code="TOO_MANY",
            message=f"/objects has {len(objects)} entries and {MOST_OBJECTS} is the limit.",
        )
    for n, one in enumerate(objects):
        if not isinstance(one, dict):
            raise Refused(code="NOT_STIX", message=f"/objects/{n} is no object.")
        id_, kind = one.get("id"), one.get("type")
        if not isinstance(id_, str) or not _ID.fullmatch(id_) or kind != id_.partition("--")[0]:
            raise Refused(
                code="NOT_STIX",
                message=f"/objects/{n} has the id {quote(id_)}: an id is its type, two hyphens"
                " and a UUID.",
            )
    return objects


def read_objects(*, data: bytes, max_bytes: int) -> ImportedObjects:
    """Sections with suggestions from an envelope or bundle, or `Refused` and nothing of it."""
    return _Reader(objects_of(data=data, max_bytes=max_bytes)).read()


@dataclass(slots=True)
class _Reader:
    objects: list[Found]
    cleaner: Cleaner = field(default_factory=Cleaner)
    # By kind of section and label: lines of the body, and rows of the data.
    parts: dict[tuple[str, Tlp | None], tuple[list[str], list[Found]]] = field(default_factory=dict)

    def read(self) -> ImportedObjects:
        _refuse_conflicts(self.objects)
        _refuse_unsound(self.objects)
        marks = Marks.of(self.objects, cleaner=self.cleaner)
        report = next((one for one in self.objects if one["type"] in {"report", "grouping"}), None)
        lead = self._lead(report, marks)
        for n, one in enumerate(self.objects):
            if one is not report and one["type"] not in _SILENT:
                take = _TAKES.get(one["type"], _Reader._other)
                take(self, one, f"/objects/{n}", marks.tlp_of(one))
        skipped = sum(one["type"] == "relationship" for one in self.objects)
        if skipped:
            self.cleaner.note(
                code="RELATIONSHIPS",
                message=f"{skipped} relationships are not in the draft: look at what was received.",
                path="/objects",
            )
        sections = (lead, *(self._section(*key) for key in self.parts))
        return ImportedObjects(
            title=self._title(report),
            language=str((report or {}).get("lang") or "und").split("-")[0].lower()[:10],
            sections=sections,
            flags=tuple(self.cleaner.flags.values()),
        )

    def _title(self, report: Found | None) -> str:
        named = [report] if report else [o for o in self.objects if o["type"] not in _SILENT]
        name = next((str(o["name"]) for o in named if o and o.get("name")), "")
        title = self.cleaner.line(name, path="/objects/name", limit=TITLE_LIMIT)
        return title or f"STIX ({len(self.objects)})"

    def _lead(self, report: Found | None, marks: Marks) -> ImportedSection:
        body = self._text(report, "description", "/objects/report") if report else ""
        tlp = marks.tlp_of(report) if report else None
        if report is None:
            self.cleaner.note(
                code="NO_REPORT",
                message="There is no report among the objects: write the summary and set its label.",
                path="/objects",
            )
        return ImportedSection(
            kind=str(Section.Kind.LEAD), heading="", body=body, marking=_marking(tlp)
        )

    def _section(self, kind: str, tlp: Tlp | None) -> ImportedSection:
        lines, rows = self.parts[kind, tlp]
        return ImportedSection(
            kind=str(kind),
            heading=tlp.label if tlp else "",
            body="\n\n".join(lines),
            data={str(kind): rows} if rows else {},
            marking=_marking(tlp),
        )

    def _put(self, kind: str, tlp: Tlp | None, line: str, row: Found | None = None) -> None:
        lines, rows = self.parts.setdefault((kind, tlp), ([], []))
        if line:
            lines.append(line)
        if row is not None:
            rows.append(row)

    def _text(self, one: Found, name: str, path: str) -> str:
        value = one.get(name)
        return self.cleaner.markdown(value, path=f"{path}/{name}") if isinstance(value, str) else ""

    def _line(self, one: Found, name: str, path: str) -> str:
        value = one.get(name)
        if not isinstance(value, str):
            return ""
        return self.cleaner.line(value, path=f"{path}/{name}", limit=HEADING_LIMIT)

    def _indicator(self, one: Found, path: str, tlp: Tlp | None) -> None:
        row = {
            "name": self._line(one, "name", path),
            "description": self._text(one, "description", path),
            "pattern": one["pattern"],
            "pattern_type": str(one.get("pattern_type", "stix")),
            **{
                name: one[name]
                for name in ("valid_from", "valid_until")
                if isinstance(one.get(name), str)
            },
        }
        self._put(Section.Kind.INDICATORS, tlp, "", {k: v for k, v in row.items() if v})

    def _vulnerability(self, one: Found, path: str, tlp: Tlp | None) -> None:
        name = self._line(one, "name", path)
        known = [str(r.get("external_id", "")) for r in _references(one)]
        cve = next((i for i in (*known, name) if _CVE.fullmatch(i)), "")
        known_as = cve or name or str(one["id"])
        row: Found = {
            "id": known_as,
            "title": "" if name == cve else name,
            "cwe": [i for i in known if re.fullmatch(r"CWE-[0-9]+", i)],
            "scores": [],
            "text": self._text(one, "description", path),
            "exploited": False,
            "remediations": [],
        }
        title = f" {as_text(name)}" if name and name != known_as else ""
        self._put(Section.Kind.VULNERABILITIES, tlp, f"- {as_text(row['id'])}{title}", row)

    def _course(self, one: Found, path: str, tlp: Tlp | None) -> None:
        lines = [self._line(one, "name", path), self._text(one, "description", path)]
        self._put(Section.Kind.MEASURES, tlp, "\n\n".join(as_text(x) for x in lines if x))

    def _note(self, one: Found, path: str, tlp: Tlp | None) -> None:
        lines = [self._line(one, "abstract", path), self._text(one, "content", path)]
        self._put(Section.Kind.TEXT, tlp, "\n\n".join(line for line in lines if line))

    def _other(self, one: Found, path: str, tlp: Tlp | None) -> None:
        """Whatever else came: its kind, name, text and links, as text."""
        said = self._line(one, "name", path) or self._line(one, "value", path)
        lines = [f"{one['type']}: {as_text(said)}" if said else f"{one['type']}"]
        lines.append(self._text(one, "description", path))
        for reference in _references(one):
            url = str(reference.get("url") or "")
            if url and not safe_link(url):
                self.cleaner.note(
                    code="UNSAFE_LINK",
                    message="An address is no plain http(s) link to a public host: kept as text.",
                    path=f"{path}/external_references",
                )
            if url:
                lines.append(as_text(self.cleaner.line(url, path=path, limit=2000)))
        self._put(Section.Kind.TEXT, tlp, "\n\n".join(line for line in lines if line))


_TAKES: Mapping[str, Callable[[_Reader, Found, str, Tlp | None], None]] = {
    "indicator": _Reader._indicator,
    "vulnerability": _Reader._vulnerability,
    "course-of-action": _Reader._course,
    "note": _Reader._note,
}


def _marking(tlp: Tlp | None) -> SuggestedMarking:
    provenance = Provenance.PUBLIC if tlp is Tlp.CLEAR else Provenance.RECEIVED
    return SuggestedMarking(tlp=tlp, provenance=provenance)


def _references(one: Found) -> list[Found]:
    references = one.get("external_references")
    return [r for r in references if isinstance(r, dict)] if isinstance(references, list) else []


def _refuse_conflicts(objects: list[Found]) -> None:
    """One id in one version can only be one thing."""
    known: dict[tuple[str, str], Found] = {}
    for n, one in enumerate(objects):
        key = (one["id"].lower(), str(one.get("modified") or one.get("created") or ""))
        if known.setdefault(key, one) != one:
            raise Refused(
                code="CONFLICT",
                message=f"/objects/{n} has the id and version of another object and says"
                " something else: ask the sender which one counts.",
            )


def _refuse_unsound(objects: list[Found]) -> None:
    for n, one in enumerate(objects):
        created, modified = one.get("created"), one.get("modified")
        if isinstance(created, str) and isinstance(modified, str) and modified < created:
            raise Refused(
                code="INVALID",
                message=f"/objects/{n} was modified before it was created: ask the sender.",
            )
        if one["type"] == "indicator":
            _refuse_bad_pattern(one, f"/objects/{n}/pattern")


def _refuse_bad_pattern(one: Found, path: str) -> None:
    pattern = one.get("pattern")
    if not isinstance(pattern, str) or not 0 < len(pattern) <= PATTERN_LIMIT:
        raise Refused(
            code="BAD_PATTERN",
            message=f"{path} is no text of at most {PATTERN_LIMIT} characters.",
        )
    if one.get("pattern_type", "stix") != "stix":
        return  # another language, kept as it is
    try:
        errors = run_validator(pattern, stix_version="2.1")
    except Exception as error:  # noqa: BLE001 whatever the parser raises, nothing was shown sound
        errors = [type(error).__name__]
    if errors:
        raise Refused(
            code="BAD_PATTERN",
            message=f"{path}: {quote(errors[0])}: ask the sender for a sound STIX pattern.",
        )
