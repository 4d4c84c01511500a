"""Answers to the lint: what was refused, why, and who looked at that. Append-only.

They hold no words of the text: a fingerprint binds each answer to the very line it was given for.
Neither row holds on to the draft: the answer stays on record when the draft is thrown away.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from advisories.linting.finding import Kind
from advisories.models.authoring import AdvisoryVersion, Section
from recipients.models import Organisation, User


class LintRefusal(models.Model):
    """Findings of one kind in a section whose proposal somebody refused, with a reason."""

    version = models.ForeignKey(
        AdvisoryVersion, models.DO_NOTHING, db_constraint=False, related_name="lint_refusals"
    )
    section = models.ForeignKey(
        Section, models.DO_NOTHING, db_constraint=False, related_name="lint_refusals"
    )
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    fingerprints = ArrayField(models.CharField(max_length=64))
    downgrade = models.BooleanField()  # widens who may read: takes a second person
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="lint_refusal_has_reason"),
            models.CheckConstraint(
                condition=Q(fingerprints__len__gt=0), name="lint_refusal_of_something"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind if kind is not Kind.CLASSIFIED]),
                name="lint_refusal_kind_known",
            ),
        ]
        indexes = [models.Index(fields=["section"], name="lint_refusals_of_section")]

    def __str__(self) -> str:
        return f"{self.version_id} §{self.section_id}: {self.kind}"


class LintConfirmation(models.Model):
    """The second person of a downgrade: a trigger refuses who refused it or worked on the text."""

    refusal = models.OneToOneField(LintRefusal, models.PROTECT, related_name="confirmation")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.refusal_id} by {self.by}"
