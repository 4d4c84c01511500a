"""Consents (instemming) as staff look at them, and what was received before one was withdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext_lazy as _

from audit.models import Entry
from recipients.models import Consent, Organisation
from sharing.comparing import Holding, holdings
from sharing.models import Delivery, EndedGrant, Release

SOON = timedelta(days=30)
INSTANT = timedelta(microseconds=1)  # the grain of the database's clock


class State(models.TextChoices):
    """How a consent stands at an instant; follows from its row."""

    PROPOSED = "proposed", _("to be confirmed")
    LATER = "later", _("begins later")
    IN_FORCE = "in_force", _("in force")
    WITHDRAWN = "withdrawn", _("withdrawn")  # somebody brought its end forward
    ENDED = "ended", _("ended")


@dataclass(frozen=True, slots=True)
class Row:
    """One consent and how it stands."""

    consent: Consent
    state: State

    @property
    def open(self) -> bool:
        """It can still be withdrawn."""
        return self.state in (State.IN_FORCE, State.LATER)


def _state(row: Consent, *, at: datetime) -> State:
    if row.confirmed_by_id is None:
        return State.PROPOSED
    if row.valid_until is not None and row.valid_until <= at:
        return State.WITHDRAWN if row.ended_by_id is not None else State.ENDED
    return State.LATER if row.valid_from > at else State.IN_FORCE


def _rows(found: Iterable[Consent], *, at: datetime) -> list[Row]:
    return [Row(row, _state(row, at=at)) for row in found]


_CONSENTS = Consent.objects.select_related(
    "organisation", "to_organisation", "to_sector", "recorded_by", "confirmed_by", "ended_by"
).filter(recorded_until=None)


def of(organisation: Organisation, *, at: datetime) -> list[Row]:
    """Every consent that the organisation gave, those that ended too; newest first."""
    return _rows(_CONSENTS.filter(organisation=organisation).order_by("-valid_from", "-pk"), at=at)


def ending(*, at: datetime) -> list[Row]:
    """Those in force that end within `SOON`; the first to end first."""
    soon = _CONSENTS.filter(
        confirmed_by__isnull=False,
        valid_from__lte=at,
        valid_until__gt=at,
        valid_until__lte=at + SOON,
    )
    return _rows(soon.order_by("valid_until", "pk"), at=at)


@dataclass(frozen=True, slots=True)
class Received:
    """What one organisation had received of a release before sections closed to it."""

    organisation: Organisation
    positions: tuple[int, ...]  # of the sections that closed
    mails: tuple[Delivery, ...]  # handed over before
    first_opened: datetime | None
    last_opened: datetime | None
    told: int  # notices owed or sent that part of it may be used no longer


@dataclass(frozen=True, slots=True)
class Closing:
    """One withdrawal of a consent that closed part of a release."""

    at: datetime
    received: tuple[Received, ...]


def closings(release: Release) -> list[Closing]:
    """Each withdrawal of a consent that closed something of the release, with who had had what.

    From rows that only grow: ended grants, deliveries and the record.
    """
    instants = (
        EndedGrant.objects.filter(version=release.version_id, reason=EndedGrant.Reason.CONSENT)
        .values_list("ended_at", flat=True)
        .distinct()
        .order_by("-ended_at")
    )
    found = []
    for at in instants:
        gone = holdings(at=at - INSTANT, version=release.version_id) - holdings(
            at=at, version=release.version_id
        )
        if gone:
            found.append(Closing(at, _received(release, gone, at=at)))
    return found


def _received(release: Release, gone: Iterable[Holding], *, at: datetime) -> tuple[Received, ...]:
    lost: dict[UUID, set[int]] = defaultdict(set)
    for holding in gone:
        if holding.organisation_id is None:
            continue  # the public: nobody in particular had it
        lost[holding.organisation_id].add(holding.section_id)
    positions = dict(release.version.sections.values_list("pk", "position"))
    mails: dict[UUID, list[Delivery]] = defaultdict(list)
    for mail in release.deliveries.filter(
        kind__in=Delivery.TELLS, handed_over_at__lt=at, organisation__in=lost
    ).select_related("contact"):
        mails[mail.organisation_id].append(mail)
    told = release.deliveries.filter(kind=Delivery.Kind.NARROWED, occasion=at)
    counts = dict(told.values_list("organisation").annotate(Count("pk")))
    opened = _opened(release, lost, at=at)
    return tuple(
        Received(
            organisation=one,
            positions=tuple(sorted(positions[pk] for pk in lost[one.pk])),
            mails=tuple(mails[one.pk]),
            first_opened=opened.get(str(one.pk), (None, None))[0],
            last_opened=opened.get(str(one.pk), (None, None))[1],
            told=counts.get(one.pk, 0),
        )
        for one in Organisation.objects.filter(pk__in=lost).order_by("name")
    )


def _opened(
    release: Release, lost: dict[UUID, set[int]], *, at: datetime
) -> dict[str, tuple[datetime, datetime]]:
    """First and last opening, by page or program, in which one of the closed sections was shown."""
    shown = Q()
    for section in set().union(*lost.values()):
        shown |= Q(detail__sections__has_key=str(section))
    rows = Entry.objects.filter(
        shown,
        target=str(release.version),
        action="advisory.open",
        outcome="allow",
        at__lt=at,
        detail__organisation__in=[str(pk) for pk in lost],
    )
    found = rows.order_by().values_list("detail__organisation").annotate(Min("at"), Max("at"))
    return {organisation: (first, last) for organisation, first, last in found}
