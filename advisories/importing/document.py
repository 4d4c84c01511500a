"""What a reader of documents hands over: sections with suggestions, and flags for a person."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from law.vocabulary import Provenance, Tlp


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something that a person must look at before the draft goes on. `code` is stable."""

    code: str
    message: str
    path: str = ""  # JSON pointer

    def to_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "path": self.path}


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedMarking:
    """What the document itself says. The other facets stay unset: only an analyst knows them."""

    tlp: Tlp | None = None  # None: no label, or one that cannot be relied on
    provenance: Provenance = Provenance.RECEIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedReference:
    """`link` is empty unless the address may safely become a link; `url` is text only."""

    summary: str
    url: str
    link: str = ""
    category: str = "external"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSection:
    """One section to be. `kind` is a value of `Section.Kind`; `body` is Markdown."""

    kind: str
    heading: str
    body: str
    data: dict[str, Any] = field(default_factory=dict)
    marking: SuggestedMarking = field(default_factory=SuggestedMarking)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedAdvisory:
    """One document, read and checked. `probability` and `damage` are suggestions: H, M or L."""

    tracking_id: str
    folded_id: str  # NFKC and case-folded: two spellings, one document
    publisher_name: str
    publisher_namespace: str
    document_version: str
    document_status: str  # draft, interim, final
    csaf_version: str
    language: str
    title: str
    tlp: Tlp | None
    released_at: datetime
    revised_at: datetime
    probability: str  # kans
    damage: str  # schade
    sections: tuple[ImportedSection, ...]
    flags: tuple[Flag, ...]
    references: tuple[ImportedReference, ...]
