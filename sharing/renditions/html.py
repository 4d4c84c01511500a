"""A `Shared` as a page: Markdown without HTML, sanitised, and what its label means in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

from advisories.iep import PermittedActions
from law.rules import RULES, Rule
from law.vocabulary import Pap, RegimeId, Tlp
from sharing.shared import Shared, SharedDecision, SharedDecisions, SharedSection
from sharing.words import word

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip

MEANING = {
    Tlp.CLEAR: _("You may share this with anyone."),
    Tlp.GREEN: _("You may share this within your community, but not where the public can read it."),
    Tlp.AMBER: _(
        "You may share this within your organisation and with your own clients or members, as far"
        " as they need to know it to protect themselves."
    ),
    Tlp.AMBER_STRICT: _(
        "You may share this within your own organisation only, with those who need to know it."
    ),
    Tlp.RED: _("This is for you personally. Do not share it with anybody."),
}
ACTION = {
    Pap.RED: _("Only look at your own systems, in a way that nobody outside can notice."),
    Pap.AMBER: _("You may check it with third parties, without touching the attacker's systems."),
    Pap.GREEN: _("You may act on it, for example block it."),
    Pap.CLEAR: _("You may use it as you like."),
}


PERMITTED = {
    PermittedActions.NONE: _("The source permits no action: read it only."),
    PermittedActions.CONTACT_FOR_INSTRUCTION: _("Ask us before you act on it."),
    PermittedActions.INTERNALLY_VISIBLE: _(
        "Act on it only in ways that are visible within your own organisation."
    ),
    PermittedActions.EXTERNALLY_VISIBLE_INDIRECT: _(
        "You may act on it in ways that others can notice, but not towards the attacker."
    ),
    PermittedActions.EXTERNALLY_VISIBLE_DIRECT: _(
        "You may act on it, also in ways that the attacker can notice."
    ),
}


def markdown(text: str) -> SafeString:
    """Untrusted Markdown as HTML that can do no harm: no HTML of its own, no images, and links to
    http and https only."""
    dirty = _MARKDOWN.render(text)
    clean = nh3.clean(
        dirty,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 (just sanitised)


@dataclass(frozen=True, slots=True)
class SectionPage:
    section: SharedSection
    body: SafeString
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class AdvisoryPage:
    shared: Shared
    sections: tuple[SectionPage, ...]
    meaning: Any  # what TLP lets the reader do, in words
    action: Any | None  # what PAP lets the reader do
    permitted: Any | None  # what the originator lets the reader do (IEP)
    sources: tuple[str, ...]  # who it came from, as far as that may be told
    rules: tuple[Rule, ...]


def advisory_page(shared: Shared) -> AdvisoryPage:
    """Everything the template needs; it computes nothing."""
    sections = tuple(_section(section) for section in shared.sections)
    return AdvisoryPage(
        shared=shared,
        sections=sections,
        meaning=MEANING[shared.tlp],
        action=ACTION[shared.pap] if shared.pap else None,
        permitted=PERMITTED[shared.permitted] if shared.permitted else None,
        sources=tuple(dict.fromkeys(s.source for s in shared.sections if s.source)),
        rules=tuple({rule.id: rule for page in sections for rule in page.rules}.values()),
    )


@dataclass(frozen=True, slots=True)
class WhySection:
    """One section of the page "Why do I get this?"."""

    decision: SharedDecision
    regime: Any
    purpose: Any


def why_page(found: SharedDecisions) -> tuple[WhySection, ...]:
    return tuple(
        WhySection(decision, word(RegimeId(decision.regime)), word(decision.purpose))
        for decision in found.decisions
    )


def _section(section: SharedSection) -> SectionPage:
    columns, rows = table(section.data)
    return SectionPage(
        section=section,
        body=markdown(section.body),
        columns=columns,
        rows=rows,
        # Gates E and F narrow; the ground is the Act.
        rules=tuple(RULES[r] for r in section.rules if r in RULES and r[0] in "WC"),
    )


def table(data: Any) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
    """The first list of objects in the structured part, as a table."""
    for value in data.values() if isinstance(data, dict) else ():
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            flat = [k for k, v in value[0].items() if isinstance(v, str | int | float)]
            columns = tuple(flat[:6])
            return columns, tuple(tuple(row.get(c, "") for c in columns) for row in value[:500])
    return (), ()
