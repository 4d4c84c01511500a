"""The originator's terms (FIRST Information Exchange Policy 2.0) for one section, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from law.facts import Iep


class Attribution(StrEnum):
    """Whether recipients may, must or must not be told where it came from."""

    MAY = "may"
    MUST = "must"
    MUST_NOT = "must-not"


class PermittedActions(StrEnum):
    """What recipients may do with it; the words of the policy."""

    NONE = "none"
    CONTACT_FOR_INSTRUCTION = "contact-for-instruction"
    INTERNALLY_VISIBLE = "internally-visible-actions"
    EXTERNALLY_VISIBLE_INDIRECT = "externally-visible-indirect-actions"
    EXTERNALLY_VISIBLE_DIRECT = "externally-visible-direct-actions"


def narrowest(words: Iterable[str]) -> PermittedActions | None:
    """The narrowest of what originators permit; an empty word says nothing."""
    order = list(PermittedActions)
    return min((PermittedActions(word) for word in words if word), key=order.index, default=None)


@dataclass(frozen=True, slots=True)
class Terms:
    """One policy as it was received. What is not said is taken at its closest."""

    policy: str  # its id or name
    source: str = ""  # the originator
    start_date: datetime | None = None
    end_date: datetime | None = None  # None: never
    affected_party_notifications: bool = False  # may; else must-not
    attribution: Attribution = Attribution.MUST_NOT
    encrypt_in_transit: bool = True  # must; else may
    permitted_actions: PermittedActions = PermittedActions.NONE
    unmodified_resale: bool = False  # may; else must-not
    external_reference: str = ""

    @property
    def told_source(self) -> str:
        """The originator, as far as recipients may know."""
        return "" if self.attribution is Attribution.MUST_NOT else self.source

    def for_law(self) -> Iep:
        """What decides who receives what."""
        return Iep(
            start_date=self.start_date,
            end_date=self.end_date,
            affected_party_notifications=self.affected_party_notifications,
        )
