"""Objects that are the same for every reader: who we are, and what the markings mean.

All of them go to everyone, whatever he may see: which of them are there tells nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from law.vocabulary import Pap, Tlp
from sharing.renditions.stix.common import Rendered, encoded, instant, object_id, publisher

# TLP 2.0 in STIX 2.1, by FIRST and OASIS: the ids are fixed.
TLP_IDS = {
    Tlp.CLEAR: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    Tlp.RED: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP_CREATED = datetime(2022, 10, 1, tzinfo=UTC)
OURS_CREATED = datetime(2026, 1, 1, tzinfo=UTC)
PAP_STRICTNESS = tuple(Pap)


def pap_id(pap: Pap) -> str:
    return object_id("marking-definition", "pap", pap.value)


def marks(tlp: Tlp, pap: Pap | None) -> list[str]:
    """The markings of an object; PAP, which STIX does not know, as a statement of ours."""
    return [TLP_IDS[tlp], *([pap_id(pap)] if pap else [])]


def statics() -> tuple[Rendered, ...]:
    """Our identity, the five labels of TLP 2.0 and the labels of PAP."""
    return (_identity(), *(_tlp(tlp) for tlp in Tlp), *(_pap(pap) for pap in Pap))


def _identity() -> Rendered:
    created = instant(OURS_CREATED)
    value = {
        "type": "identity",
        "spec_version": "2.1",
        "id": publisher(),
        "created": created,
        "modified": created,
        "name": "NCSC",
        "identity_class": "organization",
        "sectors": ["government"],
        "contact_information": settings.PUBLIC_URL,
        "object_marking_refs": [TLP_IDS[Tlp.CLEAR]],
    }
    return Rendered(publisher(), created, encoded(value))


def _tlp(tlp: Tlp) -> Rendered:
    created = instant(TLP_CREATED)
    value = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": TLP_IDS[tlp],
        "created": created,
        "name": tlp.label,
        "extensions": {
            TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp.value}
        },
    }
    return Rendered(TLP_IDS[tlp], created, encoded(value))


def _pap(pap: Pap) -> Rendered:
    created = instant(OURS_CREATED)
    label = f"PAP:{pap.value.upper()}"
    value = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": pap_id(pap),
        "created": created,
        "created_by_ref": publisher(),
        "name": label,
        "definition_type": "statement",
        "definition": {"statement": label},
    }
    return Rendered(pap_id(pap), created, encoded(value))
