"""Which program a bearer token stands for (RFC 6750), and what it was allowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.idp.oidc.adapter import get_adapter
from django.db import connection

from recipients.models import MachineClient, User
from sharing import access


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with a valid token: as whom it reads, and the scopes of the token."""

    reader: access.Reader
    scopes: frozenset[str]


def caller_of(token: str, *, at: datetime) -> Caller | None:
    """The program that holds this access token; None when token, program, the person responsible
    or the organisation is not in force at `at`, or the token was given to a person."""
    with connection.cursor() as db:
        db.execute(_CALLER, {"hash": get_adapter().hash_token(token), "at": at})
        row = db.fetchone()
    if row is None:
        return None
    client_id, organisation_id, active, responsible_active, scopes = row
    machine = MachineClient(
        client_id=client_id,
        organisation_id=organisation_id,
        active=active,
        responsible=User(is_active=responsible_active),
    )
    try:
        return Caller(access.reader_of_machine(machine), frozenset(scopes.split()))
    except access.NotShared:
        return None


# SQL, because it runs at every request: the ORM takes longer to write it than PostgreSQL to answer.
_CALLER = """
SELECT m.client_id, m.organisation_id, m.active, u.is_active, t.scopes
  FROM allauth_idp_oidc_token t
  JOIN recipients_machineclient m ON m.client_id = t.client_id
  JOIN recipients_user u ON u.id = m.responsible_id
  JOIN recipients_organisation o ON o.id = m.organisation_id
   AND o.active_from <= %(at)s AND (o.active_until IS NULL OR o.active_until > %(at)s)
 WHERE t.type = 'at' AND t.hash = %(hash)s AND t.user_id IS NULL
   AND (t.expires_at IS NULL OR t.expires_at > %(at)s)
"""
