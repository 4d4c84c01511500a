"""Herbeoordeling: what was released under one law, assessed under the law that came after."""

from django.db import models
from django.db.models import F, Q

from law.vocabulary import RegimeId
from recipients.models import User
from sharing.models.deciding import Release


class Reassessment(models.Model):
    """One person asks for it with a reason, another approves; then it is worked off."""

    regime = models.CharField(max_length=20, choices=[(r.value, r.value) for r in RegimeId])
    reason = models.TextField()
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
                name="reassessment_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="reassessment_approved_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(approved_at__isnull=False),
                name="reassessment_approved_before_finished",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="reassessment_has_reason"),
            models.CheckConstraint(
                condition=Q(regime__in=[r.value for r in RegimeId]),
                name="reassessment_regime_known",
            ),
            models.UniqueConstraint(
                fields=["regime"], condition=Q(finished_at=None), name="reassessment_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.regime} {self.proposed_at:%Y-%m-%d}"


class ReassessedRelease(models.Model):
    """One release that was assessed again, and how many holdings came and went. Append-only."""

    reassessment = models.ForeignKey(Reassessment, models.PROTECT, related_name="releases")
    release = models.ForeignKey(Release, models.PROTECT, related_name="reassessments")
    at = models.DateTimeField()
    gained = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reassessment", "release"], name="reassessed_release_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.release} +{self.gained} -{self.lost}"
