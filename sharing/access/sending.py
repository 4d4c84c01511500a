"""Sending: judged again just before it leaves, once per kind of recipient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from law.facts import Recipient
from law.verdict import Verdict
from recipients.models import Contact
from sharing import judging
from sharing.access.opening import build
from sharing.alarms import verdict_differs
from sharing.facts.matter import Matter
from sharing.facts.profiles import profiles_at
from sharing.models import Release
from sharing.shared import Shared


def for_sending(
    *, release: Release, contacts: Sequence[Contact], at: datetime
) -> dict[int, Shared | None]:
    """What each contact (by primary key) may be sent of the release now; None: nothing any more.

    Contacts that may have the same sections get the very same `Shared` object, so that it is
    rendered once. A contact whose account was closed gets nothing.
    """
    matter = Matter.load(release.version, at=at)
    profiles = {
        pk: profile
        for pk, (profile, _) in profiles_at(
            {contact.organisation_id for contact in contacts}, at=at
        ).items()
    }
    held = _held(release, contacts, at=at)
    judge = _Judge(matter, profiles)
    made: dict[frozenset[int], Shared] = {}
    answers: dict[int, Shared | None] = {}
    for contact in contacts:
        verdicts = judge.verdicts(contact, held[contact.pk]) if contact.pk in held else {}
        if not verdicts:
            answers[contact.pk] = None
            continue
        key = frozenset(verdicts)
        if key not in made:
            made[key] = build(matter, verdicts, labels=(release.version.label,))
        answers[contact.pk] = made[key]
    return answers


def for_endpoints(
    *, release: Release, organisations: Collection[UUID], at: datetime
) -> dict[UUID, Shared | None]:
    """What each organisation's own endpoint may be sent of the release now; None: nothing.

    Nobody's person stands behind an endpoint: what is for people by name does not go there.
    """
    matter = Matter.load(release.version, at=at)
    profiles = {pk: profile for pk, (profile, _) in profiles_at(set(organisations), at=at).items()}
    held = _held_by_organisations(release, organisations, at=at)
    judge = _Judge(matter, profiles)
    made: dict[frozenset[int], Shared] = {}
    answers: dict[UUID, Shared | None] = dict.fromkeys(organisations)
    for pk, sections in held.items():
        reader = f"endpoint of {pk}"
        verdicts = judge.ask(organisation_id=pk, user_id=None, sections=sections, reader=reader)
        if verdicts:
            key = frozenset(verdicts)
            if key not in made:
                made[key] = build(matter, verdicts, labels=(release.version.label,))
            answers[pk] = made[key]
    return answers


class _Judge:
    """Asks the law once per profile; one by one only where a predicate is about the organisation."""

    def __init__(self, matter: Matter, profiles: dict[UUID, Recipient]) -> None:
        self.matter = matter
        self.profiles = profiles
        self.particular = matter.particular()
        self.known: dict[object, dict[int, Verdict]] = {}

    def verdicts(self, contact: Contact, sections: frozenset[int]) -> dict[int, Verdict]:
        return self.ask(
            organisation_id=contact.organisation_id,
            user_id=contact.user_id,
            sections=sections,
            reader=f"contact:{contact.pk}",
        )

    def ask(
        self,
        *,
        organisation_id: UUID,
        user_id: int | None,
        sections: frozenset[int],
        reader: str,
    ) -> dict[int, Verdict]:
        profile = self.profiles[organisation_id]
        named = user_id if user_id in self.matter.addressing.people else None
        by_name = named is not None or organisation_id in self.particular
        key = (organisation_id, named) if by_name else profile
        if key not in self.known:
            rulings = (
                judging.for_organisation(self.matter, organisation_id, profile, person_id=named)
                if by_name
                else judging.for_audiences(self.matter, [profile])
            )
            self.known[key] = {r.section_id: r.verdict for r in rulings}
        answers = {pk: self.known[key][pk] for pk in sections}
        for pk, verdict in answers.items():
            if not verdict.allowed:
                verdict_differs(
                    section_id=pk,
                    reader=reader,
                    code=verdict.code,
                    at=self.matter.at,
                )
        return {pk: verdict for pk, verdict in answers.items() if verdict.allowed}


def _held(
    release: Release, contacts: Sequence[Contact], *, at: datetime
) -> dict[int, frozenset[int]]:
    """The sections of the release that grants open to each contact at `at`."""
    held: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as db:
        db.execute(
            _HELD,
            {"contacts": [c.pk for c in contacts], "version": release.version_id, "at": at},
        )
        for contact, section in db.fetchall():
            held[contact].add(section)
    return {contact: frozenset(sections) for contact, sections in held.items()}


def _held_by_organisations(
    release: Release, organisations: Collection[UUID], *, at: datetime
) -> dict[UUID, frozenset[int]]:
    """The sections of the release that grants open to each organisation at `at`."""
    held: dict[UUID, set[int]] = defaultdict(set)
    with connection.cursor() as db:
        db.execute(
            _HELD_BY_ORGANISATIONS,
            {"organisations": list(organisations), "version": release.version_id, "at": at},
        )
        for organisation, section in db.fetchall():
            held[organisation].add(section)
    return {organisation: frozenset(sections) for organisation, sections in held.items()}


_HELD_BY_ORGANISATIONS = """
SELECT o.id, g.section_id
  FROM recipients_organisation o
  LEFT JOIN sharing_audiencemembership m
    ON m.organisation_id = o.id AND tstzrange(m.valid_from, m.valid_until) @> %(at)s
  LEFT JOIN sharing_audience a ON a.id = m.audience_id
  JOIN sharing_grant g ON g.group_id IN (o.group_id, a.group_id) AND g.version_id = %(version)s
 WHERE o.id = ANY(%(organisations)s)
   AND o.active_from <= %(at)s AND (o.active_until IS NULL OR o.active_until > %(at)s)
   AND g.valid_from <= %(at)s AND (g.valid_until IS NULL OR g.valid_until > %(at)s)
"""
_HELD = """
WITH reached AS (
  SELECT c.id AS contact_id, c.user_id, o.group_id AS own, a.group_id AS audience
    FROM recipients_contact c
    JOIN recipients_organisation o ON o.id = c.organisation_id
     AND o.active_from <= %(at)s AND (o.active_until IS NULL OR o.active_until > %(at)s)
    LEFT JOIN recipients_user u ON u.id = c.user_id
    LEFT JOIN sharing_audiencemembership m
      ON m.organisation_id = o.id AND tstzrange(m.valid_from, m.valid_until) @> %(at)s
    LEFT JOIN sharing_audience a ON a.id = m.audience_id
   WHERE c.id = ANY(%(contacts)s) AND c.active AND (u.id IS NULL OR u.is_active)
)
SELECT r.contact_id, g.section_id FROM reached r
  JOIN sharing_grant g ON g.group_id IN (r.own, r.audience) AND g.version_id = %(version)s
 WHERE g.valid_from <= %(at)s AND (g.valid_until IS NULL OR g.valid_until > %(at)s)
UNION
SELECT r.contact_id, g.section_id FROM reached r
  JOIN sharing_personalgrant g ON g.user_id = r.user_id AND g.version_id = %(version)s
 WHERE g.valid_from <= %(at)s AND (g.valid_until IS NULL OR g.valid_until > %(at)s)
"""
