"""Who links to an organisation: computed for many at once, with the candidates and why each counts.

Art. 3(2)(e) Wbni (bijzonder geval) opens only where "een onder a tot en met d bedoelde organisatie
ontbreekt". The text speaks of the organisation, the NCSC's report of the branch: the stricter of
both counts, so an OKTT, CSIRT or computercrisisteam that serves either stands in the way. The
draft's letter d names internet access providers too; they are listed and do not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q

from law.vocabulary import Capacity
from recipients.models import ConstituencyMember, Designation, Organisation, SectorMembership

LINKING = frozenset({Capacity.OKTT, Capacity.CSIRT, Capacity.CCT})
NAMED_IN_DRAFT = frozenset({Capacity.ISP})
ENDING = frozenset({Capacity.OKTT, Capacity.CCT})  # by designation: names the code of a denial


class Standing(StrEnum):
    """Why a candidate stands in the way, or why not."""

    SERVES_ORGANISATION = "serves_organisation"
    SERVES_SECTOR = "serves_sector"
    DESIGNATION_ENDED = "designation_ended"
    DESIGNATION_NOT_BEGUN = "designation_not_begun"
    MEMBERSHIP_LAPSED = "membership_lapsed"
    MEMBERSHIP_NOT_BEGUN = "membership_not_begun"
    ONLY_IN_DRAFT = "only_in_draft"

    @property
    def in_the_way(self) -> bool:
        return self in {Standing.SERVES_ORGANISATION, Standing.SERVES_SECTOR}


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A linking organisation whose achterban covers, or covered, the organisation or its sector."""

    organisation: UUID
    capacity: str
    standing: Standing
    sector: str | None  # the sector through which it covers; None: the organisation itself
    designation: int  # id of the designation looked at
    membership: int  # id of the row of the achterban looked at

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Candidate:
        """As `to_json` wrote it, with a decision."""
        return cls(
            organisation=UUID(data["organisation"]),
            capacity=data["capacity"],
            standing=Standing(data["standing"]),
            sector=data["sector"],
            designation=data["designation"],
            membership=data["membership"],
        )

    def to_json(self) -> dict[str, object]:
        return {
            "organisation": str(self.organisation),
            "capacity": self.capacity,
            "standing": self.standing.value,
            "in_the_way": self.standing.in_the_way,
            "sector": self.sector,
            "designation": self.designation,
            "membership": self.membership,
        }


@dataclass(frozen=True, slots=True)
class Links:
    """What was found for one organisation at one instant."""

    candidates: tuple[Candidate, ...] = ()
    looked_at: int = 0  # linking organisations with a designation in force, whomever they serve
    ended: tuple[int, ...] = ()  # its own designations that ended and were not renewed

    @property
    def alone(self) -> bool:
        """`no_linking_organisation_for_sector`."""
        return not any(candidate.standing.in_the_way for candidate in self.candidates)

    @property
    def designation_ended(self) -> bool:
        """Held the designation of an OKTT or computercrisisteam, and holds it no longer."""
        return bool(self.ended)

    def to_json(self) -> dict[str, object]:
        return {
            "no_linking_organisation": {
                "holds": self.alone,
                "looked_at": self.looked_at,
                "candidates": [candidate.to_json() for candidate in self.candidates],
            },
            "designation_ended": list(self.ended),
        }


def links_of(organisation_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, Links]:
    """For each organisation, in four queries at most however many they are."""
    asked = frozenset(organisation_ids)
    if not asked:
        return {}
    designations = _Designations.known(at)
    sectors = _sectors(asked, at=at)
    in_force = designations.in_force
    reach = _Reach.of(asked, designations.servers, sectors, at=at)
    return {
        pk: Links(
            candidates=tuple(
                sorted(
                    _candidate(designations, reach, server, pk, sectors[pk], at)
                    for server in reach.servers(pk, sectors[pk]) - {pk}
                )
            ),
            looked_at=len(in_force - {pk}),
            ended=designations.ended(pk),
        )
        for pk in asked
    }


