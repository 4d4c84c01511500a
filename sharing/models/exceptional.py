"""Bijzondere verstrekking: a supply that rests on an exception, and who stood for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from advisories.models import AdvisoryVersion, Attestation
from law.vocabulary import RegimeId
from recipients.models import Organisation, Role, User

SHORT, LONG = timedelta(hours=72), timedelta(days=30)


class ExceptionalSupply(models.Model):
    """One person proposes with a reason per predicate, another confirms; it ends by itself.

    What was proposed and confirmed never changes (trigger); ending and reviewing are added once.
    """

    class Kind(models.TextChoices):
        SPECIAL_CASE = "special_case", _("special case: a provider directly")  # bijzonder geval
        BREAK_GLASS = "break_glass", _("necessity: another organisation")  # art. 20(4)(b) Wbni
        STATEMENT = "statement", _("statement to the public")  # art. 20(4)(b) Wbni, art. 37 Cbw
        ADVICE = "advice", _("advice not followed: to the competent authority")  # art. 20(3) Wbni
        DUTY = "duty", _("duty to supply the competent authority")  # art. 20(4)(a) Wbni
        EXCHANGE = "exchange", _("necessary for the competent authority")  # art. 51(1) Cbw

    kind = models.CharField(max_length=20, choices=Kind)
    version = models.ForeignKey(AdvisoryVersion, models.PROTECT, related_name="supplies")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="supplies"
    )  # None: the public
    regime = models.CharField(max_length=20, choices=[(r.value, r.value) for r in RegimeId])
    reasons = models.JSONField()  # {predicate: the reasoning}
    details = models.JSONField(default=dict)  # who was consulted, which advice, which ground, …
    hours = models.PositiveSmallIntegerField()  # asked for, counted from the confirmation
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_role = models.CharField(max_length=20, choices=Role)
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_role = models.CharField(max_length=20, choices=Role, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "special_case",
                        "break_glass",
                        "statement",
                        "advice",
                        "duty",
                        "exchange",
                    ]
                ),
                name="supply_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(regime__in=[r.value for r in RegimeId]), name="supply_regime_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="statement", organisation=None)
                | (~Q(kind="statement") & Q(organisation__isnull=False)),
                name="supply_has_one_recipient",
            ),
            models.CheckConstraint(
                condition=~Q(reasons={}) & Q(hours__gt=0), name="supply_has_reasons"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="supply_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(
                    confirmed_by=None, confirmed_at=None, valid_until=None, confirmed_role=""
                )
                | (
                    Q(
                        confirmed_by__isnull=False,
                        confirmed_at__isnull=False,
                        valid_until__isnull=False,
                        valid_until__gt=F("confirmed_at"),
                        confirmed_at__gte=F("proposed_at"),
                    )
                    & ~Q(confirmed_role="")
                ),
                name="supply_confirmed_until_an_end",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None)
                | Q(
                    kind__in=["special_case", "advice", "exchange"],
                    valid_until__lte=F("confirmed_at") + LONG,
                )
                | Q(valid_until__lte=F("confirmed_at") + SHORT),
                name="supply_no_longer_than_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None, ended_at=None)
                | Q(
                    ended_by__isnull=False,
                    ended_at__isnull=False,
                    ended_at__gte=F("proposed_at"),
                ),
                name="supply_ended_by_someone_after_start",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None, reviewed_at=None, review_note="")
                | (
                    Q(
                        reviewed_by__isnull=False,
                        reviewed_at__isnull=False,
                        confirmed_at__isnull=False,
                    )
                    & ~Q(review_note="")
                    & ~Q(reviewed_by=F("proposed_by"))
                    & ~Q(reviewed_by=F("confirmed_by"))
                ),
                name="supply_reviewed_by_a_third",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.kind} {self.organisation or 'public'}"

    def over(self, at: datetime) -> bool:
        """Whether it no longer opens anything at `at`."""
        return self.ended_at is not None or (
            self.valid_until is not None and self.valid_until <= at
        )


class SuppliedAttestation(models.Model):
    """An attestation that counts only as long as the supply for which it was given. Append-only."""

    supply = models.ForeignKey(ExceptionalSupply, models.PROTECT, related_name="attestations")
    attestation = models.OneToOneField(Attestation, models.PROTECT, related_name="supplied")

    def __str__(self) -> str:
        return f"{self.attestation_id} for {self.supply_id}"
