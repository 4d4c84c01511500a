"""Writing the registry, bitemporally. Imported by `sharing` only: what changes here changes what
may be shared, and `sharing.services.registry` does both in one transaction."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from allauth.idp.oidc.models import Client
from django.contrib.auth.models import Group
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.services import record
from law.validity import LIMITS, Limit, effective_end
from recipients.contradictions import contradicting, sentence
from recipients.errors import Conflict, Contradiction, NotAllowed
from recipients.identifying import KINDS
from recipients.models import (
    Contact,
    Identifier,
    IdentifierKind,
    MachineClient,
    Organisation,
    RegistryFact,
    Role,
    RoleAssignment,
    User,
)
from recipients.models.facts import FactQuerySet
from recipients.roles import Right, may
from recipients.scopes import INTAKE_SCOPE, READ_SCOPE


def _needs(by: User, *rights: Right, at: datetime) -> None:
    if not any(may(by, right, at=at) for right in rights):
        raise NotAllowed(_("Your role does not include this."))


def _note(action: str, target: object, *, by: User, at: datetime, **ids: Any) -> None:
    record(at=at, actor=by.actor, action=f"registry.{action}", target=str(target), detail=ids)


@transaction.atomic
def register_organisation(*, name: str, by: User, at: datetime) -> Organisation:
    """A new organisation with a group of its own. `Conflict` when the name is taken."""
    _needs(by, Right.REGISTRY, at=at)
    name = " ".join(name.split())
    if Organisation.objects.filter(name__iexact=name).exists():
        raise Conflict(_("There is an organisation %(name)s already.") % {"name": name})
    pk = uuid.uuid4()
    group = Group.objects.create(name=f"organisation:{pk}")
    organisation = Organisation.objects.create(id=pk, name=name, active_from=at, group=group)
    _note("organisation", pk, by=by, at=at)
    return organisation


@transaction.atomic
def close_organisation(*, organisation: Organisation, by: User, at: datetime) -> Organisation:
    """The organisation ends at `at`. One person: it can only narrow."""
    _needs(by, Right.REGISTRY, at=at)
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if organisation.active_until is None or organisation.active_until > at:
        organisation.active_until = at
        organisation.save(update_fields=["active_until"])
        _note("organisation.close", organisation.pk, by=by, at=at)
    return organisation


@transaction.atomic
def propose_fact(*, fact: RegistryFact, by: User, at: datetime) -> RegistryFact:
    """Put an unsaved fact before a second person. It counts for nothing until confirmed.

    An open end becomes the latest end that the law leaves (`law.validity`); a later one is refused.
    """
    _needs(by, Right.REGISTRY, at=at)
    _within_limit(fact)
    fact.recorded_by, fact.confirmed_by = by, None
    fact.recorded_from, fact.recorded_until = at, None
    fact.save(force_insert=True)
    _note("fact.propose", fact.organisation_id, by=by, at=at, fact=_name(fact))
    return fact


def _within_limit(fact: RegistryFact) -> None:
    """Lay down the end of an open fact. `Conflict` naming the limit and the latest date."""
    limit = LIMITS.get(fact.limited_as)
    if limit is None:
        return
    latest = limit.latest(fact.valid_from)
    if latest <= fact.valid_from or (fact.valid_until is not None and fact.valid_until > latest):
        raise Conflict(_too_long(limit, latest))
    fact.valid_until = fact.valid_until or latest


def _too_long(limit: Limit, latest: datetime) -> Any:
    told = {
        "date": timezone.localtime(latest).strftime("%Y-%m-%d %H:%M"),
        "months": limit.months,
        "source": limit.source,
    }
    if limit.months is None:
        return (
            _("Designations of the Wbni ended: %(date)s is the latest end there is (%(source)s).")
            % told
        )
    return (
        _(
            "This has to be confirmed again after %(months)s months: %(date)s is the latest end"
            " (%(source)s)."
        )
        % told
    )


@transaction.atomic
def confirm_fact(*, fact: RegistryFact, by: User, at: datetime) -> RegistryFact:
    """The second person. `Conflict` when a confirmed fact says the same for part of the time, or
    one that cannot hold together with it.

    A row of the same kind that the law has ended before this one begins is closed there: to
    confirm anew needs no other act.
    """
    _needs(by, Right.APPROVE, at=at)
    fact = _locked(fact)
    if fact.confirmed_by_id is not None or fact.recorded_until is not None:
        raise Conflict(_("This fact was confirmed or dropped already."))
    if fact.recorded_by_id == by.pk:
        raise NotAllowed(_("Somebody else than who proposed it has to confirm it."))
    contrary = contradicting(fact, at=at)
    if contrary is not None:
        raise Contradiction(sentence(fact, contrary), fact=fact, other=contrary)
    _within_limit(fact)
    _close_lapsed(fact, by=by, at=at)
    fact.confirmed_by, fact.recorded_from = by, at
    try:
        with transaction.atomic():
            fact.save(update_fields=["confirmed_by", "recorded_from", "valid_until"])
    except IntegrityError as error:
        other = _overlapping(fact, at=at)
        if other is None:
            raise
        raise Conflict(
            _("The registry holds this already from %(start)s (%(reference)s); end that first.")
            % {"start": other.valid_from.date().isoformat(), "reference": other.reference}
        ) from error
    _note("fact.confirm", fact.organisation_id, by=by, at=at, fact=_name(fact))
    return fact


def _same_key(fact: RegistryFact, *, at: datetime) -> FactQuerySet | None:
    """The other confirmed facts with the same key, by the table's constraint."""
    key = {
        name: getattr(fact, name)
        for constraint in fact._meta.constraints
        if isinstance(constraint, ExclusionConstraint)
        for name, _operator in constraint.expressions
        if isinstance(name, str)
    }
    return type(fact).objects.known_at(at).filter(**key).exclude(pk=fact.pk) if key else None


