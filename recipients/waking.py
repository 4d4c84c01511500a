"""Waking a worker, without depending on it: what is owed stands in a table, and beat looks there."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

RING_SECONDS = 1  # how long a silent broker may hold up whoever rings


def wake(task: Any, *, queue: str) -> None:
    """Ring for a task that takes no arguments once the running transaction is committed."""
    transaction.on_commit(partial(ring, task, queue=queue), robust=True)


def ring(task: Any, *, queue: str) -> None:
    """Ask a worker for a task now. Without a broker nothing is lost."""
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
            task.apply_async(queue=queue, producer=producer, retry=False)
    except (OSError, KombuError, RedisError) as error:
        log.warning("no worker could be woken: %s", error)
