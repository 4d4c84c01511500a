"""What staff look at: drafts, releases and the registry. Not a door: recipients never come here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from advisories.models import AdvisoryVersion, Section
from law.rules import RULES, Rule
from law.validity import LIMITS
from law.vocabulary import Capacity, Territory
from recipients.identifying import KINDS
from recipients.models import (
    Assurance,
    Consent,
    ConstituencyMember,
    Designation,
    Establishment,
    Identifier,
    IdentifierKind,
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
    RemarkRequest,
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
    requests: list[RemarkRequest]
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
        requests=list(
            RemarkRequest.objects.filter(answered_at=None)
            .select_related("section__version__advisory", "organisation")
            .order_by("asked_at")[:20]
        ),
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
    """Its bytes are read when they are asked for."""
    return IntakeItem.objects.filter(pk=pk).defer("received").first()


@dataclass(frozen=True, slots=True)
class Board:
    """A release on its way."""

    release: Release
    total: int
    counts: tuple[tuple[str, Any, int], ...]  # status, its word, how many
    missing: list[Delivery]
    alarms: list[Alarm]  # open ones about this release
    lead: int | None  # id of the first section

    @property
    def done(self) -> int:
        return sum(n for status, _word, n in self.counts if status == "handed_over")

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
        counts=tuple(
            (status.value, status.label, found[status.value])
            for status in Delivery.Status
            if found[status.value]
        ),
        missing=list(missing.select_related("contact", "organisation")[:50]),
        alarms=list(release.alarms.filter(resolved_at=None).order_by("-raised_at")),
        lead=release.version.sections.order_by("position").values_list("pk", flat=True).first(),
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
    open: bool  # whether its end can be brought forward


def facts(organisation: Organisation, *, at: datetime) -> list[Fact]:
    """Everything the registry says of an organisation now, proposals included, history left out.

    Consents stand by themselves, with those that ended: `sharing.consents`.
    """
    found = []
    for kind, model in FACTS.items():
        if model is Consent:
            continue
        rows = model.objects.filter(organisation=organisation, recorded_until=None)
        for row in rows.select_related("recorded_by", "confirmed_by").order_by("valid_from"):
            confirmed = row.confirmed_by_id is not None
            until = row.effective_until
            current = confirmed and (until is None or until > at)
            running = row.valid_until is None or row.valid_until > at
            found.append(Fact(kind, row, says(row), current, confirmed and running))
    return found


@dataclass(frozen=True, slots=True)
class Ending:
    """A fact that ends soon, by its own date or by the limit of the law."""

    kind: str
    row: Any
    says: Any
    until: datetime


def ending(*, at: datetime, days: int = 30) -> list[Ending]:
    """Confirmed facts in force at `at` that end within `days` and are not followed by another of
    the same organisation and key; earliest first. Organisations that ended are left out."""
    horizon = at + timedelta(days=days)
    found = []
    for kind, model in FACTS.items():
        rows = model.objects.in_force(at).filter(
            _may_end(model, horizon),
            Q(organisation__active_until=None) | Q(organisation__active_until__gt=at),
        )
        ends = [
            (row, until)
            for row in rows.select_related("organisation")
            if (until := row.effective_until) is not None and at < until <= horizon
        ]
        followed = _begin_later(model, {row.organisation_id for row, _until in ends}, at=at)
        found += [
            Ending(kind, row, says(row), until)
            for row, until in ends
            if not any(start <= until for start in followed.get(_key(row), ()))
        ]
    return sorted(found, key=lambda one: (one.until, one.row.organisation.name))


def _may_end(model: type[RegistryFact], horizon: datetime) -> Q:
    """By the date on record; or by a limit of the law, for rows from before limits were written
    into them."""
    limited = {
        Designation: Q(capacity__in=LIMITS),
        Assurance: Q(kind__in=LIMITS),
        ConstituencyMember: Q(),
    }.get(model)
    by_date = Q(valid_until__lte=horizon)
    return by_date if limited is None else by_date | limited & Q(valid_until=None)


def _begin_later(
    model: type[RegistryFact], organisations: set[UUID], *, at: datetime
) -> dict[tuple[Any, ...], list[datetime]]:
    """When confirmed facts that have not begun at `at` will begin, by key."""
    starts: dict[tuple[Any, ...], list[datetime]] = {}
    rows = model.objects.known_at(at).filter(organisation__in=organisations, valid_from__gt=at)
    for row in rows:
        starts.setdefault(_key(row), []).append(row.valid_from)
    return starts


def _key(row: Any) -> tuple[Any, ...]:
    """What a fact says, so that the next one of the same is known; a consent is never the same."""
    names = ("capacity", "kind", "territory", "sector_id", "member_id")
    own = row.pk if isinstance(row, Consent) else None
    return (row.organisation_id, own, *(getattr(row, name, None) for name in names))


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
        (_("Personal data, handling, recipient, rulings (always)"), ("D.", "E.", "F.", "M.")),
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


@dataclass(frozen=True, slots=True)
class Recognised:
    """One identifier as the page shows it."""

    kind: IdentifierKind
    row: Identifier


def identifiers(organisation: Organisation) -> list[Recognised]:
    """By what the lint recognises the organisation; ended ones last."""
    found = []
    for kind, (model, column, _spelling) in KINDS.items():
        rows = model._default_manager.filter(organisation=organisation)
        rows = rows.select_related("recorded_by", "ended_by").order_by(column, "pk")
        found += [Recognised(kind, row) for row in rows]
    return sorted(found, key=lambda one: one.row.ended_at is not None)


def identifier(kind: str, pk: int) -> Identifier | None:
    known = kind in IdentifierKind.values
    model = KINDS[IdentifierKind(kind)][0] if known else None
    found: Identifier | None = (
        model._default_manager.select_related("organisation").filter(pk=pk).first()
        if model
        else None
    )
    return found
