"""A random world as plain values: what the oracle reads, and what `world.build` writes as rows.

Nothing here asks the portal anything. Each value knows since when it holds, so that the oracle can
answer for any instant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from law.vocabulary import Capacity, PersonalData, Predicate, Provenance, Purpose, Scope, Tlp

CANARY = re.compile(r"kanarie[0-9a-f]{12}")


class Mint:
    """Gives out strings that occur nowhere else."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        return f"kanarie{self.made:04x}{self.rng.getrandbits(32):08x}"


@dataclass(slots=True)
class Fact:
    """One registry fact. Not confirmed: counts for nothing."""

    kind: str  # capacity, assurance, territory, sector, member, consent
    value: Any
    since: datetime
    until: datetime | None = None
    confirmed_at: datetime | None = None
    row: Any = None

    def holds(self, at: datetime) -> bool:
        known = self.confirmed_at is not None and self.confirmed_at <= at
        return known and self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """For whom and for what an organisation lets data traceable to it go."""

    to_organisation: UUID | None
    to_capacity: Capacity | None
    to_sector: str | None
    purpose: Purpose
    advisory: str  # empty: every one


@dataclass(slots=True)
class Person:
    """Somebody with an account at an organisation."""

    name: str
    active_until: datetime | None = None
    row: Any = None

    def active(self, at: datetime) -> bool:
        return self.active_until is None or at < self.active_until


@dataclass(slots=True)
class Org:
    """A recipient and all that the registry says of it."""

    name: str
    id: UUID
    since: datetime
    until: datetime | None
    facts: list[Fact] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    machine: Any = None
    machine_owner: Person | None = None
    row: Any = None

    def active(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)

    def held(self, kind: str, at: datetime) -> frozenset[Any]:
        return frozenset(f.value for f in self.facts if f.kind == kind and f.holds(at))


@dataclass(slots=True)
class Said:
    """An attestation: for one section or all, for one organisation, one capacity or all."""

    predicate: Predicate
    value: bool
    at: datetime
    text: str
    part: int | None = None  # position
    organisation: UUID | None = None
    capacity: Capacity | None = None


@dataclass(slots=True)
class Part:
    """One section with its marking. `marked` False: it has none."""

    position: int
    kind: str
    heading: str
    body: str
    datum: str
    marked: bool
    scope: frozenset[Scope]
    confidential: bool | None
    traceable: bool | None
    personal_data: PersonalData | None
    provenance: Provenance | None
    tlp: Tlp | None
    embargo_until: datetime | None
    reporter: bool
    about: dict[UUID, bool]  # organisation → whether it can be traced to it
    id: int = 0

    @property
    def traced(self) -> frozenset[UUID]:
        return frozenset(pk for pk, traceable in self.about.items() if traceable)

    @property
    def canaries(self) -> frozenset[str]:
        return frozenset({self.heading, self.body, self.datum})


@dataclass(slots=True)
class Version:
    """One version. `released_at` None: it never went out."""

    number: int
    title: str
    note: str
    level: str
    purpose: Purpose
    purpose_text: str
    capacities: frozenset[Capacity]
    sectors: frozenset[str]
    organisations: frozenset[UUID]
    people: list[Person]
    parts: list[Part]
    said: list[Said]
    released_at: datetime | None = None
    withdrawn_at: datetime | None = None
    row: Any = None

    @property
    def label(self) -> str:
        return f"{self.number // 100}.{self.number % 100:02d}"

    def live(self, at: datetime) -> bool:
        out = self.released_at is not None and self.released_at <= at
        return out and (self.withdrawn_at is None or at < self.withdrawn_at)


@dataclass(slots=True)
class Item:
    """One advisory with its versions, oldest first."""

    number: str
    versions: list[Version]
    reason: str = ""  # why it was withdrawn; a canary


@dataclass(frozen=True, slots=True)
class Who:
    """A reader: a person of an organisation, or (`person` None) a program of it."""

    org: Org
    person: Person | None

    def __str__(self) -> str:
        return f"{self.person.name if self.person else 'machine'} of {self.org.name}"


@dataclass(slots=True)
class World:
    """Everything there is."""

    seed: int
    start: datetime
    now: datetime
    orgs: list[Org]
    items: list[Item]
    staff: dict[str, Any]  # role value → user row
    # Contact id → whose mailbox it is; without a person: the organisation's own.
    contacts: dict[int, tuple[Org, Person | None]] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)  # canaries that no reader may ever see
    endpoints: dict[int, Org] = field(default_factory=dict)  # endpoint id → whose
    key_ids: list[int] = field(default_factory=list)

    @property
    def endpoint_ids(self) -> list[int]:
        return sorted(self.endpoints)

    def readers(self) -> Iterator[Who]:
        """Every person and every program."""
        for org in self.orgs:
            for person in org.people:
                yield Who(org, person)
            if org.machine is not None:
                yield Who(org, None)
