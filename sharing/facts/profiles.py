"""Registry rows → recipient profile, at an instant or along the known future."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from law.facts import Recipient
from law.validity import effective_end
from law.vocabulary import Capacity, Territory
from recipients.models import (
    Assurance,
    Designation,
    Establishment,
    Organisation,
    SectorMembership,
)
from recipients.models.facts import AssuranceKind


def to_json(profile: Recipient) -> dict[str, Any]:
    """The canonical form of a profile; equal profiles give equal JSON."""
    return {
        "active": profile.active,
        "avg_chapter_v_basis": profile.avg_chapter_v_basis,
        "capacities": sorted(c.value for c in profile.capacities),
        "coop_relation": profile.coop_relation,
        "objectively_knowable_task": profile.objectively_knowable_task,
        "secrecy_guaranteed": profile.secrecy_guaranteed,
        "sectors": sorted(profile.sectors),
        "territory": profile.territory.value if profile.territory else None,
    }


def from_json(data: Mapping[str, Any]) -> Recipient:
    return Recipient(
        active=data["active"],
        avg_chapter_v_basis=data["avg_chapter_v_basis"],
        capacities=frozenset(Capacity(c) for c in data["capacities"]),
        coop_relation=data["coop_relation"],
        objectively_knowable_task=data["objectively_knowable_task"],
        secrecy_guaranteed=data["secrecy_guaranteed"],
        sectors=frozenset(data["sectors"]),
        territory=Territory(data["territory"]) if data["territory"] else None,
    )


def digest(profile: Recipient) -> str:
    """Sha256 of the canonical form: the identity of the audience."""
    canonical = json.dumps(to_json(profile), separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


# Het publiek: everyone, registered nowhere and active always (gate F).
THE_PUBLIC = Recipient(capacities=frozenset({Capacity.PUBLIC}))
PUBLIC_DIGEST = digest(THE_PUBLIC)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time, `until` excluded, in which a profile does not change."""

    since: datetime
    until: datetime | None
    profile: Recipient


@dataclass(slots=True)
class _Dated:
    """One fact: what it says, between two instants."""

    what: str
    value: str
    since: datetime
    until: datetime | None

    def holds(self, instant: datetime) -> bool:
        return self.since <= instant and (self.until is None or instant < self.until)


@dataclass(slots=True)
class _Dossier:
    """All confirmed facts of one organisation as the registry knew them."""

    facts: list[_Dated] = field(default_factory=list)

    def profile(self, instant: datetime) -> Recipient:
        held: dict[str, set[str]] = defaultdict(set)
        for fact in self.facts:
            if fact.holds(instant):
                held[fact.what].add(fact.value)
        kinds = held["assurance"]
        territory = held["territory"]
        return Recipient(
            active=bool(held["active"]),
            avg_chapter_v_basis=AssuranceKind.AVG_CHAPTER_V in kinds,
            capacities=frozenset(Capacity(c) for c in held["capacity"]),
            coop_relation=AssuranceKind.COOPERATION in kinds,
            objectively_knowable_task=AssuranceKind.KNOWABLE_TASK in kinds,
            secrecy_guaranteed=AssuranceKind.SECRECY in kinds,
            sectors=frozenset(held["sector"]),
            territory=Territory(next(iter(territory))) if len(territory) == 1 else None,
        )

    def segments(self, since: datetime) -> list[Segment]:
        """From `since` on, cut at every known beginning and end, equal neighbours joined."""
        cuts = {f.since for f in self.facts} | {f.until for f in self.facts if f.until}
        starts = [since, *sorted(cut for cut in cuts if cut > since)]
        joined: list[Segment] = []
        for start in starts:
            profile = self.profile(start)
            if joined and joined[-1].profile == profile:
                continue
            if joined:
                joined[-1] = Segment(joined[-1].since, start, joined[-1].profile)
            joined.append(Segment(start, None, profile))
        return joined


def _dossiers(organisation_ids: Collection[UUID], *, known_at: datetime) -> dict[UUID, _Dossier]:
    dossiers = {pk: _Dossier() for pk in organisation_ids}
    sources = (
        ("capacity", Designation.objects, "capacity"),
        ("assurance", Assurance.objects, "kind"),
        ("territory", Establishment.objects, "territory"),
        ("sector", SectorMembership.objects, "sector_id"),
    )
    for what, manager, column in sources:
        rows = manager.known_at(known_at).filter(organisation_id__in=dossiers)
        for pk, value, since, until in rows.values_list(
            "organisation_id", column, "valid_from", "valid_until"
        ):
            if what in {"capacity", "assurance"}:
                until = effective_end(value, since, until)
            if until is None or until > since:
                dossiers[pk].facts.append(_Dated(what, value, since, until))
    organisations = Organisation.objects.filter(pk__in=dossiers)
    for pk, since, until in organisations.values_list("pk", "active_from", "active_until"):
        dossiers[pk].facts.append(_Dated("active", "active", since, until))
    return dossiers


def profiles_at(
    organisation_ids: Collection[UUID], *, at: datetime
) -> dict[UUID, tuple[Recipient, datetime | None]]:
    """Fresh profiles, each with the instant at which it will change by what is known now."""
    found = {}
    for pk, dossier in _dossiers(organisation_ids, known_at=at).items():
        now = dossier.segments(at)[0]
        found[pk] = (now.profile, now.until)
    return found


def timeline(organisation_id: UUID, *, at: datetime) -> list[Segment]:
    """The profile from `at` on, with every change that is already known."""
    return _dossiers([organisation_id], known_at=at)[organisation_id].segments(at)
