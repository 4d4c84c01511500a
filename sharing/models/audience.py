"""Audience: a recipient profile as a row, one-to-one with a group. The law is asked per audience."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import Group
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from recipients.models import Organisation
from recipients.models.facts import TsTzRange


class Audience(models.Model):
    """Every organisation with exactly these facts. Immutable: other facts are another audience."""

    digest = models.CharField(max_length=64, unique=True)  # sha256 of the canonical profile
    profile = models.JSONField()
    group = models.OneToOneField(Group, models.PROTECT, related_name="audience")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest[:12]


class AudienceMembershipQuerySet(models.QuerySet["AudienceMembership"]):
    def valid_at(self, instant: datetime) -> AudienceMembershipQuerySet:
        """In force at `instant`: first moment included, end excluded, open end allowed."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gt=instant), valid_from__lte=instant
        )


class AudienceMembership(models.Model):
    """Which audience an organisation belongs to, and from when until when. One at a time.

    Known ends lie ahead in time already: when a designation ends, the next row begins, and no
    job has to run for it.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="audiences")
    audience = models.ForeignKey(Audience, models.PROTECT, related_name="memberships")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)

    # Whether the feed has told the organisation what this membership gave and took.
    announced = models.BooleanField(default=False)

    objects = AudienceMembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="membership_one_at_a_time",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    (TsTzRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="membership_ends_after_start",
            ),
        ]
        indexes = [  # the sweep asks which memberships began unannounced
            models.Index(
                fields=["valid_from"], condition=Q(announced=False), name="membership_unannounced"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} in {self.audience}"
