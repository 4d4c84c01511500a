"""The change of law of 15 August 2026: what was released before opens again only by two people.

Random worlds of the last days of the Wbni, walked across midnight in Amsterdam. `CANARY_SEED`
repeats a run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from advisories.errors import NotAllowed, WrongStatus
from recipients.models import Organisation, Role, Sector, SectorMembership, User
from sharing import access
from sharing.errors import NotShared
from sharing.granting import reassessing as working
from sharing.granting.following import expire
from sharing.models import Decision, FeedEvent, Grant, Reassessment, Release
from sharing.services import reassessing
from tests import builders
from tests.canary import oracle
from tests.canary.people import Who, World
from tests.canary.world import build, rolled_back

pytestmark = pytest.mark.django_db
LAST = datetime(2026, 8, 14, 23, 59, 59, tzinfo=ZoneInfo("Europe/Amsterdam"))
MIDNIGHT = LAST + timedelta(seconds=1)
WORLDS = 4


@pytest.fixture
def each_world(db: None, base_seed: int) -> Iterator[Callable[[], Iterator[World]]]:
    """Worlds whose last things happen in the last second of the Wbni, one after the other.

    A world that a test leaves is taken down with the test: a generator that is collected later
    would roll back in the middle of somebody else's transaction.
    """
    opened: list[Generator[World]] = []

    def worlds() -> Generator[World]:
        for number in range(WORLDS):
            with rolled_back():
                yield build(base_seed + number, start=LAST - timedelta(hours=100))

    def opening() -> Iterator[World]:
        opened.append(worlds())
        return opened[-1]

    yield opening
    for one in opened:
        one.close()


def seen(who: Who, at: datetime) -> set[int]:
    """Section ids that a reader may open."""
    try:
        if who.person is None:
            one = access.reader_of_machine(who.org.machine)
        else:
            one = access.reader_of(User.objects.get(pk=who.person.row.pk))
    except NotShared:
        return set()
    held = access.permitted_sections(one, at=at)
    return {pk for sections in held.values() for pk in sections}


def lawful(world: World, who: Who, at: datetime) -> set[int]:
    """The same by the independent reading of the rules."""
    visible = oracle.visible(world, who, at)
    return {
        part.id
        for item in world.items
        for version in item.versions
        for part in version.parts
        if part.position in visible.get((item.number, version.label), ())
    }


def asked_for(at: datetime) -> Reassessment:
    legal = builders.staff(Role.LEGAL_OFFICER)
    return reassessing.propose(reason="De Cbw is in werking getreden.", by=legal, at=at)


def approved(at: datetime) -> Reassessment:
    duty = builders.staff(Role.DUTY_OFFICER)
    return reassessing.approve(reassessment_id=asked_for(at).pk, by=duty, at=at)


def test_after_midnight_all_is_shut_until_two_people_reassess_and_then_it_is_what_the_cbw_allows(
    each_world: Callable[[], Iterator[World]],
) -> None:
    opened = 0
    for world in each_world():
        expire(at=MIDNIGHT)
        assert not any(seen(who, MIDNIGHT) for who in world.readers())
        if not working.waiting(at=MIDNIGHT).exists():
            continue
        found = approved(MIDNIGHT)
        assert not any(seen(who, MIDNIGHT) for who in world.readers()), "approving opens nothing"
        working.work(at=MIDNIGHT)
        for who in world.readers():
            assert seen(who, MIDNIGHT) == lawful(world, who, MIDNIGHT), str(who)
            opened += len(seen(who, MIDNIGHT))
        found.refresh_from_db()
        assert found.finished_at == MIDNIGHT
        assert not working.waiting(at=MIDNIGHT).exists()
        assert set(Grant.objects.values_list("decision__regime", flat=True)) <= {"CBW_2026"}
    assert opened > 0, "nothing opened in any world: the test shows nothing"


def test_the_preview_says_what_then_happens_and_leaves_nothing_behind(
    each_world: Callable[[], Iterator[World]],
) -> None:
    differing = 0
    for world in each_world():
        releases = list(working.waiting(at=MIDNIGHT))
        rows = (Decision.objects.count(), FeedEvent.objects.count(), Grant.objects.count())
        told = {}
        before: dict[str, set[int]] = {str(who): seen(who, LAST) for who in world.readers()}
        for release in releases:
            changed = working.preview(release, at=MIDNIGHT)
            told[release.pk] = (
                sum(one.gained for one in changed),
                sum(not one.gained for one in changed),
            )
            for one in changed:
                assert one.verdict.allowed or not one.gained
                assert one.verdict.regime == "CBW_2026"
                assert one.verdict.rules or not one.gained
        assert rows == (Decision.objects.count(), FeedEvent.objects.count(), Grant.objects.count())
        if not releases:
            continue
        found = approved(MIDNIGHT)
        working.work(at=MIDNIGHT)
        done = found.releases.values_list("release_id", "gained", "lost")
        assert {pk: (gained, lost) for pk, gained, lost in done} == told
        differing += sum(map(sum, told.values()))
        # What a reader sees differs only where the preview said that something differs.
        for who in world.readers():
            if before[str(who)] != seen(who, MIDNIGHT):
                assert any(map(sum, told.values()))
    assert differing > 0, "no world in which the laws differ: the test shows nothing"


def test_a_change_in_the_registry_lets_nobody_in_to_what_stands_under_the_earlier_law(
    each_world: Callable[[], Iterator[World]],
) -> None:
    at = MIDNIGHT + timedelta(hours=1)
    opened = 0
    for world in each_world():
        expire(at=MIDNIGHT)
        sector, _ = Sector.objects.get_or_create(
            code="test", defaults={"name_nl": "Proef", "name_en": "Test"}
        )
        for org in world.orgs:
            row = SectorMembership(sector=sector)
            builders.fact(row, organisation=Organisation.objects.get(pk=org.id), at=at)
        assert not any(seen(who, at) for who in world.readers())
        if working.waiting(at=at).exists():
            approved(at)
            working.work(at=at)
            opened += sum(len(seen(who, at)) for who in world.readers())
    assert opened > 0, "nothing opened after the reassessment either: the test shows nothing"


def test_a_reassessment_goes_on_where_it_was_broken_off(
    each_world: Callable[[], Iterator[World]],
) -> None:
    broken_off = 0
    for world in each_world():
        total = working.waiting(at=MIDNIGHT).count()
        if total < 2:
            continue
        found = approved(MIDNIGHT)
        assert working.work(at=MIDNIGHT, most=1) == 1
        half = reassessing.progress(found, at=MIDNIGHT)
        assert (half.done, half.waiting) == (1, total - 1)
        found.refresh_from_db()
        assert found.finished_at is None
        while working.work(at=MIDNIGHT, most=1):
            pass
        found.refresh_from_db()
        assert found.finished_at == MIDNIGHT
        assert reassessing.progress(found, at=MIDNIGHT).done == total
        for who in world.readers():
            assert seen(who, MIDNIGHT) == lawful(world, who, MIDNIGHT)
        broken_off += 1
    assert broken_off > 0, "no world with two releases: the test shows nothing"


def test_it_takes_legal_affairs_a_reason_and_somebody_else(
    each_world: Callable[[], Iterator[World]],
) -> None:
    assert any(working.waiting(at=MIDNIGHT).exists() for _world in each_world())
    legal = builders.staff(Role.LEGAL_OFFICER)
    with pytest.raises(NotAllowed):
        reassessing.propose(reason="Nu", by=builders.staff(Role.AUTHOR), at=MIDNIGHT)
    with pytest.raises(WrongStatus, match="Say in a sentence why"):
        reassessing.propose(reason=" ", by=legal, at=MIDNIGHT)
    with pytest.raises(WrongStatus, match="Nothing that is live"):
        reassessing.propose(reason="Te vroeg", by=legal, at=LAST)
    found = reassessing.propose(reason="De Cbw geldt.", by=legal, at=MIDNIGHT)
    with pytest.raises(WrongStatus, match="open already"):
        asked_for(MIDNIGHT)
    assert working.work(at=MIDNIGHT) == 0, "nothing happens before the second person"
    with pytest.raises(NotAllowed, match="Somebody else"):
        reassessing.approve(reassessment_id=found.pk, by=legal, at=MIDNIGHT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reassessment.objects.update(approved_by=legal, approved_at=MIDNIGHT)
    with pytest.raises(NotAllowed):
        reassessing.approve(
            reassessment_id=found.pk, by=builders.staff(Role.REGISTRY_MANAGER), at=MIDNIGHT
        )
    second = builders.staff(Role.LEGAL_OFFICER)
    reassessing.approve(reassessment_id=found.pk, by=second, at=MIDNIGHT)
    assert working.work(at=MIDNIGHT) == Release.objects.filter(stands_under="CBW_2026").count() > 0
