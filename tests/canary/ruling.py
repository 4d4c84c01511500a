"""Legal affairs decides here and there in a random world, and ends some of what it decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from advisories.errors import WrongStatus
from law.vocabulary import Capacity, Territory
from recipients.models import Role
from sharing.services import ruling
from tests.canary.people import Org, Part, Ruled, Version, World


def rule(world: World, rng: Random, at: datetime) -> None:
    """End one that runs, or allow some of what is out to those whom the law leaves to a person."""
    running = [
        one for item in world.items for v in item.versions for one in v.ruled if one.holds(at)
    ]
    if running and rng.random() < 0.4:
        one = rng.choice(running)
        ruling.end(ruling_id=one.row.pk, by=world.staff[Role.LEGAL_OFFICER.value], at=at)
        one.until = at
        return
    for org in world.orgs:
        if not (
            Capacity.CARIBBEAN in org.held("capacity", at)
            or Territory.CARIBBEAN in org.held("territory", at)
        ):
            continue
        for item in world.items:
            for version in item.versions:
                for part in version.parts if version.live(at) else ():
                    if rng.random() < 0.7:
                        _allow(world, rng, version, part, org, at)


def _allow(world: World, rng: Random, version: Version, part: Part, org: Org, at: datetime) -> None:
    """One person decides; nearly always a second one confirms. Refused where the law is clear."""
    until = at + timedelta(hours=rng.randint(1, 90)) if rng.random() < 0.3 else None
    legal, second = world.staff[Role.LEGAL_OFFICER.value], world.staff[Role.DUTY_OFFICER.value]
    try:
        (row,) = ruling.decide(
            section_id=part.id,
            organisation_ids=[org.id],
            allows=True,
            reason="De wet verbiedt het niet.",
            evidence="",
            valid_until=until,
            by=legal,
            at=at,
        )
    except WrongStatus:
        return
    since = None
    if rng.random() < 0.8:
        ruling.confirm(ruling_ids=[row.pk], by=second, at=at)
        since = at
    version.ruled.append(Ruled(part.position, org.id, since, until, row))
