"""Which linking organisations stand in the way of a bijzonder geval, by name."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from recipients.models import ConstituencyMember, Designation, Organisation, SectorMembership
from sharing.facts.relations import LINKING


def linking_organisations(organisation_id: UUID, *, at: datetime) -> list[Organisation]:
    """Designated ones that serve the organisation, or anybody in its sectors, at `at`; by name.

    Empty exactly when `relations.without_linking_organisation` says so.
    """
    designated = (
        Designation.objects.in_force(at)
        .filter(capacity__in=LINKING)
        .exclude(organisation_id=organisation_id)
    )
    sectors = SectorMembership.objects.in_force(at).filter(organisation_id=organisation_id)
    branch = SectorMembership.objects.in_force(at).filter(sector_id__in=sectors.values("sector_id"))
    serving = ConstituencyMember.objects.in_force(at).filter(
        Q(member_id=organisation_id) | Q(member_id__in=branch.values("organisation_id")),
        organisation_id__in=designated.values("organisation_id"),
    )
    return list(
        Organisation.objects.filter(pk__in=serving.values("organisation_id")).order_by("name")
    )
