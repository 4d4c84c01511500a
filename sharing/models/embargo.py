"""Embargoes that ended after the release, and what was done about it."""

from django.db import models

from sharing.models.deciding import Release


class LiftedEmbargo(models.Model):
    """A release was decided anew because an embargo in it had ended. Append-only."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="+")
    embargo_until = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "embargo_until"], name="lifted_embargo_once"
            ),
            models.CheckConstraint(
                condition=models.Q(at__gte=models.F("embargo_until")),
                name="lifted_embargo_is_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release}: {self.embargo_until:%Y-%m-%d %H:%M}"
