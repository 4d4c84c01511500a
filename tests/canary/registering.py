"""The registry of a random world: staff, organisations, their people and their facts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from allauth.idp.oidc.models import Client
from django.contrib.auth.models import Group

from law.vocabulary import (
    Territory,
)
from recipients.models import (
    Assurance,
    Consent,
    ConstituencyMember,
    Contact,
    Designation,
    Establishment,
    MachineClient,
    Organisation,
    Role,
    RoleAssignment,
    Sector,
    SectorMembership,
    User,
)
from sharing.granting.following import follow_registry
from tests.canary.making import CAPACITIES, COMMON, HOUR, PURPOSES, SECTORS, Maker
from tests.canary.people import (
    ConsentTerms,
    Fact,
    Org,
    Person,
    World,
    lapses,
)

STAFF = (
    Role.AUTHOR,
    Role.DUTY_OFFICER,
    Role.ADMINISTRATOR,
    Role.REGISTRY_MANAGER,
    Role.LEGAL_OFFICER,
    Role.AUDITOR,
)


def write_staff(maker: Maker) -> None:
    rows = [
        User(email=f"{role.value}@ncsc.example", name=f"Staf {role.value}", password="!")
        for role in STAFF
    ]
    first, second, *_ = User.objects.bulk_create(rows)
    RoleAssignment.objects.bulk_create(
        RoleAssignment(
            user=row,
            role=role.value,
            valid_from=maker.start - 1000 * HOUR,
            assigned_by=first,
            confirmed_by=second,
        )
        for role, row in zip(STAFF, rows, strict=True)
    )
    maker.world.staff = {role.value: row for role, row in zip(STAFF, rows, strict=True)}


def write_organisations(maker: Maker) -> None:
    world, rng = maker.world, maker.rng
    Sector.objects.bulk_create(
        [Sector(code=code, name_nl=code, name_en=code) for code in SECTORS], ignore_conflicts=True
    )
    for _ in range(rng.randint(6, 10)):
        org = Org(
            name=f"Stichting {maker.mint()}",
            id=uuid.UUID(int=rng.getrandbits(128), version=4),
            since=maker.start - 500 * HOUR,
            until=maker.hours(-20, 95) if maker.chance(0.08) else None,
        )
        org.people = [Person(name=f"Persoon {maker.mint()}") for _ in range(rng.randint(1, 2))]
        for person in org.people:
            if maker.chance(0.08):
                person.active_until = maker.start
        world.orgs.append(org)
    for org in world.orgs:
        _facts(maker, org)
    _organisation_rows(maker)
    _fact_rows(maker)
    for org in world.orgs:
        follow_registry(org.row, at=maker.start)


def _facts(maker: Maker, org: Org) -> None:
    rng = maker.rng
    others = [other for other in maker.world.orgs if other is not org]
    drawn: list[tuple[str, Any]] = []
    # Sorted: a set of words has another order in every process.
    capacities = {*maker.some(COMMON, 1), *maker.some(CAPACITIES, rng.randint(1, 2))}
    drawn += [("capacity", capacity) for capacity in sorted(capacities)]
    if maker.chance(0.9):
        drawn.append(("territory", rng.choice([*[Territory.NETHERLANDS] * 4, *Territory])))
    drawn += [("sector", sector) for sector in maker.some(SECTORS, 2)]
    drawn += [("assurance", kind) for kind, often in ASSURANCES if maker.chance(often)]
    if maker.chance(0.3):
        drawn += [("member", member.id) for member in maker.some(others, 3)]
    if maker.chance(0.3):
        drawn.append(("consent", _consent(maker, others)))
    org.facts = [_fact(maker, kind, value) for kind, value in drawn]


ASSURANCES = (
    ("secrecy", 0.8),
    ("cooperation", 0.5),
    ("avg_chapter_v", 0.4),
    ("knowable_task", 0.4),
)


def _fact(maker: Maker, kind: str, value: Any) -> Fact:
    fact = Fact(kind, value, since=maker.hours(-400, -100))
    term = lapses(kind, value, maker.start)
    if term is not None and term > maker.start and maker.chance(0.15):
        # So long ago that it lapses in these days, though its row has an open end.
        fact.since = maker.hours(-30, 95) - (term - maker.start)
    fact.confirmed_at = fact.since
    roll = maker.rng.random()
    if roll < 0.07:
        # Over before anything began; what began later than that never held at all.
        fact.until = max(maker.hours(-90, -1), fact.since)
    elif roll < 0.14:
        fact.until = maker.hours(5, 160)  # its end is known beforehand
    elif roll < 0.20:
        fact.confirmed_at = None
    return fact


def _consent(maker: Maker, others: list[Org]) -> ConsentTerms:
    to = maker.rng.choice(others).id if maker.chance(0.5) else None
    return ConsentTerms(
        to_organisation=to,
        to_capacity=None if to else maker.rng.choice(COMMON),
        to_sector=maker.rng.choice(SECTORS) if maker.chance(0.2) else None,
        purpose=maker.rng.choice(PURPOSES),
        advisory="",
    )


def _organisation_rows(maker: Maker) -> None:
    orgs = maker.world.orgs
    groups = Group.objects.bulk_create([Group(name=f"organisation:{org.id}") for org in orgs])
    rows = Organisation.objects.bulk_create(
        [
            Organisation(
                id=org.id,
                name=org.name,
                active_from=org.since,
                active_until=org.until,
                group=group,
            )
            for org, group in zip(orgs, groups, strict=True)
        ]
    )
    for org, row in zip(orgs, rows, strict=True):
        org.row = row
    people = [(org, person) for org in orgs for person in org.people]
    users = User.objects.bulk_create(
        [
            User(
                email=f"p{n}@lezers.example",
                name=person.name,
                password="!",
                organisation=org.row,
                language=maker.rng.choice(["nl", "en"]),
                is_active=person.active_until is None,
            )
            for n, (org, person) in enumerate(people)
        ]
    )
    for (_, person), user in zip(people, users, strict=True):
        person.row = user
    mailboxes = [
        Contact(organisation=org.row, name="Postbus", email=f"b{n}@lezers.example", language="nl")
        for n, org in enumerate(orgs)
        if maker.chance(0.4)
    ]
    contacts = Contact.objects.bulk_create(
        [
            *(
                Contact(
                    organisation=org.row,
                    user=person.row,
                    name=person.name,
                    email=person.row.email,
                    language=person.row.language,
                )
                for org, person in people
            ),
            *mailboxes,
        ]
    )
    by_id = {org.id: org for org in orgs}
    by_user = {person.row.pk: person for _, person in people}
    maker.world.contacts = {
        contact.pk: (by_id[contact.organisation_id], by_user.get(contact.user_id))
        for contact in contacts
    }
    for n, org in enumerate(orgs):
        active = [person for person in org.people if person.active_until is None]
        if active and maker.chance(0.4):
            client = Client.objects.create(id=f"machine-{n}", name="Lezer", secret="!")
            org.machine_owner = active[0]
            org.machine = MachineClient.objects.create(
                client=client,
                organisation=org.row,
                responsible=active[0].row,
                created_at=maker.start,
            )


COLUMNS: dict[str, tuple[Any, Callable[[Any], dict[str, Any]]]] = {
    "capacity": (Designation, lambda value: {"capacity": value.value}),
    "assurance": (Assurance, lambda value: {"kind": value}),
    "territory": (Establishment, lambda value: {"territory": value.value}),
    "sector": (SectorMembership, lambda value: {"sector_id": value}),
    "member": (ConstituencyMember, lambda value: {"member_id": value}),
    "consent": (
        Consent,
        lambda value: {
            "to_organisation_id": value.to_organisation,
            "to_capacity": value.to_capacity.value if value.to_capacity else "",
            "to_sector_id": value.to_sector,
            "purpose": value.purpose.value,
            "advisory_number": value.advisory,
        },
    ),
}


def _fact_rows(maker: Maker) -> None:
    recorder, confirmer = clerks(maker.world)
    for kind, (model, columns) in COLUMNS.items():
        rows = []
        for org in maker.world.orgs:
            for fact in org.facts:
                if fact.kind != kind:
                    continue
                fact.row = model(
                    organisation=org.row,
                    ground="besluit",
                    reference="2026-1",
                    valid_from=fact.since,
                    valid_until=fact.until,
                    recorded_from=fact.since,
                    recorded_by=recorder,
                    confirmed_by=confirmer if fact.confirmed_at else None,
                    **columns(fact.value),
                )
                rows.append(fact.row)
        model.objects.bulk_create(rows)


def clerks(world: World) -> tuple[User, User]:
    """Who proposes and ends facts, and who confirms them."""
    return world.staff[Role.REGISTRY_MANAGER.value], world.staff[Role.DUTY_OFFICER.value]
