"""Gathering: for each predicate that was asked, the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models import Entry
from law.facts import Recipient
from law.vocabulary import Capacity, Predicate
from law.wbni import OWN_RIGHT
from recipients.models import (
    Assurance,
    Consent,
    ConstituencyMember,
    Designation,
    Establishment,
    Organisation,
    SectorMembership,
    User,
)
from sharing.evidence import rows
from sharing.evidence.names import ATTESTABLE, COMPUTED, MISSING, source_of, word_of
from sharing.evidence.values import Evidence, ExplainedPredicate, Source, Standing
from sharing.facts.attested import Attested, Heard, heard_about
from sharing.facts.linking import ENDING, Candidate
from sharing.facts.linking import Standing as Link
from sharing.facts.matter import Bond, Matter, Subject
from sharing.models import Release
from sharing.words import word

ASSURANCES = {
    "secrecy_guaranteed": "secrecy",
    "coop_relation": "cooperation",
    "avg_chapter_v_basis": "avg_chapter_v",
    "objectively_knowable_task_recorded": "knowable_task",
}
LINKS = {
    Link.SERVES_ORGANISATION: Standing.IN_THE_WAY,
    Link.SERVES_SECTOR: Standing.IN_THE_WAY,
    Link.DESIGNATION_ENDED: Standing.NOT_IN_THE_WAY,
    Link.DESIGNATION_NOT_BEGUN: Standing.NOT_IN_THE_WAY,
    Link.MEMBERSHIP_LAPSED: Standing.NOT_IN_THE_WAY,
    Link.MEMBERSHIP_NOT_BEGUN: Standing.NOT_IN_THE_WAY,
    Link.ONLY_IN_DRAFT: Standing.DRAFT_ONLY,
}
LINK_WORDS = {
    Link.SERVES_ORGANISATION: _("its achterban covers the organisation"),
    Link.SERVES_SECTOR: _("its achterban covers the sector"),
    Link.DESIGNATION_ENDED: _("its designation has ended"),
    Link.DESIGNATION_NOT_BEGUN: _("its designation has not begun"),
    Link.MEMBERSHIP_LAPSED: _("the membership of its achterban has lapsed"),
    Link.MEMBERSHIP_NOT_BEGUN: _("the membership of its achterban has not begun"),
    Link.ONLY_IN_DRAFT: _("internet access provider, named in the draft of the rule only"),
}
SUBJECTS = Q(capacity__in=[capacity.value for capacity in OWN_RIGHT])
LISTED = Q(
    capacity__in=[
        capacity.value for capacity in (Capacity.OKTT, Capacity.CSIRT, Capacity.CCT, Capacity.INTEL)
    ]
)
BY_DESIGNATION = Q(capacity__in=[capacity.value for capacity in ENDING])


@dataclass
class Gathering:
    """Everything that was known at `matter.at` about one section and one recipient.

    Without `organisation`: a kind of recipient, of which the registry holds no rows.
    """

    matter: Matter
    subject: Subject
    profile: Recipient
    organisation: Organisation | None
    attested: Attested
    bond: Bond
    person: User | None = None
    _found: dict[str, list[Evidence]] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return self.matter.at

    def explained(self, name: str, *, value: bool) -> ExplainedPredicate:
        evidence = tuple(self._evidence(name))
        source = source_of(name)
        missing = None if evidence else MISSING[source]
        if missing and self.organisation is None and source is Source.REGISTRY:
            missing = _("Asked of a kind of recipient: the answer is part of what makes the kind.")
        if name in COMPUTED and value and not evidence:
            missing = _("No linking organisation serves, or ever served, it or its sector.")
        return ExplainedPredicate(name, value, word_of(name), source, evidence, missing)

    def recipient(self) -> tuple[Evidence, ...]:
        """What the registry held of the recipient: capacities, territory, sectors, assurances."""
        if self.organisation is None:
            return ()
        own = Q(organisation=self.organisation)
        found = [rows.organisation(self.organisation, at=self.at)]
        for model in (Designation, Establishment, SectorMembership, Assurance):
            found += rows.facts(model, own, at=self.at)
        return tuple(found)

    def _evidence(self, name: str) -> list[Evidence]:
        if name not in self._found:
            found: list[Evidence] = []
            if name in ATTESTABLE:
                found += self._stated(Predicate(name)) + self._vouched(Predicate(name))
            if name in ASSURANCES:
                found += self._own(Assurance, Q(kind=ASSURANCES[name]))
            more = self._more.get(name)
            found += more() if more else []
            if source_of(name) is Source.MARKING:
                found += self._marked(name)
            self._found[name] = found
        return self._found[name]

    @cached_property
    def _more(self) -> dict[str, Callable[[], list[Evidence]]]:
        return {
            "active": lambda: (
                [rows.organisation(self.organisation, at=self.at)] if self.organisation else []
            ),
            "designation_valid": lambda: self._own(Designation, BY_DESIGNATION),
            "listed_in_art_20_2": lambda: self._own(Designation, LISTED),
            "caribbean": lambda: (
                self._own(Designation, Q(capacity=Capacity.CARIBBEAN.value))
                + self._own(Establishment, Q())
            ),
            "avg_chapter_v_basis": lambda: self._vouched(Predicate.AVG_ART_49_GROUND),
            "subject_in_constituency": self._constituency,
            "consent_given": self._consents,
            "subject_is_vital_or_gov": self._subjects,
            Predicate.CONCERNS_PRIMARY_SYSTEMS.value: self._subjects,
            Predicate.NO_LINKING_ORGANISATION_FOR_SECTOR.value: self._links,
            "named_for_red": self._named,
            "break_glass": lambda: (
                self._vouched(Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY)
                + self._vouched(Predicate.PROVIDER_CONSULTED)
            ),
            "public_statement": self._purpose,
            "art19_duty": self._purpose,
        }

    # --- what people say -----------------------------------------------------------------------

    @cached_property
    def _heard(self) -> tuple[Heard, ...]:
        return heard_about(
            self.matter.version,
            section_id=self.subject.section.pk,
            profile=self.profile,
            organisation_id=self.organisation.pk if self.organisation else None,
            at=self.at,
        )

    def _vouched(self, predicate: Predicate) -> list[Evidence]:
        relied = frozenset(self.attested.evidence)
        return [
            rows.attestation(heard, relied=relied, at=self.at)
            for heard in self._heard
            if heard.row.predicate == predicate
        ]

    def _stated(self, predicate: Predicate) -> list[Evidence]:
        if predicate not in self.matter.stated:
            return []
        holds = predicate in self.attested.predicates
        return self._purpose(Standing.RELIED if holds else Standing.OVERRULED)

    def _purpose(self, standing: Standing = Standing.RELIED) -> list[Evidence]:
        version = self.matter.version
        release = self._release
        return [
            Evidence(
                kind="purpose",
                ref=f"Release {release.pk}" if release else "",
                standing=standing,
                says=word(self.matter.purpose),
                by=release.released_by.name if release else version.author.name,
                at=release.released_at if release else version.edited_at,
                text=version.purpose_text,
            )
        ]

    @cached_property
    def _release(self) -> Release | None:
        found = Release.objects.filter(version=self.matter.version, released_at__lte=self.at)
        return found.select_related("released_by").first()

    # --- what the registry holds ---------------------------------------------------------------

    def _own(self, model: Any, where: Q) -> list[Evidence]:
        if self.organisation is None:
            return []
        return rows.facts(model, Q(organisation=self.organisation) & where, at=self.at)

    def _constituency(self) -> list[Evidence]:
        return self._own(ConstituencyMember, Q(member_id__in=self.subject.about))

    def _subjects(self) -> list[Evidence]:
        about = Q(organisation_id__in=self.subject.about)
        return rows.facts(Designation, about & SUBJECTS, at=self.at)

    def _consents(self) -> list[Evidence]:
        own = self.organisation.pk if self.organisation else None
        others = self.subject.traceable_to - {own}
        scope = frozenset(
            consent.id
            for consent in self.matter.consents
            if consent.of in others and consent.covers(self.profile, own)
        )
        found = Q(organisation_id__in=others)
        return rows.facts(Consent, found, at=self.at, scope=scope)

    def _links(self) -> list[Evidence]:
        links = self.bond.links
        return [] if links is None else candidates(links.candidates)

    # --- what the section is marked as ---------------------------------------------------------

    def _named(self) -> list[Evidence]:
        if self.person is None:
            return []
        return [
            Evidence(
                kind="addressing",
                ref="",
                standing=Standing.RELIED,
                says=self.person.name,
                by=self.matter.version.author.name,
            )
        ]

    def _marked(self, name: str) -> list[Evidence]:
        marking = getattr(self.subject.section, "marking", None)
        if marking is None:
            return []
        by, at = self._marker
        reason = marking.not_confidential_reason if "confidential" in name else ""
        return [
            Evidence(
                kind="marking",
                ref=f"Section {self.subject.section.pk}",
                standing=Standing.RELIED,
                says=facet,
                by=by,
                at=at,
                text=reason,
            )
            for facet in self._facets(name)
        ]

    @cached_property
    def _marker(self) -> tuple[str, datetime | None]:
        """Who marked the section last, by the record; the author where it was taken over from an
        earlier version or a document."""
        version, section = self.matter.version, self.subject.section
        entry = (
            Entry.objects.filter(
                target=str(version),
                action="advisory.mark",
                detail__section=section.pk,
                at__lte=self.at,
            )
            .order_by("-pk")
            .first()
        )
        if entry is None:
            return version.author.name, None
        person = User.objects.filter(pseudonym=entry.actor.removeprefix("user:")).first()
        return (person.name if person else entry.actor), entry.at

    @cached_property
    def _about_names(self) -> list[str]:
        return sorted(rows.names(self.subject.about).values())

    def _facets(self, name: str) -> Iterable[Any]:
        """The facets that the predicate looks at, in words. Unset ones are left out."""
        item = self.subject.item
        told: dict[str, Any] = {
            "scope": ", ".join(str(word(scope)) for scope in sorted(item.scope)),
            "confidential": _yes_no(_("confidential"), item.confidential),
            "traceable": _yes_no(_("traceable"), item.traceable),
            "personal": word(item.personal_data) if item.personal_data else "",
            "provenance": word(item.provenance) if item.provenance else "",
            "tlp": item.tlp.label if item.tlp else "",
            "embargo": item.embargo_until.isoformat() if item.embargo_until else _("no embargo"),
            "classified": _yes_no(_("classified"), item.classified),
            "reporter": _yes_no(_("reveals the reporter"), item.reporter_identity),
            "about": ", ".join(self._about_names),
        }
        return [told[facet] for facet in FACETS.get(name, ()) if told[facet]]


FACETS: dict[str, tuple[str, ...]] = {
    "confidential": ("confidential",),
    "not_confidential": ("confidential",),
    "confidential_and_traceable": ("confidential", "traceable"),
    "confidential_known": ("confidential",),
    "traceable_known": ("traceable", "confidential"),
    "personal_data_known": ("personal",),
    "scope_known": ("scope",),
    "tlp_known": ("tlp",),
    "tlp_clear": ("tlp",),
    "classified": ("classified",),
    "reporter_identity": ("reporter",),
    "embargo_over": ("embargo",),
    "provenance_art_3_1_e": ("provenance",),
    "subject_is_other": ("scope", "about"),
    "public_advisory": ("scope", "confidential", "traceable", "personal", "tlp"),
    "is_only_subject": ("about",),
    "concerns_recipient_systems": ("about",),
}


def candidates(found: Sequence[Candidate]) -> list[Evidence]:
    """The snapshot as evidence: every candidate, and why it stands in the way or not."""
    names = rows.names({candidate.organisation for candidate in found})
    return [
        Evidence(
            kind="candidate",
            ref=f"Designation {one.designation}, ConstituencyMember {one.membership}",
            standing=LINKS[one.standing],
            says=names.get(one.organisation, str(one.organisation)),
            text=LINK_WORDS[one.standing],
            reference=" · ".join(filter(None, [one.capacity, one.sector])),
        )
        for one in found
    ]


def _yes_no(label: Any, value: bool | None) -> Any:
    if value is None:
        return ""
    return (
        _("%(facet)s: yes") % {"facet": label} if value else _("%(facet)s: no") % {"facet": label}
    )
