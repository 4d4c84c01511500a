"""Who follows the feed holds exactly what it may open, whatever happened in between."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from advisories.models import AdvisoryVersion
from recipients.models import Assurance, Designation, Organisation
from sharing.access import Reader, permitted_sections
from sharing.changes import changes
from sharing.models import Release
from sharing.services import registry, releasing
from tests.sharing.published import Part, Published, published

pytestmark = pytest.mark.django_db
STEPS = 14


@dataclass
class Follower:
    """A program that keeps a copy by the feed alone."""

    reader: Reader
    since: int = 0
    copy: set[str] = field(default_factory=set)
    positions: list[int] = field(default_factory=list)

    def follow(self, *, limit: int, at: datetime) -> None:
        more = True
        while more:
            page = changes(self.reader, since=self.since, limit=limit, at=at)
            for item in page.items:
                one = {f"{item.advisory} [{item.version}]"}
                self.copy = self.copy | one if item.open else self.copy - one
                self.positions.append(item.position)
            self.since, more = page.next, page.more

    def may_open(self, *, at: datetime) -> set[str]:
        versions = AdvisoryVersion.objects.filter(pk__in=permitted_sections(self.reader, at=at))
        return {str(version) for version in versions.select_related("advisory")}


@dataclass
class Happenings:
    """Things that happen, one after the other."""

    world: Published
    organisations: list[Organisation]
    chance: random.Random

    def publish(self, at: datetime) -> None:
        secret = self.chance.random() < 0.5
        self.world.publish([Part(confidential=secret, tlp="amber")], at=at)

    def revise(self, at: datetime) -> None:
        live = list(Release.objects.filter(withdrawn_at=None).select_related("version__advisory"))
        if live:
            advisory = self.chance.choice(live).version.advisory
            newest = advisory.versions.order_by("number").last()
            assert newest is not None
            secret = self.chance.random() < 0.5
            self.world.publish(
                [Part(confidential=secret)], at=at, advisory=advisory, number=newest.number + 1
            )

    def withdraw(self, at: datetime) -> None:
        live = list(Release.objects.filter(withdrawn_at=None))
        if live:
            release = self.chance.choice(live)
            releasing.withdraw(release_id=release.pk, reason="Fout", by=self.world.author, at=at)

    def turn_a_fact(self, at: datetime) -> None:
        """An assurance or a designation ends, or begins anew."""
        organisation = self.chance.choice(self.organisations)
        model = self.chance.choice([Assurance, Designation])
        facts = model.objects.in_force(at).filter(organisation=organisation)
        if fact := facts.first():
            registry.end_fact(fact=fact, valid_until=at, by=self.world.author, at=at)
            return
        value = {"kind": "secrecy"} if model is Assurance else {"capacity": "essential"}
        made = model(
            organisation=organisation, ground="Besluit", reference="Stcrt.", valid_from=at, **value
        )
        proposed = registry.propose_fact(fact=made, by=self.world.author, at=at)
        registry.confirm_fact(fact=proposed, by=self.world.second, at=at)


@pytest.mark.parametrize("run", range(3))
def test_a_copy_kept_by_the_feed_is_what_the_door_opens(run: int) -> None:
    seed = random.randrange(2**32)  # noqa: S311 (a test, not a secret)
    print(f"seed {seed}")  # noqa: T201 (shown when it fails)
    chance = random.Random(seed)  # noqa: S311
    world = published()
    organisations = [
        world.organisation("Waterbedrijf Duinrand"),
        world.organisation("Gemeente Oudewaard", secrecy=False),
    ]
    followers = [Follower(Reader(o.pk, None, "client:test")) for o in organisations]
    happen = Happenings(world, organisations, chance)
    acts: list[Callable[[datetime], None]] = [
        happen.publish,
        happen.publish,
        happen.revise,
        happen.withdraw,
        happen.turn_a_fact,
        happen.turn_a_fact,
    ]
    at = world.start
    told = []
    for _ in range(STEPS):
        at += timedelta(seconds=60)
        act = chance.choice(acts)
        act(at)
        told.append(act.__name__)
        for follower in followers:
            if chance.random() < 0.6:
                follower.follow(limit=chance.randint(1, 3), at=at)
                assert follower.copy == follower.may_open(at=at), told
    for follower in followers:
        assert follower.positions == sorted(set(follower.positions))
