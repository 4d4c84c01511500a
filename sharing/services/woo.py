"""What the Wet open overheid reaches of what was supplied, for whoever answers a request."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.errors import NotAllowed, WrongStatus
from advisories.models import Section
from audit.services import record
from law.rules import RULES
from law.vocabulary import RegimeId
from law.woo import excluded
from recipients.models import User
from recipients.roles import Right, may
from sharing.facts.matter import Matter, Subject
from sharing.models import Release


@dataclass(frozen=True, slots=True)
class Export:
    """JSON lines, one per section in order of release, and how many the Woo does not reach."""

    lines: bytes
    sections: int
    excluded: int
    sha256: str


@transaction.atomic
def export(*, since: datetime, until: datetime, by: User, at: datetime) -> Export:
    """Everything released from `since` up to and excluding `until`, withdrawn versions included.

    What art. 20(7) Wbni or art. 66(2) Cbw keeps out is named by its rule, without a word of its
    content; environmental information stays in. Where the Woo applies, its own grounds for refusal
    (art. 5.1 and on) are still to be weighed by whoever answers. By legal affairs. `NotAllowed`,
    `WrongStatus`.
    """
    if not may(by, Right.ATTEST_LEGAL, at=at):
        raise NotAllowed(_("An export for a Woo request is made by legal affairs."))
    if since >= until:
        raise WrongStatus(_("The period ends before it begins."))
    releases = Release.objects.filter(released_at__gte=since, released_at__lt=until)
    lines = [
        line
        for release in releases.select_related("version__advisory").order_by("released_at", "pk")
        for line in _lines(release, at=at)
    ]
    data = b"".join(orjson.dumps(line, option=orjson.OPT_UTC_Z) + b"\n" for line in lines)
    made = Export(
        lines=data,
        sections=len(lines),
        excluded=sum(line["excludedBy"] is not None for line in lines),
        sha256=hashlib.sha256(data).hexdigest(),
    )
    record(
        at=at,
        actor=by.actor,
        action="woo.export",
        target=f"{since.isoformat()}/{until.isoformat()}",
        detail={"sections": made.sections, "excluded": made.excluded, "sha256": made.sha256},
    )
    return made


def _lines(release: Release, *, at: datetime) -> list[dict[str, Any]]:
    matter = Matter.load(release.version, at=at)
    regime = RegimeId(release.regime)
    rules = {subject.section.pk: _excluded(subject, regime) for subject in matter.subjects}
    lead = next((s for s in matter.subjects if s.section.kind == Section.Kind.LEAD), None)
    titled = lead is not None and rules[lead.section.pk] is None
    return [
        _line(release, subject, rules[subject.section.pk], titled=titled)
        for subject in matter.subjects
    ]


def _excluded(subject: Subject, regime: RegimeId) -> str | None:
    marking = getattr(subject.section, "marking", None)
    return excluded(
        subject.item,
        supplied_under=regime,
        environmental=marking is not None and marking.environmental,
    )


def _line(release: Release, subject: Subject, rule: str | None, *, titled: bool) -> dict[str, Any]:
    """Every field is named; title, like heading and body, only where the Woo reaches it."""
    section, version = subject.section, release.version
    told = rule is None
    return {
        "advisory": version.advisory.number,
        "version": version.label,
        "section": section.position,
        "releasedAt": release.released_at,
        "suppliedUnder": release.regime,
        "excludedBy": rule,
        "article": RULES[rule].article if rule else None,
        "title": version.title if titled else None,
        "kind": section.kind if told else None,
        "heading": section.heading if told else None,
        "body": section.body if told else None,
        "data": section.data if told else None,
        "environmental": told
        and getattr(section, "marking", None) is not None
        and section.marking.environmental,
    }
