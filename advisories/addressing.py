"""For whom an analyst means a version. Law narrows it, and never widens it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from law.facts import Recipient
from law.vocabulary import Capacity


@dataclass(frozen=True, slots=True)
class Addressing:
    """Capacities narrowed by sectors, plus organisations and people by name.

    `capacities` empty means nobody by kind. `sectors` empty means every sector.
    """

    capacities: frozenset[Capacity] = frozenset()
    sectors: frozenset[str] = frozenset()
    organisations: frozenset[UUID] = frozenset()
    people: frozenset[int] = frozenset()  # user ids; the only addressees of TLP:RED

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Addressing:
        """Raises `ValueError` on an unknown capacity or a malformed id."""
        return cls(
            capacities=frozenset(Capacity(c) for c in data.get("capacities", [])),
            sectors=frozenset(str(s) for s in data.get("sectors", [])),
            organisations=frozenset(UUID(str(o)) for o in data.get("organisations", [])),
            people=frozenset(int(p) for p in data.get("people", [])),
        )

    def to_json(self) -> dict[str, Any]:
        """Sorted, so that equal addressings have equal digests."""
        return {
            "capacities": sorted(c.value for c in self.capacities),
            "sectors": sorted(self.sectors),
            "organisations": sorted(str(o) for o in self.organisations),
            "people": sorted(self.people),
        }

    def covers(self, profile: Recipient) -> bool:
        """Whether the kind of recipient is addressed; names are not looked at."""
        if not self.capacities & profile.capacities:
            return False
        return not self.sectors or bool(self.sectors & profile.sectors)

    @property
    def empty(self) -> bool:
        return not (self.capacities or self.organisations or self.people)
