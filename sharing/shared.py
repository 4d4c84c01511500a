"""What travels past the door: frozen values with the permitted fields only, never a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from advisories.iep import PermittedActions, narrowest
from law.vocabulary import Code, Pap, Purpose, Tlp


@dataclass(frozen=True, slots=True)
class SharedSection:
    """One section that the reader may see, and the ground on which."""

    id: int
    lineage: UUID  # the same in every version that the section is carried on to; never told
    position: int
    kind: str  # advisories.models.Section.Kind
    heading: str
    body: str  # Markdown, untrusted
    data: Mapping[str, Any]
    tlp: Tlp
    pap: Pap | None
    rules: tuple[str, ...]  # rule ids, e.g. W.3.1.d
    regime: str
    # The originator's terms as far as they bind the reader (IEP 2.0); empty: it set none.
    permitted_actions: str = ""
    source: str = ""  # who it came from, where that may be told
    encrypt_in_transit: bool = False  # leaves encrypted or not at all
    onward: Code = Code.DENY_TLP  # whether the reader may pass it on to its own achterban


@dataclass(frozen=True, slots=True)
class Shared:
    """One version of an advisory as far as the reader may see it.

    Title, level, urgency and change note go with the LEAD section: None when it is not shared.
    """

    advisory: str  # NCSC-2026-0001
    version: str  # 1.00
    version_id: int
    kind: str
    language: str
    title: str | None
    level: str | None  # kans/schade, e.g. H/M
    urgent: bool | None
    change_note: str | None
    targeted: bool
    released_at: datetime
    tlp: Tlp  # the strictest among the sections shared
    sections: tuple[SharedSection, ...]
    versions: tuple[str, ...]  # labels that the reader may open, newest first

    @property
    def pap(self) -> Pap | None:
        """The strictest among the sections shared; None when none has one."""
        return max((s.pap for s in self.sections if s.pap), key=list(Pap).index, default=None)

    @property
    def permitted(self) -> PermittedActions | None:
        """The narrowest of what the originators of the sections shared permit."""
        return narrowest(section.permitted_actions for section in self.sections)

    @property
    def open_in_transit(self) -> bool:
        """Whether the content may travel over what others can read: up to TLP:GREEN, unless an
        originator demands encryption."""
        return self.tlp.strictness <= Tlp.GREEN.strictness and not any(
            section.encrypt_in_transit for section in self.sections
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list."""

    advisory: str
    version: str
    version_id: int
    kind: str
    title: str | None
    level: str | None
    urgent: bool | None
    tlp: Tlp
    released_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first. `next` is an opaque cursor, None at the end.

    A page may hold fewer items than asked for while `next` is set.
    """

    items: tuple[Listed, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """All that is left of an advisory that was withdrawn after the reader could see it."""

    advisory: str
    withdrawn_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SharedRule:
    """A rule that the reader's ground rests on, in its own words."""

    id: str
    article: str
    quote_nl: str
    gloss_en: str


@dataclass(frozen=True, slots=True)
class SharedDecision:
    """Why the reader sees one section. Nothing of anybody else, and nothing that was denied: no
    organisations, no attestors, no consents, no predicates."""

    kind: str  # advisories.models.Section.Kind
    heading: str
    tlp: Tlp
    regime: str
    purpose: Purpose  # from the closed list; its free text stays inside
    rules: tuple[SharedRule, ...]


@dataclass(frozen=True, slots=True)
class SharedDecisions:
    """Why the reader sees what it sees of one version: the permitted sections only."""

    advisory: str
    version: str
    tlp: Tlp  # the strictest among them
    decisions: tuple[SharedDecision, ...]
