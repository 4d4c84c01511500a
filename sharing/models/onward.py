"""Onward sharing: what a reader asks when the label of a section stands in its way."""

from django.db import models
from django.db.models import Q

from advisories.models import Section
from recipients.models import Organisation, User


class RemarkRequest(models.Model):
    """An organisation asks for a section to be marked anew, so that it may pass it on.

    The answer is words: a marking changes by a revision, with its own decisions.
    """

    section = models.ForeignKey(Section, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.TextField()
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="remark_request_has_reason"),
            models.CheckConstraint(
                condition=Q(answered_by=None, answered_at=None, answer="")
                | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="remark_request_answered_in_words_by_someone",
            ),
            models.UniqueConstraint(
                fields=["section", "organisation"],
                condition=Q(answered_at=None),
                name="remark_request_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section} for {self.organisation}"
