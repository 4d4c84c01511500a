"""By what an organisation can be recognised: other names, domains, networks, AS numbers.

They open nothing: the lint looks for them in what is about to go out. So one person records one,
and one ends it; an ended one stays on record.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from recipients.models.networks import CidrField
from recipients.models.organisations import Organisation
from recipients.models.people import User

WIDEST = 8  # bits of prefix: anything wider is nobody's own network


class Identifier(models.Model):
    """Whose, by whom and when it was recorded and ended."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="%(class)s_set")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__gte=F("recorded_at"), ended_by__isnull=False),
                name="%(class)s_ended_by_someone",
            )
        ]

    def __str__(self) -> str:
        return str(self.value)

    @property
    def value(self) -> Any:
        """What it recognises the organisation by."""
        raise NotImplementedError


class Alias(Identifier):
    """Another name or an abbreviation."""

    name = models.CharField(_("other name"), max_length=200)

    class Meta(Identifier.Meta):
        constraints = [
            *Identifier.Meta.constraints,
            models.CheckConstraint(
                condition=Q(name__regex=r"^\S+( \S+)*$")
                & Q(name__regex=r"[[:alnum:]].*[[:alnum:]]"),
                name="alias_one_line_of_two_letters",
            ),
            models.UniqueConstraint(
                "organisation", Lower("name"), condition=Q(ended_at=None), name="alias_once"
            ),
        ]

    @property
    def value(self) -> str:
        return self.name


class Domain(Identifier):
    """A domain of the organisation; what lies under it is the organisation's too."""

    name = models.CharField(_("domain"), max_length=253)  # RFC 1035 §2.3.4; lower case, punycode

    class Meta(Identifier.Meta):
        constraints = [
            *Identifier.Meta.constraints,
            models.CheckConstraint(
                condition=Q(
                    name__regex=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+"
                    r"[a-z]([a-z0-9-]{0,61}[a-z0-9])$"
                ),
                name="domain_lower_case_punycode",
            ),
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(ended_at=None), name="domain_once"
            ),
        ]

    @property
    def value(self) -> str:
        return self.name


class Network(Identifier):
    """A range of addresses, IPv4 or IPv6."""

    prefix = CidrField(_("network"))

    class Meta(Identifier.Meta):
        constraints = [
            *Identifier.Meta.constraints,
            models.CheckConstraint(
                condition=GreaterThanOrEqual(
                    Func("prefix", function="masklen", output_field=models.IntegerField()), WIDEST
                ),
                name="network_not_the_world",
            ),
            models.UniqueConstraint(
                fields=["organisation", "prefix"], condition=Q(ended_at=None), name="network_once"
            ),
        ]
        indexes = [GistIndex(fields=["prefix"], opclasses=["inet_ops"], name="network_contains")]

    @property
    def value(self) -> str:
        return str(self.prefix)


class AutonomousSystem(Identifier):
    """An AS number (RFC 6793)."""

    number = models.BigIntegerField(_("AS number"))

    class Meta(Identifier.Meta):
        constraints = [
            *Identifier.Meta.constraints,
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lt=2**32), name="as_number_in_range"
            ),
            models.UniqueConstraint(
                fields=["organisation", "number"], condition=Q(ended_at=None), name="as_number_once"
            ),
        ]

    @property
    def value(self) -> str:
        return f"AS{self.number}"


class IdentifierKind(models.TextChoices):
    ALIAS = "alias", _("other name or abbreviation")
    DOMAIN = "domain", _("domain")
    NETWORK = "network", _("network")
    AS_NUMBER = "as_number", _("AS number")
