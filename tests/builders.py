"""A small believable world, row by row. Each builder has a default for what a test does not ask.

Facts in the registry are written in one place, `fact`: through the acts that follow them up.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from advisories.addressing import Addressing
from advisories.facets import Facets
from advisories.models import Advisory, AdvisoryVersion, Attestation, Section
from advisories.services import drafting, reviewing
from advisories.services.drafting import ATTESTORS
from law.facts import Question
from law.predicates import PREDICATES
from law.vocabulary import (
    Capacity,
    PersonalData,
    Predicate,
    Provenance,
    Purpose,
    Scope,
    Territory,
    Tlp,
)
from recipients.models import (
    Assurance,
    Designation,
    Establishment,
    Organisation,
    RegistryFact,
    Role,
    RoleAssignment,
    Sector,
    SectorMembership,
    User,
)
from recipients.models.facts import AssuranceKind
from sharing.services import registry

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
AT = datetime(2026, 9, 1, 10, tzinfo=AMSTERDAM)  # the Cyberbeveiligingswet is in force
SINCE = AT - timedelta(days=30)  # roles and facts hold from here

# What anyone may know: the marking of a section whose marking the test does not care about.
OPEN = Facets(
    scope=frozenset({Scope.GENERIC}),
    confidential=False,
    not_confidential_reason="https://voorbeeld.example/bericht",
    traceable=False,
    personal_data=PersonalData.NONE,
    provenance=Provenance.PUBLIC,
    tlp=Tlp.GREEN,
)
_serial = count(1)


def staff(
    *roles: Role, name: str = "", since: datetime = SINCE, until: datetime | None = None
) -> User:
    """Somebody of the NCSC with these roles since `since`; without any, an account and no more."""
    number = next(_serial)
    user = User.objects.create_user(
        f"medewerker{number}@ncsc.example", name=name or f"Medewerker {number}"
    )
    if roles:
        first, second = (
            User.objects.create_user(f"beheer{number}{side}@ncsc.example", name=f"Beheer {side}")
            for side in "ab"
        )
        for role in roles:
            RoleAssignment.objects.create(
                user=user,
                role=role,
                valid_from=since,
                valid_until=until,
                assigned_by=first,
                confirmed_by=second,
            )
    return user


def fact(row: RegistryFact, *, organisation: Organisation, at: datetime = SINCE) -> Any:
    """A fact of the organisation in the registry, proposed and confirmed by two people."""
    row.organisation = organisation
    row.ground, row.reference, row.valid_from = "Besluit", f"Stcrt. 2026, {next(_serial)}", at
    clerk, second = staff(Role.REGISTRY_MANAGER, since=at), staff(Role.DUTY_OFFICER, since=at)
    proposed = registry.propose_fact(fact=row, by=clerk, at=at)
    return registry.confirm_fact(fact=proposed, by=second, at=at)


def organisation(
    name: str = "Energie Voorbeeld BV",
    *,
    capacities: Collection[Capacity] = (Capacity.ESSENTIAL,),
    territory: Territory | None = Territory.NETHERLANDS,
    sectors: Collection[str] = (),
    secrecy: bool = True,
    since: datetime = SINCE,
) -> Organisation:
    """A recipient with confirmed facts, one reader with an account, who is its contact too."""
    clerk = staff(Role.REGISTRY_MANAGER, since=since)
    made = registry.register_organisation(name=name, by=clerk, at=since)
    rows: list[RegistryFact] = [Designation(capacity=capacity.value) for capacity in capacities]
    if territory is not None:
        rows.append(Establishment(territory=territory.value))
    for code in sectors:
        sector, _made = Sector.objects.get_or_create(
            code=code, defaults={"name_nl": code, "name_en": code}
        )
        rows.append(SectorMembership(sector=sector))
    if secrecy:
        rows.append(Assurance(kind=AssuranceKind.SECRECY.value))
    for row in rows:
        fact(row, organisation=made, at=since)
    person = registry.open_account(
        email=f"lezer{next(_serial)}@lezers.example",
        name=f"Lezer van {name}",
        organisation=made,
        language="nl",
        by=clerk,
        at=since,
    )
    registry.add_contact(
        organisation=made,
        user=person,
        name=person.name,
        email=person.email,
        language="nl",
        by=clerk,
        at=since,
    )
    return made


def reader(organisation: Organisation) -> User:
    """The first person with an account at the organisation."""
    return User.objects.filter(organisation=organisation).earliest("pk")


def draft(
    *,
    by: User,
    title: str = "Kwetsbaarheid in Voorbeeldproduct",
    sections: Sequence[dict[str, Any]] = ({},),
    addressing: Addressing | None = None,
    purpose: Purpose = Purpose.INFORM,
    at: datetime = AT,
) -> AdvisoryVersion:
    """An addressed draft by one author. Each dict is a section: `kind`, `heading`, `body`, `data`
    and `facets`; the first one is the summary."""
    version = drafting.open_draft(
        kind=Advisory.Kind.ADVISORY, title=title, language="nl", by=by, at=at
    )
    lead = version.sections.get()
    for number, given in enumerate(sections):
        section = drafting.put_section(
            version_id=version.pk,
            revision=fresh(version).revision,
            section_id=None if number else lead.pk,
            kind=given.get("kind", "text") if number else Section.Kind.LEAD,
            heading=given.get("heading", f"Onderdeel {number + 1}"),
            body=given.get("body", "Werk Voorbeeldproduct bij naar versie 2.4."),
            data=given.get("data", {}),
            by=by,
            at=at,
        )
        drafting.mark(
            section_id=section.pk,
            revision=fresh(version).revision,
            facets=given.get("facets", OPEN),
            by=by,
            at=at,
        )
    drafting.address(
        version_id=version.pk,
        revision=fresh(version).revision,
        addressing=addressing or Addressing(capacities=frozenset({Capacity.ESSENTIAL})),
        purpose=purpose,
        purpose_text="Informeren over een kwetsbaarheid",
        by=by,
        at=at,
    )
    return fresh(version)


def attest(
    version: AdvisoryVersion,
    predicate: Predicate,
    *,
    value: bool = True,
    since: datetime = SINCE,
    at: datetime = AT,
) -> Attestation:
    """Somebody whose role may do so vouches for it, for every section and every recipient."""
    role = next(
        role for who in sorted(PREDICATES[predicate].attestors) for role in sorted(ATTESTORS[who])
    )
    return drafting.attest(
        version_id=version.pk,
        section_id=None,
        predicate=predicate,
        value=value,
        text="Vastgesteld bij de beoordeling.",
        evidence="",
        organisation_id=None,
        capacity=None,
        role=role,
        by=staff(role, since=since),
        at=at,
    )


def submitted(version: AdvisoryVersion, *, at: datetime = AT) -> AdvisoryVersion:
    """The draft, put before a second person by its author."""
    return reviewing.submit(
        version_id=version.pk, revision=fresh(version).revision, by=version.author, at=at
    )


def approved(
    version: AdvisoryVersion, *, by: User | None = None, at: datetime = AT
) -> AdvisoryVersion:
    """The draft, submitted and approved by a second reader who did nothing else."""
    submitted(version, at=at)
    return reviewing.approve(
        version_id=version.pk,
        revision=fresh(version).revision,
        by=by or staff(Role.SECOND_READER),
        at=at,
    )


def out(version: AdvisoryVersion, *, at: datetime = AT) -> AdvisoryVersion:
    """An approved version as if it had gone out: the status only, without anyone being told."""
    version = fresh(version)
    version.status, version.released_at = AdvisoryVersion.Status.RELEASED, at
    version.save(update_fields=["status", "released_at"])
    return version


def fresh(version: AdvisoryVersion) -> AdvisoryVersion:
    """The version as it stands in the database."""
    return AdvisoryVersion.objects.select_related("advisory", "author").get(pk=version.pk)


def scenario(question: Question) -> Any:
    """A whole question of the law from plain values: set up, released, to be read back.

    `made.decision` (`outcome`, `code`), `made.rules`, `made.over_web()`, `made.over_api()`: a
    `tests.scenario.Scenario`, or for what is classified a `RefusedAtTheDoor` with the same names.
    """
    return importlib.import_module("tests.scenario").scenario(question)
