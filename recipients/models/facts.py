"""Registry facts that law depends on, kept bitemporally.

`valid_*` says when a fact holds in the world, `recorded_*` when we knew it. Nothing is overwritten:
a correction closes the recorded period of the old row and adds a new one. A fact that is not yet
confirmed by a second person counts for nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from law.validity import CONSTITUENCY, effective_end
from law.vocabulary import Capacity, Purpose, Territory
from recipients.models.organisations import Organisation, Sector
from recipients.models.people import User


def choices(words: Any) -> list[tuple[str, str]]:
    """Form choices of a law enum; the words themselves are translated where they are shown."""
    return [(word.value, word.value) for word in words]


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class FactQuerySet(models.QuerySet[Any]):
    def known_at(self, instant: datetime) -> Self:
        """Confirmed rows that the registry held at `instant`."""
        return self.filter(
            Q(recorded_until=None) | Q(recorded_until__gt=instant),
            recorded_from__lte=instant,
            confirmed_by__isnull=False,
        )

    def valid_at(self, instant: datetime) -> Self:
        """By the dates on record: first moment included, end excluded, open end allowed."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gt=instant), valid_from__lte=instant
        )

    def in_force(self, instant: datetime) -> Self:
        """Known and valid at the same instant. A decision also asks `law.validity`, which may end
        a fact earlier than its row does."""
        return self.known_at(instant).valid_at(instant)


class RegistryFact(models.Model):
    """What every fact carries: whose, on which ground, from when until when, by whom."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="%(class)ss")
    ground = models.CharField(_("ground"), max_length=300)
    reference = models.CharField(_("reference"), max_length=300)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    recorded_from = models.DateTimeField()
    recorded_until = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    # Narrowing takes one person: who brought the end forward.
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = FactQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="%(class)s_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(recorded_until=None) | Q(recorded_until__gte=F("recorded_from")),
                name="%(class)s_record_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("recorded_by")),
                name="%(class)s_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(ground="") & ~Q(reference=""), name="%(class)s_has_ground"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {type(self).__name__} {self.valid_from:%Y-%m-%d}"

    @property
    def limited_as(self) -> str:
        """The name under which `law.validity` may limit it."""
        return ""

    @property
    def effective_until(self) -> datetime | None:
        """Until when it can count: the end on record or the limit of the law, whichever is first."""
        return effective_end(self.limited_as, self.valid_from, self.valid_until)

    def holds(self, instant: datetime) -> bool:
        """In force at `instant` by its own dates and the limit of the law."""
        until = self.effective_until
        return self.valid_from <= instant and (until is None or instant < until)


def never_twice(name: str, *key: str) -> ExclusionConstraint:
    """No two confirmed rows for one key overlap both in the world and on record."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((field, RangeOperators.EQUAL) for field in ("organisation", *key)),
            (TsTzRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
            (TsTzRange("recorded_from", "recorded_until"), RangeOperators.OVERLAPS),
        ],
        condition=Q(confirmed_by__isnull=False),
    )


class Designation(RegistryFact):
    """Hoedanigheid: a legal capacity of an organisation, with its ground."""

    capacity = models.CharField(max_length=20, choices=choices(Capacity))

    class Meta(RegistryFact.Meta):
        constraints = [
            *RegistryFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(capacity__in=[c.value for c in Capacity if c is not Capacity.PUBLIC]),
                name="designation_capacity_known",
            ),
            never_twice("designation_no_overlap", "capacity"),
        ]

    @property
    def limited_as(self) -> str:
        return self.capacity


class AssuranceKind(models.TextChoices):
    SECRECY = "secrecy", _("secrecy and purpose terms")  # art. 20(1) Wbni, art. 66(1)(c) Cbw
    COOPERATION = "cooperation", _("cooperation relation")  # art. 54(1) Cbw
    AVG_CHAPTER_V = "avg_chapter_v", _("transfer instrument")  # arts. 45, 46 AVG
    KNOWABLE_TASK = "knowable_task", _("objectively knowable task")  # art. 3(2) Wbni, 2018 text


class Assurance(RegistryFact):
    """Waarborg: signed terms or an instrument that a rule relies on."""

    kind = models.CharField(max_length=20, choices=AssuranceKind)

    class Meta(RegistryFact.Meta):
        constraints = [
            *RegistryFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=AssuranceKind.values), name="assurance_kind_known"
            ),
            never_twice("assurance_no_overlap", "kind"),
        ]

    @property
    def limited_as(self) -> str:
        return self.kind


class Establishment(RegistryFact):
    """Vestiging: where the organisation is established, as far as the Acts ask."""

    territory = models.CharField(max_length=20, choices=choices(Territory))

    class Meta(RegistryFact.Meta):
        constraints = [
            *RegistryFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(territory__in=[t.value for t in Territory]),
                name="establishment_territory_known",
            ),
            never_twice("establishment_no_overlap"),
        ]


class SectorMembership(RegistryFact):
    """The organisation works in this sector."""

    sector = models.ForeignKey(Sector, models.PROTECT, related_name="memberships")

    class Meta(RegistryFact.Meta):
        constraints = [
            *RegistryFact.Meta.constraints,
            never_twice("sectormembership_no_overlap", "sector"),
        ]


class ConstituencyMember(RegistryFact):
    """Achterban: `member` is served by `organisation`, by its own confirmed statement."""

    member = models.ForeignKey(Organisation, models.PROTECT, related_name="served_by")

    class Meta(RegistryFact.Meta):
        constraints = [
            *RegistryFact.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(member=F("organisation")), name="constituencymember_not_itself"
            ),
            never_twice("constituencymember_no_overlap", "member"),
        ]

    @property
    def limited_as(self) -> str:
        return CONSTITUENCY


class Consent(RegistryFact):
    """Instemming: `organisation` lets data traceable to it go to the recipients in scope.

    An empty scope field does not restrict; at least one of the recipient fields must be set.
    Ending it (`ended_by`) is the withdrawal, and works at once. `ground` says on which authority
    the signatory signed, `reference` where the signed statement is kept.
    """

    advisory_number = models.CharField(max_length=20, blank=True)  # empty: every item
    to_organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_capacity = models.CharField(max_length=20, blank=True, choices=choices(Capacity))
    to_sector = models.ForeignKey(Sector, models.PROTECT, null=True, blank=True, related_name="+")
    purpose = models.CharField(max_length=30, choices=choices(Purpose))
    signatory = models.CharField(max_length=200, blank=True)
    statement_sha256 = models.CharField(max_length=64, blank=True)  # of the file as received

    class Meta(RegistryFact.Meta):
        constraints = [
            *RegistryFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(to_organisation__isnull=False) | ~Q(to_capacity=""),
                name="consent_names_recipients",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=[p.value for p in Purpose]), name="consent_purpose_known"
            ),
            models.CheckConstraint(
                condition=Q(statement_sha256="") | Q(statement_sha256__regex=r"^[0-9a-f]{64}$"),
                name="consent_statement_digest_form",
            ),
        ]
