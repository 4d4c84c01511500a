"""Assessing what was released under an earlier law under the one in force, release by release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from audit.services import record
from law.regimes import Regime, regime_at
from sharing.comparing import Difference, differences, holdings, undone
from sharing.granting.following import decide_release_anew
from sharing.models import EndedGrant, ReassessedRelease, Reassessment, Release

INSTANT = timedelta(microseconds=1)  # the grain of the database's clock
ACTOR = "system:reassess"


def waiting(*, at: datetime) -> QuerySet[Release]:
    """Live releases that stand under a law that has ended at `at`; oldest first."""
    live = Release.objects.filter(withdrawn_at=None).exclude(stands_under=regime_at(at).id.value)
    return live.select_related("version__advisory").order_by("released_at", "version_id")


def preview(release: Release, *, at: datetime) -> list[Difference]:
    """Who would gain and who has lost, against the last instant of the law before. Undone."""
    with undone():
        return _assess(release, regime_at(at), at=at)


def work(*, at: datetime, most: int = 200) -> int:
    """Go on with what two people approved; returns how many releases were done.

    Each release is a transaction of its own: whoever is killed here goes on with the next one.
    """
    done = 0
    for reassessment in Reassessment.objects.filter(approved_at__isnull=False, finished_at=None):
        if reassessment.regime != regime_at(at).id.value:
            continue  # yet another law came in between
        for release in _some(at=at, most=most - done):
            done += _apply(reassessment, release, at=at)
        if not waiting(at=at).exists():
            _finish(reassessment, at=at)
    return done


def _some(*, at: datetime, most: int) -> Iterator[Release]:
    yield from waiting(at=at)[: max(most, 0)]


@transaction.atomic
def _apply(reassessment: Reassessment, release: Release, *, at: datetime) -> int:
    locked = (
        waiting(at=at).select_for_update(no_key=True, of=("self",)).filter(pk=release.pk).first()
    )
    if locked is None:
        return 0  # somebody else was quicker, or it was withdrawn
    changed = _assess(locked, regime_at(at), at=at)
    gained = sum(one.gained for one in changed)
    locked.stands_under = reassessment.regime
    locked.save(update_fields=["stands_under"])
    ReassessedRelease.objects.create(
        reassessment=reassessment,
        release=locked,
        at=at,
        gained=gained,
        lost=len(changed) - gained,
    )
    record(
        at=at,
        actor=ACTOR,
        action="reassess.release",
        target=str(locked.version),
        outcome=reassessment.regime,
        detail={
            "reassessment": reassessment.pk,
            "release": locked.pk,
            "gained": gained,
            "lost": len(changed) - gained,
        },
    )
    return 1


def _finish(reassessment: Reassessment, *, at: datetime) -> None:
    with transaction.atomic():
        finished = Reassessment.objects.filter(pk=reassessment.pk, finished_at=None)
        if finished.update(finished_at=at):
            record(
                at=at,
                actor=ACTOR,
                action="reassess.finish",
                target=str(reassessment.pk),
                outcome=reassessment.regime,
                detail={"releases": reassessment.releases.count()},
            )


def _assess(release: Release, regime: Regime, *, at: datetime) -> list[Difference]:
    """The differences with what was held until the law changed. Needs a transaction."""
    last = max(regime.starts - INSTANT, release.released_at)
    before = holdings(at=last, version=release.version_id)
    decide_release_anew(release, reason=EndedGrant.Reason.REASSESSED, at=at)
    return differences(before, holdings(at=at, version=release.version_id), at=at)
