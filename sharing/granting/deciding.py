"""Who is asked about when a version goes out, and the preview of it. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from advisories.models import AdvisoryVersion, Section
from law.facts import Recipient
from law.verdict import Verdict
from recipients.models import Contact, Organisation, User
from sharing import judging
from sharing.facts import profiles
from sharing.facts.matter import Matter
from sharing.judging import Ruling
from sharing.models import Audience, AudienceMembership


def everyone(matter: Matter) -> list[Ruling]:
    """Rulings for all that the version is addressed to: kinds, organisations, people by name."""
    kinds = [
        profile
        for profile in map(profiles.from_json, Audience.objects.values_list("profile", flat=True))
        if matter.addressing.covers(profile)
    ]
    rulings = judging.for_audiences(matter, kinds)
    particular = profiles.profiles_at(matter.particular(), at=matter.at)
    meant = judging.addressed(matter, {pk: profile for pk, (profile, _) in particular.items()})
    matter.compute_for(meant)
    for pk in sorted(meant):
        profile, until = particular[pk]
        rulings += judging.for_organisation(matter, pk, profile, facts_until=until)
    return rulings + for_people(matter)


def for_people(matter: Matter) -> list[Ruling]:
    """Rulings for those named in person: the only ones for whom TLP:RED can open."""
    people = User.objects.filter(
        pk__in=matter.addressing.people, is_active=True, organisation__isnull=False
    )
    theirs = {person.organisation_id for person in people if person.organisation_id}
    found = profiles.profiles_at(theirs, at=matter.at)
    matter.compute_for(theirs)
    rulings: list[Ruling] = []
    for person in people:
        assert person.organisation_id is not None
        profile, until = found[person.organisation_id]
        rulings += judging.for_organisation(
            matter, person.organisation_id, profile, facts_until=until, person_id=person.pk
        )
    return rulings


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One kind of recipient, one organisation or one person, and the verdict per section."""

    profile: Recipient
    organisation: Organisation | None
    person: User | None
    organisations: int  # how many stand behind the row now
    verdicts: tuple[Verdict, ...]  # in the order of Preview.sections

    @property
    def allowed(self) -> int:
        return sum(verdict.allowed for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would get what and why, if the version went out at this instant."""

    sections: tuple[Section, ...]
    rows: tuple[PreviewRow, ...]
    contacts: int  # mailboxes that would be written to, at most


def preview(*, version_id: int, at: datetime) -> Preview:
    """The rulings of a release at `at`, without releasing. Rows without organisations now are
    left out; those who would get something stand first."""
    version = AdvisoryVersion.objects.select_related("advisory", "author").get(pk=version_id)
    matter = Matter.load(version, at=at)
    rulings = everyone(matter)
    members = _members(at=at)
    organisations = Organisation.objects.in_bulk({r.organisation_id for r in rulings})
    people = User.objects.in_bulk([r.person_id for r in rulings if r.person_id])
    by_row: dict[tuple[Recipient, UUID | None, int | None], list[Verdict]] = {}
    for ruling in _in_section_order(matter, rulings):
        key = (ruling.profile, ruling.organisation_id, ruling.person_id)
        by_row.setdefault(key, []).append(ruling.verdict)
    rows = [
        PreviewRow(
            profile=profile,
            organisation=organisations.get(organisation) if organisation else None,
            person=people.get(person) if person else None,
            organisations=1 if organisation else members[profiles.digest(profile)],
            verdicts=tuple(verdicts),
        )
        for (profile, organisation, person), verdicts in by_row.items()
    ]
    rows = [row for row in rows if row.organisations]
    rows.sort(key=lambda row: (-row.allowed, -row.organisations))
    return Preview(
        sections=tuple(subject.section for subject in matter.subjects),
        rows=tuple(rows),
        contacts=_contacts(rows, at=at),
    )


def _in_section_order(matter: Matter, rulings: list[Ruling]) -> list[Ruling]:
    order = {subject.section.pk: n for n, subject in enumerate(matter.subjects)}
    return sorted(rulings, key=lambda ruling: order[ruling.section_id])


def _members(*, at: datetime) -> Counter[str]:
    """Organisations per audience digest at `at`."""
    memberships = AudienceMembership.objects.valid_at(at)
    return Counter(memberships.values_list("audience__digest", flat=True))


def _contacts(rows: list[PreviewRow], *, at: datetime) -> int:
    getting = [row for row in rows if row.allowed]
    digests = [profiles.digest(row.profile) for row in getting if not row.organisation]
    by_kind = AudienceMembership.objects.valid_at(at).filter(audience__digest__in=digests)
    named = [row.organisation.pk for row in getting if row.organisation]
    contacts = Contact.objects.filter(active=True)
    return (
        contacts.filter(organisation__in=by_kind.values("organisation"))
        | contacts.filter(organisation__in=named)
    ).count()
