"""A marking as plain values: what a form gives and a service writes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from advisories.iep import Attribution, PermittedActions, Terms
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
    iep: Terms | None = None  # the originator's terms
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
            iep=terms_of(marking),
            environmental=marking.environmental,
            reporter_identity=marking.reporter_identity,
            organisations=tuple(
                marking.organisations.order_by("organisation_id").values_list(
                    "organisation_id", "traceable"
                )
            ),
        )


def terms_of(marking: Marking) -> Terms | None:
    """The originator's terms on a marking; None when it set none."""
    if not marking.iep_policy:
        return None
    return Terms(
        policy=marking.iep_policy,
        source=marking.iep_source,
        start_date=marking.iep_start_date,
        end_date=marking.iep_end_date,
        affected_party_notifications=marking.iep_affected_party_notifications,
        attribution=Attribution(marking.iep_attribution),
        encrypt_in_transit=marking.iep_encrypt_in_transit,
        permitted_actions=PermittedActions(marking.iep_permitted_actions),
        unmodified_resale=marking.iep_unmodified_resale,
        external_reference=marking.iep_external_reference,
    )


def columns_of(terms: Terms | None) -> dict[str, object]:
    """The same as columns of a marking."""
    if terms is None:
        return columns_of(Terms(policy="", encrypt_in_transit=False)) | {
            "iep_attribution": "",
            "iep_permitted_actions": "",
        }
    return {f"iep_{field.name}": getattr(terms, field.name) for field in fields(terms)}
