"""A small published world: one organisation with contacts, one advisory, its owed messages."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import Group

from advisories.addressing import Addressing
from advisories.models import Advisory, AdvisoryVersion, Attestation, Marking, Section
from advisories.services.reviewing import content_digest
from law.vocabulary import Capacity, Predicate
from recipients.models import (
    Assurance,
    Contact,
    Designation,
    Establishment,
    Organisation,
    Role,
    RoleAssignment,
    User,
)
from sharing.models import Release
from sharing.services import registry, releasing

TITLE = "Kwetsbaarheid in Voorbeeldproduct verholpen"
BODY = "Werk Voorbeeldproduct bij naar versie 2.4."
ATTESTED = (
    Predicate.RELEVANT_TO_RECIPIENT,
    Predicate.NECESSARY_FOR_CBW_TASK,
    Predicate.RELEVANT_AND_PROPORTIONATE,
    Predicate.PURPOSE_BOUND,
    Predicate.NECESSARY,
)


@dataclass(frozen=True)
class Person:
    """Whom a message is for."""

    name: str
    email: str
    language: str = "nl"


def people(count: int) -> list[Person]:
    return [Person(f"Contact {n}", f"contact{n}@waterschap.example") for n in range(count)]


@dataclass(frozen=True)
class World:
    """What a test changes or asks about."""

    author: User
    second: User
    organisation: Organisation

    def publish(
        self,
        *,
        at: datetime,
        title: str = TITLE,
        body: str = BODY,
        tlp: str = "green",
        urgent: bool = False,
        number: str = "NCSC-2026-0123",
    ) -> Release:
        """Release one advisory to the organisation: a message is owed to each of its contacts."""
        version = self.approve(at=at, title=title, body=body, tlp=tlp, urgent=urgent, number=number)
        return releasing.release(version_id=version.pk, by=self.author, at=at)

    def approve(
        self,
        *,
        at: datetime,
        title: str = TITLE,
        body: str = BODY,
        tlp: str = "green",
        urgent: bool = False,
        number: str = "NCSC-2026-0123",
    ) -> AdvisoryVersion:
        """An advisory for the organisation that waits for publication."""
        version = AdvisoryVersion.objects.create(
            advisory=Advisory.objects.create(number=number, created_by=self.author, created_at=at),
            number=100,
            title=title,
            probability="H",
            damage="H" if urgent else "M",
            author=self.author,
            last_edited_by=self.author,
            created_at=at,
            edited_at=at,
            purpose_text="Informeren over een kwetsbaarheid",
            addressing=Addressing(capacities=frozenset({Capacity.ESSENTIAL})).to_json(),
        )
        section = Section.objects.create(version=version, position=1, kind="lead", body=body)
        Marking.objects.create(
            section=section,
            scope=["generic"],
            confidential=False,
            not_confidential_reason="Staat in het openbare bericht van de leverancier",
            traceable=False,
            personal_data="none",
            provenance="public",
            tlp=tlp,
        )
        for predicate in ATTESTED:
            Attestation.objects.create(
                version=version,
                predicate=predicate.value,
                value=True,
                by=self.second,
                role=Role.LEGAL_OFFICER,
                at=at,
                text="Vastgesteld bij de beoordeling",
                regime="CBW_2026",
            )
        version.status = AdvisoryVersion.Status.APPROVED
        version.approved_by, version.approved_at = self.second, at
        version.approved_digest = content_digest(version)
        version.save()
        return version

    def end_designation(self, *, at: datetime) -> None:
        """The organisation is no longer what it was addressed as."""
        fact = Designation.objects.get(organisation=self.organisation, recorded_until=None)
        registry.end_fact(fact=fact, valid_until=at, by=self.second, at=at)


def world(contacts: Sequence[Person], *, at: datetime) -> World:
    """Two members of staff with every role, and an essential entity that keeps secrets."""
    author = User.objects.create_user("auteur@ncsc.example", name="Auteur")
    second = User.objects.create_user("tweede@ncsc.example", name="Tweede lezer")
    earlier = at - timedelta(days=1)
    for user in (author, second):
        for role in Role.values:
            RoleAssignment.objects.create(
                user=user, role=role, valid_from=earlier, assigned_by=author, confirmed_by=second
            )
    pk = uuid.uuid4()
    organisation = Organisation.objects.create(
        pk=pk,
        name="Waterschap Voorbeeld",
        active_from=earlier,
        group=Group.objects.create(name=f"organisation:{pk}"),
    )
    for fact in (
        Designation(capacity=Capacity.ESSENTIAL.value),
        Assurance(kind="secrecy"),
        Establishment(territory="netherlands"),
    ):
        fact.organisation = organisation
        fact.ground, fact.reference = "Besluit", "Stcrt. 2026, 1"
        fact.valid_from = fact.recorded_from = earlier
        fact.recorded_by = author
        fact.save()
        registry.confirm_fact(fact=fact, by=second, at=at)
    Contact.objects.bulk_create(
        Contact(organisation=organisation, name=p.name, email=p.email, language=p.language)
        for p in contacts
    )
    return World(author, second, organisation)
