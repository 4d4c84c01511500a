"""Random worlds, written as rows: registry, advisories, releases, and what happened afterwards.

What the portal decides is done through its services; what it only stores is written in bulk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from django.db import transaction

from advisories.models import (
    AdvisoryVersion,
)
from advisories.services.reviewing import content_digest
from recipients.models import (
    Role,
    User,
)
from sharing.access.public import PROFILE
from sharing.granting.audiences import audience_for
from sharing.granting.following import expire
from sharing.services import registry, releasing
from tests.canary.making import CBW, HOUR, NOW, Maker
from tests.canary.people import (
    Fact,
    Item,
    Mint,
    Org,
    Person,
    Version,
    World,
)
from tests.canary.registering import clerks, write_organisations, write_staff
from tests.canary.writing import draft, draw_items


@contextmanager
def rolled_back() -> Iterator[None]:
    """A savepoint that never stays. Services that ask to be the outermost transaction accept it."""
    block: Any = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


def build(
    seed: int,
    *,
    start: datetime = CBW,
    refusals: bool = True,
    deliver: Callable[[World, datetime], None] | None = None,
) -> World:
    """The world of a seed, as rows of the running transaction, read at `world.now`.

    `deliver` is called now and then on the way, and at the end: it works the outbox.
    """
    rng = Random(seed)  # noqa: S311 -- not a secret: a failing world must come back
    world = World(seed=seed, start=start, now=start + NOW * HOUR, orgs=[], items=[], staff={})
    maker = Maker(seed, start, rng, Mint(rng), world, refusals)
    write_staff(maker)
    write_organisations(maker)
    audience_for(PROFILE, at=start)  # everyone is an audience too
    draw_items(maker)
    _history(maker, deliver or (lambda world, at: None))
    return world


def _history(maker: Maker, deliver: Callable[[World, datetime], None]) -> None:
    """Releases, revisions, withdrawals and changes in the registry, in the order of time."""
    world = maker.world

    def beat(at: datetime) -> None:
        expire(at=at)
        deliver(world, at)

    acts: list[tuple[datetime, int, Callable[[datetime], None]]] = []

    def plan(at: datetime, act: Callable[[datetime], None]) -> None:
        acts.append((at, len(acts), act))

    for item in world.items[:-1]:
        _plan_item(maker, item, plan, beat)
    draft(maker, world.items[-1], world.items[-1].versions[0], maker.start)
    for org in maker.rng.sample(world.orgs, 5):
        plan(maker.hours(20, 90) + HOUR / 4, partial(_change, maker, org))
    plan(world.now, beat)
    for at, _, act in sorted(acts, key=lambda act: act[:2]):
        act(at)


def _plan_item(
    maker: Maker,
    item: Item,
    plan: Callable[[datetime, Callable[[datetime], None]], None],
    beat: Callable[[datetime], None],
) -> None:
    at = maker.hours(10, 40)
    for version in item.versions:
        plan(at, partial(_release, maker, item, version))
        if maker.chance(0.5):
            plan(at + HOUR / 2, beat)
        at += HOUR * maker.rng.randint(1, 20)
    if maker.chance(0.2):
        item.reason = maker.mint()
        plan(at + 5 * HOUR, partial(_withdraw, maker, item))


def _release(maker: Maker, item: Item, version: Version, at: datetime) -> None:
    row = draft(maker, item, version, at)
    row.status = AdvisoryVersion.Status.APPROVED
    row.approved_by = maker.world.staff[Role.DUTY_OFFICER.value]
    row.approved_at = at
    row.approved_digest = content_digest(row)
    row.save()
    releasing.release(version_id=row.pk, by=maker.world.staff[Role.AUTHOR.value], at=at)
    version.released_at = at


def _withdraw(maker: Maker, item: Item, at: datetime) -> None:
    # What lapsed or began long before has been followed: the beat comes round every minute.
    expire(at=at - timedelta(minutes=1))
    withdraw(maker.world, item, at=at)


def _change(maker: Maker, org: Org, at: datetime) -> None:
    """The registry says something else: a fact ends or is confirmed, somebody leaves."""
    _, confirmer = clerks(maker.world)
    ending = [f for f in org.facts if f.holds(at)]
    waiting = [f for f in org.facts if f.confirmed_at is None]
    roll = maker.rng.random()
    if roll < 0.15 and org.people[0].active(at):
        leave(org.people[0], at=at)
    elif roll < 0.3 and org.until is None:
        close(maker.world, org, at=at)
    elif waiting and roll < 0.6:
        fact = maker.rng.choice(waiting)
        fact.row = registry.confirm_fact(fact=fact.row, by=confirmer, at=at)
        fact.confirmed_at = at
    elif ending:
        end(maker.world, maker.rng.choice(ending), at=at)


# --- acts, in the world and in its description --------------------------------------------


def end(world: World, fact: Fact, *, at: datetime) -> None:
    """One person ends a fact at once."""
    clerk, _ = clerks(world)
    fact.row = registry.end_fact(fact=fact.row, valid_until=at, by=clerk, at=at)
    fact.until = at


def leave(person: Person, *, at: datetime) -> None:
    """The account of a person is closed."""
    person.active_until = at
    User.objects.filter(pk=person.row.pk).update(is_active=False)
    person.row.is_active = False


def close(world: World, org: Org, *, at: datetime) -> None:
    """An organisation ends."""
    clerk, _ = clerks(world)
    org.row = registry.close_organisation(organisation=org.row, by=clerk, at=at)
    org.until = at


def withdraw(world: World, item: Item, *, at: datetime) -> None:
    """An advisory is pulled back, every version of it."""
    item.reason = item.reason or "ingetrokken"
    releasing.withdraw(
        release_id=item.versions[-1].row.release.pk,
        reason=item.reason,
        by=world.staff[Role.AUTHOR.value],
        at=at,
    )
    for version in item.versions:
        version.withdrawn_at = at
