"""Who is owed a message, and by which channel: rows of the outbox, written with the act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from sharing import channels
from sharing.delivery.claim import MAY_HAVE_ARRIVED
from sharing.models import Release


def owe_notices(release: Release, *, at: datetime) -> int:
    """One delivery for each active contact of everyone who may see something, and one for each
    endpoint of theirs in use. One statement; how many."""
    return _run(_NOTICES, {"release": release.pk, "version": release.version_id, "at": at})


def owe_withdrawals(newest: Release, live: Sequence[Release], *, at: datetime) -> int:
    """One notice to each that was told of any version, or is being told at this moment."""
    releases = [one.pk for one in live]
    return _run(_WITHDRAWALS, {"newest": newest.pk, "releases": releases, "at": at})


def _run(sql: str, values: dict[str, Any]) -> int:
    drill = channels.builder("file").ready()
    ready = [] if drill else channels.ready()
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "ready": ready, "drill": drill})
        return int(cursor.rowcount)


# The first channel of the contact's order that is possible now: plain mail always is, an encrypted
# one with a key in use that has not expired, in which preflight found no fault. `k` has those.
_KEYS = """
LEFT JOIN (
  SELECT contact_id, array_agg(kind::text) AS kinds FROM recipients_contactkey
   WHERE confirmed_at IS NOT NULL AND ended_at IS NULL AND fault = '' AND kind = ANY(%(ready)s)
     AND (expires_at IS NULL OR expires_at > %(at)s)
   GROUP BY contact_id) k ON k.contact_id = c.id
"""
_CHANNEL = """
CASE WHEN %(drill)s THEN 'file' WHEN k.kinds IS NULL THEN 'email'
     ELSE coalesce((SELECT w.channel FROM unnest(c.channels) WITH ORDINALITY AS w(channel, place)
                     WHERE w.channel = 'email' OR w.channel = ANY(k.kinds)
                     ORDER BY w.place LIMIT 1), 'email') END
"""
_INTO = """
INSERT INTO sharing_delivery
  (id, release_id, contact_id, endpoint_id, organisation_id, kind, channel, status, urgent, due_at,
   attempts)
"""
_ALLOWED = """
JOIN recipients_organisation o ON o.id = {alias}.organisation_id
 AND o.active_from <= %(at)s AND (o.active_until IS NULL OR o.active_until > %(at)s)
"""
_MEMBER = """
o.id IN (
  SELECT m.organisation_id FROM sharing_audiencemembership m
    JOIN sharing_audience a ON a.id = m.audience_id
   WHERE m.valid_from <= %(at)s AND (m.valid_until IS NULL OR m.valid_until > %(at)s)
     AND a.group_id IN (SELECT group_id FROM sharing_grant WHERE version_id = %(version)s))
OR o.group_id IN (SELECT group_id FROM sharing_grant WHERE version_id = %(version)s)
"""
_NOTICES = f"""
{_INTO}
SELECT gen_random_uuid(), r.id, c.id, NULL::bigint, c.organisation_id, 'notice', {_CHANNEL},
       'pending', r.urgent, %(at)s, 0
  FROM sharing_release r
  JOIN recipients_contact c ON c.active
  {_ALLOWED.format(alias="c")}
  {_KEYS}
 WHERE r.id = %(release)s
   AND ({_MEMBER}
        OR c.user_id IN (SELECT user_id FROM sharing_personalgrant WHERE version_id = %(version)s))
UNION ALL
SELECT gen_random_uuid(), r.id, NULL::bigint, e.id, e.organisation_id, 'notice',
       CASE WHEN %(drill)s THEN 'file' ELSE 'webhook' END, 'pending', r.urgent, %(at)s, 0
  FROM sharing_release r
  JOIN recipients_webhookendpoint e ON e.status = 'active'
  {_ALLOWED.format(alias="e")}
 WHERE r.id = %(release)s AND ({_MEMBER})
ON CONFLICT DO NOTHING
"""  # noqa: S608 -- constants only
_WITHDRAWALS = f"""
{_INTO}
SELECT gen_random_uuid(), %(newest)s, told.contact_id, told.endpoint_id, told.organisation_id,
       'withdrawal', CASE WHEN told.endpoint_id IS NULL THEN {_CHANNEL}
                          WHEN %(drill)s THEN 'file' ELSE 'webhook' END,
       'pending', true, %(at)s, 0
  FROM (SELECT DISTINCT d.contact_id, d.endpoint_id, d.organisation_id FROM sharing_delivery d
         WHERE d.release_id = ANY(%(releases)s) AND {MAY_HAVE_ARRIVED}) told
  LEFT JOIN recipients_contact c ON c.id = told.contact_id
  {_KEYS}
ON CONFLICT DO NOTHING
"""  # noqa: S608 -- constants only
