"""Herbeoordeling (transition): asked for by one person, approved by another, worked off by itself.

The Cyberbeveiligingswet replaced the Wbni at midnight before 15 August 2026. A grant ends with the
law it rests on; what was released before opens again only through here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.errors import NotAllowed, WrongStatus
from audit.services import record
from law.regimes import regime_at
from recipients.models import User
from recipients.roles import Right, may
from sharing.granting import reassessing
from sharing.models import Reassessment


@transaction.atomic(durable=True)
def propose(*, reason: str, by: User, at: datetime) -> Reassessment:
    """Ask for everything under an earlier law to be assessed under that of `at`.

    By legal affairs. `NotAllowed`, or `WrongStatus` without a reason, when one is open already, or
    when nothing waits.
    """
    if not may(by, Right.ATTEST_LEGAL, at=at):
        raise NotAllowed(_("A reassessment is asked for by legal affairs."))
    if not reason.strip():
        raise WrongStatus(_("Say in a sentence why it is assessed again."))
    regime = regime_at(at).id.value
    if Reassessment.objects.select_for_update().filter(regime=regime, finished_at=None).exists():
        raise WrongStatus(_("A reassessment under this law is open already."))
    releases = waiting(at=at)
    if not releases:
        raise WrongStatus(_("Nothing that is live stands under an earlier law."))
    made = Reassessment.objects.create(
        regime=regime, reason=reason.strip(), proposed_at=at, proposed_by=by
    )
    record(
        at=at,
        actor=by.actor,
        action="reassess.propose",
        target=str(made.pk),
        outcome=regime,
        detail={"releases": releases},
    )
    return made


@transaction.atomic(durable=True)
def approve(*, reassessment_id: int, by: User, at: datetime) -> Reassessment:
    """The second person. From now on the worker goes through it; nothing more has to be done."""
    if not (may(by, Right.APPROVE, at=at) or may(by, Right.ATTEST_LEGAL, at=at)):
        raise NotAllowed(_("Your role does not include approving."))
    found = Reassessment.objects.select_for_update(no_key=True).get(pk=reassessment_id)
    if found.proposed_by_id == by.pk:
        raise NotAllowed(_("Somebody else than who asked for it has to approve it."))
    if found.approved_at is not None:
        raise WrongStatus(_("It was approved already."))
    if found.regime != regime_at(at).id.value:
        raise WrongStatus(_("It was asked for under a law that has ended."))
    found.approved_by, found.approved_at = by, at
    found.save(update_fields=["approved_by", "approved_at"])
    record(at=at, actor=by.actor, action="reassess.approve", target=str(found.pk))
    return found


def waiting(*, at: datetime) -> int:
    """How many live releases stand under an earlier law."""
    return reassessing.waiting(at=at).count()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reassessment is, in releases and in holdings that came and went."""

    reassessment: Reassessment
    done: int
    waiting: int
    gained: int
    lost: int

    @property
    def percent(self) -> int:
        total = self.done + self.waiting
        return 100 * self.done // total if total else 100


def progress(reassessment: Reassessment, *, at: datetime) -> Progress:
    done = list(reassessment.releases.values_list("gained", "lost"))
    return Progress(
        reassessment=reassessment,
        done=len(done),
        waiting=0 if reassessment.finished_at else waiting(at=at),
        gained=sum(gained for gained, _lost in done),
        lost=sum(lost for _gained, lost in done),
    )
