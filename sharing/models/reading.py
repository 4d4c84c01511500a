"""What is kept of the public's reading."""

from django.db import models

from advisories.models import AdvisoryVersion


class PublicReading(models.Model):
    """The public opened this version in this hour: the record has one row for it."""

    version = models.ForeignKey(AdvisoryVersion, models.PROTECT, related_name="+", db_index=False)
    hour = models.DateTimeField()  # its first instant

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "hour"], name="public_reading_once_an_hour")
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.hour:%Y-%m-%d %H}"
