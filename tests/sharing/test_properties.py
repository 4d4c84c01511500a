"""What holds in every random world: decisions, grants and the door say the same.

`CANARY_SEED` repeats a run; each failing test names the seed of its world.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from guardian.shortcuts import get_objects_for_user

from advisories.models import AdvisoryVersion, Section
from law.regimes import regime_at
from law.vocabulary import Capacity, Outcome, Territory
from recipients.models import User
from sharing import access, judging
from sharing.access import Reader
from sharing.errors import NotShared
from sharing.facts import profiles
from sharing.facts.matter import Matter
from sharing.granting.following import expire
from sharing.models import Alarm, Audience, Decision, EndedGrant, Grant, PersonalGrant
from tests.canary import oracle
from tests.canary.making import CBW, WBNI
from tests.canary.people import Fact, Org, Part, Version, Who, World
from tests.canary.world import build, close, end, leave, rolled_back, withdraw

pytestmark = pytest.mark.django_db
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SECOND = timedelta(seconds=1)
REGIMES = pytest.mark.parametrize("start", [WBNI, CBW], ids=["wbni", "cbw"])
WORLDS = pytest.mark.parametrize("number", range(6))


def world_of(number: int, base_seed: int, start: datetime, *, refusals: bool = True) -> World:
    seed = Random(base_seed * 1000 + number).getrandbits(32)  # noqa: S311 -- to be repeated
    sys.stdout.write(f"world {number} of CANARY_SEED={base_seed}, its own seed {seed}\n")
    return build(seed, start=start, refusals=refusals)


def versions(world: World) -> Iterator[AdvisoryVersion]:
    for item in world.items:
        for version in item.versions:
            yield AdvisoryVersion.objects.select_related("advisory").get(pk=version.row.pk)


def reader(who: Who) -> Reader | None:
    """The reader at the door, or None when the door does not know the person any more."""
    try:
        if who.person is None:
            return access.reader_of_machine(who.org.machine)
        return access.reader_of(User.objects.get(pk=who.person.row.pk))
    except NotShared:
        return None


def permitted(world: World, at: datetime) -> dict[str, set[int]]:
    """Section ids by reader."""
    found = {}
    for who in world.readers():
        one = reader(who)
        held = access.permitted_sections(one, at=at) if one else {}
        found[str(who)] = {pk for sections in held.values() for pk in sections}
    return found


@REGIMES
@WORLDS
def test_deciding_many_profiles_at_once_is_deciding_them_one_by_one(
    number: int, base_seed: int, start: datetime
) -> None:
    world = world_of(number, base_seed, start)
    kinds = [profiles.from_json(a.profile) for a in Audience.objects.order_by("pk")]
    for version in versions(world):
        matter = Matter.load(version, at=world.now)
        together = judging.for_audiences(matter, kinds)
        alone = [r for kind in kinds for r in judging.for_audiences(matter, [kind])]
        by_kind = {(r.section_id, r.profile): r for r in alone}
        assert len(together) == len(alone) == len(by_kind)
        for ruling in together:
            assert ruling == by_kind[ruling.section_id, ruling.profile]


@REGIMES
@WORLDS
def test_the_door_grants_and_guardian_say_the_same_to_every_reader(
    number: int, base_seed: int, start: datetime
) -> None:
    world = world_of(number, base_seed, start)
    expire(at=world.now)  # guardian knows no dates: what ran out must have been moved
    for who in world.readers():
        one = reader(who)
        if one is None or who.person is None:
            continue
        user = User.objects.get(pk=who.person.row.pk)
        user.groups.set(access.groups_of(one, at=world.now))
        by_guardian = get_objects_for_user(
            user,
            "advisories.view_section",
            klass=Section,
            accept_global_perms=False,
            with_superuser=False,
        )
        held = access.permitted_sections(one, at=world.now)
        ours = {pk for sections in held.values() for pk in sections}
        assert ours == set(by_guardian.values_list("pk", flat=True)), str(who)


@REGIMES
@WORLDS
def test_every_decision_that_opens_became_a_grant_and_no_other_did(
    number: int, base_seed: int, start: datetime
) -> None:
    """Live grants and those that ended, for kinds, organisations and persons."""
    world_of(number, base_seed, start)
    opens = (Outcome.ALLOW.value, Outcome.MUST.value)
    lawful = set(Decision.objects.filter(outcome__in=opens).values_list("pk", flat=True))
    granted = {
        decision
        for table in (Grant, PersonalGrant, EndedGrant)
        for (decision,) in table.objects.values_list("decision")
    }
    assert granted == lawful


@REGIMES
@WORLDS
def test_what_is_opened_never_differs_from_what_was_granted(
    number: int, base_seed: int, start: datetime
) -> None:
    world = world_of(number, base_seed, start)
    for who in world.readers():
        one = reader(who)
        if one is None:
            continue
        held = access.permitted_sections(one, at=world.now)
        labels = dict(
            AdvisoryVersion.objects.filter(pk__in=held).values_list("pk", "advisory__number")
        )
        for pk, sections in held.items():
            version = AdvisoryVersion.objects.get(pk=pk)
            shown = access.open_advisory(
                one, number=labels[pk], version=version.label, at=world.now
            )
            assert {section.id for section in shown.sections} == set(sections)
    assert list(Alarm.objects.values_list("subject")) == []


def positive(fact: Fact) -> bool:
    """Whether a fact can only open. Caribbean is a bar: without it more is decided by rule."""
    return fact.value not in (Territory.CARIBBEAN, Capacity.CARIBBEAN)


@WORLDS
def test_withdrawing_a_positive_fact_never_widens_for_anybody(number: int, base_seed: int) -> None:
    world = world_of(number, base_seed, CBW, refusals=False)
    at = world.now + SECOND
    before = permitted(world, at)
    rng = Random(number)  # noqa: S311
    facts = [(o, f) for o in world.orgs for f in o.facts if f.holds(world.now) and positive(f)]
    for org, fact in rng.sample(facts, min(8, len(facts))):
        with rolled_back():
            row, until = fact.row, fact.until
            end(world, fact, at=at)
            narrower(world, before, at, org, f"{fact.kind} {fact.value}")
        fact.row, fact.until = row, until


def narrower(world: World, before: dict[str, set[int]], at: datetime, org: Org, what: str) -> None:
    after = permitted(world, at)
    for who, sections in after.items():
        assert sections <= before[who], f"ending {what} of {org.name} widens what {who} sees"
        if org.name not in who:
            assert sections == before[who], f"ending {what} of {org.name} changes what {who} sees"


@WORLDS
def test_when_a_person_leaves_or_an_organisation_closes_nobody_sees_more(
    number: int, base_seed: int
) -> None:
    world = world_of(number, base_seed, CBW)
    at = world.now + SECOND
    before = permitted(world, at)
    for org in world.orgs:
        if not org.active(world.now):
            continue
        person = org.people[0]
        row, until, active_until = org.row, org.until, person.active_until
        with rolled_back():
            close(world, org, at=at)
            narrower(world, before, at, org, "existence")
            assert not any(permitted(world, at)[who] for who in before if org.name in who)
        with rolled_back():
            leave(person, at=at)
            narrower(world, before, at, org, "account")
            assert permitted(world, at)[str(Who(org, person))] == set()
        person.row.is_active = active_until is None
        org.row, org.until, person.active_until = row, until, active_until


@WORLDS
def test_a_withdrawal_takes_its_advisory_from_everybody_and_nothing_else(
    number: int, base_seed: int
) -> None:
    world = world_of(number, base_seed, CBW)
    at = world.now + SECOND
    before = permitted(world, at)
    for item in world.items[:-1]:
        if item.versions[-1].withdrawn_at is not None:
            continue
        gone = {part.id for version in item.versions for part in version.parts}
        with rolled_back():
            withdraw(world, item, at=at)
            after = permitted(world, at)
            assert after == {who: sections - gone for who, sections in before.items()}
            for version in item.versions:
                version.withdrawn_at = None


# --- the border between two regimes --------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "before", "after"),
    [
        (datetime(2022, 11, 30, 23, 59, 59, tzinfo=AMSTERDAM), "WBNI_2018", "WBNI_2022"),
        (datetime(2026, 8, 14, 23, 59, 59, tzinfo=AMSTERDAM), "WBNI_2022", "CBW_2026"),
    ],
)
def test_a_regime_ends_with_its_last_second_in_amsterdam_whatever_the_offset(
    last: datetime, before: str, after: str
) -> None:
    first = last + SECOND
    for zone in (AMSTERDAM, UTC, ZoneInfo("America/Curacao"), ZoneInfo("Asia/Tokyo")):
        assert regime_at(last.astimezone(zone)).id == before
        assert regime_at(first.astimezone(zone)).id == after
    assert regime_at(last).ends == first


def test_what_was_released_in_the_last_second_closes_with_the_first_of_the_next(
    base_seed: int,
) -> None:
    """In summer time: midnight in Amsterdam is 22:00 UTC."""
    last = datetime(2026, 8, 14, 23, 59, 59, tzinfo=AMSTERDAM)
    first = datetime(2026, 8, 14, 22, 0, 0, tzinfo=UTC)
    open_before = 0
    for number in range(4):
        with rolled_back():
            # The last things of this world happen in the last second of the Wbni.
            world = build(base_seed + number, start=last - timedelta(hours=100))
            open_before += sum(map(len, permitted(world, last).values()))
            assert not any(permitted(world, first).values())
            for table in (Grant, PersonalGrant):
                assert not table.objects.filter(valid_until=None).exists()
                assert not table.objects.filter(valid_until__gt=first).exists()
    assert open_before > 0, "nothing was open before: the test shows nothing"


# --- a grant that no law bears --------------------------------------------------------------------


def test_the_door_denies_what_a_planted_grant_opens_and_raises_an_alarm(base_seed: int) -> None:
    """In the first worlds where something is open to somebody and something shut to another."""
    shown = 0
    for number in range(20):
        with rolled_back():
            world = build(base_seed + number)
            unlawful = next(_unlawful(world), None)
            lender = Grant.objects.order_by("pk").first()
            if unlawful is None or lender is None:
                continue
            _the_door_denies(world, *unlawful, lender)
            shown += 1
        if shown == 2:
            return
    pytest.fail(f"of 20 worlds from seed {base_seed}, {shown} had both a grant and a denial")


def _the_door_denies(world: World, who: Who, version: Version, part: Part, lender: Grant) -> None:
    one = reader(who)
    assert one is not None
    _plant(Section.objects.select_related("version").get(pk=part.id), who, lender)
    number = version.row.advisory.number
    held = access.permitted_sections(one, at=world.now)[version.row.pk]
    assert part.id in held
    shown: set[int] = set()
    with suppress(NotShared):
        found = access.open_advisory(one, number=number, version=version.label, at=world.now)
        shown = {section.id for section in found.sections}
    assert shown == set(held) - {part.id}
    alarm = Alarm.objects.get()
    assert alarm.kind == Alarm.Kind.VERDICT_DIFFERS
    assert f"section {part.id} for {one.actor}" in alarm.subject


def _unlawful(world: World) -> Iterator[tuple[Who, Version, Part]]:
    """Readers and live sections that no law lets them see."""
    for who in world.readers():
        if reader(who) is None or not who.org.active(world.now):
            continue
        for item in world.items:
            for version in item.versions:
                for part in version.parts:
                    if version.live(world.now) and not oracle.lawful(
                        version, part, who.org, named=True, at=world.now
                    ):
                        yield who, version, part


def _plant(section: Section, who: Who, lender: Grant) -> None:
    """A grant on a decision that opened for somebody else: the database cannot tell."""
    lender.pk = None
    lender._state.adding = True
    lender.group_id = who.org.row.group_id
    lender.content_object_id = section.pk
    lender.version_id = section.version_id
    lender.advisory_id = section.version.advisory_id
    lender.valid_until = None
    lender.save()
