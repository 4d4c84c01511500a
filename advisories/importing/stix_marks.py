"""TLP of STIX objects, from the markings that they refer to. The doubtful is refused or unset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from advisories.importing.errors import Refused, quote
from advisories.importing.labels import written_stricter
from advisories.importing.text import Cleaner
from law.vocabulary import Tlp

# TLP 2.0 in STIX 2.1, by FIRST and OASIS: the ids are fixed.
TLP_IDS = {
    Tlp.CLEAR: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    Tlp.RED: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
# And the four of TLP 1 that STIX 2.1 section 7.2.1.4 defines.
KNOWN = {id_: tlp for tlp, id_ in TLP_IDS.items()} | {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": Tlp.CLEAR,
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": Tlp.GREEN,
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": Tlp.AMBER,
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Tlp.RED,
}
_WORDS = {tlp.value: tlp for tlp in Tlp} | {"white": Tlp.CLEAR}


@dataclass(frozen=True, slots=True)
class Marks:
    """What the markings of a bundle mean: a label, or None for one that is no label."""

    meanings: dict[str, Tlp | None]
    cleaner: Cleaner

    @classmethod
    def of(cls, objects: list[dict[str, Any]], *, cleaner: Cleaner) -> Marks:
        """Reads the definitions. `Refused` when one that is referred to is nowhere defined: it
        must not count as unmarked."""
        meanings: dict[str, Tlp | None] = dict(KNOWN)
        for n, one in enumerate(objects):
            if one["type"] == "marking-definition" and one["id"].lower() not in KNOWN:
                meanings[one["id"].lower()] = _meaning(one, f"/objects/{n}")
                if meanings[one["id"].lower()] is None:
                    cleaner.note(
                        code="STATEMENT",
                        message="The sender sets terms in a marking that is no TLP label:"
                        " read them in what was received, and keep to them.",
                        path=f"/objects/{n}",
                    )
        for n, one in enumerate(objects):
            for reference in _references(one):
                if reference not in meanings:
                    raise Refused(
                        code="UNKNOWN_MARKING",
                        message=f"/objects/{n} bears the marking {quote(reference)}, which nobody"
                        " defines: it never means unmarked; ask the sender.",
                    )
        return cls(meanings, cleaner)

    def tlp_of(self, one: dict[str, Any]) -> Tlp | None:
        """The strictest label of the object or of any part of it; None: nobody said."""
        labels = [label for r in _references(one) if (label := self.meanings[r]) is not None]
        if one.get("granular_markings"):
            self.cleaner.note(
                code="GRANULAR",
                message="Parts of an object have a label of their own: the whole object got the"
                " strictest of them; split it if more may be shared.",
                path=f"/objects/{one['type']}",
            )
        if not labels:
            self.cleaner.note(
                code="TLP_MISSING",
                message="An object has no TLP label: nobody may receive it until an analyst sets"
                " one.",
                path=f"/objects/{one['type']}",
            )
            return None
        label = max(labels, key=lambda tlp: tlp.strictness)
        return None if written_stricter(one, tlp=label, cleaner=self.cleaner) else label


def _references(one: dict[str, Any]) -> Iterator[str]:
    """Of the object and of its parts."""
    whole = one.get("object_marking_refs", [])
    parts = one.get("granular_markings", [])
    if not isinstance(whole, list) or not isinstance(parts, list):
        raise Refused(code="NOT_STIX", message="Markings are no list: ask the sender.")
    for reference in whole:
        yield _text(reference)
    for part in parts:
        if not isinstance(part, dict):
            raise Refused(code="NOT_STIX", message="A granular marking is no object.")
        if "marking_ref" in part:  # the other kind names a language
            yield _text(part["marking_ref"])
        elif "lang" not in part:
            raise Refused(code="NOT_STIX", message="A granular marking says nothing.")


def _text(reference: Any) -> str:
    if not isinstance(reference, str):
        raise Refused(code="NOT_STIX", message="A marking is referred to by no id.")
    return reference.lower()


def _meaning(one: dict[str, Any], path: str) -> Tlp | None:
    """The label that a definition of the sender's own gives; None when it is no label."""
    definition = one.get("definition")
    word = None
    if one.get("definition_type") == "tlp":
        word = definition.get("tlp") if isinstance(definition, dict) else ""
    extensions = one.get("extensions")
    if isinstance(extensions, dict):
        for extension in extensions.values():
            if isinstance(extension, dict) and "tlp_2_0" in extension:
                word = extension["tlp_2_0"]
    if word is None:
        return None
    found = _WORDS.get(word.lower()) if isinstance(word, str) else None
    if found is None:
        raise Refused(
            code="UNKNOWN_TLP",
            message=f"{path} defines the TLP label {quote(word)}: an unknown label never means"
            " public; ask the sender.",
        )
    return found
