"""What programs exchange with us as STIX: what they were served, and what they brought."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from advisories.models import Advisory, AdvisoryVersion
from recipients.models import MachineClient, User


class ServedObject(models.Model):
    """Of which advisory an object is, for who asks by its id. Holds no content and opens nothing.

    Written when an object is first made: an id tells nothing by itself (ADR 0015).
    """

    object_id = models.CharField(max_length=100, primary_key=True)  # type--uuid
    advisory = models.ForeignKey(Advisory, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.object_id


class IntakeItem(models.Model):
    """What a partner's program posted: the exact bytes, waiting for an analyst. Never shared.

    A trigger keeps what was received as it was received; only its handling is written later.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DRAFTED = "drafted", _("made into a draft")
        DISMISSED = "dismissed", _("set aside")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(MachineClient, models.PROTECT, related_name="intake")
    sha256 = models.CharField(max_length=64)
    received = models.BinaryField()
    received_at = models.DateTimeField()
    # (id, version) of each object, as the sender is told of them.
    objects_received = ArrayField(ArrayField(models.CharField(max_length=150), size=2))
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    handled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    handled_at = models.DateTimeField(null=True, blank=True)
    version = models.ForeignKey(
        AdvisoryVersion, models.SET_NULL, null=True, blank=True, related_name="intake"
    )
    flags = models.JSONField(default=list, blank=True)  # what a person must look at
    reason = models.TextField(blank=True)  # why it was set aside

    class Meta:
        ordering = ["received_at"]
        constraints = [
            models.UniqueConstraint(fields=["client", "sha256"], name="intake_once_per_client"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "drafted", "dismissed"]),
                name="intake_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", handled_by=None, handled_at=None)
                | (
                    ~Q(status="waiting")
                    & Q(handled_by__isnull=False)
                    & Q(handled_at__gte=F("received_at"))
                ),
                name="intake_handled_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(status="dismissed") | ~Q(reason=""),
                name="intake_dismissed_with_reason",
            ),
        ]
        indexes = [  # the desk asks for what waits
            models.Index(
                fields=["received_at"], condition=Q(status="waiting"), name="intake_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.status}"
