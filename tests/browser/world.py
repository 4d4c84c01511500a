"""The demo's world with a draft and a proposal under way, and where its pages are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver
from django.utils import timezone

from advisories.models import Section
from ncsc_portal.demo import play, seeding, texts
from ncsc_portal.demo.registry import person
from recipients.models import Designation, Domain, Organisation
from sharing.models import Audience, Release
from sharing.services import releasing
from tests.canary.addresses import ANYWHERE, LAST, PROGRAMS, filled, walk


@dataclass(frozen=True)
class World:
    """What the pages are about, by the names that addresses use."""

    values: dict[str, list[Any]]

    def addresses(self) -> Iterator[str]:
        """Every address but those of programs and of static files, and the one that logs out."""
        for route, pattern in walk(get_resolver().url_patterns, ""):
            if not route.startswith((*PROGRAMS, "identity/", LAST)):
                yield from filled(route, pattern, self.values)


def made() -> World:
    """Two advisories out, one of them revised and one withdrawn; one draft."""
    now = timezone.now
    seeding.seed(at=now(), progress=lambda _: None)
    first = play.publish(play.draft(texts.NETSCALER, now=now), now=now)
    revised = play.revise(first, texts.NETSCALER, now=now)
    gone = play.publish(play.draft(texts.LOG4J, now=now), now=now)
    releasing.withdraw(
        release_id=gone.pk,
        reason="Dubbel met een eerder advies.",
        by=person("dana@ncsc.example"),
        at=now(),
    )
    play.answer(revised, now=now)
    draft = play.draft(texts.LOG4J, now=now)
    return World(_values(revised, draft.pk))


def _values(release: Release, draft: int) -> dict[str, list[Any]]:
    organisation = Organisation.objects.get(name="Waterbedrijf Duinrand")
    return ANYWHERE | {
        "number": [release.version.advisory.number],
        "version_id": [draft],
        "section_id": [Section.objects.filter(version=draft)[0].pk],
        "release_id": [release.pk],
        "organisation_id": [organisation.pk],
        "digest": [Audience.objects.values_list("digest", flat=True)[0]],
        "fact_id": [Designation.objects.filter(organisation=organisation)[0].pk],
        "identifier_id": list(Domain.objects.values_list("pk", flat=True)[:1]) or [1],
    }
