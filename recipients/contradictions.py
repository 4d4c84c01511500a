"""Facts that cannot be true together. Asked before one is confirmed, so that no decision has to
stumble over them later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from law.vocabulary import Capacity, Territory
from recipients.models import Designation, Establishment, RegistryFact

# A capacity that says where its holder is established: nowhere else.
ESTABLISHED: dict[str, frozenset[str]] = {
    Capacity.THIRD_COUNTRY_BODY: frozenset({Territory.THIRD_COUNTRY}),
    Capacity.CARIBBEAN: frozenset({Territory.CARIBBEAN}),
    Capacity.CSIRT: frozenset({Territory.NETHERLANDS, Territory.EU}),
    # CSIRTs of Norway, Iceland and Liechtenstein, and CERT-EU.
    Capacity.EEA_CSIRT: frozenset({Territory.EEA, Territory.EU}),
}
# Capacities of which one excludes the other.
EXCLUDING: tuple[frozenset[str], ...] = (
    # Arts. 8 and 9 Cbw: an important entity is one that is not essential.
    frozenset({Capacity.ESSENTIAL, Capacity.IMPORTANT}),
    # Art. 96 Cbw: who is no entity of the Act.
    frozenset({Capacity.LEGACY, Capacity.ESSENTIAL}),
    frozenset({Capacity.LEGACY, Capacity.IMPORTANT}),
    # A CSIRT of a member state is none of the EEA or of a third country.
    frozenset({Capacity.CSIRT, Capacity.EEA_CSIRT}),
    frozenset({Capacity.CSIRT, Capacity.THIRD_COUNTRY_BODY}),
    frozenset({Capacity.EEA_CSIRT, Capacity.THIRD_COUNTRY_BODY}),
    frozenset({Capacity.CARIBBEAN, Capacity.THIRD_COUNTRY_BODY}),
)


def contradicting(fact: RegistryFact, *, at: datetime) -> RegistryFact | None:
    """The fact on record at `at` that cannot hold together with `fact`, if there is one.

    One key that overlaps itself is another matter: the tables see to that.
    """
    for other in _beside(fact, at=at):
        if _overlap(fact, other) and _contrary(fact, other):
            return other
    return None


def sentence(fact: RegistryFact, other: RegistryFact, *, word: Callable[[Any], Any] = str) -> Any:
    """Says which two facts contradict each other; `word` names a capacity or a territory."""
    return _(
        "“%(new)s” cannot hold together with “%(old)s”, which the registry holds from %(start)s"
        " (%(reference)s). End that first, or correct this one."
    ) % {
        "new": word(_says(fact)),
        "old": word(_says(other)),
        "start": other.valid_from.date().isoformat(),
        "reference": other.reference,
    }


def _beside(fact: RegistryFact, *, at: datetime) -> list[RegistryFact]:
    """The confirmed facts of the organisation that may contradict this one."""
    if not isinstance(fact, Designation | Establishment):
        return []
    found: list[RegistryFact] = []
    for model in (Designation, Establishment):
        rows = model.objects.known_at(at).filter(organisation=fact.organisation_id)
        found += [row for row in rows if type(row) is not type(fact) or row.pk != fact.pk]
    return found


def _overlap(one: RegistryFact, other: RegistryFact) -> bool:
    return _before(one.valid_from, other.effective_until) and _before(
        other.valid_from, one.effective_until
    )


def _before(start: datetime, end: datetime | None) -> bool:
    return end is None or start < end


def _contrary(one: RegistryFact, other: RegistryFact) -> bool:
    if isinstance(one, Establishment) and isinstance(other, Establishment):
        return one.territory != other.territory
    if isinstance(one, Designation) and isinstance(other, Designation):
        return frozenset({one.capacity, other.capacity}) in EXCLUDING
    if isinstance(one, Establishment):
        one, other = other, one
    assert isinstance(one, Designation)
    assert isinstance(other, Establishment)
    return other.territory not in ESTABLISHED.get(one.capacity, {other.territory})


def _says(fact: RegistryFact) -> Capacity | Territory:
    if isinstance(fact, Designation):
        return Capacity(fact.capacity)
    assert isinstance(fact, Establishment)
    return Territory(fact.territory)
