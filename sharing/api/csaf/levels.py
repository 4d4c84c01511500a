"""The levels of the provider and their addresses."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from law.vocabulary import Tlp
from sharing.renditions.csaf import EDITIONS, Edition

BY_FOLDER = {edition.folder: edition for edition in EDITIONS.values()}


@dataclass(frozen=True, slots=True)
class Level:
    """One TLP label of one edition: /csaf/v2.0/green/."""

    edition: Edition
    tlp: Tlp

    @property
    def label(self) -> str:
        return self.edition.labels[self.tlp]

    @property
    def word(self) -> str:
        return self.label.lower()

    @property
    def public(self) -> bool:
        """Open to everyone; the others take an access token."""
        return self.tlp is Tlp.CLEAR

    @property
    def base(self) -> str:
        """Its address, with a slash at the end."""
        return f"{settings.PUBLIC_URL}/csaf/{self.edition.folder}/{self.word}/"

    @property
    def feed(self) -> str:
        return f"{self.base}feed-tlp-{self.word}.json"


def level(folder: str, word: str) -> Level | None:
    """The level at /csaf/<folder>/<word>/; None when there is none."""
    edition = BY_FOLDER.get(folder)
    tlp = edition.words().get(word) if edition else None
    return Level(edition, tlp) if edition and tlp is not None else None


def levels(edition: Edition) -> list[Level]:
    """From the mildest label to the strictest."""
    return [Level(edition, tlp) for tlp in sorted(edition.labels, key=lambda tlp: tlp.strictness)]
