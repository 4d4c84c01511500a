"""The outbox: one row per message owed. The table is the queue (ADR 0002)."""

import uuid

from django.db import models
from django.db.models import Q

from recipients.models import Contact, Organisation, WebhookEndpoint
from sharing.models.deciding import Release


class Delivery(models.Model):
    """One message owed to one contact or one endpoint. Written with the release, or not at all.

    The id is also the left side of the Message-ID, and the webhook-id: a repeated send is
    recognisably the same.
    """

    class Kind(models.TextChoices):
        NOTICE = "notice"  # a version was released
        WITHDRAWAL = "withdrawal"  # what you were told about was withdrawn

    class Channel(models.TextChoices):
        EMAIL = "email"
        OPENPGP = "openpgp"
        SMIME = "smime"
        WEBHOOK = "webhook"
        FILE = "file"  # a drill: written down, and not sent

    class Status(models.TextChoices):
        PENDING = "pending"
        SENDING = "sending"
        HANDED_OVER = "handed_over"  # the receiving server answered 250
        FAILED = "failed"  # permanently refused, or no more tries: a person must act
        WITHHELD = "withheld"  # lawful when queued, no longer lawful when sent
        RECALLED = "recalled"  # the release was withdrawn before it was sent

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # Ten thousand rows in one publish: no index that no query uses. `release` leads the unique one.
    release = models.ForeignKey(Release, models.PROTECT, related_name="deliveries", db_index=False)
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, blank=True, related_name="deliveries", db_index=False
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NOTICE)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    urgent = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)  # also the fencing number
    handed_over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "contact", "channel", "kind"], name="delivery_once_per_contact"
            ),
            models.UniqueConstraint(
                fields=["release", "endpoint", "kind"],
                condition=Q(endpoint__isnull=False),
                name="delivery_once_per_endpoint",
            ),
            models.CheckConstraint(
                condition=Q(channel="webhook", endpoint__isnull=False, contact=None)
                | Q(
                    channel__in=["email", "openpgp", "smime"],
                    endpoint=None,
                    contact__isnull=False,
                )
                | (
                    Q(channel="file")
                    & (
                        Q(endpoint=None, contact__isnull=False)
                        | Q(endpoint__isnull=False, contact=None)
                    )
                ),
                name="delivery_channel_has_its_addressee",
            ),
            models.CheckConstraint(
                condition=Q(status="sending", lease_until__isnull=False)
                | (~Q(status="sending") & Q(lease_until=None)),
                name="delivery_leased_only_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(status="handed_over", handed_over_at__isnull=False)
                | (~Q(status="handed_over") & Q(handed_over_at=None)),
                name="delivery_handed_over_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "pending",
                        "sending",
                        "handed_over",
                        "failed",
                        "withheld",
                        "recalled",
                    ]
                ),
                name="delivery_status_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["notice", "withdrawal"]), name="delivery_kind_known"
            ),
        ]
        indexes = [  # the worker looks only at what is still owed, urgent first
            models.Index(
                fields=["urgent", "due_at"],
                condition=Q(status__in=["pending", "sending"]),
                name="delivery_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.status}"


class DeliveryAttempt(models.Model):
    """One try, with the server's own words. Append-only."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="tries", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    # How it went out: not as owed when a key could not be used and plain mail said only that there
    # is something. Empty: it did not go out.
    channel = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(max_length=20)  # handed_over, deferred, refused, withheld, lost
    smtp_code = models.PositiveSmallIntegerField(null=True, blank=True)  # of HTTP for a webhook
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_once_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} #{self.number}: {self.outcome}"


class Alarm(models.Model):
    """Something a person must look at: silence is an alarm."""

    class Kind(models.TextChoices):
        VERDICT_DIFFERS = "verdict_differs"  # a grant said yes, the law says no: a bug
        DELIVERY_FAILED = "delivery_failed"
        MUST_OVERDUE = "must_overdue"
        KEY_UNUSABLE = "key_unusable"  # a message went out without its content
        KEY_EXPIRES = "key_expires"
        ENDPOINT_AILS = "endpoint_ails"  # does not take what is owed to it

    kind = models.CharField(max_length=20, choices=Kind)
    subject = models.CharField(max_length=200)  # what it is about, without content
    raised_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(resolved_at=None),
                name="alarm_once_while_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"


class Circuit(models.Model):
    """A host of endpoints that failed several times in a row: it is left alone until then.

    Kept here, so that every worker knows. No row: all is well.
    """

    host = models.CharField(max_length=253, primary_key=True)
    failures = models.PositiveIntegerField()  # in a row
    open_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host} until {self.open_until:%H:%M:%S}"
