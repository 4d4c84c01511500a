"""The collections: by kind, by strictest label, and one that takes what partners bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

from law.vocabulary import Tlp
from recipients.scopes import INTAKE_SCOPE, READ_SCOPE
from sharing import access
from sharing.machines import Caller

_KINDS = {
    "advisory": ("advisories", "Security advisories", "Beveiligingsadviezen"),
    "threat": ("threats", "Threat information", "Dreigingsinformatie"),
    "incident": ("incidents", "Incident information", "Incidentinformatie"),
}


@dataclass(frozen=True, slots=True)
class Collection:
    """Each holds an advisory as its reader may see it, whole, or nothing of it."""

    alias: str
    title: str
    description: str
    kind: str | None = None
    tlp: Tlp | None = None
    intake: bool = False

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE_URL, f"{settings.PUBLIC_URL}/taxii2/collections/{self.alias}")

    def belongs(self, kind: str, tlp: Tlp) -> bool:
        """Whether an advisory of this kind is here when `tlp` is the strictest label that its
        reader sees of it."""
        return not self.intake and (kind == self.kind or tlp is self.tlp)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "title": self.title,
            "description": self.description,
            "alias": self.alias,
            "can_read": not self.intake,
            "can_write": self.intake,
            "media_types": ["application/stix+json;version=2.1"],
        }


COLLECTIONS = (
    *(
        Collection(alias, title, f"{dutch}: everything of this kind shared with you.", kind=kind)
        for kind, (alias, title, dutch) in _KINDS.items()
    ),
    *(
        Collection(
            f"tlp-{tlp.value.replace('+', '-')}",
            tlp.label,
            f"Everything shared with you of which {tlp.label} is the strictest label.",
            tlp=tlp,
        )
        for tlp in Tlp
    ),
    Collection(
        "intake", "Intake", "What you bring to our analysts. It is not shared.", intake=True
    ),
)


def collections_of(caller: Caller, *, at: datetime) -> tuple[Collection, ...]:
    """Those that exist for this program: where there is nothing for it, there is no collection."""
    there = (
        set(access.kinds_and_labels(caller.reader, at=at).values())
        if READ_SCOPE in caller.scopes
        else set()
    )
    return tuple(
        one
        for one in COLLECTIONS
        if (one.intake and INTAKE_SCOPE in caller.scopes)
        or any(one.belongs(kind, tlp) for kind, tlp in there)
    )


def collection_of(caller: Caller, name: str, *, at: datetime) -> Collection:
    """By id or alias. `NotShared` when there is none for this program."""
    for one in collections_of(caller, at=at):
        if name.lower() in {str(one.id), one.alias}:
            return one
    raise access.NotShared
