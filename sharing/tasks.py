"""Celery is an alarm clock here, not a queue: the outbox table is the queue (ADR 0002).

Tasks take no arguments, keep no state, and may be rung at any time, any number of times.
"""

from __future__ import annotations

import logging
from functools import partial

from celery import shared_task
from django.utils import timezone

from recipients import waking
from sharing.delivery.drain import drain
from sharing.granting.following import expire as expire_grants
from sharing.granting.reassessing import work

log = logging.getLogger(__name__)

URGENT, NORMAL = "urgent", "normal"


@shared_task(name="sharing.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Deliver everything due, urgent first. Rung after each release, and every minute regardless."""
    tally = drain(clock=timezone.now, on_backlog=partial(ring, urgent=False))
    if tally:
        log.info("deliveries: %s", dict(tally))


@shared_task(name="sharing.tasks.expire", ignore_result=True)
def expire() -> None:
    """Move what time alone has changed, and tell the feed."""
    expire_grants(at=timezone.now())


@shared_task(name="sharing.tasks.reassess", ignore_result=True)
def reassess() -> None:
    """Go on with a reassessment that two people approved."""
    done = work(at=timezone.now())
    if done:
        log.info("releases reassessed: %d", done)


def wake(*, urgent: bool) -> None:
    """Ring a worker once the running transaction is committed. What is owed does not depend on it."""
    waking.wake(sweep, queue=URGENT if urgent else NORMAL)


def ring(*, urgent: bool) -> None:
    """Ask a worker for a sweep now."""
    waking.ring(sweep, queue=URGENT if urgent else NORMAL)
