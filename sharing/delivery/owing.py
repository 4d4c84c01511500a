"""Owing: rows of the outbox, written in the transaction of the act that owes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from recipients.models import Organisation
from sharing.delivery.claim import MAY_HAVE_ARRIVED
from sharing.models import Delivery, Release


def owe_notices(
    release: Release, *, at: datetime, opened_to: Iterable[Organisation] | None = None
) -> int:
    """One delivery per active contact of everyone who may see something. One statement.

    `opened_to`: only to these, to whom an act of `at` opened more of what is out already.
    """
    kind = Delivery.Kind.NOTICE if opened_to is None else Delivery.Kind.WIDENED
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTICES,
            {
                "release": release.pk,
                "version": release.version_id,
                "kind": kind.value,
                "only": None if opened_to is None else [one.pk for one in opened_to],
                "occasion": None if opened_to is None else at,
                "at": at,
            },
        )
        return int(cursor.rowcount)


_NOTICES = """
INSERT INTO sharing_delivery
  (id, release_id, contact_id, organisation_id, kind, channel, status, urgent, due_at, occasion,
   attempts)
SELECT gen_random_uuid(), r.id, c.id, c.organisation_id, %(kind)s, 'email', 'pending', r.urgent,
       %(at)s, %(occasion)s, 0
  FROM sharing_release r
  JOIN recipients_contact c ON c.active
  JOIN recipients_organisation o ON o.id = c.organisation_id
   AND o.active_from <= %(at)s AND (o.active_until IS NULL OR o.active_until > %(at)s)
 WHERE r.id = %(release)s
   AND (%(only)s::uuid[] IS NULL OR o.id = ANY(%(only)s::uuid[]))
   AND (o.id IN (
          SELECT m.organisation_id FROM sharing_audiencemembership m
            JOIN sharing_audience a ON a.id = m.audience_id
           WHERE m.valid_from <= %(at)s AND (m.valid_until IS NULL OR m.valid_until > %(at)s)
             AND a.group_id IN (SELECT group_id FROM sharing_grant WHERE version_id = %(version)s))
        OR o.group_id IN (SELECT group_id FROM sharing_grant WHERE version_id = %(version)s)
        OR c.user_id IN (SELECT user_id FROM sharing_personalgrant WHERE version_id = %(version)s))
ON CONFLICT DO NOTHING
"""


def owe_withdrawals(newest: Release, live: list[Release], *, at: datetime) -> int:
    """One notice per contact that was told of any version, or is being told at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WITHDRAWALS,
            {"newest": newest.pk, "releases": [one.pk for one in live], "at": at},
        )
        return int(cursor.rowcount)


_WITHDRAWALS = f"""
INSERT INTO sharing_delivery
  (id, release_id, contact_id, organisation_id, kind, channel, status, urgent, due_at, attempts)
SELECT gen_random_uuid(), %(newest)s, told.contact_id, told.organisation_id, 'withdrawal',
       'email', 'pending', true, %(at)s, 0
  FROM (SELECT DISTINCT d.contact_id, d.organisation_id FROM sharing_delivery d
         WHERE d.release_id = ANY(%(releases)s) AND {MAY_HAVE_ARRIVED}) told
ON CONFLICT DO NOTHING
"""  # noqa: S608 -- constants only
