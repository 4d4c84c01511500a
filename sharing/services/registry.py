"""Acts in the registry. What changes a fact changes what may be shared, in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.models import Advisory
from recipients import services as registry
from recipients.contradictions import sentence
from recipients.errors import Conflict, Contradiction
from recipients.models import Consent, Organisation, RegistryFact, User
from recipients.services import (
    add_contact,
    add_identifier,
    assign_role,
    close_account,
    deactivate_contact,
    end_identifier,
    open_account,
    register_machine,
)
from sharing.comparing import Holding
from sharing.granting.following import follow_consent, follow_registry
from sharing.services import narrowing
from sharing.words import word

__all__ = [
    "add_contact",
    "add_identifier",
    "assign_role",
    "close_account",
    "close_organisation",
    "confirm_fact",
    "deactivate_contact",
    "end_fact",
    "end_identifier",
    "follow_anew",
    "open_account",
    "propose_consent",
    "propose_fact",
    "register_machine",
    "register_organisation",
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
def propose_consent(*, consent: Consent, by: User, at: datetime) -> RegistryFact:
    """Put a signed consent (instemming) before a second person. `Conflict` for an advisory that
    does not exist, or a recipient that is the organisation itself."""
    number = consent.advisory_number
    if number and not Advisory.objects.filter(number=number).exists():
        raise Conflict(_("There is no advisory %(number)s.") % {"number": number})
    if consent.to_organisation_id == consent.organisation_id:
        raise Conflict(_("An organisation needs no consent of its own."))
    return registry.propose_fact(fact=consent, by=by, at=at)


@transaction.atomic(durable=True)
def confirm_fact(*, fact: RegistryFact, by: User, at: datetime) -> RegistryFact:
    """The second person: the fact holds, and audiences, grants and feed follow at once."""
    try:
        confirmed = registry.confirm_fact(fact=fact, by=by, at=at)
    except Contradiction as error:  # said again, in the words of the pages
        raise Conflict(sentence(error.fact, error.other, word=word)) from error
    _follow(confirmed, at=at)
    return confirmed


@transaction.atomic(durable=True)
def end_fact(*, fact: RegistryFact, valid_until: datetime, by: User, at: datetime) -> RegistryFact:
    """Bring the end of a fact forward. One person, at once: it can only narrow.

    When a consent (instemming) is withdrawn, what is queued stops and who had it is told.
    """
    ended = registry.end_fact(fact=fact, valid_until=valid_until, by=by, at=at)
    lost = _follow(ended, at=at)
    if lost:
        narrowing.stop_and_tell(lost, fact=ended, by=by, at=at)
    return ended


@transaction.atomic(durable=True)
def follow_anew(*, organisation: Organisation, at: datetime) -> None:
    """Nothing new is known of the organisation, but facts count otherwise than before: by another
    limit of the law, for one. Audience, grants and feed follow."""
    follow_registry(organisation, at=at)


def _follow(fact: RegistryFact, *, at: datetime) -> dict[int, frozenset[Holding]]:
    """What somebody lost through a consent that ended, by release id."""
    if isinstance(fact, Consent):
        return follow_consent(fact.organisation, at=at)
    follow_registry(fact.organisation, at=at)
    return {}
