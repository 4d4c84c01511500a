"""What staff look at: drafts, releases and the registry. Not a door: recipients never come here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from advisories.models import AdvisoryVersion, Section
from law.rules import RULES, Rule
from law.vocabulary import Capacity, Territory
from recipients.models import (
    Assurance,
    Consent,
    ConstituencyMember,
    Designation,
    Establishment,
    Organisation,
    RegistryFact,
    SectorMembership,
    User,
)
from recipients.models.facts import AssuranceKind
from sharing.models import (
    Alarm,
    Delivery,
    IntakeItem,
    Reassessment,
    Release,
    RuleVerification,
)

FACTS: dict[str, type[RegistryFact]] = {
    "designation": Designation,
    "assurance": Assurance,
    "establishment": Establishment,
    "sector": SectorMembership,
    "constituency": ConstituencyMember,
    "consent": Consent,
}


@dataclass(frozen=True, slots=True)
class Home:
    mine: list[AdvisoryVersion]
    waiting: list[AdvisoryVersion]
    approved: list[AdvisoryVersion]
    others: list[AdvisoryVersion]
    releases: list[Release]
    alarms: list[Alarm]
    brought: int  # by partners, and waiting


def home(user: User) -> Home:
    """My drafts, what waits for my second look, what may go out, and what went."""
    versions = AdvisoryVersion.objects.select_related("advisory", "author").order_by("-edited_at")
    drafts = versions.filter(status="draft")
    releases = Release.objects.select_related("version__advisory").annotate(
        owed=Count("deliveries", filter=Q(deliveries__status__in=["pending", "sending"])),
        done=Count("deliveries", filter=Q(deliveries__status="handed_over")),
        failed=Count("deliveries", filter=Q(deliveries__status="failed")),
    )
    return Home(
        mine=list(drafts.filter(author=user)[:20]),
        others=list(drafts.exclude(author=user)[:20]),
        waiting=list(versions.filter(status="in_review").exclude(author=user)[:20]),
        approved=list(versions.filter(status="approved")[:20]),
        releases=list(releases.order_by("-released_at")[:20]),
        alarms=list(Alarm.objects.filter(resolved_at=None).order_by("-raised_at")[:20]),
        brought=IntakeItem.objects.filter(status="waiting").count(),
    )


def version(version_id: int) -> AdvisoryVersion | None:
    return (
        AdvisoryVersion.objects.select_related(
            "advisory", "author", "last_edited_by", "approved_by"
        )
        .filter(pk=version_id)
        .first()
    )


def sections(version: AdvisoryVersion) -> list[Section]:
    rows = version.sections.select_related("marking").prefetch_related(
        "marking__organisations__organisation"
    )
    return list(rows.order_by("position"))


def section(version: AdvisoryVersion, section_id: int) -> Section | None:
    return version.sections.select_related("marking").filter(pk=section_id).first()


def attestations(version: AdvisoryVersion) -> list[Any]:
    return list(version.attestations.select_related("by", "organisation", "section"))


def import_flags(version: AdvisoryVersion) -> list[dict[str, str]]:
    """What the import left for a person to judge."""
    newest = version.imported_from.order_by("-imported_at").first()
    brought = IntakeItem.objects.filter(version=version).values_list("flags", flat=True)
    return [*(newest.flags if newest else ()), *(flag for flags in brought for flag in flags)]


def intake() -> dict[str, list[IntakeItem]]:
    """What waits, oldest first, and what was dealt with last."""
    rows = IntakeItem.objects.select_related(
        "client__organisation", "version__advisory", "handled_by"
    ).defer("received")
    return {
        "waiting": list(rows.filter(status="waiting").order_by("received_at")[:100]),
        "handled": list(rows.exclude(status="waiting").order_by("-handled_at")[:50]),
    }


def intake_item(pk: UUID) -> IntakeItem | None:
    return IntakeItem.objects.filter(pk=pk).first()


@dataclass(frozen=True, slots=True)
class Board:
    """A release on its way."""

    release: Release
    total: int
    counts: tuple[tuple[str, int], ...]
    missing: list[Delivery]

    @property
    def done(self) -> int:
        return dict(self.counts).get("handed_over", 0)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


def board(release_id: int) -> Board | None:
    release = (
        Release.objects.select_related(
            "version__advisory", "released_by", "author", "second_person", "withdrawn_by"
        )
        .filter(pk=release_id)
        .first()
    )
    if release is None:
        return None
    found = Counter(release.deliveries.values_list("status", flat=True))
    missing = release.deliveries.filter(status__in=["failed", "pending", "sending", "withheld"])
    return Board(
        release=release,
        total=sum(found.values()),
        counts=tuple((status, found[status]) for status in Delivery.Status.values if found[status]),
        missing=list(missing.select_related("contact", "organisation")[:50]),
    )


def organisations(search: str = "") -> list[Organisation]:
    rows = Organisation.objects.order_by("name")
    return list(rows.filter(name__icontains=search)[:200] if search else rows[:200])


def organisation(pk: UUID) -> Organisation | None:
    return Organisation.objects.filter(pk=pk).first()


@dataclass(frozen=True, slots=True)
class Fact:
    """One registry fact as the page shows it."""

    kind: str
    row: Any
    says: Any
    current: bool


def facts(organisation: Organisation, *, at: datetime) -> list[Fact]:
    """Everything the registry says of an organisation now, proposals included, history left out."""
    found = []
    for kind, model in FACTS.items():
        rows = model.objects.filter(organisation=organisation, recorded_until=None)
        for row in rows.select_related("recorded_by", "confirmed_by").order_by("valid_from"):
            ended = row.valid_until is not None and row.valid_until <= at
            found.append(Fact(kind, row, says(row), row.confirmed_by_id is not None and not ended))
    return found


_SAYS: dict[type[RegistryFact], Callable[[Any], Any]] = {
    Designation: lambda row: Capacity(row.capacity),
    Assurance: lambda row: AssuranceKind(row.kind).label,
    Establishment: lambda row: Territory(row.territory),
    SectorMembership: lambda row: row.sector,
    ConstituencyMember: lambda row: row.member,
    Consent: lambda row: (
        row.to_organisation or (Capacity(row.to_capacity) if row.to_capacity else _("everyone"))
    ),
}


def says(row: RegistryFact) -> Any:
    """What a fact of the registry says: a value of the law, or a name."""
    return _SAYS[type(row)](row)


def fact(kind: str, pk: int) -> RegistryFact | None:
    model = FACTS.get(kind)
    found: RegistryFact | None = model.objects.filter(pk=pk).first() if model else None
    return found


def reassessment(pk: int | None = None) -> Reassessment | None:
    """The newest, or that one."""
    rows = Reassessment.objects.select_related("proposed_by", "approved_by").order_by("-pk")
    return (rows.filter(pk=pk) if pk is not None else rows).first()


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as the legal officer sees it."""

    rule: Rule
    verification: RuleVerification | None

    @property
    def sure(self) -> bool:
        return self.rule.verified or self.verification is not None


@dataclass(frozen=True, slots=True)
class RuleGroup:
    title: Any
    rows: tuple[RuleRow, ...]

    @property
    def unsure(self) -> int:
        return sum(not row.sure for row in self.rows)


def rules(verifications: Mapping[str, RuleVerification]) -> list[RuleGroup]:
    """All rules, by the Act that they come from."""
    groups = (
        (_("Cyberbeveiligingswet (since 15 August 2026)"), ("C.", "B.")),
        (_("Personal data, handling, recipient (always)"), ("D.", "E.", "F.")),
        (_("Wbni (until 14 August 2026)"), ("W",)),
    )
    return [
        RuleGroup(
            title,
            tuple(
                RuleRow(rule, verifications.get(rule.id))
                for rule in RULES.values()
                if rule.id.startswith(prefixes)
            ),
        )
        for title, prefixes in groups
    ]


def contacts(organisation: Organisation) -> list[Any]:
    return list(organisation.contacts.select_related("user").order_by("-active", "email"))
