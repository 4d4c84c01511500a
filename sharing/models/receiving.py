"""What recipients did with what they got: opened it, said that they had seen it, answered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from advisories.models import AdvisoryVersion
from recipients.models import Organisation, User


class Opening(models.Model):
    """The first time that a person or a program opened a version. Append-only."""

    version = models.ForeignKey(
        AdvisoryVersion, models.PROTECT, related_name="openings", db_index=False
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    actor = models.CharField(max_length=100)  # as the record knows who reads
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "actor"], name="opening_first_only")
        ]

    def __str__(self) -> str:
        return f"{self.version} by {self.actor}"


class Receipt(models.Model):
    """Ontvangstbevestiging: what an organisation says of a version. Append-only; of the same
    product the last word counts.

    The text is what the organisation made of it (beoordeling and uitkomst, art. 17 Cbb). It is
    read by staff and by its own organisation, and by nobody else.
    """

    class Answer(models.TextChoices):
        SEEN = "seen", _("we have seen it")
        NOT_AFFECTED = "not_affected", _("we are not affected")
        AFFECTED = "affected", _("we are affected")
        RESOLVED = "resolved", _("we have resolved it")
        NEEDS_HELP = "needs_help", _("we need help")

    version = models.ForeignKey(AdvisoryVersion, models.PROTECT, related_name="receipts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=Answer)
    product = models.CharField(max_length=200, blank=True)  # which one; empty: all of it
    text = models.CharField(max_length=4000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    answer__in=["seen", "not_affected", "affected", "resolved", "needs_help"]
                ),
                name="receipt_answer_known",
            ),
            models.CheckConstraint(
                condition=~Q(answer="needs_help", text=""), name="receipt_help_says_which"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.answer} by {self.organisation}"
