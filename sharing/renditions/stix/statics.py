"""Objects that are the same for every reader: who we are, and what the markings mean.

All of them go to everyone, whatever he may see: which of them are there tells nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from advisories.iep import PermittedActions
from advisories.importing.stix_marks import TLP_IDS
from law.vocabulary import Pap, Tlp
from sharing.renditions.stix.common import Rendered, encoded, instant, object_id, publisher

TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP_CREATED = datetime(2022, 10, 1, tzinfo=UTC)
OURS_CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def pap_id(pap: Pap) -> str:
    return object_id("marking-definition", "pap", pap.value)


def iep_id(permitted: PermittedActions) -> str:
    return object_id("marking-definition", "iep-permitted-actions", permitted.value)


def marks(tlp: Tlp, pap: Pap | None, permitted: PermittedActions | None) -> list[str]:
    """The markings of an object; PAP and what the originator permits (IEP 2.0), which STIX does not
    know, as statements of ours."""
    return [
        TLP_IDS[tlp],
        *([pap_id(pap)] if pap else []),
        *([iep_id(permitted)] if permitted else []),
    ]


def statics() -> tuple[Rendered, ...]:
    """Our identity, the five labels of TLP 2.0, those of PAP and the permitted actions of IEP."""
    return (
        _identity(),
        *(_tlp(tlp) for tlp in Tlp),
        *(_statement(pap_id(pap), f"PAP:{pap.value.upper()}") for pap in Pap),
        *(
            _statement(iep_id(permitted), f"IEP permitted_actions: {permitted.value}")
            for permitted in PermittedActions
        ),
    )


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


def _statement(id_: str, label: str) -> Rendered:
    created = instant(OURS_CREATED)
    value = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": id_,
        "created": created,
        "created_by_ref": publisher(),
        "name": label,
        "definition_type": "statement",
        "definition": {"statement": label},
    }
    return Rendered(id_, created, encoded(value))
