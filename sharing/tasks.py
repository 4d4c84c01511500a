"""Celery is an alarm clock here, not a queue: the outbox table is the queue (ADR 0002).

Tasks take no arguments, keep no state, and may be rung at any time, any number of times.
"""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app, shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from sharing.delivery.drain import drain
from sharing.duties import watch
from sharing.embargoes import lift
from sharing.granting.following import expire as expire_grants
from sharing.granting.reassessing import work

log = logging.getLogger(__name__)

URGENT, NORMAL = "urgent", "normal"
RING_SECONDS = 1  # how long a silent broker may hold up whoever rings


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


@shared_task(name="sharing.tasks.lift_embargoes", ignore_result=True)
def lift_embargoes() -> None:
    """Open what waited for the end of an embargo, and wake whoever tells of it."""
    done = lift(at=timezone.now())
    if done:
        log.info("releases whose embargo ended: %d", done)
        wake(urgent=True)


@shared_task(name="sharing.tasks.reassess", ignore_result=True)
def reassess() -> None:
    """Go on with a reassessment that two people approved."""
    done = work(at=timezone.now())
    if done:
        log.info("releases reassessed: %d", done)


@shared_task(name="sharing.tasks.watch_duties", ignore_result=True)
def watch_duties() -> None:
    """Raise the alarm about legal duties that were not met in time."""
    overdue = watch(at=timezone.now(), minutes=settings.MUST_OVERDUE_MINUTES)
    if overdue:
        log.error("legal duties overdue: %d", overdue)


def wake(*, urgent: bool) -> None:
    """Ring a worker once the running transaction is committed. What is owed does not depend on it."""
    transaction.on_commit(partial(ring, urgent=urgent), robust=True)


def ring(*, urgent: bool) -> None:
    """Ask a worker for a sweep. Without a broker nothing is lost: beat and `deliver` see the table."""
    try:
        with (
            current_app.connection_for_write(
                transport_options={
                    "socket_connect_timeout": RING_SECONDS,
                    "socket_timeout": RING_SECONDS,
                    "max_retries": 1,
                    "interval_start": 0,
                    "connect_retries_timeout": RING_SECONDS,
                }
            ) as broker,
            broker.Producer() as producer,
        ):
            queue = URGENT if urgent else NORMAL
            sweep.apply_async(queue=queue, producer=producer, retry=False)
    except (OSError, KombuError, RedisError) as error:
        log.warning("no worker could be woken: %s", error)
