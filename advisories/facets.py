"""A marking as plain values: what a form gives and a service writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from advisories.models import Marking
from law.vocabulary import Pap, PersonalData, Provenance, Scope, Tlp


@dataclass(frozen=True, slots=True)
class Facets:
    """The facets of one section. None and empty mean: nobody said, and unknown is no."""

    scope: frozenset[Scope] = frozenset()
    confidential: bool | None = None
    not_confidential_reason: str = ""
    traceable: bool | None = None
    personal_data: PersonalData | None = None
    provenance: Provenance | None = None
    tlp: Tlp | None = None
    pap: Pap | None = None
    embargo_until: datetime | None = None
    environmental: bool = False  # milieu-informatie: within reach of the Woo
    reporter_identity: bool = False
    organisations: tuple[tuple[UUID, bool], ...] = ()  # about whom, and whether traceable

    @classmethod
    def of(cls, marking: Marking) -> Facets:
        return cls(
            scope=frozenset(Scope(s) for s in marking.scope),
            confidential=marking.confidential,
            not_confidential_reason=marking.not_confidential_reason,
            traceable=marking.traceable,
            personal_data=PersonalData(marking.personal_data) if marking.personal_data else None,
            provenance=Provenance(marking.provenance) if marking.provenance else None,
            tlp=Tlp(marking.tlp) if marking.tlp else None,
            pap=Pap(marking.pap) if marking.pap else None,
            embargo_until=marking.embargo_until,
            environmental=marking.environmental,
            reporter_identity=marking.reporter_identity,
            organisations=tuple(
                marking.organisations.order_by("organisation_id").values_list(
                    "organisation_id", "traceable"
                )
            ),
        )
