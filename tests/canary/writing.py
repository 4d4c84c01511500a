"""The advisories of a random world: what is drawn, and how it is written as rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from advisories.addressing import Addressing
from advisories.models import (
    Advisory,
    AdvisoryVersion,
    Attestation,
    MarkedOrganisation,
    Marking,
    Section,
)
from law.predicates import PREDICATES
from law.regimes import regime_at
from law.vocabulary import (
    Capacity,
    PersonalData,
    Predicate,
    Provenance,
    Scope,
    Tlp,
)
from recipients.models import (
    Role,
)
from tests.canary.making import CAPACITIES, COMMON, NOW, PURPOSES, SECTORS, Maker
from tests.canary.people import (
    Item,
    Part,
    Said,
    Version,
)

# Attested for nearly every version, or next to nothing would ever be shared.
USUAL = (
    Predicate.RELEVANT_TO_RECIPIENT,
    Predicate.RELEVANT_PARTY,
    Predicate.NECESSARY,
    Predicate.RELEVANT_TO_THEIR_TASK,
    Predicate.WBDWB_PURPOSE,
    Predicate.NECESSARY_FOR_CBW_TASK,
    Predicate.RELEVANT_AND_PROPORTIONATE,
    Predicate.CONFIDENTIALITY_GUARANTEED,
    Predicate.ENTITY_INTERESTS_PROTECTED,
    Predicate.PERSONAL_DATA_NECESSARY,
    Predicate.MINIMISED,
    Predicate.CONCERNS_PRIMARY_SYSTEMS,
    Predicate.CONTRIBUTES_TO_PREVENTING_SOCIETAL_DISRUPTION,
    Predicate.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES,
)


def draw_items(maker: Maker) -> None:
    for n in range(maker.rng.randint(2, 3)):
        number = f"NCSC-{maker.start.year}-{n + 1:04d}"
        item = Item(number=number, versions=[_version(maker, 100)])
        if maker.chance(0.4):
            item.versions.append(_version(maker, 101))
        maker.world.items.append(item)
    # One that never goes out: nobody but the desk may know of it.
    hidden = Item(number=f"NCSC-{maker.start.year}-0009", versions=[_version(maker, 100)])
    maker.world.items.append(hidden)
    for version in hidden.versions:
        maker.world.secrets |= {version.title, version.note}
        maker.world.secrets |= {c for part in version.parts for c in part.canaries}


def _version(maker: Maker, number: int) -> Version:
    rng, orgs = maker.rng, maker.world.orgs
    # Drawn aside, so that the rest of the world stays as it was before there was a public.
    aside = Random(f"{maker.seed} {maker.mint.made}")  # noqa: S311 -- to be repeated
    everyone = {Capacity.PUBLIC} if aside.random() < 0.6 else set()
    version = Version(
        number=number,
        title=maker.mint(),
        note=maker.mint(),
        level=rng.choice("HML") + rng.choice("HML"),
        purpose=rng.choice(PURPOSES),
        purpose_text=maker.mint(),
        capacities=frozenset(
            CAPACITIES if maker.chance(0.5) else rng.sample(CAPACITIES, rng.randint(0, 8))
        )
        | everyone,
        sectors=frozenset(rng.sample(SECTORS, 2) if maker.chance(0.2) else []),
        organisations=frozenset(o.id for o in maker.some(orgs, 2))
        if maker.chance(0.4)
        else frozenset(),
        people=[rng.choice(o.people) for o in maker.some(orgs, 3)] if maker.chance(0.5) else [],
        parts=[],
        said=[],
    )
    open_lead = maker.chance(0.5)
    for position in range(1, rng.randint(1, 5) + 1):
        version.parts.append(_part(maker, position, plain=open_lead and position == 1))
    _attest(maker, version)
    maker.world.secrets.add(version.purpose_text)
    maker.world.secrets |= {said.text for said in version.said}
    return version


KINDS = [kind for kind in Section.Kind.values if kind != Section.Kind.LEAD]
TLPS = [Tlp.CLEAR] * 3 + [Tlp.GREEN] * 3 + [Tlp.AMBER] * 2 + [Tlp.AMBER_STRICT] + [Tlp.RED] * 2


def _part(maker: Maker, position: int, *, plain: bool) -> Part:
    rng = maker.rng
    about = {o.id: maker.chance(0.5) for o in maker.some(maker.world.orgs, 2)}
    return Part(
        position=position,
        kind=Section.Kind.LEAD.value if position == 1 else rng.choice(KINDS),
        heading=maker.mint(),
        body=maker.mint(),
        datum=maker.mint(),
        marked=plain or maker.chance(0.96),
        scope=frozenset(rng.sample(list(Scope), rng.choice([0] + [1] * 8 + [2]))),
        confidential=False if plain else rng.choice([False] * 4 + [True] * 3 + [None]),
        traceable=False if plain else rng.choice([False, False, True, None]),
        personal_data=PersonalData.NONE
        if plain
        else rng.choice([PersonalData.NONE] * 5 + [*PersonalData, None]),
        provenance=rng.choice([*Provenance, None]),
        tlp=rng.choice([Tlp.CLEAR, Tlp.GREEN]) if plain else rng.choice([*TLPS, None]),
        embargo_until=rng.choice([maker.hours(-50, -1), maker.hours(NOW + 5, NOW + 90)])
        if maker.chance(0.2)
        else None,
        reporter=not plain and maker.chance(0.04),
        about=about if maker.chance(0.5) and not plain else {},
    )


def _attest(maker: Maker, version: Version) -> None:
    rng = maker.rng

    def say(predicate: Predicate, *, value: bool = True, **whom: Any) -> None:
        if predicate is Predicate.RELEVANT_PARTY and not maker.refusals:
            return  # whoever loses its place in the Act may become an andere relevante partij
        at = maker.hours(-30, -1)  # one word may come after another, and take its place
        version.said.append(Said(predicate, value, at, maker.mint(), **whom))

    often = rng.choice([1.0, 1.0, 0.9, 0.6])
    for predicate in USUAL:
        if maker.chance(often):
            say(predicate)
        elif maker.chance(0.7):
            say(predicate, **_whom(maker, version))
    # Words that lapse are left out: a grant ends with the first of them, needed or not.
    for predicate in maker.some([p for p in Predicate if not PREDICATES[p].lapse_days], 2):
        say(predicate, part=rng.choice(version.parts).position)
    if maker.refusals:
        _refuse(maker, version, say)


def _whom(maker: Maker, version: Version) -> dict[str, Any]:
    """For all, one capacity, one organisation, or of one section only."""
    return maker.rng.choice(
        [
            {},
            {"capacity": maker.rng.choice(COMMON)},
            {"organisation": maker.rng.choice(maker.world.orgs).id},
            {"part": maker.rng.choice(version.parts).position},
        ]
    )


def _refuse(maker: Maker, version: Version, say: Callable[..., None]) -> None:
    for predicate in maker.some(USUAL, 2):
        if maker.chance(0.5):
            say(predicate, value=False, part=maker.rng.choice(version.parts).position)
        else:
            say(predicate, value=False, capacity=maker.rng.choice(COMMON))


def draft(maker: Maker, item: Item, version: Version, at: datetime) -> AdvisoryVersion:
    author = maker.world.staff[Role.AUTHOR.value]
    advisory, _ = Advisory.objects.get_or_create(
        number=item.number, defaults={"created_by": author, "created_at": at}
    )
    version.row = row = AdvisoryVersion.objects.create(
        advisory=advisory,
        number=version.number,
        title=version.title,
        probability=version.level[0],
        damage=version.level[1],
        change_note=version.note,
        addressing=Addressing(
            capacities=version.capacities,
            sectors=version.sectors,
            organisations=version.organisations,
            people=frozenset(person.row.pk for person in version.people),
        ).to_json(),
        purpose=version.purpose.value,
        purpose_text=version.purpose_text,
        author=author,
        last_edited_by=author,
        created_at=at,
        edited_at=at,
    )
    sections = Section.objects.bulk_create(
        Section(
            version=row,
            position=part.position,
            kind=part.kind,
            heading=part.heading,
            body=part.body,
            data=data_of(part),
        )
        for part in version.parts
    )
    for part, section in zip(version.parts, sections, strict=True):
        part.id = section.pk
    _marking_rows(version)
    _attestation_rows(maker, version)
    return row


def data_of(part: Part) -> dict[str, Any]:
    """The structured half of a section, in the shape that its kind has."""
    if part.kind == Section.Kind.PRODUCTS:
        return {"products": [{"name": part.datum, "status": {}}]}
    if part.kind == Section.Kind.INDICATORS:
        return {"indicators": [{"type": "domain", "value": f"{part.datum}.example"}]}
    return {"rows": [{"value": part.datum}]}


def _marking_rows(version: Version) -> None:
    marked = [part for part in version.parts if part.marked]
    Marking.objects.bulk_create(
        Marking(
            section_id=part.id,
            scope=sorted(scope.value for scope in part.scope),
            confidential=part.confidential,
            not_confidential_reason="openbaar" if part.confidential is False else "",
            traceable=part.traceable,
            personal_data=part.personal_data.value if part.personal_data else "",
            provenance=part.provenance.value if part.provenance else "",
            tlp=part.tlp.value if part.tlp else "",
            embargo_until=part.embargo_until,
            reporter_identity=part.reporter,
        )
        for part in marked
    )
    MarkedOrganisation.objects.bulk_create(
        MarkedOrganisation(marking_id=part.id, organisation_id=pk, traceable=traceable)
        for part in marked
        for pk, traceable in part.about.items()
    )


def _attestation_rows(maker: Maker, version: Version) -> None:
    ids = {part.position: part.id for part in version.parts}
    Attestation.objects.bulk_create(
        Attestation(
            version=version.row,
            section_id=ids[said.part] if said.part else None,
            predicate=said.predicate.value,
            value=said.value,
            organisation_id=said.organisation,
            capacity=said.capacity.value if said.capacity else "",
            by=maker.world.staff[Role.DUTY_OFFICER.value],
            role=Role.DUTY_OFFICER.value,
            at=said.at,
            text=said.text,
            regime=regime_at(said.at).id.value,
        )
        for said in version.said
    )
