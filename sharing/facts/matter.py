"""A matter: everything the law may ask about one version, loaded in a handful of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from advisories.addressing import Addressing
from advisories.facets import terms_of
from advisories.models import AdvisoryVersion, Marking, Section
from law.facts import Item, Recipient, Relation
from law.vocabulary import (
    Capacity,
    Pap,
    PersonalData,
    Predicate,
    Provenance,
    Purpose,
    Scope,
    Tlp,
)
from recipients.models import Designation
from sharing.facts.attested import Attested, Said, attested_for, by_purpose, said_about
from sharing.facts.linking import Links, links_of
from sharing.facts.relations import (
    Constituencies,
    Permission,
    consents_of,
    earliest,
)
from sharing.facts.rulings import Key, Ruled, ruled


@dataclass(frozen=True, slots=True)
class Subject:
    """A section as the law sees it: its marking, and the organisations it is about."""

    section: Section
    item: Item  # nothing attested yet: that depends on the recipient
    about: frozenset[UUID]
    traceable_to: frozenset[UUID]
    until: datetime | None = None  # when one of them stops being vital or rijksoverheid


@dataclass(frozen=True, slots=True)
class Bond:
    """A relation with the instant at which it ends by what is known now, and what it rests on."""

    relation: Relation
    until: datetime | None
    links: Links | None = None  # None: an audience's bond, in which nobody links to anybody
    constituency: tuple[int, ...] = ()  # rows of the recipient's achterban
    consents: tuple[int, ...] = ()  # rows of instemming that were relied on


@dataclass(slots=True)
class Matter:
    """One version, for one purpose, at one instant."""

    version: AdvisoryVersion
    at: datetime
    purpose: Purpose
    addressing: Addressing
    subjects: tuple[Subject, ...]
    said: tuple[Said, ...]
    stated: frozenset[Predicate]
    consents: tuple[Permission, ...]
    constituencies: Constituencies
    rulings: Mapping[Key, Ruled] = field(default_factory=dict)
    # Ids of rules on which nothing is to be based: to see what would be lost. Never when granting.
    suspended: frozenset[str] = frozenset()
    _links: dict[UUID, Links] = field(default_factory=dict)

    @classmethod
    def load(cls, version: AdvisoryVersion, *, at: datetime) -> Matter:
        subjects = _subjects(version, at=at)
        purpose = Purpose(version.purpose)
        about = {pk for subject in subjects for pk in subject.about}
        traced = {pk for subject in subjects for pk in subject.traceable_to}
        return cls(
            version=version,
            at=at,
            purpose=purpose,
            addressing=Addressing.from_json(version.addressing),
            subjects=subjects,
            said=said_about(version, at=at),
            stated=by_purpose(purpose, version.purpose_text),
            consents=consents_of(traced, advisory=version.advisory.number, purpose=purpose, at=at),
            constituencies=Constituencies.of_members(about, at=at),
            rulings=ruled(version, (subject.section for subject in subjects), at=at),
        )

    def particular(self) -> frozenset[UUID]:
        """Organisations about which a predicate may speak by name: asked one by one.

        All others are answered by their audience.
        """
        named = {s.organisation_id for s in self.said if s.organisation_id}
        consented = {c.to_organisation for c in self.consents if c.to_organisation}
        about = {pk for subject in self.subjects for pk in subject.about}
        allowed = {organisation for _section, organisation in self.rulings}
        return frozenset(
            about
            | named
            | consented
            | allowed
            | self.constituencies.members.keys()
            | self.addressing.organisations
        )

    def attested(
        self, subject: Subject, profile: Recipient, organisation_id: UUID | None
    ) -> Attested:
        return attested_for(
            self.said,
            self.stated,
            section_id=subject.section.pk,
            profile=profile,
            organisation_id=organisation_id,
        )

    def item(self, subject: Subject, attested: Attested) -> Item:
        return replace(subject.item, attested=attested.predicates)

    def bond(
        self,
        subject: Subject,
        profile: Recipient,
        *,
        organisation_id: UUID | None = None,
        named_for_red: bool = False,
    ) -> Bond:
        """What binds the recipient to the section. Without an organisation: an audience's bond,
        in which only consent to a class can speak."""
        consented, given, until, consents = self._consent(subject, profile, organisation_id)
        if organisation_id is None:
            bare = Relation(consent_of_all_traced=consented, consent_was_given=given)
            return Bond(bare, until, consents=consents)
        serves = self.constituencies.serves_all(organisation_id, subject.about)
        if serves:
            until = earliest(until, self.constituencies.until(organisation_id, subject.about))
        links = self.links(organisation_id)
        ruling = self.rulings.get((subject.section.pk, organisation_id))
        if ruling is not None:
            until = earliest(until, ruling.until)
        return Bond(
            Relation(
                is_only_subject=subject.about == {organisation_id},
                concerns_recipient_systems=organisation_id in subject.about,
                subject_in_constituency=serves,
                consent_of_all_traced=consented,
                consent_was_given=given,
                no_linking_organisation=links.alone,
                legal_ruling=ruling is not None,
                named_for_red=named_for_red,
                designation_ended=links.designation_ended,
            ),
            until,
            links=links,
            constituency=self.constituencies.evidence(organisation_id, subject.about),
            consents=consents,
        )

    def look_up_links(self, organisation_ids: Iterable[UUID]) -> None:
        """Ask at once who links to these: five cost no more queries than one."""
        unknown = set(organisation_ids) - self._links.keys()
        self._links |= links_of(unknown, at=self.at)

    def links(self, organisation_id: UUID) -> Links:
        self.look_up_links({organisation_id})
        return self._links[organisation_id]

    def _consent(
        self, subject: Subject, profile: Recipient, organisation_id: UUID | None
    ) -> tuple[bool, bool, datetime | None, tuple[int, ...]]:
        """Whether all traced organisations but the recipient consent; whether any ever did; until
        when the consents relied on last; which these are."""
        covering = [c for c in self.consents if c.covers(profile, organisation_id)]
        others = subject.traceable_to - {organisation_id}
        given = any(c.of in others for c in covering)
        ends: list[datetime | None] = []
        relied: list[int] = []
        for traced in others:
            valid = [c for c in covering if c.of == traced and c.holds(self.at)]
            if not valid:
                return False, given, None, ()
            ends.append(None if any(c.until is None for c in valid) else _latest(valid))
            relied += [c.id for c in valid]
        return bool(others), given, earliest(*ends), tuple(sorted(relied))


def _latest(consents: Collection[Permission]) -> datetime | None:
    return max((c.until for c in consents if c.until), default=None)


def _subjects(version: AdvisoryVersion, *, at: datetime) -> tuple[Subject, ...]:
    sections = list(
        Section.objects.filter(version=version)
        .select_related("marking")
        .prefetch_related("marking__organisations")
        .order_by("position")
    )
    about = {
        marked.organisation_id
        for section in sections
        if hasattr(section, "marking")
        for marked in section.marking.organisations.all()
    }
    held = Designation.objects.in_force(at).filter(
        organisation_id__in=about, capacity__in=(Capacity.VITAL.value, Capacity.GOV.value)
    )
    primary: dict[UUID, datetime | None] = {}
    for row in held:
        if row.holds(at):
            until = earliest(primary.get(row.organisation_id), row.effective_until)
            primary[row.organisation_id] = until
    return tuple(_subject(section, primary) for section in sections)


def _subject(section: Section, primary: Mapping[UUID, datetime | None]) -> Subject:
    if not hasattr(section, "marking"):
        return Subject(section, Item(), frozenset(), frozenset())  # unmarked: nothing is known
    marking = section.marking
    organisations = list(marking.organisations.all())
    about = frozenset(m.organisation_id for m in organisations)
    traced = frozenset(m.organisation_id for m in organisations if m.traceable)
    item = item_of(marking, traceable=True if traced else marking.traceable)
    return Subject(
        section,
        replace(item, subject_is_vital_or_gov=any(pk in primary for pk in about)),
        about,
        traced,
        earliest(*(primary.get(pk) for pk in about)),
    )


def item_of(marking: Marking, *, traceable: bool | None) -> Item:
    """The facets of one marking. An empty value stays unknown."""
    return Item(
        scope=frozenset(Scope(s) for s in marking.scope),
        confidential=marking.confidential,
        traceable=traceable,
        personal_data=PersonalData(marking.personal_data) if marking.personal_data else None,
        provenance=Provenance(marking.provenance) if marking.provenance else None,
        tlp=Tlp(marking.tlp) if marking.tlp else None,
        pap=Pap(marking.pap) if marking.pap else None,
        embargo_until=marking.embargo_until,
        iep=terms.for_law() if (terms := terms_of(marking)) else None,
        reporter_identity=marking.reporter_identity,
    )
