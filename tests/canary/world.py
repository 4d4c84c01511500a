"""Random worlds, written as rows: registry, advisories, releases, and what happened afterwards.

What the portal decides is done through its services; what it only stores is written in bulk.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from allauth.idp.oidc.models import Client
from django.contrib.auth.models import Group
from django.db import transaction

from advisories.addressing import Addressing
from advisories.models import (
    Advisory,
    AdvisoryVersion,
    Attestation,
    MarkedOrganisation,
    Marking,
    Section,
)
from advisories.services.reviewing import content_digest
from law.regimes import regime_at
from law.vocabulary import (
    Capacity,
    PersonalData,
    Predicate,
    Provenance,
    Purpose,
    Scope,
    Territory,
    Tlp,
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
from sharing.granting.following import expire, follow_registry
from sharing.services import registry, releasing
from tests.canary.people import (
    ConsentTerms,
    Fact,
    Item,
    Mint,
    Org,
    Part,
    Person,
    Said,
    Version,
    World,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CBW = datetime(2026, 9, 1, 9, tzinfo=AMSTERDAM)
WBNI = datetime(2023, 3, 1, 9, tzinfo=AMSTERDAM)
HOUR = timedelta(hours=1)

SECTORS = ("energy", "health", "digital")
PURPOSES = (
    Purpose.INFORM,
    Purpose.INFORM,
    Purpose.ASSIST,
    Purpose.PREVENT_SOCIETAL_HARM,
    Purpose.INFORM_USERS,
    Purpose.SUPERVISION,
)
# Attested for nearly every version, or next to nothing would ever be shared.
USUAL = (
    Predicate.RELEVANT_TO_RECIPIENT,
    Predicate.RELEVANT_PARTY,
    Predicate.NECESSARY,
    Predicate.RELEVANT_TO_THEIR_TASK,
    Predicate.WBDWB_PURPOSE,
    Predicate.NECESSARY_FOR_CBW_TASK,
    Predicate.RELEVANT_AND_PROPORTIONATE,
    Predicate.CONFIDENTIALITY_GUARANTEED,
    Predicate.ENTITY_INTERESTS_PROTECTED,
    Predicate.PERSONAL_DATA_NECESSARY,
    Predicate.MINIMISED,
    Predicate.CONCERNS_PRIMARY_SYSTEMS,
    Predicate.CONTRIBUTES_TO_PREVENTING_SOCIETAL_DISRUPTION,
    Predicate.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES,
)
CAPACITIES = [c for c in Capacity if c is not Capacity.PUBLIC]
COMMON = [Capacity.ESSENTIAL, Capacity.IMPORTANT, Capacity.CSIRT, Capacity.LINKING, Capacity.OKTT]
STAFF = (
    Role.AUTHOR,
    Role.DUTY_OFFICER,
    Role.ADMINISTRATOR,
    Role.REGISTRY_MANAGER,
    Role.LEGAL_OFFICER,
    Role.AUDITOR,
)


@contextmanager
def rolled_back() -> Iterator[None]:
    """A savepoint that never stays. Services that ask to be the outermost transaction accept it."""
    block: Any = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


@dataclass(slots=True)
class _Maker:
    """One world in the making."""

    seed: int
    start: datetime
    rng: Random
    mint: Mint
    world: World
    # A word against a capacity or an organisation makes losing that capacity a gain; worlds
    # for the property "ending a fact never widens" leave such words out.
    refusals: bool

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def hours(self, low: int, high: int) -> datetime:
        return self.start + HOUR * self.rng.randint(low, high)

    def some(self, values: Any, most: int) -> list[Any]:
        return self.rng.sample(list(values), self.rng.randint(0, most))


# What happens when, in hours after `start`: facts hold from before 0; releases 10 to 60;
# changes between 20 and 90; everything is read at 100.
NOW = 100


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
    maker = _Maker(seed, start, rng, Mint(rng), world, refusals)
    _staff(maker)
    _organisations(maker)
    _items(maker)
    _history(maker, deliver or (lambda world, at: None))
    return world


# --- people and the registry -------------------------------------------------------------


def _staff(maker: _Maker) -> None:
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


def _organisations(maker: _Maker) -> None:
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


def _facts(maker: _Maker, org: Org) -> None:
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


def _fact(maker: _Maker, kind: str, value: Any) -> Fact:
    fact = Fact(kind, value, since=maker.hours(-400, -100))
    fact.confirmed_at = fact.since
    roll = maker.rng.random()
    if roll < 0.07:
        fact.until = maker.hours(-90, -1)  # over before anything began
    elif roll < 0.14:
        fact.until = maker.hours(5, 160)  # its end is known beforehand
    elif roll < 0.20:
        fact.confirmed_at = None
    return fact


def _consent(maker: _Maker, others: list[Org]) -> ConsentTerms:
    to = maker.rng.choice(others).id if maker.chance(0.5) else None
    return ConsentTerms(
        to_organisation=to,
        to_capacity=None if to else maker.rng.choice(COMMON),
        to_sector=maker.rng.choice(SECTORS) if maker.chance(0.2) else None,
        purpose=maker.rng.choice(PURPOSES),
        advisory="",
    )


def _organisation_rows(maker: _Maker) -> None:
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


def _fact_rows(maker: _Maker) -> None:
    recorder, confirmer = _clerks(maker.world)
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


def _clerks(world: World) -> tuple[User, User]:
    """Who proposes and ends facts, and who confirms them."""
    return world.staff[Role.REGISTRY_MANAGER.value], world.staff[Role.DUTY_OFFICER.value]


# --- advisories --------------------------------------------------------------------------


def _items(maker: _Maker) -> None:
    for n in range(maker.rng.randint(2, 3)):
        number = f"NCSC-{maker.start.year}-{n + 1:04d}"
        item = Item(number=number, versions=[_version(maker, 100)])
        if maker.chance(0.4):
            item.versions.append(_version(maker, 101))
        maker.world.items.append(item)
    # One that never goes out: nobody but the desk may know of it.
    hidden = Item(number=f"NCSC-{maker.start.year}-0009", versions=[_version(maker, 100)])
    maker.world.items.append(hidden)
    for version in hidden.versions:
        maker.world.secrets |= {version.title, version.note}
        maker.world.secrets |= {c for part in version.parts for c in part.canaries}


def _version(maker: _Maker, number: int) -> Version:
    rng, orgs = maker.rng, maker.world.orgs
    version = Version(
        number=number,
        title=maker.mint(),
        note=maker.mint(),
        level=rng.choice("HML") + rng.choice("HML"),
        purpose=rng.choice(PURPOSES),
        purpose_text=maker.mint(),
        capacities=frozenset(
            CAPACITIES if maker.chance(0.5) else rng.sample(CAPACITIES, rng.randint(0, 8))
        ),
        sectors=frozenset(rng.sample(SECTORS, 2) if maker.chance(0.2) else []),
        organisations=frozenset(o.id for o in maker.some(orgs, 2))
        if maker.chance(0.4)
        else frozenset(),
        people=[rng.choice(o.people) for o in maker.some(orgs, 3)] if maker.chance(0.5) else [],
        parts=[],
        said=[],
    )
    open_lead = maker.chance(0.5)
    for position in range(1, rng.randint(1, 5) + 1):
        version.parts.append(_part(maker, position, plain=open_lead and position == 1))
    _attest(maker, version)
    maker.world.secrets.add(version.purpose_text)
    maker.world.secrets |= {said.text for said in version.said}
    return version


KINDS = [kind for kind in Section.Kind.values if kind != Section.Kind.LEAD]
TLPS = [Tlp.CLEAR] * 3 + [Tlp.GREEN] * 3 + [Tlp.AMBER] * 2 + [Tlp.AMBER_STRICT] + [Tlp.RED] * 2


def _part(maker: _Maker, position: int, *, plain: bool) -> Part:
    rng = maker.rng
    about = {o.id: maker.chance(0.5) for o in maker.some(maker.world.orgs, 2)}
    return Part(
        position=position,
        kind=Section.Kind.LEAD.value if position == 1 else rng.choice(KINDS),
        heading=maker.mint(),
        body=maker.mint(),
        datum=maker.mint(),
        marked=plain or maker.chance(0.96),
        scope=frozenset(rng.sample(list(Scope), rng.choice([0, 1, 1, 1, 2]))),
        confidential=False if plain else rng.choice([False, False, False, True, True, None]),
        traceable=False if plain else rng.choice([False, False, True, None]),
        personal_data=PersonalData.NONE
        if plain
        else rng.choice([PersonalData.NONE] * 5 + [*PersonalData, None]),
        provenance=rng.choice([*Provenance, None]),
        tlp=rng.choice([Tlp.CLEAR, Tlp.GREEN]) if plain else rng.choice([*TLPS, None]),
        embargo_until=rng.choice([maker.hours(-50, -1), maker.hours(NOW + 5, NOW + 90)])
        if maker.chance(0.12)
        else None,
        reporter=not plain and maker.chance(0.04),
        about=about if maker.chance(0.5) and not plain else {},
    )


def _attest(maker: _Maker, version: Version) -> None:
    rng = maker.rng

    def say(predicate: Predicate, *, value: bool = True, **whom: Any) -> None:
        at = maker.hours(-30, -1)  # one word may come after another, and take its place
        version.said.append(Said(predicate, value, at, maker.mint(), **whom))

    def anyone() -> dict[str, Any]:
        """All, one capacity, or one organisation."""
        return rng.choice(
            [
                {},
                {"capacity": rng.choice(COMMON)},
                {"organisation": rng.choice(maker.world.orgs).id},
            ]
        )

    often = rng.choice([1.0, 1.0, 0.9, 0.5])
    for predicate in USUAL:
        if maker.chance(often):
            say(predicate)
        elif maker.chance(0.6):
            say(predicate, **anyone())
    for predicate in maker.some(Predicate, 2):
        say(predicate, part=rng.choice(version.parts).position)
    if maker.refusals:
        _refuse(maker, version, say)


def _refuse(maker: _Maker, version: Version, say: Callable[..., None]) -> None:
    for predicate in maker.some(USUAL, 2):
        if maker.chance(0.5):
            say(predicate, value=False, part=maker.rng.choice(version.parts).position)
        else:
            say(predicate, value=False, capacity=maker.rng.choice(COMMON))


# --- what happens ------------------------------------------------------------------------


def _history(maker: _Maker, deliver: Callable[[World, datetime], None]) -> None:
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
    _draft(maker, world.items[-1], world.items[-1].versions[0], maker.start)
    for org in maker.some(world.orgs, 3):
        plan(maker.hours(20, 90), partial(_change, maker, org))
    plan(world.now, beat)
    for at, _, act in sorted(acts, key=lambda act: act[:2]):
        act(at)


def _plan_item(
    maker: _Maker,
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


def _draft(maker: _Maker, item: Item, version: Version, at: datetime) -> AdvisoryVersion:
    author = maker.world.staff[Role.AUTHOR.value]
    advisory, _ = Advisory.objects.get_or_create(
        number=item.number, defaults={"created_by": author, "created_at": at}
    )
    version.row = row = AdvisoryVersion.objects.create(
        advisory=advisory,
        number=version.number,
        title=version.title,
        probability=version.level[0],
        damage=version.level[1],
        change_note=version.note,
        addressing=Addressing(
            capacities=version.capacities,
            sectors=version.sectors,
            organisations=version.organisations,
            people=frozenset(person.row.pk for person in version.people),
        ).to_json(),
        purpose=version.purpose.value,
        purpose_text=version.purpose_text,
        author=author,
        last_edited_by=author,
        created_at=at,
        edited_at=at,
    )
    sections = Section.objects.bulk_create(
        Section(
            version=row,
            position=part.position,
            kind=part.kind,
            heading=part.heading,
            body=part.body,
            data=data_of(part),
        )
        for part in version.parts
    )
    for part, section in zip(version.parts, sections, strict=True):
        part.id = section.pk
    _marking_rows(version)
    _attestation_rows(maker, version)
    return row


def data_of(part: Part) -> dict[str, Any]:
    """The structured half of a section, in the shape that its kind has."""
    if part.kind == Section.Kind.PRODUCTS:
        return {"products": [{"name": part.datum, "status": {}}]}
    if part.kind == Section.Kind.INDICATORS:
        return {"indicators": [{"type": "domain", "value": f"{part.datum}.example"}]}
    return {"rows": [{"value": part.datum}]}


def _marking_rows(version: Version) -> None:
    marked = [part for part in version.parts if part.marked]
    Marking.objects.bulk_create(
        Marking(
            section_id=part.id,
            scope=sorted(scope.value for scope in part.scope),
            confidential=part.confidential,
            not_confidential_reason="openbaar" if part.confidential is False else "",
            traceable=part.traceable,
            personal_data=part.personal_data.value if part.personal_data else "",
            provenance=part.provenance.value if part.provenance else "",
            tlp=part.tlp.value if part.tlp else "",
            embargo_until=part.embargo_until,
            reporter_identity=part.reporter,
        )
        for part in marked
    )
    MarkedOrganisation.objects.bulk_create(
        MarkedOrganisation(marking_id=part.id, organisation_id=pk, traceable=traceable)
        for part in marked
        for pk, traceable in part.about.items()
    )


def _attestation_rows(maker: _Maker, version: Version) -> None:
    ids = {part.position: part.id for part in version.parts}
    Attestation.objects.bulk_create(
        Attestation(
            version=version.row,
            section_id=ids[said.part] if said.part else None,
            predicate=said.predicate.value,
            value=said.value,
            organisation_id=said.organisation,
            capacity=said.capacity.value if said.capacity else "",
            by=maker.world.staff[Role.DUTY_OFFICER.value],
            role=Role.DUTY_OFFICER.value,
            at=said.at,
            text=said.text,
            regime=regime_at(said.at).id.value,
        )
        for said in version.said
    )


def _release(maker: _Maker, item: Item, version: Version, at: datetime) -> None:
    row = _draft(maker, item, version, at)
    row.status = AdvisoryVersion.Status.APPROVED
    row.approved_by = maker.world.staff[Role.DUTY_OFFICER.value]
    row.approved_at = at
    row.approved_digest = content_digest(row)
    row.save()
    releasing.release(version_id=row.pk, by=maker.world.staff[Role.AUTHOR.value], at=at)
    version.released_at = at


def _withdraw(maker: _Maker, item: Item, at: datetime) -> None:
    newest = item.versions[-1].row
    releasing.withdraw(
        release_id=newest.release.pk,
        reason=item.reason,
        by=maker.world.staff[Role.AUTHOR.value],
        at=at,
    )
    for version in item.versions:
        version.withdrawn_at = at


def _change(maker: _Maker, org: Org, at: datetime) -> None:
    """The registry says something else: a fact ends or is confirmed, somebody leaves."""
    clerk, confirmer = _clerks(maker.world)
    ending = [f for f in org.facts if f.holds(at)]
    waiting = [f for f in org.facts if f.confirmed_at is None]
    roll = maker.rng.random()
    if roll < 0.15 and org.people[0].active(at):
        person = org.people[0]
        person.active_until = at
        User.objects.filter(pk=person.row.pk).update(is_active=False)
        person.row.is_active = False
    elif roll < 0.3 and org.until is None:
        org.row = registry.close_organisation(organisation=org.row, by=clerk, at=at)
        org.until = at
    elif waiting and roll < 0.6:
        fact = maker.rng.choice(waiting)
        fact.row = registry.confirm_fact(fact=fact.row, by=confirmer, at=at)
        fact.confirmed_at = at
    elif ending:
        fact = maker.rng.choice(ending)
        end(maker.world, fact, at=at)


def end(world: World, fact: Fact, *, at: datetime) -> None:
    """One person ends a fact at once."""
    clerk, _ = _clerks(world)
    fact.row = registry.end_fact(fact=fact.row, valid_until=at, by=clerk, at=at)
    fact.until = at
