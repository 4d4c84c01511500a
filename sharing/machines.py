"""Which program a bearer token stands for (RFC 6750), and what it was allowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.db.models import F, Q

from recipients.models import MachineClient
from sharing import access


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with a valid token: as whom it reads, and the scopes of the token."""

    reader: access.Reader
    scopes: frozenset[str]


def caller_of(token: str, *, at: datetime) -> Caller | None:
    """The program that holds this access token; None when token, program, the person responsible
    or the organisation is not in force at `at`, or the token was given to a person."""
    machine = (
        MachineClient.objects.filter(
            Q(client__token__expires_at=None) | Q(client__token__expires_at__gt=at),
            Q(organisation__active_until=None) | Q(organisation__active_until__gt=at),
            client__token__type=Token.Type.ACCESS_TOKEN,
            client__token__hash=get_adapter().hash_token(token),
            client__token__user=None,
            organisation__active_from__lte=at,
        )
        .select_related("responsible")
        .annotate(scopes=F("client__token__scopes"))
        .first()
    )
    if machine is None:
        return None
    try:
        reader = access.reader_of_machine(machine)
    except access.NotShared:
        return None
    return Caller(reader, frozenset(machine.scopes.split()))
