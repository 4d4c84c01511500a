"""Asking the law: facts in, rulings out. Nothing is written here.

A ruling is a verdict together with what it was asked about and until when its facts hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import law
from law.facts import Item, Question, Recipient, Relation
from law.regimes import regime_at
from law.verdict import Verdict
from sharing.facts.attested import Attested
from sharing.facts.matter import Bond, Matter, Subject
from sharing.facts.relations import earliest


@dataclass(frozen=True, slots=True)
class Ruling:
    """The law's answer for one section and one recipient or kind of recipient."""

    section_id: int
    profile: Recipient
    organisation_id: UUID | None
    person_id: int | None
    item: Item
    relation: Relation
    evidence: tuple[int, ...]  # attestation ids
    verdict: Verdict
    valid_until: datetime | None  # earliest end of the facts and of the regime; None: open
    bond: Bond  # the relation with what it rests on


def _ruling(
    matter: Matter,
    subject: Subject,
    profile: Recipient,
    attested: Attested,
    bond: Bond,
    verdict: Verdict,
    *,
    organisation_id: UUID | None = None,
    person_id: int | None = None,
    facts_until: datetime | None = None,
) -> Ruling:
    return Ruling(
        section_id=subject.section.pk,
        profile=profile,
        organisation_id=organisation_id,
        person_id=person_id,
        item=matter.item(subject, attested),
        relation=bond.relation,
        evidence=attested.evidence,
        verdict=verdict,
        valid_until=earliest(
            attested.until,
            bond.until,
            facts_until,
            subject.until,
            subject.item.iep.end_date if subject.item.iep else None,
            regime_at(matter.at).ends,
        ),
        bond=bond,
    )


def for_audiences(matter: Matter, profiles: Iterable[Recipient]) -> list[Ruling]:
    """One ruling per section and profile. Profiles that share facts are decided together."""
    everyone = list(profiles)
    rulings: list[Ruling] = []
    for subject in matter.subjects:
        alike: dict[tuple[Attested, Bond], list[Recipient]] = defaultdict(list)
        for profile in everyone:
            attested = matter.attested(subject, profile, None)
            alike[attested, matter.bond(subject, profile)].append(profile)
        for (attested, bond), same in alike.items():
            verdicts = law.decide_many(
                item=matter.item(subject, attested),
                purpose=matter.purpose,
                instant=matter.at,
                recipients=same,
                relation=bond.relation,
                suspended=matter.suspended,
            )
            rulings += [
                _ruling(matter, subject, profile, attested, bond, verdict)
                for profile, verdict in zip(same, verdicts, strict=True)
            ]
    return rulings


def for_organisation(
    matter: Matter,
    organisation_id: UUID,
    profile: Recipient,
    *,
    facts_until: datetime | None = None,
    person_id: int | None = None,
    sections: frozenset[int] | None = None,
) -> list[Ruling]:
    """One ruling per section for this very organisation, or for a person of it named for RED.

    `facts_until`: when the organisation's own facts change by what is known now.
    """
    rulings = []
    for subject in matter.subjects:
        if sections is not None and subject.section.pk not in sections:
            continue
        attested = matter.attested(subject, profile, organisation_id)
        bond = matter.bond(
            subject,
            profile,
            organisation_id=organisation_id,
            named_for_red=person_id is not None,
        )
        verdict = law.decide(
            Question(
                item=matter.item(subject, attested),
                recipient=profile,
                purpose=matter.purpose,
                instant=matter.at,
                relation=bond.relation,
                suspended=matter.suspended,
            )
        )
        rulings.append(
            _ruling(
                matter,
                subject,
                profile,
                attested,
                bond,
                verdict,
                organisation_id=organisation_id,
                person_id=person_id,
                facts_until=facts_until,
            )
        )
    return rulings


def addressed(matter: Matter, profiles: Mapping[UUID, Recipient]) -> frozenset[UUID]:
    """Those of the organisations that the analyst means: by kind, or by name."""
    return frozenset(
        pk
        for pk, profile in profiles.items()
        if pk in matter.addressing.organisations or matter.addressing.covers(profile)
    )
