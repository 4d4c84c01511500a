"""What became of a release at its recipients, for staff: who was told, who opened it, who answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from recipients.models import Organisation
from sharing.models import Delivery, Opening, Receipt, Release

SHOWN = 50  # rows of each list
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Reception:
    """Counted in organisations. `told`: a message was handed over; `opened` and `answered` hold
    those that looked by themselves as well."""

    told: int
    opened: int
    answered: int
    answers: list[Receipt]  # the last word of each organisation on each product, help first
    silent: list[Organisation]  # told, and not answered

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        return ("told", self.told), ("opened", self.opened), ("answered", self.answered)


def reception(release: Release) -> Reception:
    version = release.version_id
    told = release.deliveries.filter(
        kind__in=Delivery.TELLS, status=Delivery.Status.HANDED_OVER
    ).values("organisation")
    receipts = Receipt.objects.filter(version=version)
    said = Exists(receipts.filter(organisation=OuterRef("pk")))
    silent = Organisation.objects.filter(~said, pk__in=told).order_by("name")
    last = receipts.order_by("organisation_id", "product", "-pk").distinct(
        "organisation_id", "product"
    )
    answers = sorted(
        last.select_related("organisation", "by"),
        key=lambda one: (one.answer != Receipt.Answer.NEEDS_HELP, -one.pk),
    )
    return Reception(
        told=told.distinct().count(),
        opened=Opening.objects.filter(version=version).values("organisation").distinct().count(),
        answered=receipts.values("organisation").distinct().count(),
        answers=answers[:SHOWN],
        silent=list(silent[:SHOWN]),
    )


def asking_help(*, at: datetime) -> list[Receipt]:
    """Organisations whose last word on something in the last thirty days is that they need help;
    who has waited longest first."""
    last = (
        Receipt.objects.filter(at__gt=at - RECENT)
        .order_by("version_id", "organisation_id", "product", "-pk")
        .distinct("version_id", "organisation_id", "product")
    )
    rows = Receipt.objects.filter(pk__in=last.values("pk"), answer=Receipt.Answer.NEEDS_HELP)
    rows = rows.select_related("version__advisory", "version__release", "organisation", "by")
    return list(rows.order_by("at")[:SHOWN])
