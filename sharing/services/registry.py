"""Acts in the registry. What changes a fact changes what may be shared, in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from recipients import services as registry
from recipients.channels import (
    confirm_endpoint,
    confirm_key,
    end_key,
    end_revoked,
    order_channels,
    propose_endpoint,
    propose_key,
    rotate_secret,
    suspend_endpoint,
)
from recipients.models import Consent, Organisation, RegistryFact, User
from recipients.services import (
    add_contact,
    assign_role,
    close_account,
    deactivate_contact,
    open_account,
    register_machine,
)
from sharing.granting.following import follow_consent, follow_registry

__all__ = [
    "add_contact",
    "assign_role",
    "close_account",
    "close_organisation",
    "confirm_endpoint",
    "confirm_fact",
    "confirm_key",
    "deactivate_contact",
    "end_fact",
    "end_key",
    "end_revoked",
    "open_account",
    "order_channels",
    "propose_endpoint",
    "propose_fact",
    "propose_key",
    "register_machine",
    "register_organisation",
    "rotate_secret",
    "suspend_endpoint",
]


@transaction.atomic(durable=True)
def register_organisation(*, name: str, by: User, at: datetime) -> Organisation:
    """A new organisation. Without facts the law opens next to nothing for it."""
    organisation = registry.register_organisation(name=name, by=by, at=at)
    follow_registry(organisation, at=at)
    return organisation


@transaction.atomic(durable=True)
def close_organisation(*, organisation: Organisation, by: User, at: datetime) -> Organisation:
    """The organisation ends: nothing opens for it from this instant."""
    closed = registry.close_organisation(organisation=organisation, by=by, at=at)
    follow_registry(closed, at=at)
    return closed


@transaction.atomic(durable=True)
def propose_fact(*, fact: RegistryFact, by: User, at: datetime) -> RegistryFact:
    """Put a fact before a second person. Until it is confirmed it counts for nothing."""
    return registry.propose_fact(fact=fact, by=by, at=at)


@transaction.atomic(durable=True)
def confirm_fact(*, fact: RegistryFact, by: User, at: datetime) -> RegistryFact:
    """The second person: the fact holds, and audiences, grants and feed follow at once."""
    confirmed = registry.confirm_fact(fact=fact, by=by, at=at)
    _follow(confirmed, at=at)
    return confirmed


@transaction.atomic(durable=True)
def end_fact(*, fact: RegistryFact, valid_until: datetime, by: User, at: datetime) -> RegistryFact:
    """Bring the end of a fact forward. One person, at once: it can only narrow."""
    ended = registry.end_fact(fact=fact, valid_until=valid_until, by=by, at=at)
    _follow(ended, at=at)
    return ended


def _follow(fact: RegistryFact, *, at: datetime) -> None:
    if isinstance(fact, Consent):
        follow_consent(fact.organisation, at=at)
    else:
        follow_registry(fact.organisation, at=at)
