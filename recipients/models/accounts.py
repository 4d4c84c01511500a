"""How an account comes to be: proposed by one, confirmed by another, taken up by its person."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from recipients.models.organisations import Organisation
from recipients.models.people import User


class AdministratorQuerySet(models.QuerySet["Administrator"]):
    def valid_at(self, instant: datetime) -> AdministratorQuerySet:
        """Those in force at `instant`: first moment included, end excluded, open end allowed."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gt=instant), valid_from__lte=instant
        )


class Administrator(models.Model):
    """Beheerder: looks after the accounts of colleagues in the own organisation, and no more."""

    user = models.ForeignKey(User, models.PROTECT, related_name="administrations")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = AdministratorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(given_by=F("confirmed_by"))
                & ~Q(user=F("given_by"))
                & ~Q(user=F("confirmed_by")),
                name="administrator_by_two_others",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="administrator_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(valid_until=None), name="administrator_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} since {self.valid_from:%Y-%m-%d}"


class AccountProposal(models.Model):
    """A colleague who should get an account, or whose lost second factor should be taken away.

    Either enlarges who can read: it takes a second person, and the first may drop it again.
    """

    class Kind(models.TextChoices):
        OPEN = "open", _("new account")
        RESET = "reset", _("new second factor")  # the device was lost

    kind = models.CharField(max_length=5, choices=Kind)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    language = models.CharField(max_length=2, choices=[("nl", "Nederlands"), ("en", "English")])
    administrator = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    dropped_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["open", "reset"]), name="account_proposal_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="account_proposal_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(kind="open") | Q(user__isnull=False), name="account_proposal_resets_one"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, confirmed_by=None, dropped_by=None)
                | Q(decided_at__isnull=False, confirmed_by__isnull=False, dropped_by=None)
                | Q(decided_at__isnull=False, confirmed_by=None, dropped_by__isnull=False),
                name="account_proposal_decided_once",
            ),
            models.CheckConstraint(
                condition=~Q(email__regex=r"[\r\n]"), name="account_proposal_address_one_line"
            ),
            models.UniqueConstraint(
                Lower("email"),
                "kind",
                condition=Q(decided_at=None),
                name="account_proposal_one_open",
            ),
        ]
        indexes = [  # the page asks for what is still open
            models.Index(
                fields=["organisation"],
                condition=Q(decided_at=None),
                name="account_proposal_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.email}"


class Invitation(models.Model):
    """A link by mail that lets one person in once: to begin, or to choose a new password.

    The link is this row's id under the portal's signature: nothing of it is stored.
    """

    class Purpose(models.TextChoices):
        WELCOME = "welcome"  # begin, or begin again with another second factor
        PASSWORD = "password"  # noqa: S105 -- a word, not a password

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.PROTECT, related_name="invitations")
    purpose = models.CharField(max_length=8, choices=Purpose)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)  # handed to the mail server
    used_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)  # by a newer one

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["welcome", "password"]), name="invitation_purpose_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="invitation_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["user", "purpose"],
                condition=Q(used_at=None, replaced_at=None),
                name="invitation_one_open",
            ),
        ]
        indexes = [  # the sweep asks for what was not sent
            models.Index(
                fields=["made_at"],
                condition=Q(sent_at=None, used_at=None, replaced_at=None),
                name="invitation_unsent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} for {self.user_id}"