def _close_lapsed(fact: RegistryFact, *, by: User, at: datetime) -> None:
    """Write down the end that the law gave to earlier rows whose own end is later or open."""
    others = _same_key(fact, at=at)
    for earlier in others if others is not None and fact.limited_as in LIMITS else ():
        until = effective_end(earlier.limited_as, earlier.valid_from, earlier.valid_until)
        if until is not None and until != earlier.valid_until and until <= fact.valid_from:
            _bring_forward(earlier, until, by=by, at=at)


def _overlapping(fact: RegistryFact, *, at: datetime) -> RegistryFact | None:
    """The confirmed fact with the same key that stands in the way."""
    others = _same_key(fact, at=at)
    if others is None:
        return None
    if fact.valid_until is not None:
        others = others.filter(valid_from__lt=fact.valid_until)
    found: RegistryFact | None = others.filter(
        Q(valid_until=None) | Q(valid_until__gt=fact.valid_from)
    ).first()
    return found


@transaction.atomic
def end_fact(*, fact: RegistryFact, valid_until: datetime, by: User, at: datetime) -> RegistryFact:
    """Let a fact end earlier than it would. The old row stays, as what we knew until now."""
    _needs(by, Right.REGISTRY, Right.APPROVE, at=at)
    fact = _locked(fact)
    if fact.confirmed_by_id is None or fact.recorded_until is not None:
        raise Conflict(_("Only a fact in the registry can be ended."))
    if fact.valid_until is not None and fact.valid_until <= valid_until:
        raise Conflict(_("It ends earlier than that already."))
    return _bring_forward(fact, valid_until, by=by, at=at)


def _bring_forward(
    fact: RegistryFact, valid_until: datetime, *, by: User, at: datetime
) -> RegistryFact:
    fact.recorded_until = at
    fact.save(update_fields=["recorded_until"])
    _note("fact.end", fact.organisation_id, by=by, at=at, fact=_name(fact))
    fact.pk = None
    fact.recorded_from, fact.recorded_until = at, None
    fact.valid_until, fact.ended_by = max(valid_until, fact.valid_from), by
    fact.save(force_insert=True)
    return fact


def _locked(fact: RegistryFact) -> RegistryFact:
    found: RegistryFact = (
        type(fact)
        .objects.select_for_update(no_key=True, of=("self",))
        .select_related("organisation")
        .get(pk=fact.pk)
    )
    return found


def _name(fact: RegistryFact) -> str:
    return f"{type(fact).__name__} {fact.pk}"


@transaction.atomic
def add_identifier(
    *, organisation: Organisation, kind: IdentifierKind, value: str, by: User, at: datetime
) -> Identifier:
    """Something to recognise the organisation by. One person: it only makes the lint stricter."""
    _needs(by, Right.REGISTRY, at=at)
    model, column, spelling = KINDS[kind]
    spelled = spelling(value)
    lookup = f"{column}__iexact" if kind is IdentifierKind.ALIAS else column
    known = model._default_manager.filter(organisation=organisation, ended_at=None)
    # The row of the organisation is the queue of those who add the same at one moment.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if known.filter(**{lookup: spelled}).exists():
        raise Conflict(_("The registry knows this of the organisation already."))
    made: Identifier = model._default_manager.create(
        organisation=organisation, recorded_by=by, recorded_at=at, **{column: spelled}
    )
    _note("identifier", organisation.pk, by=by, at=at, kind=kind.value, identifier=made.pk)
    return made


