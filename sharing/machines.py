"""Which program a token (RFC 6750) or an id and secret (RFC 7617) stand for, and its scopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.idp.oidc.adapter import get_adapter
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db import connection
from django.utils.crypto import salted_hmac

from recipients.models import MachineClient, User
from sharing import access

# Seconds for which a secret that was found good is not hashed again: argon2 is slow on purpose.
REMEMBERED = 300


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that showed who it is: as whom it reads, and what it was allowed."""

    reader: access.Reader
    scopes: frozenset[str]
    machine_id: int


def caller_of(token: str, *, at: datetime) -> Caller | None:
    """The program that holds this access token; None when token, program, the person responsible
    or the organisation is not in force at `at`, or the token was given to a person."""
    with connection.cursor() as db:
        db.execute(_CALLER, {"hash": get_adapter().hash_token(token), "at": at})
        row = db.fetchone()
    if row is None:
        return None
    return _caller(*row)


def caller_with_secret(client_id: str, secret: str, *, at: datetime) -> Caller | None:
    """The program with this id, when the secret is its own and all that it hangs on is in force.

    An id that nobody has costs as much time as a wrong secret.
    """
    with connection.cursor() as db:
        db.execute(_CLIENT, {"client": client_id.replace("\0", ""), "at": at})
        row = db.fetchone()
    if row is None:
        make_password(secret)
        return None
    hashed, *program = row
    return _caller(*program) if _right(client_id, secret, hashed) else None


def _right(client_id: str, secret: str, hashed: str) -> bool:
    known = salted_hmac(
        "sharing.machines", f"{client_id}\n{hashed}\n{secret}", algorithm="sha256"
    ).hexdigest()
    if cache.get(f"machine:{known}"):
        return True
    if not check_password(secret, hashed):
        return False
    cache.set(f"machine:{known}", 1, timeout=REMEMBERED)
    return True


def _caller(
    machine_id: int,
    client_id: str,
    organisation_id: UUID,
    active: bool,
    responsible_active: bool,
    scopes: str,
) -> Caller | None:
    machine = MachineClient(
        client_id=client_id,
        organisation_id=organisation_id,
        active=active,
        responsible=User(is_active=responsible_active),
    )
    try:
        reader = access.reader_of_machine(machine)
    except access.NotShared:
        return None
    return Caller(reader, frozenset(scopes.split()), machine_id)


# SQL, because it runs at every request: the ORM takes longer to write it than PostgreSQL to answer.
_PROGRAM = "m.id, m.client_id, m.organisation_id, m.active, u.is_active"
_IN_FORCE = """
  JOIN recipients_user u ON u.id = m.responsible_id
  JOIN recipients_organisation o ON o.id = m.organisation_id
   AND o.active_from <= %(at)s AND (o.active_until IS NULL OR o.active_until > %(at)s)
"""
_CALLER = f"""
SELECT {_PROGRAM}, t.scopes
  FROM allauth_idp_oidc_token t
  JOIN recipients_machineclient m ON m.client_id = t.client_id
{_IN_FORCE}
 WHERE t.type = 'at' AND t.hash = %(hash)s AND t.user_id IS NULL
   AND (t.expires_at IS NULL OR t.expires_at > %(at)s)
"""  # noqa: S608 (constants of this module only)
_CLIENT = f"""
SELECT c.secret, {_PROGRAM}, c.scopes
  FROM allauth_idp_oidc_client c
  JOIN recipients_machineclient m ON m.client_id = c.id
{_IN_FORCE}
 WHERE c.id = %(client)s
"""  # noqa: S608 (constants of this module only)
