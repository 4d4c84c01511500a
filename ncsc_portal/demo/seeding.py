"""Seed the demo registry once; a second run finds it there."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.management.base import CommandError
from django.db import transaction

from ncsc_portal.demo import registry as demo
from recipients.models import Role, RoleAssignment, Sector, User
from sharing.services import registry

ROOT = ("seed-1@ncsc.example", "seed-2@ncsc.example")


def seeded() -> bool:
    return User.objects.filter(email=demo.STAFF[0][0]).exists()


def seed(*, at: datetime, progress: Callable[[str], None]) -> None:
    """Organisations, facts, identifiers, people, contacts and one program per CSIRT, through the same acts
    that the registry manager uses. Log-ins are written with `write_logins`."""
    for code, (name_nl, name_en) in demo.SECTORS.items():
        Sector.objects.get_or_create(code=code, defaults={"name_nl": name_nl, "name_en": name_en})
    first, second = _seeders(at=at)
    for email, name, roles in demo.STAFF:
        user = registry.open_account(
            email=email, name=name, organisation=None, language="nl", by=first, at=at
        )
        for role in roles:
            registry.assign_role(user=user, role=role, by=first, confirmed_by=second, at=at)
    for entry in demo.ENTRIES:
        progress(entry.name)
        _organisation(entry, first, second, at=at)


@transaction.atomic
def _seeders(*, at: datetime) -> tuple[User, User]:
    """The two who made the first accounts."""
    first, second = (
        User.objects.get_or_create(email=email, defaults={"name": "Inrichting"})[0]
        for email in ROOT
    )
    for user in (first, second):
        for role in (Role.REGISTRY_MANAGER, Role.SECOND_READER, Role.ADMINISTRATOR):
            RoleAssignment.objects.get_or_create(
                user=user,
                role=role,
                defaults={"valid_from": at, "assigned_by": first, "confirmed_by": second},
            )
    return first, second


def _organisation(entry: demo.Entry, first: User, second: User, *, at: datetime) -> None:
    organisation = registry.register_organisation(name=entry.name, by=first, at=at)
    for fact in demo.facts(entry, organisation):
        registry.confirm_fact(
            fact=registry.propose_fact(fact=fact, by=first, at=at), by=second, at=at
        )
    for kind, value in demo.identifiers(entry):
        registry.add_identifier(organisation=organisation, kind=kind, value=value, by=first, at=at)
    reader = registry.open_account(
        email=f"lezer@{entry.domain}",
        name=f"Lezer van {entry.name}",
        organisation=organisation,
        language="nl" if entry.territory.value == "netherlands" else "en",
        by=first,
        at=at,
    )
    registry.add_contact(
        organisation=organisation,
        user=reader,
        name=reader.name,
        email=reader.email,
        language=reader.language,
        by=first,
        at=at,
    )


def write_logins(path: Path) -> None:
    """Give every demo person a password and a TOTP secret, and write both to `path` (mode 600),
    the only place where they stand in clear."""
    lines = ["# e-mail address\tpassword\tTOTP secret (base32)"]
    for user in User.objects.exclude(email__in=ROOT).order_by("pk"):
        password, secret = secrets.token_urlsafe(12), generate_totp_secret()
        user.set_password(password)
        user.save(update_fields=["password"])
        TOTP.activate(user, secret)
        lines.append(f"{user.email}\t{password}\t{secret}")
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("\n".join(lines) + "\n")


def login_of(path: Path, email: str) -> tuple[str, str]:
    """Password and TOTP secret of a demo person. `CommandError` when the file does not know it."""
    for line in path.read_text().splitlines() if path.exists() else ():
        if line.startswith(f"{email}\t"):
            _, password, secret = line.split("\t")
            return password, secret
    raise CommandError(f"{path} knows no log-in of {email}.")


def code_of(path: Path, email: str) -> str:
    """The six digits that the authenticator app would show now (RFC 6238)."""
    _, secret = login_of(path, email)
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))
