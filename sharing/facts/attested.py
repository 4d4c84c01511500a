"""Attestations → the predicates that hold for a section and a recipient. Unknown is false."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from advisories.models import AdvisoryVersion, Attestation
from law.facts import Recipient
from law.predicates import PREDICATES
from law.vocabulary import Capacity, Predicate, Purpose
from sharing.facts.relations import earliest


@dataclass(frozen=True, slots=True)
class Said:
    """The last word on a predicate for one section (or all) and one kind of recipient (or all)."""

    id: int
    section_id: int | None
    predicate: Predicate
    value: bool
    organisation_id: UUID | None
    capacity: Capacity | None
    until: datetime | None  # when it lapses

    @property
    def key(self) -> tuple[object, ...]:
        """What it speaks of: of two with the same key the last word counts."""
        return self.section_id, self.predicate, self.organisation_id, self.capacity

    def concerns(self, section_id: int, profile: Recipient, organisation_id: UUID | None) -> bool:
        if self.section_id not in (None, section_id):
            return False
        if self.organisation_id is not None:
            return self.organisation_id == organisation_id
        return self.capacity is None or self.capacity in profile.capacities


def _attestations(version: AdvisoryVersion, *, at: datetime) -> QuerySet[Any]:
    """Up to `at`, oldest first, with the end of the exceptional supply they were given for."""
    rows = Attestation.objects.filter(version=version, at__lte=at).annotate(
        supplied_until=F("supplied__supply__valid_until"),
        supply_ended=F("supplied__supply__ended_at"),
    )
    return rows.order_by("at", "pk")


def _said(row: Any) -> Said:
    predicate = Predicate(row.predicate)
    lapse = PREDICATES[predicate].lapse_days
    lapses = row.at + timedelta(days=lapse) if lapse else None
    return Said(
        id=row.pk,
        section_id=row.section_id,
        predicate=predicate,
        value=row.value,
        organisation_id=row.organisation_id,
        capacity=Capacity(row.capacity) if row.capacity else None,
        until=earliest(lapses, row.supplied_until, row.supply_ended),
    )


def said_about(version: AdvisoryVersion, *, at: datetime) -> tuple[Said, ...]:
    """The newest attestation per key up to `at`, those that lapsed left out, and those given for
    an exceptional supply that is over."""
    newest: dict[tuple[object, ...], Said] = {}
    for row in _attestations(version, at=at):
        said = _said(row)
        newest[said.key] = said
    return tuple(said for said in newest.values() if said.until is None or at < said.until)


@dataclass(frozen=True, slots=True)
class Heard:
    """An attestation that concerns a section and a recipient, with what became of it."""

    row: Attestation
    newest: bool  # the last word on its key up to the instant
    until: datetime | None  # when it lapses


def heard_about(
    version: AdvisoryVersion,
    *,
    section_id: int,
    profile: Recipient,
    organisation_id: UUID | None,
    at: datetime,
) -> tuple[Heard, ...]:
    """Everything attested up to `at` that concerns them, oldest first: what was relied on and what
    was not."""
    rows = _attestations(version, at=at).select_related("by", "organisation")
    found: dict[int, Heard] = {}
    newest: dict[tuple[object, ...], int] = {}
    for row in rows:
        said = _said(row)
        if not said.concerns(section_id, profile, organisation_id):
            continue
        if said.key in newest:
            found[newest[said.key]] = replace(found[newest[said.key]], newest=False)
        newest[said.key] = row.pk
        found[row.pk] = Heard(row, newest=True, until=said.until)
    return tuple(found.values())


def by_purpose(purpose: Purpose, purpose_text: str) -> frozenset[Predicate]:
    """What the releasing analyst vouches for by choosing a purpose and writing it out.

    Purpose limitation has two halves (art. 20(1)(b) Wbni): the purpose stated here, and the
    recipient's standing acceptance, which is part of its secrecy and purpose terms.
    """
    if not purpose_text.strip():
        return frozenset()
    stated = {Predicate.PURPOSE_BOUND, Predicate.PURPOSE_WITHIN_ART_3_1}
    if purpose is Purpose.PREVENT_SOCIETAL_HARM:
        stated.add(Predicate.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES)
    if purpose is Purpose.INFORM_USERS:
        stated |= {
            Predicate.PURPOSE_INFORM_USERS_OF_SERVICE,
            Predicate.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES,
        }
    return frozenset(stated)


@dataclass(frozen=True, slots=True)
class Attested:
    """The predicates that hold, until when, and which attestations say so."""

    predicates: frozenset[Predicate]
    until: datetime | None
    evidence: tuple[int, ...]


def attested_for(
    said: tuple[Said, ...],
    stated: frozenset[Predicate],
    *,
    section_id: int,
    profile: Recipient,
    organisation_id: UUID | None,
) -> Attested:
    """True when somebody says yes and nobody who speaks of the same says no: the stricter wins."""
    relevant = [s for s in said if s.concerns(section_id, profile, organisation_id)]
    refused = {s.predicate for s in relevant if not s.value}
    holding = [s for s in relevant if s.value and s.predicate not in refused]
    ends = [s.until for s in holding if s.until]
    return Attested(
        predicates=(stated | {s.predicate for s in holding}) - refused,
        until=min(ends, default=None),
        evidence=tuple(sorted(s.id for s in holding)),
    )
