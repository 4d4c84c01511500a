"""Who mirrors us by TAXII holds exactly what it may, whatever happened, also between two pages."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from stix2validator import ValidationOptions, validate_instance

from advisories.models import AdvisoryVersion, Section
from law.vocabulary import Capacity
from recipients.models import Assurance
from sharing.access import permitted_sections, reader_of_machine
from sharing.models import Release
from sharing.services import registry
from tests.sharing.published import LEAD, Part, published
from tests.sharing.taxii import STATICS, Program
from tests.sharing.test_changes import Happenings

pytestmark = pytest.mark.django_db
STEPS = 12
OBJECTS = "collections/advisories/objects/"


@dataclass
class Mirror:
    """A program that keeps a copy by objects since last time and by the manifest."""

    program: Program
    since: str = "2000-01-01T00:00:00Z"
    copy: dict[tuple[str, str], Any] = field(default_factory=dict)

    def follow(self, *, limit: int, between: Callable[[], None]) -> None:
        """Take what was added, then drop what is not listed. `between` pages things happen."""
        query: dict[str, Any] = {"added_after": self.since}
        while True:
            page = self.program.get(OBJECTS, limit=limit, match_version="all", **query)
            if page.status_code == 404:
                break  # nothing here for us, or not any more
            assert page.status_code == 200, page.content
            for one in page.json().get("objects", []):
                self.copy[one["id"], one.get("modified", one["created"])] = one
            self.since = page.headers.get("X-TAXII-Date-Added-Last", self.since)
            if "next" not in page.json():
                break
            query = {"next": page.json()["next"]}
            between()
        listed = self._listed()
        self.copy = {key: one for key, one in self.copy.items() if key in listed}

    def _listed(self) -> set[tuple[str, str]]:
        if self.program.get(OBJECTS).status_code == 404:
            return set()
        rows = self.program.walk("advisories", limit=7, what="manifest", match_version="all")
        return {(row["id"], row["version"]) for row in rows}

    @property
    def says(self) -> set[tuple[Any, ...]]:
        """What the copy says, without the objects that are the same for everyone."""
        return {
            (
                "report",
                one["name"],
                one["modified"],
                one.get("description"),
                len(one["object_refs"]),
            )
            if one["type"] == "report"
            else (one["type"], one["modified"], one.get("content") or one.get("description"))
            for one in self.copy.values()
            if "created_by_ref" in one and one["type"] != "marking-definition"
        }


def lawful(program: Program, at: datetime) -> set[tuple[Any, ...]]:
    """The same, straight from the rows that the program may see."""
    found: set[tuple[Any, ...]] = set()
    reader = reader_of_machine(program.machine.row)
    for version_id, ids in permitted_sections(reader, at=at).items():
        version = AdvisoryVersion.objects.select_related("advisory").get(pk=version_id)
        assert version.released_at is not None
        instant = version.released_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        sections = list(Section.objects.filter(pk__in=ids))
        lead = next((s for s in sections if s.kind == "lead"), None)
        for section in sections:
            if section.kind != "lead":
                kind = "course-of-action" if section.kind == "measures" else "note"
                found.add((kind, instant, section.body))
        name = f"{version.advisory} {version.title}" if lead else str(version.advisory)
        text = f"{lead.heading}\n\n{lead.body}" if lead else None
        count = sum(section.kind != "lead" for section in sections) + 1
        found.add(("report", name, instant, text, count))
    return found


@dataclass
class Acts(Happenings):
    """Versions of two to four sections, each with a text of its own."""

    made: int = 0

    def parts(self) -> list[Part]:
        self.made += 1
        kinds = self.chance.choices(["measures", "text", "systems"], k=self.chance.randint(1, 3))
        return [
            Part(body=f"Samenvatting {self.made}", confidential=self.chance.random() < 0.3),
            *(
                Part(kind, f"Deel {self.made}.{n}", confidential=self.chance.random() < 0.5)
                for n, kind in enumerate(kinds)
            ),
        ]

    def publish(self, at: datetime) -> None:
        self.world.publish(self.parts(), at=at)

    def turn_secrecy(self, at: datetime) -> None:
        """One that may see much ends its assurance, or gives it again: its share changes."""
        trusted = self.organisations[0]
        fact = Assurance.objects.in_force(at).filter(organisation=trusted).first()
        if fact:
            registry.end_fact(fact=fact, valid_until=at, by=self.world.author, at=at)
            return
        made = Assurance(
            organisation=trusted, kind="secrecy", ground="x", reference="x", valid_from=at
        )
        proposed = registry.propose_fact(fact=made, by=self.world.author, at=at)
        registry.confirm_fact(fact=proposed, by=self.world.second, at=at)

    def revise(self, at: datetime) -> None:
        live = list(Release.objects.filter(withdrawn_at=None).select_related("version__advisory"))
        if live:
            advisory = self.chance.choice(live).version.advisory
            newest = advisory.versions.order_by("number").last()
            assert newest is not None
            number = newest.number + 1
            self.world.publish(self.parts(), at=at, advisory=advisory, number=number)


@pytest.mark.parametrize("run", range(3))
def test_a_mirror_holds_exactly_what_it_may(run: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = random.randrange(2**32)  # noqa: S311 (a test, not a secret)
    print(f"seed {seed}")  # noqa: T201 (shown when it fails)
    chance = random.Random(seed)  # noqa: S311
    cache.clear()
    monkeypatch.setattr("sharing.objects.EVENTS_AT_ONCE", chance.choice([1, 2, 50]))
    world = published()
    organisations = [
        world.organisation("Waterbedrijf Duinrand"),
        world.organisation("Gemeente Oudewaard", secrecy=False),
        world.organisation("Cyberkring Zeehaven", capacity=Capacity.LINKING),
    ]
    mirrors = [Mirror(Program(world.machine(one))) for one in organisations]
    happen = Acts(world, organisations, chance)
    acts = [
        *[happen.publish] * 3,
        *[happen.revise] * 2,
        happen.withdraw,
        happen.turn_a_fact,
        *[happen.turn_secrecy] * 3,
    ]
    told: list[str] = []

    def something() -> None:
        act = chance.choice(acts)
        act(timezone.now())
        told.append(act.__name__)

    def perhaps() -> None:
        if chance.random() < 0.15 and len(told) < 3 * STEPS:
            something()

    happen.publish(timezone.now())
    mirrors[0].follow(limit=1000, between=lambda: None)
    assert mirrors[0].says  # while nothing was turned yet: what follows is about something
    for _ in range(STEPS):
        something()
        mirror = chance.choice([mirrors[0], *mirrors])
        mirror.follow(limit=chance.choice([1, 2, 3, 1000]), between=perhaps)
    for mirror in mirrors:
        mirror.follow(limit=chance.choice([1, 2, 1000]), between=lambda: None)
        expected = lawful(mirror.program, timezone.now())
        assert mirror.says == expected, (told, mirror.says ^ expected)
        options = ValidationOptions(strict=True, version="2.1")
        for one in mirror.copy.values():
            found = validate_instance(one, options)
            assert found.is_valid, [str(e) for e in (*found.errors, *(found.warnings or ()))]


def test_a_walk_that_things_happen_to_misses_nothing_and_repeats_nothing_that_stayed() -> None:
    cache.clear()
    world = published()
    program = Program(world.machine(world.organisation("Waterbedrijf Duinrand")))
    for _ in range(4):
        world.publish([LEAD, Part("measures"), Part("text")], at=timezone.now())
    there = {one["id"] for one in program.walk("advisories", limit=1000)}
    seen: list[str] = []
    query: dict[str, Any] = {}
    for turn in range(1000):
        page = program.get(OBJECTS, limit=2, **query).json()
        seen += [one["id"] for one in page.get("objects", [])]
        if "next" not in page:
            break
        query = {"next": page["next"]}
        if turn in {1, 2, 4}:
            world.publish([LEAD, Part("measures")], at=timezone.now())
    assert len(seen) == len(set(seen))
    assert there < set(seen)
    assert len(seen) == STATICS + 4 * 3 + 3 * 2
