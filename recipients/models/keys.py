"""Ways to reach a recipient that nobody on the way can read: keys of contacts, own endpoints.

A key or an endpoint enlarges who can read, so one person proposes it and another confirms it;
ending one takes one person and works at once.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recipients.models.organisations import Contact, Organisation
from recipients.models.people import User


class ContactKeyQuerySet(models.QuerySet["ContactKey"]):
    def in_use(self) -> ContactKeyQuerySet:
        """Confirmed and not ended, whatever has become of them."""
        return self.filter(confirmed_at__isnull=False, ended_at=None)

    def usable_at(self, instant: datetime) -> ContactKeyQuerySet:
        """In use, not expired at `instant`, and without a fault that preflight found."""
        return self.in_use().filter(Q(expires_at=None) | Q(expires_at__gt=instant), fault="")


class ContactKey(models.Model):
    """The public certificate that messages for a contact are encrypted to."""

    class Kind(models.TextChoices):
        OPENPGP = "openpgp", "OpenPGP"
        SMIME = "smime", "S/MIME"

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="keys")
    kind = models.CharField(max_length=10, choices=Kind)
    fingerprint = models.CharField(max_length=64)  # lower-case hexadecimal
    material = models.BinaryField()  # public: OpenPGP packets, or PEM certificates, own one first
    expires_at = models.DateTimeField(null=True, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    fault = models.CharField(max_length=20, blank=True)  # certificates.Fault, by preflight
    checked_at = models.DateTimeField(null=True, blank=True)  # by preflight

    objects = ContactKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["openpgp", "smime"]), name="contactkey_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="contactkey_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="contactkey_confirmed_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="contactkey_ended_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(fingerprint__regex=r"^[0-9a-f]{40,64}$"),
                name="contactkey_fingerprint_hexadecimal",
            ),
            models.UniqueConstraint(
                fields=["contact", "kind"],
                condition=Q(confirmed_at__isnull=False, ended_at=None),
                name="contactkey_one_in_use",
            ),
            models.UniqueConstraint(
                fields=["contact", "fingerprint"],
                condition=Q(ended_at=None),
                name="contactkey_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fingerprint[-16:]}"


class KeyReminder(models.Model):
    """That a key ends was said so many days before. Owed until it was sent."""

    key = models.ForeignKey(ContactKey, models.PROTECT, related_name="reminders")
    days = models.PositiveSmallIntegerField()
    raised_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "days"], name="keyreminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.days}"


class WebhookEndpoint(models.Model):
    """An address of an organisation's own that our messages are posted to (Standard Webhooks)."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("to be confirmed")
        CHALLENGED = "challenged", _("must answer a test call")
        ACTIVE = "active", _("in use")
        SUSPENDED = "suspended", _("suspended")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="endpoints")
    url = models.URLField(max_length=500)
    host = models.CharField(max_length=253)  # of `url`; what may be logged
    secret = models.TextField()  # sealed (recipients.secrecy), as the next
    old_secret = models.TextField(blank=True)  # signs as well during a rotation
    old_secret_until = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)  # the last test call
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=200, blank=True)  # it is suspended, or did not answer

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "challenged", "active", "suspended"]),
                name="endpoint_status_known",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="endpoint_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "suspended"])
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="endpoint_confirmed_before_use",
            ),
            models.CheckConstraint(
                condition=Q(status="suspended", suspended_at__isnull=False)
                | (~Q(status="suspended") & Q(suspended_at=None)),
                name="endpoint_suspended_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(url__startswith="https://"), name="endpoint_encrypted_on_the_way"
            ),
            models.CheckConstraint(
                condition=Q(old_secret="", old_secret_until=None)
                | (~Q(old_secret="") & Q(old_secret_until__isnull=False)),
                name="endpoint_old_secret_ends",
            ),
            models.UniqueConstraint(
                fields=["organisation", "url"],
                condition=~Q(status="suspended"),
                name="endpoint_once",
            ),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk} at {self.host}"
