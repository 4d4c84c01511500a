"""Who works for an organisation: proposed by one, confirmed by another; offboarded by one, at once.

An administrator (beheerder) acts within the own organisation; staff of the NCSC for any.
"""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from audit.services import record
from recipients.errors import Conflict, NotAllowed
from recipients.inviting import invite
from recipients.models import AccountProposal, Administrator, Organisation, User
from recipients.roles import Right, may

Kind = AccountProposal.Kind


def administers(user: User, organisation: Organisation, *, at: datetime) -> bool:
    """Whether `user` is a beheerder of the organisation at `at`."""
    if not user.is_active or user.organisation_id != organisation.pk:
        return False
    if organisation.active_until is not None and organisation.active_until <= at:
        return False
    return Administrator.objects.valid_at(at).filter(user=user).exists()


def _needs(by: User, organisation: Organisation, right: Right, *, at: datetime) -> None:
    if not (administers(by, organisation, at=at) or may(by, right, at=at)):
        raise NotAllowed(_("Your role does not include this."))


@transaction.atomic
def propose_account(
    *,
    organisation: Organisation,
    name: str,
    email: str,
    language: str,
    administrator: bool,
    by: User,
    at: datetime,
) -> AccountProposal:
    """Ask for an account for a colleague. It opens nothing until somebody else confirms it."""
    _needs(by, organisation, Right.REGISTRY, at=at)
    email = email.strip().lower()
    if User.objects.filter(email__iexact=email).exists():
        # Within the organisation it can be looked up; elsewhere it is nobody's business.
        raise Conflict(_("No account can be made for this address. Use another one."))
    return _propose(
        AccountProposal(
            kind=Kind.OPEN,
            organisation=organisation,
            name=" ".join(name.split()),
            email=email,
            language=language,
            administrator=administrator,
        ),
        by=by,
        at=at,
    )


@transaction.atomic
def propose_reset(*, user: User, by: User, at: datetime) -> AccountProposal:
    """The colleague lost the second factor: ask to take it away, so that another can be set up."""
    if user.organisation is None:
        raise NotAllowed(_("This is for people of an organisation."))
    _needs(by, user.organisation, Right.REGISTRY, at=at)
    if by == user:
        raise NotAllowed(_("Somebody else has to ask this for you."))
    return _propose(
        AccountProposal(
            kind=Kind.RESET,
            organisation=user.organisation,
            user=user,
            name=user.name,
            email=user.email,
            language=user.language,
        ),
        by=by,
        at=at,
    )


def _propose(proposal: AccountProposal, *, by: User, at: datetime) -> AccountProposal:
    proposal.proposed_by, proposal.proposed_at = by, at
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("This was asked already; it waits for a second person.")) from error
    record(
        at=at,
        actor=by.actor,
        action=f"account.propose.{proposal.kind}",
        target=str(proposal.organisation_id),
        detail={"proposal": proposal.pk},
    )
    return proposal


@transaction.atomic
def confirm(*, proposal_id: int, by: User, at: datetime) -> User:
    """The second person: another beheerder, or staff of the NCSC. The mail goes out at once.

    `NotAllowed`, `Conflict`. An unknown number is `DoesNotExist`.
    """
    proposal = _open(proposal_id)
    _needs(by, proposal.organisation, Right.APPROVE, at=at)
    if by in (proposal.proposed_by, proposal.user):
        raise NotAllowed(_("Somebody else than who asked for it has to confirm it."))
    proposal.confirmed_by, proposal.decided_at = by, at
    proposal.save(update_fields=["confirmed_by", "decided_at"])
    user = _reset(proposal) if proposal.kind == Kind.RESET else _opened(proposal, by=by, at=at)
    record(
        at=at,
        actor=by.actor,
        action=f"account.confirm.{proposal.kind}",
        target=user.actor,
        detail={"proposal": proposal.pk, "first": proposal.proposed_by.actor},
    )
    invite(user, by=by, at=at)
    return user


def _opened(proposal: AccountProposal, *, by: User, at: datetime) -> User:
    if User.objects.filter(email__iexact=proposal.email).exists():
        raise Conflict(_("No account can be made for this address. Use another one."))
    user = User.objects.create_user(
        proposal.email,
        None,
        name=proposal.name,
        organisation=proposal.organisation,
        language=proposal.language,
    )
    if proposal.administrator:
        Administrator.objects.create(
            user=user, valid_from=at, given_by=proposal.proposed_by, confirmed_by=by
        )
    return user


def _reset(proposal: AccountProposal) -> User:
    """No factor and no password any more: only the link in the mail leads back in."""
    user = User.objects.select_for_update(no_key=True).get(pk=proposal.user_id)
    if not user.is_active:
        raise Conflict(_("This account was closed."))
    Authenticator.objects.filter(user=user).delete()
    user.set_unusable_password()  # ends every session: their hash hangs on the password
    user.save(update_fields=["password"])
    return user


@transaction.atomic
def drop(*, proposal_id: int, by: User, at: datetime) -> None:
    """Take a proposal back, or say no to it. One person: it can only narrow."""
    proposal = _open(proposal_id)
    if not administers(by, proposal.organisation, at=at):
        _staff(by, at=at)
    proposal.dropped_by, proposal.decided_at = by, at
    proposal.save(update_fields=["dropped_by", "decided_at"])
    record(
        at=at,
        actor=by.actor,
        action="account.drop",
        target=str(proposal.organisation_id),
        detail={"proposal": proposal.pk},
    )


def _staff(by: User, *, at: datetime) -> None:
    if not (may(by, Right.REGISTRY, at=at) or may(by, Right.APPROVE, at=at)):
        raise NotAllowed(_("Your role does not include this."))


def _open(proposal_id: int) -> AccountProposal:
    proposal = (
        AccountProposal.objects.select_for_update(no_key=True, of=("self",))
        .select_related("organisation", "proposed_by", "user")
        .get(pk=proposal_id)
    )
    if proposal.decided_at is not None:
        raise Conflict(_("This was decided already."))
    return proposal


@transaction.atomic
def offboard(*, user: User, by: User, at: datetime) -> None:
    """The colleague leaves: nothing can be read or done any more from this instant. One person.

    Programs that the colleague answers for stop as well (`sharing.machines`).
    """
    if user.organisation is None:
        raise NotAllowed(_("This is for people of an organisation."))
    _needs(by, user.organisation, Right.REGISTRY, at=at)
    if by == user:
        raise NotAllowed(_("Ask a colleague or the NCSC to close your own account."))
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.is_active = False
    user.set_unusable_password()  # ends every session
    user.save(update_fields=["is_active", "password"])
    Administrator.objects.filter(user=user, valid_until=None, valid_from__lt=at).update(
        valid_until=at
    )
    record(at=at, actor=by.actor, action="account.offboard", target=user.actor)


def people_of(organisation: Organisation) -> QuerySet[User]:
    """Everyone who has or had an account there, those who left last."""
    return User.objects.filter(organisation=organisation).order_by("-is_active", "name")


def open_proposals(organisation: Organisation | None) -> QuerySet[AccountProposal]:
    """What waits for a second person, of one organisation or of all; oldest first."""
    mine = Q(organisation=organisation) if organisation else Q()
    rows = AccountProposal.objects.filter(mine, decided_at=None)
    return rows.select_related("organisation", "proposed_by").order_by("proposed_at")
