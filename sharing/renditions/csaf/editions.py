"""What differs between CSAF 2.0 and 2.1: names, labels, addresses of schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from law.vocabulary import Tlp


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the standard, and its word for each TLP label that it has."""

    number: str  # as in /document/csaf_version
    labels: Mapping[Tlp, str]
    schema: str  # of a document
    metadata_schema: str  # of provider-metadata.json

    @property
    def folder(self) -> str:
        """As in addresses: v2.0."""
        return f"v{self.number}"

    def words(self) -> dict[str, Tlp]:
        """Labels as they stand in addresses, in lower case."""
        return {label.lower(): tlp for tlp, label in self.labels.items()}


V20 = Edition(
    number="2.0",
    # TLP 1.0. It has no AMBER+STRICT, and AMBER would allow more: such an item has no 2.0 form.
    labels={Tlp.CLEAR: "WHITE", Tlp.GREEN: "GREEN", Tlp.AMBER: "AMBER", Tlp.RED: "RED"},
    schema="https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json",
    metadata_schema="https://docs.oasis-open.org/csaf/csaf/v2.0/provider_json_schema.json",
)
V21 = Edition(
    number="2.1",
    labels={
        Tlp.CLEAR: "CLEAR",
        Tlp.GREEN: "GREEN",
        Tlp.AMBER: "AMBER",
        Tlp.AMBER_STRICT: "AMBER+STRICT",
        Tlp.RED: "RED",
    },
    schema="https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json",
    metadata_schema="https://docs.oasis-open.org/csaf/csaf/v2.1/schema/provider.json",
)
EDITIONS = {edition.number: edition for edition in (V20, V21)}
