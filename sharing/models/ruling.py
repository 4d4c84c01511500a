"""Juridisch besluit: what the law leaves to a person (MANUAL), decided by legal affairs."""

from django.db import models
from django.db.models import F, Q

from advisories.models import AdvisoryVersion, Section
from law.vocabulary import RegimeId
from recipients.models import Organisation, User


class LegalRuling(models.Model):
    """May this section go to this very organisation, where the law leaves it open?

    An allowance counts once a second person confirmed it, for the words it was given about
    (`digest`) and under the regime it was given under. A refusal takes one person and keeps the
    question out of the queue. A row is confirmed once and ended once; a trigger refuses all else.
    """

    version = models.ForeignKey(AdvisoryVersion, models.PROTECT, related_name="rulings")
    section = models.ForeignKey(Section, models.PROTECT, related_name="rulings")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="rulings")
    regime = models.CharField(max_length=20, choices=[(r.value, r.value) for r in RegimeId])
    digest = models.CharField(max_length=64)  # of the section, its marking and its purpose
    allows = models.BooleanField()
    reason = models.TextField()
    evidence = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["section", "organisation", "regime"],
                condition=Q(ended_at=None),
                name="ruling_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("decided_by")),
                name="ruling_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, allows=True),
                name="ruling_confirmed_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="ruling_ended_by_someone",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="ruling_has_reason"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("decided_at")),
                name="ruling_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(regime__in=[r.value for r in RegimeId]), name="ruling_regime_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section} → {self.organisation}: {'allow' if self.allows else 'refuse'}"
