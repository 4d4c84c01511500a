"""Celery is an alarm clock here, not a queue: the outbox table is the queue (ADR 0002).

Tasks take no arguments, keep no state, and may be rung at any time, any number of times.
"""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app, shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from sharing.delivery.drain import drain
from sharing.delivery.preflight import challenge
from sharing.delivery.preflight import preflight as look_ahead
from sharing.granting.following import expire as expire_grants
from sharing.granting.reassessing import work

log = logging.getLogger(__name__)

URGENT, NORMAL = "urgent", "normal"
RING_SECONDS = 1  # how long a silent broker may hold up whoever rings


@shared_task(name="sharing.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Deliver everything due, urgent first. Rung after each release, and every minute regardless."""
    backlog = partial(ring, urgent=False)
    tally = drain(clock=timezone.now, on_backlog=backlog, transports=("email", "file"))
    if tally:
        log.info("deliveries: %s", dict(tally))


@shared_task(name="sharing.tasks.call", ignore_result=True)
def call() -> None:
    """Call the endpoints. Apart from the mail: the one must not wait for the other."""
    challenge(at=timezone.now(), waiting=True)
    tally = drain(clock=timezone.now, transports=("webhook",))
    if tally:
        log.info("calls: %s", dict(tally))


@shared_task(name="sharing.tasks.preflight", ignore_result=True)
def preflight() -> None:
    """Daily: whether keys and endpoints still work, and whose key ends soon."""
    log.info("%s", look_ahead(at=timezone.now()))


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
            call.apply_async(queue=queue, producer=producer, retry=False)
    except (OSError, KombuError, RedisError) as error:
        log.warning("no worker could be woken: %s", error)
