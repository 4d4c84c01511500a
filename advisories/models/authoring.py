"""Advisory, version, section. A released version never changes: a trigger refuses it."""

from __future__ import annotations

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from law.vocabulary import Purpose
from recipients.models import User


def version_label(number: int) -> str:
    """`1.00`, `1.01`, `2.00` for 100, 101, 200."""
    return f"{number // 100}.{number % 100:02d}"


class NumberSeries(models.Model):
    """The counter behind NCSC-YYYY-NNNN. Its row is locked while a number is taken: no gaps."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Advisory(models.Model):
    """One item, NCSC-YYYY-NNNN, through all its versions."""

    class Kind(models.TextChoices):
        ADVISORY = "advisory", _("security advisory")  # beveiligingsadvies
        THREAT = "threat", _("threat information")  # dreigingsinformatie
        INCIDENT = "incident", _("incident information")  # incidentinformatie

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ADVISORY)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^NCSC-[0-9]{4}-[0-9]{4,}$"), name="advisory_number_form"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["advisory", "threat", "incident"]), name="advisory_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class AdvisoryVersion(models.Model):
    """One version. `number` counts hundredths: 100 is 1.00, 101 is 1.01, 200 is 2.00.

    Title, kans and schade share the marking of the LEAD section: who may not see that section
    is not told them.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("ready for review")
        APPROVED = "approved", _("approved")
        RELEASED = "released", _("released")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Level(models.TextChoices):
        HIGH = "H", _("high")
        MEDIUM = "M", _("medium")
        LOW = "L", _("low")

    advisory = models.ForeignKey(Advisory, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    title = models.CharField(_("title"), max_length=500)
    language = models.CharField(max_length=10, default="nl")
    probability = models.CharField(_("probability"), max_length=1, choices=Level)  # kans
    damage = models.CharField(_("damage"), max_length=1, choices=Level)  # schade
    change_note = models.TextField(_("what changed"), blank=True)
    # Cbb art. 17: who gets a targeted alert must assess it and record the outcome.
    targeted = models.BooleanField(_("targeted"), default=False)

    # For whom, and why: part of what the second person approves.
    addressing = models.JSONField(default=dict, blank=True)  # see advisories.addressing.Addressing
    purpose = models.CharField(
        max_length=30, choices=[(p.value, p.value) for p in Purpose], default=Purpose.INFORM.value
    )
    purpose_text = models.TextField(_("purpose in words"), blank=True)

    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    last_edited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)  # counts edits: a stale tab is noticed
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_digest = models.CharField(max_length=64, blank=True)  # sha256 of what was approved
    returned_because = models.TextField(blank=True)  # the second person's words, for the author
    released_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["advisory", "number"]
        constraints = [
            models.UniqueConstraint(fields=["advisory", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["advisory"],
                condition=Q(status__in=["draft", "in_review", "approved"]),
                name="version_one_open_per_advisory",  # an unsent version blocks a newer one
            ),
            models.CheckConstraint(condition=Q(number__gte=100), name="version_number_from_1_00"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review", "approved", "released", "withdrawn"]),
                name="version_status_known",
            ),
            models.CheckConstraint(
                condition=Q(probability__in=["H", "M", "L"], damage__in=["H", "M", "L"]),
                name="version_levels_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review"], approved_by=None)
                | Q(status__in=["approved", "released", "withdrawn"], approved_by__isnull=False),
                name="version_approved_has_approver",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | (~Q(approved_by=F("author")) & ~Q(approved_by=F("last_edited_by"))),
                name="version_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["released", "withdrawn"], released_at__isnull=False)
                | Q(status__in=["draft", "in_review", "approved"], released_at=None),
                name="version_released_has_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.advisory} [{self.label}]"

    @property
    def label(self) -> str:
        return version_label(self.number)

    @property
    def level(self) -> str:
        """Kans and schade as in the subject line: `H/M`."""
        return f"{self.probability}/{self.damage}"

    @property
    def urgent(self) -> bool:
        """Urgent (H/H) or Normaal: whether mail goes before everything else."""
        return self.probability == "H" and self.damage == "H"


class Editor(models.Model):
    """Somebody who worked on a version, and so may not approve it."""

    version = models.ForeignKey(AdvisoryVersion, models.CASCADE, related_name="editors")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="editor_once")]

    def __str__(self) -> str:
        return f"{self.version}: {self.user}"


class Section(models.Model):
    """Onderdeel: the smallest protected unit. Its marking decides who may see it."""

    class Kind(models.TextChoices):
        LEAD = "lead", _("summary")  # exactly one; title, kans and schade go with it
        TEXT = "text", _("explanation")
        MEASURES = "measures", _("what to do")
        PRODUCTS = "products", _("affected products")
        VULNERABILITIES = "vulnerabilities", _("vulnerabilities")
        INDICATORS = "indicators", _("indicators")
        SYSTEMS = "systems", _("affected systems")

    version = models.ForeignKey(AdvisoryVersion, models.PROTECT, related_name="sections")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    heading = models.CharField(_("heading"), max_length=300, blank=True)
    body = models.TextField(_("text"), blank=True)  # Markdown
    data = models.JSONField(default=dict, blank=True)  # structured part, e.g. indicators
    # The same in every version that this section is carried on to: what machines know it by hangs
    # on this, so that it moves with nothing that its reader may not see (ADR 0015).
    lineage = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), editable=False)

    class Meta:
        ordering = ["version", "position"]
        # Staff hold no object permissions; recipients hold exactly this one, by decision.
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"],
                name="section_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["version"], condition=Q(kind="lead"), name="section_one_lead"
            ),
            models.UniqueConstraint(fields=["lineage", "version"], name="section_lineage_once"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "lead",
                        "text",
                        "measures",
                        "products",
                        "vulnerabilities",
                        "indicators",
                        "systems",
                    ]
                ),
                name="section_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} §{self.position}"
