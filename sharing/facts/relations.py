"""What binds one organisation to what a version is about: loaded once, asked many times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from law.facts import Recipient
from law.vocabulary import Capacity, Purpose
from recipients.models import (
    Consent,
    ConstituencyMember,
    Designation,
    Organisation,
    SectorMembership,
)

LINKING = (Capacity.OKTT.value, Capacity.CSIRT.value, Capacity.CCT.value)


def earliest(*ends: datetime | None) -> datetime | None:
    """The first of the ends that exist."""
    return min((end for end in ends if end), default=None)


@dataclass(frozen=True, slots=True)
class Permission:
    """One consent (instemming), as far as scope and time are concerned."""

    of: UUID
    to_organisation: UUID | None
    to_capacity: Capacity | None
    to_sector: str | None
    since: datetime
    until: datetime | None
    known_until: datetime | None  # when the registry stopped holding it: a withdrawal

    def covers(self, profile: Recipient, organisation_id: UUID | None) -> bool:
        """Whether the recipient is in scope; every scope field that is set must match."""
        if self.to_organisation is not None and self.to_organisation != organisation_id:
            return False
        if self.to_capacity is not None and self.to_capacity not in profile.capacities:
            return False
        return self.to_sector is None or self.to_sector in profile.sectors

    def holds(self, instant: datetime) -> bool:
        return (
            self.since <= instant
            and (self.until is None or instant < self.until)
            and (self.known_until is None or instant < self.known_until)
        )


def consents_of(
    organisation_ids: Iterable[UUID], *, advisory: str, purpose: Purpose, at: datetime
) -> tuple[Permission, ...]:
    """Every confirmed consent of the traced organisations on record at `at` or before it."""
    rows = Consent.objects.filter(
        Q(advisory_number="") | Q(advisory_number=advisory),
        organisation_id__in=set(organisation_ids),
        purpose=purpose.value,
        confirmed_by__isnull=False,
        recorded_from__lte=at,
    )
    return tuple(
        Permission(
            of=row.organisation_id,
            to_organisation=row.to_organisation_id,
            to_capacity=Capacity(row.to_capacity) if row.to_capacity else None,
            to_sector=row.to_sector_id,
            since=row.valid_from,
            until=row.valid_until,
            known_until=row.recorded_until,
        )
        for row in rows
    )


@dataclass(slots=True)
class Constituencies:
    """Achterban: which linking organisation serves whom, as valid at one instant."""

    members: dict[UUID, dict[UUID, datetime | None]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    @classmethod
    def of_members(cls, member_ids: Iterable[UUID], *, at: datetime) -> Constituencies:
        """The organisations that serve any of `member_ids`."""
        found = cls()
        rows = ConstituencyMember.objects.in_force(at).filter(member_id__in=set(member_ids))
        for server, member, until in rows.values_list(
            "organisation_id", "member_id", "valid_until"
        ):
            found.members[server][member] = until
        return found

    def serves_all(self, server: UUID, members: frozenset[UUID]) -> bool:
        return bool(members) and members <= self.members.get(server, {}).keys()

    def until(self, server: UUID, members: frozenset[UUID]) -> datetime | None:
        return earliest(*(self.members[server][member] for member in members))


def without_linking_organisation(
    organisation_ids: Collection[UUID], *, at: datetime
) -> frozenset[UUID]:
    """`no_linking_organisation_for_sector`: those for whom, and for whose sectors, there is none.

    Art. 3(2)(e) Wbni speaks of the organisation, the NCSC's report of the branch: the stricter of
    both counts, so one that serves either stands in the way.
    """
    linking = Designation.objects.in_force(at).filter(capacity__in=LINKING)
    served = ConstituencyMember.objects.in_force(at).filter(
        organisation_id__in=linking.values("organisation_id")
    )
    sectors = SectorMembership.objects.in_force(at)
    own = sectors.filter(organisation_id=OuterRef(OuterRef(OuterRef("pk")))).values("sector_id")
    branch = sectors.filter(organisation_id=OuterRef("member_id"), sector_id__in=own)
    stands_in_the_way = served.exclude(organisation_id=OuterRef("pk")).filter(
        Q(member_id=OuterRef("pk")) | Exists(branch)
    )
    alone = Organisation.objects.filter(~Exists(stands_in_the_way), pk__in=organisation_ids)
    return frozenset(alone.values_list("pk", flat=True))


def designation_ended(organisation_ids: Collection[UUID], *, at: datetime) -> frozenset[UUID]:
    """Those that held the designation of an OKTT or computercrisisteam before `at`, and hold it no
    longer."""
    known = Designation.objects.known_at(at).filter(
        organisation_id__in=organisation_ids,
        capacity__in=(Capacity.OKTT.value, Capacity.CCT.value),
    )
    key = ("organisation_id", "capacity")
    held = set(known.filter(valid_until__lte=at).values_list(*key))
    holds = set(known.valid_at(at).values_list(*key))
    return frozenset(organisation for organisation, _capacity in held - holds)
