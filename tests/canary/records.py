"""Exits that nobody reads as a recipient: the record of denials, logs, and alarms."""

from __future__ import annotations

import json
from collections.abc import Iterator

from audit.models import Entry
from sharing.models import Alarm, FeedEvent
from tests.canary.exits import Visit, canaries
from tests.canary.people import World

NOTHING: frozenset[str] = frozenset()


def record(world: World) -> Iterator[Visit]:
    """Acts, openings and denials are on record without a word of content."""
    for entry in Entry.objects.all():
        text = " ".join([entry.actor, entry.action, entry.target, entry.outcome])
        seen = canaries(text, json.dumps(entry.detail))
        yield Visit(f"record of {entry.action}", seen, NOTHING, NOTHING)
    for alarm in Alarm.objects.all():
        yield Visit("alarm", canaries(alarm.subject), NOTHING, NOTHING)


def no_alarm(world: World) -> None:
    """Grant and verdict never differed: an alarm is a bug by definition."""
    raised = list(Alarm.objects.values_list("kind", "subject"))
    assert not raised, f"grant and verdict differ: {raised}"


def feed(world: World) -> None:
    """Events speak of released versions only."""
    hidden = [v.row.pk for v in world.items[-1].versions]
    assert not FeedEvent.objects.filter(version__in=hidden).exists()


def logs(text: str) -> Visit:
    """Whatever was logged while everything was read."""
    return Visit("logs", canaries(text), NOTHING, NOTHING)
