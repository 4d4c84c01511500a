"""What the law leaves to a person (MANUAL) at this moment: found, grouped, and what was ruled.

Nothing is kept in a queue: the questions are those that the law leaves open when it is asked, so
that one which facts or a new law have settled is gone by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from advisories.models import AdvisoryVersion, Section
from law.facts import Recipient
from law.regimes import regime_at
from law.rules import RULES, Rule
from law.verdict import Verdict
from law.vocabulary import Outcome
from recipients.models import Organisation
from sharing.facts import profiles
from sharing.facts.matter import Matter
from sharing.facts.rulings import Key, about_these_words, standing
from sharing.granting.deciding import everyone
from sharing.judging import Ruling
from sharing.models import AudienceMembership, Decision, LegalRuling, Release

Status = AdvisoryVersion.Status


@dataclass(frozen=True, slots=True)
class Left:
    """One question that the law leaves to a person."""

    section_id: int
    organisation_id: UUID
    profile: Recipient
    verdict: Verdict
    # Standing, and about these very words: waits for its second person, or refuses.
    ruling: LegalRuling | None


def left(version: AdvisoryVersion, *, at: datetime) -> list[Left]:
    """Every question about the version that is left to a person at `at`, ruled upon or not."""
    matter = Matter.load(version, at=at)
    asked = [r for r in everyone(matter) if r.verdict.outcome is Outcome.MANUAL]
    if not asked:
        return []
    given = standing(version, at=at).select_related("decided_by", "organisation")
    sections = (subject.section for subject in matter.subjects)
    rulings = about_these_words(given, version, sections)
    found: dict[Key, Left] = {}
    for ruling, organisation_id in _organisations(matter, asked):
        key = (ruling.section_id, organisation_id)
        found.setdefault(key, Left(*key, ruling.profile, ruling.verdict, rulings.get(key)))
    return list(found.values())


def _organisations(matter: Matter, asked: Iterable[Ruling]) -> Iterator[tuple[Ruling, UUID]]:
    """Each ruling with those it is about; who is asked by name is not asked by kind as well."""
    asked = list(asked)
    kinds = {profiles.digest(r.profile) for r in asked if r.organisation_id is None}
    members: dict[str, list[UUID]] = defaultdict(list)
    rows = AudienceMembership.objects.valid_at(matter.at).filter(audience__digest__in=kinds)
    for digest, organisation_id in rows.values_list("audience__digest", "organisation_id"):
        members[digest].append(organisation_id)
    by_name = matter.particular()
    for ruling in asked:
        if ruling.organisation_id is not None:
            yield ruling, ruling.organisation_id
            continue
        for organisation_id in members[profiles.digest(ruling.profile)]:
            if organisation_id not in by_name:
                yield ruling, organisation_id


def candidates(*, at: datetime) -> QuerySet[AdvisoryVersion]:
    """Versions about which something may be left to a person: those that wait for a second look or
    for publication, and those that are out under the law of now and left something before, or
    whose embargo ended after the release. Oldest first."""
    live = Release.objects.filter(
        withdrawn_at=None, stands_under=regime_at(at).id.value, version=OuterRef("pk")
    )
    asked = Exists(Decision.objects.filter(release=OuterRef("pk"), outcome=Outcome.MANUAL.value))
    later = Q(
        version__sections__marking__embargo_until__gt=F("released_at"),
        version__sections__marking__embargo_until__lte=at,
    )
    return (
        AdvisoryVersion.objects.filter(
            Q(status__in=(Status.IN_REVIEW, Status.APPROVED)) | Exists(live.filter(asked | later))
        )
        .select_related("advisory", "author")
        .order_by("edited_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class Reason:
    """A gate that does not answer: the rules it looked at, and what was asked on the way."""

    gate: str
    rules: tuple[Rule, ...]
    predicates: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Recipients of one kind for whom the same is left open."""

    profile: Recipient
    verdict: Verdict
    organisations: tuple[Organisation, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(
            Reason(gate.gate, tuple(RULES[r] for r in gate.rules if r in RULES), gate.predicates)
            for gate in self.verdict.gates
            if gate.outcome is Outcome.MANUAL
        )


@dataclass(frozen=True, slots=True)
class Question:
    """A section about which something is left to a person."""

    section: Section
    groups: tuple[Group, ...]  # nobody decided on these
    waiting: tuple[LegalRuling, ...]  # allowed by one person; a second has to confirm

    @property
    def organisations(self) -> int:
        return sum(len(group.organisations) for group in self.groups)


def queue(*, at: datetime) -> list[Question]:
    """Everything that waits for a person now, section by section."""
    return [one for version in candidates(at=at) for one in questions(version, at=at)]


def undecided(*, at: datetime) -> int:
    """How many answers nobody gave yet. Costs what the queue costs but for the names: the law is
    asked about every candidate."""
    return sum(one.ruling is None for v in candidates(at=at) for one in left(v, at=at))


def questions(version: AdvisoryVersion, *, at: datetime) -> list[Question]:
    """What waits for a person about one version. Sections about which nothing waits are left out."""
    found = left(version, at=at)
    organisations = Organisation.objects.in_bulk({one.organisation_id for one in found})
    by_section: dict[int, list[Left]] = defaultdict(list)
    for one in found:
        by_section[one.section_id].append(one)
    sections = Section.objects.in_bulk(by_section)
    asked = []
    for section in sorted(sections.values(), key=lambda section: section.position):
        section.version = version
        about = by_section[section.pk]
        waiting = tuple(one.ruling for one in about if one.ruling and one.ruling.allows)
        groups = _groups((one for one in about if one.ruling is None), organisations)
        if groups or waiting:
            asked.append(Question(section, groups, waiting))
    return asked


def _groups(found: Iterable[Left], organisations: dict[UUID, Organisation]) -> tuple[Group, ...]:
    """By what the law sees of them, as far as people see a difference: not by sector."""
    together: dict[object, list[Left]] = defaultdict(list)
    for one in found:
        kind = (one.profile.capacities, one.profile.territory, one.verdict)
        together[kind].append(one)
    groups = [
        Group(
            profile=same[0].profile,
            verdict=same[0].verdict,
            organisations=tuple(
                sorted((organisations[one.organisation_id] for one in same), key=str)
            ),
        )
        for same in together.values()
    ]
    return tuple(sorted(groups, key=lambda group: -len(group.organisations)))


def history(*, most: int = 100) -> list[LegalRuling]:
    """What was decided, newest first."""
    rows = LegalRuling.objects.select_related(
        "section__version__advisory", "organisation", "decided_by", "confirmed_by", "ended_by"
    )
    return list(rows.order_by("-decided_at", "-pk")[:most])


def ruling(pk: int) -> LegalRuling | None:
    return LegalRuling.objects.filter(pk=pk).first()


def section(pk: int) -> Section | None:
    return (
        Section.objects.select_related("version__advisory", "version__author").filter(pk=pk).first()
    )


def waiting(*, at: datetime) -> int:
    """Allowances that want a second person, whether or not the law still leaves it open."""
    return LegalRuling.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=at),
        allows=True,
        confirmed_at=None,
        ended_at=None,
        regime=regime_at(at).id.value,
        version__status__in=(Status.IN_REVIEW, Status.APPROVED, Status.RELEASED),
    ).count()
