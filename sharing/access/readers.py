"""Who reads, and through which groups at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from recipients.models import MachineClient, User
from sharing.errors import NotShared
from sharing.facts.profiles import PUBLIC_DIGEST


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads for an organisation: a person, or a program (`user_id` None). Without an
    organisation: the public, whoever that is."""

    organisation_id: UUID | None
    user_id: int | None
    actor: str  # how the record knows the reader

    @property
    def is_public(self) -> bool:
        return self.organisation_id is None


THE_PUBLIC = Reader(None, None, "public")


def reader_of(user: User) -> Reader:
    """The reader that a signed-in person is. `NotShared` for staff and closed accounts."""
    if not user.is_active or user.organisation_id is None:
        raise NotShared
    return Reader(user.organisation_id, user.pk, user.actor)


def reader_of_machine(machine: MachineClient) -> Reader:
    """The reader that a program is. `NotShared` when it was switched off, or its owner left."""
    if not machine.active or not machine.responsible.is_active:
        raise NotShared
    return Reader(machine.organisation_id, None, machine.actor)


def groups_of(reader: Reader, *, at: datetime) -> tuple[int, ...]:
    """The groups whose grants the reader holds at `at`: its organisation's audience of that
    moment and its organisation's own; the public's one group for the public. None when the
    organisation is not active."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"organisation": reader.organisation_id, "at": at})
        return tuple(group for (group,) in cursor.fetchall())


def receives(reader: Reader, *, at: datetime) -> bool:
    """Whether the reader's organisation receives anything at `at`: it has begun and not ended."""
    return bool(groups_of(reader, at=at))


# The groups of an organisation at an instant, or (NULL) of the public, one a row: for use as a
# common table expression.
HELD = f"""
SELECT held.id
  FROM recipients_organisation o
  LEFT JOIN sharing_audiencemembership m
    ON m.organisation_id = o.id AND m.valid_from <= %(at)s
   AND (m.valid_until IS NULL OR m.valid_until > %(at)s)
  LEFT JOIN sharing_audience a ON a.id = m.audience_id
 CROSS JOIN LATERAL (VALUES (o.group_id), (a.group_id)) held(id)
 WHERE o.id = %(organisation)s AND held.id IS NOT NULL AND o.active_from <= %(at)s
   AND (o.active_until IS NULL OR o.active_until > %(at)s)
 UNION ALL
SELECT a.group_id FROM sharing_audience a
 WHERE %(organisation)s::uuid IS NULL AND a.digest = '{PUBLIC_DIGEST}'
"""  # noqa: S608 (a constant of our own modules)
