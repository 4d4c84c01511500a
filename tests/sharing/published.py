"""A small published world: organisations that may see more and less, and programs that read."""

import base64
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from advisories.addressing import Addressing
from advisories.models import Advisory, AdvisoryVersion, Attestation, Marking, Section
from advisories.services.reviewing import content_digest
from law.vocabulary import Capacity, Predicate
from recipients.models import (
    Assurance,
    Designation,
    Establishment,
    MachineClient,
    Organisation,
    Role,
    RoleAssignment,
    User,
)
from sharing.models import Release
from sharing.services import registry, releasing

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TOKEN = "/identity/o/api/token"
ATTESTED = (
    Predicate.RELEVANT_TO_RECIPIENT,
    Predicate.RELEVANT_AND_PROPORTIONATE,  # art. 66(1) Cbw, with the three below
    Predicate.NECESSARY_FOR_CBW_TASK,
    Predicate.CONFIDENTIALITY_GUARANTEED,
    Predicate.ENTITY_INTERESTS_PROTECTED,
)


@dataclass(frozen=True)
class Part:
    """One section to publish. `confidential` ones need a recipient that keeps secrets."""

    kind: str = "lead"
    body: str = "Werk Voorbeeldproduct bij naar versie 2.4."
    confidential: bool = False
    tlp: str = "green"
    heading: str = ""  # one by its kind when left out
    pap: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)  # of the source, as in the marking


LEAD = Part()
SECRETS = Part("indicators", "c2.aanval.example", confidential=True, tlp="amber")


@dataclass
class Published:
    """Staff of the NCSC, and what they publish."""

    author: User
    second: User
    start: datetime
    count: int = field(default=0)

    def organisation(
        self, name: str, *, secrecy: bool = True, capacity: Capacity = Capacity.ESSENTIAL
    ) -> Organisation:
        """An organisation in the Netherlands with one designation, by two persons."""
        pk = uuid.uuid4()
        organisation = Organisation.objects.create(
            pk=pk,
            name=name,
            active_from=self.start,
            group=Group.objects.create(name=f"organisation:{pk}"),
        )
        facts: list[Any] = [
            Designation(capacity=capacity.value),
            Establishment(territory="netherlands"),
            *([Assurance(kind="secrecy")] if secrecy else []),
        ]
        for fact in facts:
            fact.organisation = organisation
            fact.ground, fact.reference = "Besluit", "Stcrt. 2026, 1"
            fact.valid_from = fact.recorded_from = self.start
            fact.recorded_by = self.author
            fact.save()
            registry.confirm_fact(fact=fact, by=self.second, at=self.start)
        return organisation

    def publish(
        self,
        parts: Sequence[Part] = (LEAD,),
        *,
        at: datetime,
        title: str = "Kwetsbaarheid in Voorbeeldproduct",
        advisory: Advisory | None = None,
        number: int = 100,
        to: frozenset[Capacity] = frozenset({Capacity.ESSENTIAL}),
    ) -> Release:
        """Release a version to all essential entities, or to the kinds in `to`."""
        if advisory is None:
            self.count += 1
            advisory = Advisory.objects.create(
                number=f"NCSC-2026-{self.count:04d}", created_by=self.author, created_at=at
            )
        version = AdvisoryVersion.objects.create(
            advisory=advisory,
            number=number,
            title=title,
            probability="H",
            damage="M",
            author=self.author,
            last_edited_by=self.author,
            created_at=at,
            edited_at=at,
            purpose_text="Informeren over een kwetsbaarheid",
            addressing=Addressing(capacities=to).to_json(),
        )
        before = advisory.versions.filter(number__lt=number).order_by("number").last()
        carried = dict(before.sections.values_list("position", "lineage")) if before else {}
        for position, part in enumerate(parts, start=1):
            section = Section.objects.create(
                version=version,
                lineage=carried.get(position) or uuid.uuid4(),
                position=position,
                kind=part.kind,
                heading=part.heading or f"Onderdeel {part.kind}",
                body=part.body,
                data=dict(part.data),
            )
            Marking.objects.create(
                section=section,
                scope=["generic"],
                confidential=part.confidential,
                not_confidential_reason="" if part.confidential else "Openbaar bericht",
                traceable=False,
                personal_data="none",
                provenance="public",
                tlp=part.tlp,
                **part.terms,
                pap=part.pap,
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
        return releasing.release(version_id=version.pk, by=self.author, at=at)

    def machine(
        self, organisation: Organisation, *, scope: str = "", may_submit: bool = False
    ) -> "Machine":
        """A program that reads for the organisation; with another scope when given."""
        responsible = User.objects.create_user(
            f"beheer-{MachineClient.objects.count()}@machines.example",
            name="Beheerder",
            organisation=organisation,
        )
        row, secret = registry.register_machine(
            organisation=organisation,
            responsible=responsible,
            name=f"Koppeling van {organisation}",
            by=self.author,
            at=self.start,
            may_submit=may_submit,
        )
        if scope:
            row.client.set_scopes([scope])
            row.client.set_default_scopes([scope])
            row.client.save()
        return Machine(row, secret)


@dataclass(frozen=True)
class Machine:
    """A program: asks for a token at the real address, then reads with it."""

    row: MachineClient
    secret: str
    browser: Client = field(default_factory=Client)

    def ask_token(self, *, secret: str = "", **data: str) -> Any:
        known = base64.b64encode(f"{self.row.client_id}:{secret or self.secret}".encode()).decode()
        return self.browser.post(
            TOKEN,
            {"grant_type": "client_credentials", **data},
            headers={"Authorization": f"Basic {known}"},
        )

    def token(self) -> str:
        answer = self.ask_token()
        assert answer.status_code == 200, answer.content
        token: str = answer.json()["access_token"]
        return token

    def reads(self) -> "Reading":
        return Reading(self.token())


@dataclass(frozen=True)
class Reading:
    """Requests with one access token."""

    token: str
    browser: Client = field(default_factory=Client)

    def get(self, path: str, **query: Any) -> Any:
        return self.browser.get(
            f"/api/v1/{path}", query, headers={"Authorization": f"Bearer {self.token}"}
        )


def published() -> Published:
    """Two members of staff with every role; the world began an hour ago."""
    start = timezone.now() - timedelta(hours=1)
    author = User.objects.create_user("auteur@ncsc.example", name="Auteur")
    second = User.objects.create_user("tweede@ncsc.example", name="Tweede lezer")
    for user in (author, second):
        for role in Role.values:
            RoleAssignment.objects.create(
                user=user, role=role, valid_from=start, assigned_by=author, confirmed_by=second
            )
    return Published(author, second, start)


def browser(user: User, *, second_factor: bool = True, language: str = "") -> Client:
    """Somebody who logged in, with a second factor unless told."""
    if second_factor and not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())
    client = Client()
    if language:  # chosen; otherwise it is the person's own
        client.cookies["django_language"] = language
    client.force_login(user, backend=BACKEND)
    return client
