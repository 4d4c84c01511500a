"""Invitations: a link by mail that lets one person in once. Made, sent, found, used."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.services import record
from recipients.models import Invitation, User

SALT = "recipients.invitation"
WELCOME_FOR = timedelta(days=7)
PASSWORD_FOR = timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=2)  # who asks for a password link sooner is not sent another


class NoInvitation(Exception):
    """The link opens nothing: forged, used, replaced, expired, or its account closed."""


@transaction.atomic
def invite(user: User, *, by: User, at: datetime) -> Invitation:
    """Owe the person a mail with a link to begin. An earlier link stops working."""
    made = _make(user, Invitation.Purpose.WELCOME, until=at + WELCOME_FOR, at=at)
    record(at=at, actor=by.actor, action="account.invite", target=user.actor)
    return made


@transaction.atomic
def forgotten(*, email: str, at: datetime) -> None:
    """Owe whoever has an account under `email` a link to choose a new password; others nothing.

    The caller says the same to everyone: whether there is an account is not told.
    """
    user = User.objects.select_for_update(no_key=True).filter(email__iexact=email).first()
    if user is None or not user.is_active:
        return
    lately = Invitation.objects.filter(
        user=user, purpose=Invitation.Purpose.PASSWORD, made_at__gt=at - AGAIN_AFTER
    )
    if lately.exists():
        return
    _make(user, Invitation.Purpose.PASSWORD, until=at + PASSWORD_FOR, at=at)
    record(at=at, actor=user.actor, action="account.forgotten", target=user.actor)


def _make(user: User, purpose: str, *, until: datetime, at: datetime) -> Invitation:
    open_ones = Invitation.objects.filter(
        user=user, purpose=purpose, used_at=None, replaced_at=None
    )
    open_ones.update(replaced_at=at)
    return Invitation.objects.create(user=user, purpose=purpose, made_at=at, expires_at=until)


def link(invitation: Invitation) -> str:
    """The absolute address that goes into the mail."""
    token = signing.dumps(str(invitation.pk), salt=SALT)
    return settings.PUBLIC_URL + reverse("welcome", args=[token])


def find(token: str, *, at: datetime) -> Invitation:
    """The invitation behind a link, as it stands at `at`. `NoInvitation` when it opens nothing."""
    try:
        pk = UUID(signing.loads(token, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        raise NoInvitation from None
    found = Invitation.objects.select_related("user__organisation").filter(
        pk=pk, used_at=None, replaced_at=None, expires_at__gt=at, user__is_active=True
    )
    invitation = found.first()
    if invitation is None:
        raise NoInvitation
    return invitation


@transaction.atomic
def use(token: str, *, password: str | None, at: datetime) -> User:
    """Take the invitation up, once, with a password when one is chosen. `NoInvitation`.

    Whoever was logged in under the old password is not any more.
    """
    invitation = find(token, at=at)
    used = Invitation.objects.filter(pk=invitation.pk, used_at=None, replaced_at=None)
    if not used.update(used_at=at):
        raise NoInvitation  # somebody was quicker
    user = User.objects.select_for_update(no_key=True).get(pk=invitation.user_id)
    if password is not None:
        user.set_password(password)
        user.save(update_fields=["password"])
    record(at=at, actor=user.actor, action=f"account.{invitation.purpose}", target=user.actor)
    return user


def send_owed(*, at: datetime) -> int:
    """Mail what is owed; returns how many. Safe to run any number of times at once.

    A row is locked while its mail is handed over: who dies in between sends it again, under the
    same Message-ID. What cannot be sent now stays owed.
    """
    sent = 0
    while _send_one(at=at):
        sent += 1
    return sent


@transaction.atomic
def _send_one(*, at: datetime) -> bool:
    owed = (
        Invitation.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("user__organisation")
        .filter(sent_at=None, used_at=None, replaced_at=None, expires_at__gt=at)
        .filter(user__is_active=True)
        .order_by("made_at")
        .first()
    )
    if owed is None:
        return False
    message(owed).send()
    owed.sent_at = at
    owed.save(update_fields=["sent_at"])
    return True


def message(invitation: Invitation) -> EmailMessage:
    """The mail in the person's language. Nothing in it but the name, the link and its end."""
    user = invitation.user
    with override(user.language):
        if invitation.purpose == Invitation.Purpose.WELCOME:
            subject = _("Your access to the threat information portal")
            first = _(
                "There is an account for you in the threat information portal of the NCSC. With this"
                " link you set it up. It works once, for seven days."
            )
        else:
            subject = _("A new password for the threat information portal")
            first = _(
                "Somebody, probably you, asked for a new password. With this link you choose one. It"
                " works once, for an hour. Your second factor stays what it was."
            )
        last = _("Did you not expect this? Do nothing, and tell the NCSC.")
        lines = [_("Dear %(name)s,") % {"name": user.name}, first, link(invitation), last]
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=subject,
        body="\n\n".join(lines) + "\n",
        to=[user.email],
        headers={
            "Message-ID": f"<invitation-{invitation.pk}@{domain}>",
            "Auto-Submitted": "auto-generated",
        },
    )
