"""What follows a withdrawn consent (instemming): queued messages stop, and who had it is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from audit.services import record
from recipients.models import Contact, RegistryFact, User
from sharing import tasks
from sharing.access.sending import held_sections
from sharing.comparing import Holding
from sharing.delivery.claim import MAY_HAVE_ARRIVED
from sharing.models import Delivery, Release


def stop_and_tell(
    lost: Mapping[int, frozenset[Holding]], *, fact: RegistryFact, by: User, at: datetime
) -> None:
    """`lost`: by release id, what somebody held until `at`. Runs in the transaction of the act.

    What a worker has in its hands is judged again before it leaves; the notice waits for it.
    """
    withheld = sum(_withhold(release_id, at=at) for release_id in lost)
    owed = _owe_narrowed(lost, at=at)
    record(
        at=at,
        actor=by.actor,
        action="consent.withdraw",
        target=str(fact.organisation_id),
        detail={
            "fact": fact.pk,
            "releases": sorted(lost),
            "sections_lost": sum(map(len, lost.values())),
            "deliveries_withheld": withheld,
            "notices": owed,
        },
    )
    tasks.wake(urgent=True)


def _withhold(release_id: int, *, at: datetime) -> int:
    """Of the messages that wait, those that have nothing to tell any more."""
    release = Release.objects.get(pk=release_id)
    waiting = Delivery.objects.filter(
        release=release, kind__in=Delivery.TELLS, status=Delivery.Status.PENDING
    )
    contacts = Contact.objects.filter(pk__in=waiting.values("contact"))
    nothing = {contact.pk for contact in contacts} - held_sections(
        release, list(contacts), at=at
    ).keys()
    return waiting.filter(contact__in=nothing).update(status=Delivery.Status.WITHHELD)


def _owe_narrowed(lost: Mapping[int, frozenset[Holding]], *, at: datetime) -> int:
    """One notice per contact and advisory, to those who may have been told of a release of which
    they, or their organisation, lost something."""
    who = {
        (release, holding.organisation_id, holding.person_id)
        for release, holdings in lost.items()
        for holding in holdings
    }
    rows = sorted(who, key=str)
    with connection.cursor() as cursor:
        cursor.execute(
            _NARROWED,
            {
                "releases": [release for release, _, _ in rows],
                "organisations": [organisation for _, organisation, _ in rows],
                "people": [person for _, _, person in rows],
                "at": at,
            },
        )
        return int(cursor.rowcount)


# What is known to have been handed over goes before what may be on its way.
_NARROWED = f"""
INSERT INTO sharing_delivery
  (id, release_id, contact_id, organisation_id, kind, channel, status, urgent, due_at, occasion,
   attempts)
SELECT gen_random_uuid(), told.release_id, told.contact_id, told.organisation_id, 'narrowed',
       'email', 'pending', true, %(at)s, %(at)s, 0
  FROM (SELECT DISTINCT ON (v.advisory_id, d.contact_id)
               d.release_id, d.contact_id, d.organisation_id
          FROM unnest(%(releases)s::bigint[], %(organisations)s::uuid[], %(people)s::bigint[])
               AS lost(release_id, organisation_id, person_id)
          JOIN sharing_delivery d ON d.release_id = lost.release_id
           AND d.organisation_id = lost.organisation_id
          JOIN recipients_contact c ON c.id = d.contact_id
           AND (lost.person_id IS NULL OR c.user_id = lost.person_id)
          JOIN sharing_release r ON r.id = d.release_id
          JOIN advisories_advisoryversion v ON v.id = r.version_id
         WHERE {MAY_HAVE_ARRIVED}
         ORDER BY v.advisory_id, d.contact_id, (d.handed_over_at IS NULL), v.number DESC) told
ON CONFLICT DO NOTHING
"""  # noqa: S608 -- constants only
