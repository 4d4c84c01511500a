"""Belt and braces: whatever a grant and the law say, the public gets TLP:CLEAR and nothing else.

Gate E says so already. Should this ever fire, a decision was wrong: it denies and raises an alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from law.verdict import Verdict
from law.vocabulary import Tlp
from sharing.alarms import raise_alarm
from sharing.facts.matter import Matter
from sharing.models import Alarm


def unclear(what: str, *, at: datetime) -> bool:
    """Raise the alarm about `what` (an id, no content). True: it may not be shown."""
    raise_alarm(kind=Alarm.Kind.PUBLIC_NOT_CLEAR, subject=f"{what} for the public", at=at)
    return True


def only_clear(
    matter: Matter, verdicts: Mapping[int, Verdict], *, at: datetime
) -> dict[int, Verdict]:
    """The verdicts, or none of them when one opens a section that is not TLP:CLEAR."""
    dark = [
        subject.section.pk
        for subject in matter.subjects
        if subject.section.pk in verdicts and subject.item.tlp is not Tlp.CLEAR
    ]
    for section_id in dark:
        unclear(f"section {section_id}", at=at)
    return {} if dark else dict(verdicts)
