"""What a reader may pass on to its own achterban: the forwardable sections as one plain text."""

from __future__ import annotations

from law.vocabulary import Code
from sharing.shared import Shared, SharedSection


def forwardable(shared: Shared) -> tuple[SharedSection, ...]:
    return tuple(section for section in shared.sections if section.onward is Code.OK)


def text(shared: Shared) -> str:
    """Markdown with every section's own TLP label; empty when nothing may be passed on.

    The title goes with the summary: without it, only the number says what it is about.
    """
    sections = forwardable(shared)
    if not sections:
        return ""
    lead = any(section.kind == "lead" for section in sections)
    label = max((section.tlp for section in sections), key=lambda tlp: tlp.strictness).label
    title = f" {shared.title}" if lead and shared.title else ""
    parts = [f"# {shared.advisory} [{shared.version}]{title}", label]
    for section in sections:
        heading = f"## {section.heading} ({section.tlp.label})"
        parts += [heading if section.heading else f"## {section.tlp.label}", section.body]
    return "\n\n".join(part for part in parts if part) + "\n"
