"""Faults that the kill tests must notice; planted in a fork, never in the portal."""

import uuid

from sharing.delivery import claim
from sharing.renditions import mail


def new_name_each_try() -> None:
    mail.message_id = lambda delivery_id: f"<{uuid.uuid4()}@ncsc.example>"


def the_dead_keep_what_they_took() -> None:
    claim._CLAIM = claim._CLAIM.replace("status IN ('pending', 'sending')", "status = 'pending'")


FAULTS = {fault.__name__: fault for fault in (new_name_each_try, the_dead_keep_what_they_took)}
