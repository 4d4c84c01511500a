"""What if: who would gain or lose which sections of what is live, before anything is activated.

Each question is answered by doing the thing and undoing it (`sharing.comparing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from advisories.models import Section
from law.facts import Item
from law.rules import RULES
from law.verdict import Verdict
from law.vocabulary import Capacity
from recipients.contradictions import contradicting, sentence
from recipients.errors import Conflict
from recipients.models import Consent, Organisation, RegistryFact, User
from sharing.comparing import Difference, Holding, differences, holdings, undone
from sharing.facts.matter import Matter
from sharing.granting import reassessing
from sharing.granting.following import decide_release_anew, follow_consent, follow_registry
from sharing.models import EndedGrant, Grant, PersonalGrant, Release
from sharing.words import word

MARKED = frozenset(field.name for field in fields(Item)) - {"attested"}


def ended(fact: RegistryFact, *, at: datetime) -> list[Difference]:
    """If this fact of the registry ended at `at`."""
    with undone():
        before = _held(fact, at=at)
        type(fact).objects.filter(pk=fact.pk).update(valid_until=max(at, fact.valid_from))
        return _followed(fact, before, at=at)


def confirmed(fact: RegistryFact, *, at: datetime) -> list[Difference]:
    """If this proposed fact were confirmed at `at`. `Conflict` when it could not be."""
    if fact.confirmed_by_id is not None or fact.recorded_until is not None:
        raise Conflict(_("This fact was confirmed or dropped already."))
    contrary = contradicting(fact, at=at)
    if contrary is not None:
        raise Conflict(sentence(fact, contrary, word=word))
    somebody = User.objects.exclude(pk=fact.recorded_by_id).earliest("pk")  # stands in; undone
    with undone():
        before = _held(fact, at=at)
        try:
            with transaction.atomic():
                proposed = type(fact).objects.filter(pk=fact.pk)
                proposed.update(confirmed_by=somebody, recorded_from=at)
        except IntegrityError as error:
            raise Conflict(
                _("The registry holds this already for part of the time; end that first.")
            ) from error
        return _followed(fact, before, at=at)


def marked(section: Section, changes: dict[str, Any], *, at: datetime) -> list[Difference]:
    """If the section of a live release were marked otherwise: facets of `law.Item` by name.

    `Conflict` when its version is not live. Released versions stay as they are: a marking changes
    by a revision.
    """
    unknown = changes.keys() - MARKED
    if unknown:
        raise ValueError(f"no facets of a marking: {', '.join(sorted(unknown))}")
    release = Release.objects.select_related("version__advisory").filter(
        version=section.version_id, withdrawn_at=None
    )
    live = release.first()
    if live is None:
        raise Conflict(_("This version is not live: nobody can gain or lose anything."))
    matter = Matter.load(live.version, at=at)
    matter.subjects = tuple(
        replace(subject, item=replace(subject.item, **changes))
        if subject.section.pk == section.pk
        else subject
        for subject in matter.subjects
    )
    return _decided_on(live, matter, at=at)


@dataclass(frozen=True, slots=True)
class Changed:
    """One live release, and who would gain or lose what of it."""

    release: Release
    differences: list[Difference]


def resting_on(rule: str) -> QuerySet[Release]:
    """Live releases of which something is held on a decision that names the rule; newest first.
    `KeyError` for a rule that nobody knows."""
    named = [{"rules": [RULES[rule].id]}]
    held = Q(pk__in=Grant.objects.filter(decision__gates__contains=named).values("release"))
    held |= Q(
        pk__in=PersonalGrant.objects.filter(decision__gates__contains=named).values("release")
    )
    live = Release.objects.filter(held, withdrawn_at=None)
    return live.select_related("version__advisory").order_by("-released_at")


def suspended(rule: str, *, at: datetime, most: int | None = None) -> Iterator[Changed]:
    """If nothing could be based on this rule: the enacted text turned out otherwise, say.

    Release by release, `most` of them. A rule that forbids is not lifted by this: nothing opens.
    Rules that a basis names together (art. 16(2)(b) and art. 53 Cbw) count as one.
    """
    for release in resting_on(rule)[:most]:
        matter = Matter.load(release.version, at=at)
        matter.suspended = frozenset({rule})
        yield Changed(release, _decided_on(release, matter, at=at))


def reassessed(*, at: datetime) -> Iterator[Changed]:
    """If all that stands under an earlier law were assessed under that of `at`. Release by release."""
    for release in reassessing.waiting(at=at).iterator(chunk_size=200):
        yield Changed(release, reassessing.preview(release, at=at))


def _decided_on(release: Release, matter: Matter, *, at: datetime) -> list[Difference]:
    """If the release were decided on these supposed facts."""
    with undone():
        before = holdings(at=at, version=release.version_id)
        decide_release_anew(release, reason=EndedGrant.Reason.REPLACED, at=at, matter=matter)
        after = holdings(at=at, version=release.version_id)
        return differences(before, after, at=at, matters={release.version_id: matter})


def _held(fact: RegistryFact, *, at: datetime) -> frozenset[Holding]:
    """What the change of this fact can touch: what the organisation sees, and for instemming what
    anybody sees of the items that can be traced to it."""
    if not isinstance(fact, Consent):
        return holdings(at=at, organisation=fact.organisation_id)
    live = Release.objects.filter(
        withdrawn_at=None,
        version__sections__marking__organisations__organisation=fact.organisation_id,
    )
    return _union(
        holdings(at=at, version=version)
        for version in live.values_list("version_id", flat=True).distinct()
    )


def _union(sets: Iterable[frozenset[Holding]]) -> frozenset[Holding]:
    return frozenset().union(*sets)


def _followed(fact: RegistryFact, before: frozenset[Holding], *, at: datetime) -> list[Difference]:
    if isinstance(fact, Consent):
        follow_consent(fact.organisation, at=at)
    else:
        follow_registry(fact.organisation, at=at)
    return differences(before, _held(fact, at=at), at=at)


@dataclass(frozen=True, slots=True)
class Party:
    """Who would gain or lose: an organisation, a person of it who is named for TLP:RED, or the
    public."""

    organisation: str
    person: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SectionChange:
    """What would change for one section of what is live."""

    advisory: str
    version: str
    position: int
    gained: tuple[Party, ...]
    lost: tuple[Party, ...]


def by_section(found: Iterable[Difference]) -> list[SectionChange]:
    """The differences with names, one row per section, parties by name."""
    found = list(found)
    sections = Section.objects.select_related("version__advisory").in_bulk(
        {one.holding.section_id for one in found}
    )
    organisations = Organisation.objects.in_bulk(
        {one.holding.organisation_id for one in found} - {None}
    )
    people = User.objects.in_bulk({one.holding.person_id for one in found} - {None})
    rows: dict[int, tuple[list[Party], list[Party]]] = {}
    for one in found:
        holding = one.holding
        person = people[holding.person_id].name if holding.person_id else ""
        organisation = (
            organisations[holding.organisation_id].name
            if holding.organisation_id
            else str(word(Capacity.PUBLIC))
        )
        party = Party(organisation, person, one.verdict)
        gained, lost = rows.setdefault(holding.section_id, ([], []))
        (gained if one.gained else lost).append(party)
    return [
        SectionChange(
            advisory=sections[pk].version.advisory.number,
            version=sections[pk].version.label,
            position=sections[pk].position,
            gained=tuple(sorted(gained, key=_name)),
            lost=tuple(sorted(lost, key=_name)),
        )
        for pk, (gained, lost) in rows.items()
    ]


def _name(party: Party) -> tuple[str, str]:
    return party.organisation.casefold(), party.person
