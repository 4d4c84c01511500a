"""The outbox: one row per message owed. The table is the queue (ADR 0002)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recipients.models import Contact, Organisation
from sharing.models.deciding import Release


class Delivery(models.Model):
    """One message owed to one contact. Written with the act that owes it, or not at all.

    The id is also the left side of the Message-ID: a repeated send is recognisably the same.
    """

    class Kind(models.TextChoices):
        NOTICE = "notice"  # a version was released
        WITHDRAWAL = "withdrawal"  # what you were told about was withdrawn
        WIDENED = "widened"  # a later act opened more of a version that is out
        NARROWED = "narrowed"  # part of what you were told about may not be used any more

    # Those that say what may be read: judged again at the send, and recalled with the release.
    TELLS = (Kind.NOTICE, Kind.WIDENED)

    class Channel(models.TextChoices):
        EMAIL = "email"

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting")
        SENDING = "sending", _("being sent")
        HANDED_OVER = "handed_over", _("handed over")  # the receiving server answered 250
        # Permanently refused, or no more tries: a person must act.
        FAILED = "failed", _("failed")
        # Lawful when queued, no longer lawful when sent.
        WITHHELD = "withheld", _("withheld")
        RECALLED = "recalled", _("recalled")  # the release was withdrawn before it was sent

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # Ten thousand rows in one publish: no index that no query uses. `release` leads the unique one.
    release = models.ForeignKey(Release, models.PROTECT, related_name="deliveries", db_index=False)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="deliveries", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NOTICE)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    urgent = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    # The instant of the later act that owes it. Empty for the release and the withdrawal of it,
    # which owe a contact one message each.
    occasion = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)  # also the fencing number
    handed_over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "contact", "channel", "kind", "occasion"],
                nulls_distinct=False,
                name="delivery_once_per_contact",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["notice", "withdrawal"], occasion=None)
                | Q(kind__in=["widened", "narrowed"], occasion__isnull=False),
                name="delivery_later_has_occasion",
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
                condition=Q(kind__in=["notice", "withdrawal", "widened", "narrowed"]),
                name="delivery_kind_known",
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
    outcome = models.CharField(max_length=20)  # handed_over, deferred, refused, withheld, lost
    smtp_code = models.PositiveSmallIntegerField(null=True, blank=True)
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
        # A grant said yes, the law says no: a bug.
        VERDICT_DIFFERS = "verdict_differs", _("a grant differs from what the law says")
        DELIVERY_FAILED = "delivery_failed", _("a message could not be handed over")
        # A legal duty to supply (MUST) that was not met in time.
        MUST_OVERDUE = "must_overdue", _("a legal duty to supply is overdue")
        # A grant or verdict would show the public more than TLP:CLEAR: a bug.
        PUBLIC_NOT_CLEAR = "public_not_clear", _("something not TLP:CLEAR was kept from the public")

    kind = models.CharField(max_length=20, choices=Kind)
    subject = models.CharField(max_length=200)  # what it is about, without content
    release = models.ForeignKey(
        Release, models.PROTECT, null=True, blank=True, related_name="alarms"
    )
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
