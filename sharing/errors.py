"""Refusals that this app owns. Each edge translates them once."""

from __future__ import annotations

from sharing.shared import Tombstone


class NotShared(Exception):
    """Denied and absent alike: an edge answers 404, byte for byte the same."""


class Withdrawn(NotShared):
    """The reader could see it until it was withdrawn; a tombstone is all that is left."""

    def __init__(self, tombstone: Tombstone) -> None:
        super().__init__(tombstone.advisory)
        self.tombstone = tombstone


class BadCursor(ValueError):
    """Not a cursor that we gave out."""
