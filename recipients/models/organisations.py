"""Organisations, how they are reached, and the machines that read for them."""

import uuid

from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from recipients.models.people import User


class Sector(models.Model):
    """A sector or subsector of annexes I and II of NIS2, by its code."""

    code = models.CharField(max_length=40, primary_key=True)
    name_nl = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_nl


class Organisation(models.Model):
    """A recipient. What the law asks of it stands in dated facts, never in a flag here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    active_from = models.DateTimeField()
    active_until = models.DateTimeField(null=True, blank=True)
    # Permissions decided for this very organisation hang on its own group.
    group = models.OneToOneField(Group, models.PROTECT, related_name="organisation")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="organisation_name_once"),
            models.CheckConstraint(
                condition=Q(active_until=None) | Q(active_until__gt=F("active_from")),
                name="organisation_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def channels_by_default() -> list[str]:
    """What nobody can read on the way goes first."""
    return ["openpgp", "smime", "email"]


class Contact(models.Model):
    """Where messages for an organisation go. A person with an account, or a mailbox."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="contacts")
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="contacts")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(max_length=2, choices=[("nl", "Nederlands"), ("en", "English")])
    active = models.BooleanField(default=True)
    # In order of preference: the first that is possible at the moment of release. None: plain mail.
    channels = ArrayField(
        models.CharField(max_length=10),
        default=channels_by_default,
        db_default=models.Value(["openpgp", "smime", "email"]),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(channels__contained_by=["email", "openpgp", "smime"])
                & Q(channels__len__gte=1),
                name="contact_channels_known",
            ),
            models.UniqueConstraint("organisation", Lower("email"), name="contact_address_once"),
            # A header is one line: a line break would let an address write headers.
            models.CheckConstraint(
                condition=~Q(email__regex=r"[\r\n]"), name="contact_address_one_line"
            ),
            models.CheckConstraint(
                condition=Q(language__in=["nl", "en"]), name="contact_language_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class MachineClient(models.Model):
    """A program that reads for an organisation by OAuth2 client credentials (RFC 6749 §4.4)."""

    client = models.OneToOneField("allauth_idp_oidc.Client", models.PROTECT, related_name="machine")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="machines")
    responsible = models.ForeignKey(User, models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.client_id} ({self.organisation})"

    @property
    def actor(self) -> str:
        """The name under which the record knows this program."""
        return f"client:{self.client_id}"