@dataclass(slots=True)
class _Designations:
    """Everything that was ever confirmed of who links, as known at one instant."""

    at: datetime
    rows: dict[UUID, list[Designation]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def known(cls, at: datetime) -> _Designations:
        found = cls(at)
        kinds = [capacity.value for capacity in LINKING | NAMED_IN_DRAFT]
        for row in Designation.objects.known_at(at).filter(capacity__in=kinds).order_by("pk"):
            found.rows[row.organisation_id].append(row)
        return found

    @property
    def servers(self) -> Collection[UUID]:
        return self.rows.keys()

    @property
    def in_force(self) -> frozenset[UUID]:
        return frozenset(
            pk
            for pk, rows in self.rows.items()
            if any(row.capacity in LINKING and row.holds(self.at) for row in rows)
        )

    def best(self, server: UUID) -> Designation:
        """The one that counts most: in force before over, linking before named in the draft."""
        return max(
            self.rows[server],
            key=lambda row: (row.holds(self.at), row.capacity in LINKING, row.valid_from, row.pk),
        )

    def ended(self, pk: UUID) -> tuple[int, ...]:
        own = [row for row in self.rows.get(pk, ()) if row.capacity in ENDING]
        holds = {row.capacity for row in own if row.holds(self.at)}
        return tuple(
            row.pk
            for row in own
            if row.capacity not in holds
            and row.effective_until is not None
            and row.effective_until <= self.at
        )


@dataclass(slots=True)
class _Reach:
    """The rows of achterban that touch the organisations asked about, or others of their sectors."""

    members: dict[UUID, dict[UUID, list[ConstituencyMember]]]  # by member, then by server
    branch: dict[str, set[UUID]]  # members that work in a sector, by its code

    @classmethod
    def of(
        cls,
        asked: frozenset[UUID],
        servers: Collection[UUID],
        sectors: Mapping[UUID, frozenset[str]],
        *,
        at: datetime,
    ) -> _Reach:
        codes = frozenset().union(*sectors.values())
        found = cls({}, {})
        if not servers:
            return found
        working = SectorMembership.objects.in_force(at).filter(sector_id__in=codes)
        rows = ConstituencyMember.objects.known_at(at).filter(
            Q(member_id__in=asked) | Q(member_id__in=working.values("organisation_id")),
            organisation_id__in=list(servers),
        )
        for row in rows.order_by("pk"):
            of_member = found.members.setdefault(row.member_id, {})
            of_member.setdefault(row.organisation_id, []).append(row)
        for pk, code in working.filter(organisation_id__in=list(found.members)).values_list(
            "organisation_id", "sector_id"
        ):
            found.branch.setdefault(code, set()).add(pk)
        return found

    def servers(self, pk: UUID, codes: frozenset[str]) -> set[UUID]:
        """Who ever served the organisation or one of its sectors."""
        reached = {pk}.union(*(self.branch.get(code, ()) for code in codes))
        return {server for member in reached for server in self.members.get(member, ())}

    def rows(self, member: UUID, server: UUID) -> list[ConstituencyMember]:
        return self.members.get(member, {}).get(server, [])

    def best(
        self, server: UUID, pk: UUID, codes: frozenset[str], at: datetime
    ) -> tuple[ConstituencyMember, str | None]:
        """The row that counts most, and the sector through which; None: the organisation itself."""
        rows: list[tuple[ConstituencyMember, str | None]] = [
            (row, None) for row in self.rows(pk, server)
        ]
        rows += [
            (row, code)
            for code in sorted(codes)
            for member in self.branch.get(code, set()) - {pk}
            for row in self.rows(member, server)
        ]
        return max(rows, key=lambda one: (one[0].holds(at), one[1] is None, -one[0].pk))


def _sectors(asked: frozenset[UUID], *, at: datetime) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = {pk: set() for pk in asked}
    rows = SectorMembership.objects.in_force(at).filter(organisation_id__in=asked)
    for pk, code in rows.values_list("organisation_id", "sector_id"):
        found[pk].add(code)
    return {pk: frozenset(codes) for pk, codes in found.items()}


def _candidate(
    designations: _Designations,
    reach: _Reach,
    server: UUID,
    pk: UUID,
    codes: frozenset[str],
    at: datetime,
) -> Candidate:
    designation = designations.best(server)
    membership, sector = reach.best(server, pk, codes, at)
    return Candidate(
        organisation=server,
        capacity=designation.capacity,
        standing=_standing(designation, membership, sector, at),
        sector=sector,
        designation=designation.pk,
        membership=membership.pk,
    )


def _standing(
    designation: Designation, membership: ConstituencyMember, sector: str | None, at: datetime
) -> Standing:
    if not designation.holds(at):
        begun = designation.valid_from <= at
        return Standing.DESIGNATION_ENDED if begun else Standing.DESIGNATION_NOT_BEGUN
    if designation.capacity not in LINKING:
        return Standing.ONLY_IN_DRAFT
    if not membership.holds(at):
        begun = membership.valid_from <= at
        return Standing.MEMBERSHIP_LAPSED if begun else Standing.MEMBERSHIP_NOT_BEGUN
    return Standing.SERVES_SECTOR if sector else Standing.SERVES_ORGANISATION


def linking_organisations(organisation_id: UUID, *, at: datetime) -> list[Organisation]:
    """Those that stand in the way of a bijzonder geval for the organisation, by name."""
    candidates = links_of([organisation_id], at=at)[organisation_id].candidates
    in_the_way = {one.organisation for one in candidates if one.standing.in_the_way}
    return list(Organisation.objects.filter(pk__in=in_the_way).order_by("name"))
