"""The feed: one commit-ordered position per event, behind every machine interface."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q

from advisories.models import AdvisoryVersion, Section
from recipients.models import User

# Between two events there is room to give each object of a version an instant of its own.
STEP = timedelta(milliseconds=10)


class FeedEvent(models.Model):
    """What happened to what a reader may see. Append-only.

    `position` is taken under a transaction-level advisory lock at the end of the act: a visible
    position never has a smaller one still uncommitted. With `group` or `person`: only for that
    holder (its rights changed); without: for all who may see the version.
    """

    class Kind(models.TextChoices):
        RELEASED = "released"
        REVISED = "revised"
        GRANTED = "granted"
        REVOKED = "revoked"
        RECALLED = "recalled"

    position = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    version = models.ForeignKey(AdvisoryVersion, models.PROTECT, related_name="+")
    section = models.ForeignKey(Section, models.PROTECT, null=True, blank=True, related_name="+")
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    # `at`, moved on where need be: it rises with the position by at least STEP. Who asks for what
    # came after an instant misses nothing that was committed later under an earlier clock.
    added_at = models.DateTimeField(unique=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["released", "revised", "granted", "revoked", "recalled"]),
                name="feed_kind_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.kind} {self.version}"