@transaction.atomic
def end_identifier(*, identifier: Identifier, by: User, at: datetime) -> None:
    """The lint does not look for it any more; who recorded and ended it stays on record."""
    _needs(by, Right.REGISTRY, at=at)
    rows = type(identifier)._default_manager.filter(pk=identifier.pk, ended_at=None)
    if not rows.update(ended_by=by, ended_at=at):
        raise Conflict(_("It was ended already."))
    kind = next(kind for kind, (model, _c, _s) in KINDS.items() if model is type(identifier))
    _note(
        "identifier.end",
        identifier.organisation_id,
        by=by,
        at=at,
        kind=kind.value,
        identifier=identifier.pk,
    )


@transaction.atomic
def add_contact(
    *,
    organisation: Organisation,
    user: User | None,
    name: str,
    email: str,
    language: str,
    by: User,
    at: datetime,
) -> Contact:
    """A mailbox that messages for the organisation go to."""
    _needs(by, Right.REGISTRY, at=at)
    if Contact.objects.filter(organisation=organisation, email__iexact=email).exists():
        raise Conflict(_("%(email)s is a contact already.") % {"email": email})
    contact = Contact.objects.create(
        organisation=organisation, user=user, name=name, email=email, language=language
    )
    _note("contact", organisation.pk, by=by, at=at, contact=contact.pk)
    return contact


@transaction.atomic
def deactivate_contact(*, contact: Contact, by: User, at: datetime) -> None:
    """Nothing more is sent there; what is queued is withheld."""
    _needs(by, Right.REGISTRY, at=at)
    Contact.objects.filter(pk=contact.pk).update(active=False)
    _note("contact.deactivate", contact.organisation_id, by=by, at=at, contact=contact.pk)


@transaction.atomic
def open_account(
    *,
    email: str,
    name: str,
    organisation: Organisation | None,
    language: str,
    by: User,
    at: datetime,
) -> User:
    """An account without a password for one person: a reader, or staff without organisation."""
    _needs(by, Right.REGISTRY, at=at)
    if User.objects.filter(email__iexact=email).exists():
        raise Conflict(_("There is an account for %(email)s already.") % {"email": email})
    user = User.objects.create_user(
        email, None, name=name, organisation=organisation, language=language
    )
    _note("account", user.actor, by=by, at=at)
    return user


@transaction.atomic
def close_account(*, user: User, by: User, at: datetime) -> None:
    """The person can do and read nothing any more."""
    _needs(by, Right.REGISTRY, at=at)
    User.objects.filter(pk=user.pk).update(is_active=False)
    _note("account.close", user.actor, by=by, at=at)


@transaction.atomic
def assign_role(
    *, user: User, role: Role, by: User, confirmed_by: User, at: datetime
) -> RoleAssignment:
    """A staff role, given by one and confirmed by another."""
    _needs(by, Right.REGISTRY, at=at)
    _needs(confirmed_by, Right.APPROVE, at=at)
    if by == confirmed_by or user in (by, confirmed_by) or not user.is_ncsc:
        raise NotAllowed(_("A role takes two other people, and is for staff only."))
    assignment = RoleAssignment.objects.create(
        user=user, role=role, valid_from=at, assigned_by=by, confirmed_by=confirmed_by
    )
    _note("role", user.actor, by=by, at=at, role=role.value, confirmed_by=confirmed_by.actor)
    return assignment


@transaction.atomic
def register_machine(
    *,
    organisation: Organisation,
    responsible: User,
    name: str,
    by: User,
    at: datetime,
    may_submit: bool = False,
) -> tuple[MachineClient, str]:
    """A program that reads for the organisation, and its secret: shown once, stored as a hash.

    `may_submit`: it may also bring our analysts what its organisation found.
    """
    _needs(by, Right.REGISTRY, at=at)
    client = Client(
        name=name,
        type=Client.Type.CONFIDENTIAL,
        owner=responsible,
        skip_consent=True,
    )
    secret = uuid.uuid4().hex + uuid.uuid4().hex
    client.set_secret(secret)
    client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    scopes = [READ_SCOPE, INTAKE_SCOPE] if may_submit else [READ_SCOPE]
    client.set_scopes(scopes)
    client.set_default_scopes(scopes)
    client.save()
    machine = MachineClient.objects.create(
        client=client, organisation=organisation, responsible=responsible, created_at=at
    )
    _note("machine", organisation.pk, by=by, at=at, client=client.pk)
    return machine, secret
