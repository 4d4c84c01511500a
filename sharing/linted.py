"""What the lint found, as the desk shows it. Staff only: no exit to recipients reads this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from advisories.linting import Finding, Kind, Proposal
from advisories.models import AdvisoryVersion, LintRefusal, Section
from advisories.services import linting
from law.vocabulary import PersonalData
from recipients.models import Organisation

SHOWN = 12  # different values of a group that are spelled out; the text shows them all
PARTS = 40  # parts of the structured data that are shown with their findings

KINDS: dict[Kind, Any] = {
    Kind.NAME: _("name of an organisation"),
    Kind.DOMAIN: _("domain of an organisation"),
    Kind.NETWORK: _("address of an organisation"),
    Kind.AS_NUMBER: _("AS number of an organisation"),
    Kind.ADDRESS: _("IP address"),
    Kind.EMAIL: _("e-mail address of a person"),
    Kind.MAILBOX: _("mailbox of a function"),
    Kind.CREDENTIAL: _("password, key or token"),
    Kind.CVE: _("CVE that is not known to be public"),
    Kind.PUBLIC_CVE: _("public CVE"),
    Kind.CLASSIFIED: _("marking of classified information"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A group of findings on the page of its section."""

    group: linting.Group
    kind: Any
    organisation: Organisation | None
    values: tuple[str, ...]  # as written, with how often
    more: int

    @property
    def asks(self) -> list[Any]:
        """The proposed facets in words."""
        return words(self.group.proposal)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `kind` where something was found in it."""

    text: str
    kind: Any = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the section's text in pieces."""

    label: Any
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Linted:
    """A section with what was found in it: `asking` first, then what was settled, then the rest."""

    asking: tuple[Shown, ...]
    settled: tuple[Shown, ...]
    informing: tuple[Shown, ...]
    parts: tuple[Part, ...]


LABELS = {
    "title": _("Title"),
    "change_note": _("What changed"),
    "heading": _("Heading"),
    "body": _("Text"),
}


def words(proposal: Proposal) -> list[Any]:
    said: list[Any] = []
    if proposal.refused:
        said.append(_("classified: may not be here at all"))
    if proposal.confidential:
        said.append(_("confidential"))
    if proposal.traceable:
        said.append(_("traceable to the organisation"))
    if proposal.subject and not proposal.traceable:
        said.append(_("about the organisation"))
    if proposal.personal_data is PersonalData.CREDENTIALS:
        said.append(_("personal data: credentials"))
    elif proposal.personal_data:
        said.append(_("personal data: ordinary"))
    if proposal.question:
        said.append(_("confidential, or under embargo?"))
    return said


def section(version: AdvisoryVersion, shown: Section) -> Linted:
    """What the lint says of one section of the version."""
    for found, groups in linting.groups_of(version).items():
        if found.pk == shown.pk:
            names = _names(group.proposal.subject for group in groups)
            texts = linting.parts_of(found, version)
            rows = [_shown(group, texts, names) for group in groups]
            return Linted(
                tuple(row for row in rows if row.group.asks),
                tuple(row for row in rows if row.group.answered),
                tuple(row for row in rows if not row.group.asks and not row.group.answered),
                tuple(_parts(texts, groups)),
            )
    return Linted((), (), (), ())


def _names(organisations: Iterable[UUID | None]) -> dict[UUID | None, Organisation]:
    return {
        row.pk: row for row in Organisation.objects.filter(pk__in={o for o in organisations if o})
    }


def _shown(
    group: linting.Group, texts: dict[str, str], names: dict[UUID | None, Organisation]
) -> Shown:
    found = Counter(_written(finding, texts) for finding in group.findings)
    most = found.most_common(SHOWN)
    return Shown(
        group=group,
        kind=KINDS[group.kind],
        organisation=names.get(group.proposal.subject),
        values=tuple(f"{text} ({count}×)" if count > 1 else text for text, count in most),
        more=len(found) - len(most),
    )


def _written(finding: Finding, texts: dict[str, str]) -> str:
    span = finding.span
    return texts[span.part][span.start : span.end]


def _parts(texts: dict[str, str], groups: Sequence[linting.Group]) -> Iterable[Part]:
    """The text with what was found; of the structured data only what holds a finding."""
    by_part: dict[str, list[tuple[Finding, bool]]] = {}
    for group in groups:
        for finding in group.findings:
            by_part.setdefault(finding.span.part, []).append((finding, group.open))
    data = 0
    for path, text in texts.items():
        found = by_part.get(path, [])
        data += path not in LABELS and bool(found)
        if path in LABELS or (found and data <= PARTS):
            yield Part(LABELS.get(path, path), tuple(_pieces(text, found)))


def _pieces(text: str, found: list[tuple[Finding, bool]]) -> Iterable[Piece]:
    """In order, each character once: of findings that overlap the first is shown."""
    at = 0
    for finding, still_open in sorted(
        found, key=lambda pair: (pair[0].span.start, -pair[0].span.end)
    ):
        start, end = finding.span.start, finding.span.end
        if start < at:
            continue
        if start > at:
            yield Piece(text[at:start])
        yield Piece(text[start:end], KINDS[finding.kind], still_open)
        at = end
    if at < len(text):
        yield Piece(text[at:])


@dataclass(frozen=True, slots=True)
class Review:
    """What still stands between a version and its approval, for the editor's page."""

    open: dict[int, int]  # section position → groups that ask for an answer
    downgrades: tuple[tuple[LintRefusal, Any, bool], ...]  # the refusal, what it was, confirmed


def review(version: AdvisoryVersion) -> Review:
    standing = linting.standing(version)
    waiting = {refusal.pk for refusal in standing.unconfirmed}
    return Review(
        open=dict(Counter(group.section.position for group in standing.open)),
        downgrades=tuple(
            (refusal, KINDS[Kind(refusal.kind)], refusal.pk not in waiting)
            for refusal in standing.downgrades
        ),
    )
