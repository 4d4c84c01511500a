"""What staff look at of exceptional supplies: what waits, what runs, what is to be reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from advisories.models import AdvisoryVersion
from law.predicates import PREDICATES, Asked
from law.vocabulary import Capacity, Predicate
from recipients.models import Designation, Organisation
from sharing.facts.linking import linking_organisations
from sharing.flows import Flow, To
from sharing.models import ExceptionalSupply

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Overview:
    proposed: list[ExceptionalSupply]
    running: list[ExceptionalSupply]
    unreviewed: list[ExceptionalSupply]
    reviewed: list[ExceptionalSupply]
    drafts: list[AdvisoryVersion]  # for which one can be proposed


def _rows() -> QuerySet[ExceptionalSupply]:
    return ExceptionalSupply.objects.select_related(
        "version__advisory",
        "organisation",
        "proposed_by",
        "confirmed_by",
        "ended_by",
        "reviewed_by",
    )


def _over(at: datetime) -> Q:
    return Q(ended_at__isnull=False) | Q(valid_until__lte=at)


def overview(*, at: datetime) -> Overview:
    rows, confirmed = _rows(), _rows().filter(confirmed_at__isnull=False)
    over = confirmed.filter(_over(at))
    drafts = AdvisoryVersion.objects.filter(status__in=["draft", "in_review"])
    return Overview(
        proposed=list(rows.filter(confirmed_at=None, ended_at=None).order_by("-pk")[:SHOWN]),
        running=list(confirmed.exclude(_over(at)).order_by("valid_until")[:SHOWN]),
        unreviewed=list(over.filter(reviewed_at=None).order_by("confirmed_at")[:SHOWN]),
        reviewed=list(over.filter(reviewed_at__isnull=False).order_by("-reviewed_at")[:SHOWN]),
        drafts=list(drafts.select_related("advisory").order_by("-edited_at")[:SHOWN]),
    )


def attention(*, at: datetime) -> int:
    """How many wait for a second person or for a review."""
    proposed = Q(confirmed_at=None, ended_at=None)
    unreviewed = Q(confirmed_at__isnull=False, reviewed_at=None) & _over(at)
    return ExceptionalSupply.objects.filter(proposed | unreviewed).count()


def supply(pk: int) -> ExceptionalSupply | None:
    return _rows().filter(pk=pk).first()


@dataclass(frozen=True, slots=True)
class Reason:
    predicate: Predicate
    asked: Asked
    text: str


def reasons(supply: ExceptionalSupply) -> list[Reason]:
    """The reasoning per predicate, with the words of the Act."""
    return [
        Reason(Predicate(name), PREDICATES[Predicate(name)], text)
        for name, text in supply.reasons.items()
    ]


def recipients(flow: Flow, version: AdvisoryVersion, *, at: datetime) -> QuerySet[Organisation]:
    """Organisations that the flow can be for."""
    rows = Organisation.objects.order_by("name")
    if flow.to is To.SUBJECT:
        return rows.filter(
            pk__in=version.sections.values("marking__organisations__organisation")
        ).distinct()
    if flow.to is To.SUPERVISOR:
        held = Designation.objects.in_force(at).filter(capacity=Capacity.SUPERVISOR.value)
        return rows.filter(pk__in=held.values("organisation"))
    return rows.filter(Q(active_until=None) | Q(active_until__gt=at))


def candidates(flow: Flow, version: AdvisoryVersion, *, at: datetime) -> list[dict[str, Any]]:
    """For a bijzonder geval: per organisation, who stands in the way by the registry."""
    if flow.override is None:
        return []
    return [
        {"organisation": one, "linking": linking_organisations(one.pk, at=at)}
        for one in recipients(flow, version, at=at)
    ]
