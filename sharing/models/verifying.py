"""Who read a rule against the enacted text."""

from django.db import models
from django.db.models import Q

from recipients.models import User


class RuleVerification(models.Model):
    """Verificatie of one rule as it was worded then. Append-only; another wording, another row."""

    rule = models.CharField(max_length=30)
    digest = models.CharField(max_length=64)  # of the rule's words
    source = models.CharField(max_length=300)
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="verification_has_source"),
        ]
        indexes = [models.Index(fields=["rule", "digest"], name="verification_of_rule")]

    def __str__(self) -> str:
        return f"{self.rule} {self.at:%Y-%m-%d}"
