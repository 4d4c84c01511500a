"""Release and withdraw: decisions, grants, owed messages, record and feed commit together."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.errors import NotAllowed, Stale, WrongStatus
from advisories.models import AdvisoryVersion
from advisories.services.reviewing import content_digest
from audit.services import record
from law.regimes import regime_at
from recipients.models import User
from recipients.roles import Right, may
from sharing import tasks
from sharing.delivery.owing import owe_notices, owe_withdrawals
from sharing.facts.matter import Matter
from sharing.granting import store
from sharing.granting.deciding import everyone
from sharing.granting.feed import announce
from sharing.models import Delivery, EndedGrant, FeedEvent, Release


@transaction.atomic(durable=True)
def release(*, version_id: int, by: User, at: datetime) -> Release:
    """Publish an approved version, and owe a message to everyone the law lets us tell.

    What was approved is what goes out: an edit after the approval refuses. Raises `NotAllowed`,
    `WrongStatus` or `Stale`.
    """
    version = _locked(version_id)
    if not may(by, Right.PUBLISH, at=at):
        raise NotAllowed(_("Your role does not include publishing."))
    if version.status != AdvisoryVersion.Status.APPROVED:
        raise WrongStatus(_("Only an approved version can be published."))
    if content_digest(version) != version.approved_digest:
        raise Stale(_("This version was changed after it was approved. Ask for a new approval."))

    assert version.approved_by is not None  # a constraint of the table
    matter = Matter.load(version, at=at)
    made = Release.objects.create(
        version=version,
        purpose=version.purpose,
        addressing=version.addressing,
        urgent=version.urgent,
        released_at=at,
        released_by=by,
        author=version.author,
        second_person=version.approved_by,
        regime=regime_at(at).id.value,
        stands_under=regime_at(at).id.value,
    )
    rulings = everyone(matter)
    granted = store.store(made, rulings, at=at)
    version.status = AdvisoryVersion.Status.RELEASED
    version.released_at = at
    version.save(update_fields=["status", "released_at"])
    for table, holders in (
        (store.BY_GROUP, granted.groups),
        (store.BY_PERSON, granted.people),
    ):
        store.settle_newest(table, advisories=[version.advisory_id], holders=holders)
    owed = owe_notices(made, at=at)
    record(
        at=at,
        actor=by.actor,
        action="release",
        target=str(version),
        outcome="released",
        detail={
            "release": made.pk,
            "second_person": version.approved_by.actor,
            "regime": made.regime,
            "decisions": len(rulings),
            "allowed": sum(ruling.verdict.allowed for ruling in rulings),
            "deliveries": owed,
        },
    )
    earlier = version.advisory.versions.filter(number__lt=version.number).exists()
    kind = FeedEvent.Kind.REVISED if earlier else FeedEvent.Kind.RELEASED
    announce([FeedEvent(kind=kind, version=version, at=at)])
    tasks.wake(urgent=made.urgent)
    return made


@transaction.atomic(durable=True)
def withdraw(*, release_id: int, reason: str, by: User, at: datetime) -> Release:
    """Pull an advisory back, every version of it: one person, at once.

    Grants end, what is queued is recalled, and those who were told are told that it is withdrawn.
    """
    asked = Release.objects.select_related("version").get(pk=release_id)
    if not may(by, Right.PUBLISH, at=at):
        raise NotAllowed(_("Your role does not include withdrawing."))
    if not reason.strip():
        raise WrongStatus(_("Say in a sentence why it is withdrawn; recipients read it."))
    live = list(
        Release.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version__advisory")
        .filter(version__advisory=asked.version.advisory_id, withdrawn_at=None)
        .order_by("version__number")
    )
    if asked.pk not in {one.pk for one in live}:
        raise WrongStatus(_("This release was withdrawn already."))
    for one in live:
        one.withdrawn_at, one.withdrawn_by, one.withdrawal_reason = at, by, reason.strip()
        one.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
        one.version.status = AdvisoryVersion.Status.WITHDRAWN
        one.version.withdrawn_at = at
        one.version.save(update_fields=["status", "withdrawn_at"])
    ended = [
        gone
        for table in (store.BY_GROUP, store.BY_PERSON)
        for gone in store.end(
            table,
            "g.advisory_id = %(advisory)s",
            {"advisory": asked.version.advisory_id},
            reason=EndedGrant.Reason.WITHDRAWN,
            at=at,
        )
    ]
    newest = live[-1]
    told = owe_withdrawals(newest, live, at=at)
    recalled = Delivery.objects.filter(
        release__in=live, kind__in=Delivery.TELLS, status=Delivery.Status.PENDING
    ).update(status=Delivery.Status.RECALLED)
    record(
        at=at,
        actor=by.actor,
        action="withdraw",
        target=str(newest.version),
        outcome="withdrawn",
        detail={
            "releases": [one.pk for one in live],
            "grants_ended": len(ended),
            "deliveries_recalled": recalled,
            "notices": told,
        },
    )
    announce([FeedEvent(kind=FeedEvent.Kind.RECALLED, version=one.version, at=at) for one in live])
    tasks.wake(urgent=True)
    return next(one for one in live if one.pk == asked.pk)


def _locked(version_id: int) -> AdvisoryVersion:
    return (
        AdvisoryVersion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("advisory", "author", "approved_by")
        .get(pk=version_id)
    )
