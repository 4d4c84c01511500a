"""The clock of the invitations: the table is the queue."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from recipients import inviting, waking

log = logging.getLogger(__name__)


@shared_task(name="recipients.tasks.send_invitations", ignore_result=True)
def send_invitations() -> None:
    """Mail every link that is owed. Rung after each, and every minute regardless."""
    sent = inviting.send_owed(at=timezone.now())
    if sent:
        log.info("invitations sent: %d", sent)


def wake() -> None:
    """Ring a worker once the running transaction is committed."""
    waking.wake(send_invitations, queue="urgent")
