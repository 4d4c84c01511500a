"""The lint of a version: what it finds, what the marking answers, and what people refused.

Accepting a finding merges its proposal into the marking. Refusing one takes a reason and, where
the marking would be lighter for it, a second person who did not work on the version.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.errors import Incomplete, NotAllowed, WrongStatus
from advisories.facets import Facets
from advisories.linting import Context, Finding, Kind, Proposal, look
from advisories.linting.cves import CVE
from advisories.linting.looking import happened_in, strings
from advisories.models import (
    Advisory,
    AdvisoryVersion,
    LintConfirmation,
    LintRefusal,
    Marking,
    Section,
)
from advisories.services import drafting
from advisories.services.open_versions import (
    edited,
    locked,
    needs,
    note,
    opened_for_edit,
    worked_on,
)
from advisories.services.registered import register
from law.vocabulary import PersonalData
from recipients.models import User
from recipients.roles import Right

# Where numbers with dots are what the section is a list of, or are versions of products.
_WEAK_ADDRESSES = (Section.Kind.INDICATORS, Section.Kind.PRODUCTS)
_SPEAKS_OF_IT = (Section.Kind.INDICATORS, Section.Kind.SYSTEMS, Section.Kind.VULNERABILITIES)
_STRICTNESS = list(PersonalData)  # from none to credentials


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one kind, for one organisation, with one answer: what a person answers at once."""

    section: Section
    kind: Kind
    proposal: Proposal
    findings: tuple[Finding, ...]
    reflected: bool
    refusal: LintRefusal | None

    @property
    def key(self) -> str:
        """Names the group within its section, for a form."""
        proposal = self.proposal
        return f"{self.kind.value}:{proposal.subject or ''}"

    @property
    def answered(self) -> bool:
        """In the marking, or refused; what only informs needs no answer."""
        return self.proposal != Proposal() and (self.reflected or self.refusal is not None)

    @property
    def asks(self) -> bool:
        """Waits for an answer: also a mere question, that holds nothing up."""
        return self.proposal != Proposal() and not self.answered

    @property
    def open(self) -> bool:
        """Waits for an answer, and holds up the version until then."""
        return self.proposal.blocks and self.asks


def findings_of(version: AdvisoryVersion) -> dict[Section, list[Finding]]:
    """The findings in every section, as the texts and the registry stand now."""
    sections = list(version.sections.select_related("marking").order_by("position"))
    parts = {section: parts_of(section, version) for section in sections}
    happened = _happened(version, sections, parts)
    public = _public_cves(version, parts)
    known = register()
    return {
        section: look(
            parts[section],
            register=known,
            context=Context(
                happened=happened,
                weak_addresses=section.kind in _WEAK_ADDRESSES,
                public_cves=public,
            ),
        )
        for section in sections
    }


def parts_of(section: Section, version: AdvisoryVersion) -> dict[str, str]:
    """The texts that share the section's marking: with the summary go title and change note."""
    parts = {}
    if section.kind == Section.Kind.LEAD:
        parts = {"title": version.title, "change_note": version.change_note}
    parts |= {"heading": section.heading, "body": section.body}
    for path, text in strings(section.data):
        parts[path if path not in parts else f"{path}~{len(parts)}"] = text
    return {path: text for path, text in parts.items() if text}


def _happened(
    version: AdvisoryVersion, sections: Iterable[Section], parts: Mapping[Section, dict[str, str]]
) -> bool:
    """P-CONF asks for a finding beside the name. The sections of a version are read together."""
    if version.advisory.kind == Advisory.Kind.INCIDENT:
        return True
    if any(section.kind in _SPEAKS_OF_IT for section in sections):
        return True
    return any(happened_in(text) for found in parts.values() for text in found.values())


def _public_cves(
    version: AdvisoryVersion, parts: Mapping[Section, dict[str, str]]
) -> frozenset[str]:
    """Those in a final document, open to all, that the version was imported from."""
    if not any(CVE.search(text.lower()) for found in parts.values() for text in found.values()):
        return frozenset()
    public: set[str] = set()
    for document in version.imported_from.exclude(document_status="draft"):
        received = bytes(document.received).decode("utf-8-sig")
        distribution = json.loads(received)["document"].get("distribution", {})
        if distribution.get("tlp", {}).get("label") in ("WHITE", "CLEAR"):
            for year, number in CVE.findall(received.lower()):
                public.add(f"CVE-{year}-{number}")
    return frozenset(public)


def groups_of(version: AdvisoryVersion) -> dict[Section, list[Group]]:
    """The findings of each section in groups, with the answer that each has."""
    refusals = _refusals(version)
    return {
        section: _grouped(section, findings, refusals)
        for section, findings in findings_of(version).items()
    }


def _refusals(version: AdvisoryVersion) -> dict[tuple[int, str], LintRefusal]:
    """By section and fingerprint; the newest answer counts."""
    rows = version.lint_refusals.select_related("by", "section", "confirmation__by").order_by("pk")
    return {(row.section_id, mark): row for row in rows for mark in row.fingerprints}


def _grouped(
    section: Section, findings: list[Finding], refusals: Mapping[tuple[int, str], LintRefusal]
) -> list[Group]:
    marking = getattr(section, "marking", None)
    facets = Facets.of(marking) if marking else Facets()
    found: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in findings:
        refusal = refusals.get((section.pk, finding.fingerprint))
        found.setdefault((finding.kind, finding.proposal, refusal), []).append(finding)
    return [
        Group(section, kind, proposal, tuple(same), reflects(facets, proposal), refusal)
        for (kind, proposal, refusal), same in found.items()
    ]


def reflects(facets: Facets, proposal: Proposal) -> bool:
    """Whether the marking says at least what is proposed."""
    traced = dict(facets.organisations)
    return all(
        (
            not proposal.refused,
            proposal.subject is None or proposal.subject in traced,
            not proposal.confidential or facets.confidential is True,
            not proposal.traceable or traced.get(proposal.subject) is True,  # type: ignore[arg-type]  # None is no key
            proposal.personal_data is None or _at_least(facets.personal_data, proposal),
            not proposal.question or facets.confidential is not None,
        )
    )


def _at_least(said: PersonalData | None, proposal: Proposal) -> bool:
    """Special data and credentials are as strict as each other: a marking holds one word."""
    asked = proposal.personal_data
    if said is None or asked is None:
        return False
    if asked is PersonalData.CREDENTIALS:
        return said in (PersonalData.SPECIAL, PersonalData.CREDENTIALS)
    return _STRICTNESS.index(said) >= _STRICTNESS.index(asked)


def merged(facets: Facets, proposal: Proposal) -> Facets:
    """The marking with what is proposed: never lighter than before."""
    organisations = dict(facets.organisations)
    if proposal.subject is not None:
        organisations[proposal.subject] = (
            organisations.get(proposal.subject, False) or proposal.traceable
        )
    confidential = proposal.confidential or proposal.question
    personal = facets.personal_data
    if proposal.personal_data is not None and not _at_least(personal, proposal):
        personal = proposal.personal_data
    return replace(
        facets,
        confidential=True if confidential else facets.confidential,
        not_confidential_reason="" if confidential else facets.not_confidential_reason,
        traceable=True if proposal.traceable else facets.traceable,
        personal_data=personal,
        organisations=tuple(sorted(organisations.items(), key=lambda pair: str(pair[0]))),
    )


def _chosen(version: AdvisoryVersion, section_id: int, key: str) -> list[Group]:
    """The groups of that name that still ask for something."""
    for section, groups in groups_of(version).items():
        if section.pk == section_id:
            return [g for g in groups if g.key == key and not g.reflected and g.refusal is None]
    return []


def _asked(version: AdvisoryVersion, section_id: int, key: str) -> list[Group]:
    groups = _chosen(version, section_id, key)
    if not groups:
        raise WrongStatus(_("The text does not hold this any more, or it was answered."))
    if any(group.proposal.refused for group in groups):
        raise WrongStatus(_("A marking of classified information cannot be argued away."))
    return groups


@transaction.atomic
def accept(
    *, version_id: int, section_id: int, revision: int, key: str, by: User, at: datetime
) -> Marking:
    """Merge what the group of findings proposes into the marking of its section."""
    version = opened_for_edit(version_id, revision=revision, by=by, at=at)
    groups = _asked(version, section_id, key)
    facets = Facets.of(Marking.objects.get_or_create(section=groups[0].section)[0])
    for group in groups:
        facets = merged(facets, group.proposal)
    return drafting.mark(section_id=section_id, revision=revision, facets=facets, by=by, at=at)


@transaction.atomic
def refuse(
    *,
    version_id: int,
    section_id: int,
    revision: int,
    key: str,
    reason: str,
    by: User,
    at: datetime,
) -> LintRefusal:
    """Leave the marking as it is, with a reason. Bound to the lines as they are now."""
    version = opened_for_edit(version_id, revision=revision, by=by, at=at)
    groups = _asked(version, section_id, key)
    if not reason.strip():
        raise Incomplete(_("Say why the marking stays as it is."))
    first = groups[0]
    refusal = LintRefusal.objects.create(
        version=version,
        section_id=section_id,
        kind=first.kind.value,
        organisation_id=first.proposal.subject,
        fingerprints=sorted({f.fingerprint for group in groups for f in group.findings}),
        downgrade=any(group.proposal.downgraded_when_refused for group in groups),
        reason=reason.strip(),
        by=by,
        at=at,
    )
    edited(version, by=by, at=at)
    note(
        version,
        "lint.refuse",
        by=by,
        at=at,
        section=section_id,
        refusal=refusal.pk,
        kind=refusal.kind,
        downgrade=refusal.downgrade,
    )
    return refusal


@transaction.atomic
def confirm(*, version_id: int, refusal_id: int, by: User, at: datetime) -> LintConfirmation:
    """The second person of a downgrade. Not who worked on the version, in whatever way."""
    needs(by, Right.APPROVE, at=at)
    version = locked(version_id)
    if version.status != AdvisoryVersion.Status.IN_REVIEW:
        raise WrongStatus(_("Only what was submitted can be approved."))
    refusal = LintRefusal.objects.filter(version=version, pk=refusal_id).first()
    if refusal is None or not refusal.downgrade or hasattr(refusal, "confirmation"):
        raise WrongStatus(_("There is nothing to confirm here."))
    if worked_on(version, by):
        raise NotAllowed(_("You worked on this version; somebody else has to approve it."))
    confirmation = LintConfirmation.objects.create(refusal=refusal, by=by, at=at)
    note(version, "lint.confirm", by=by, at=at, refusal=refusal.pk)
    return confirmation


@dataclass(frozen=True, slots=True)
class Standing:
    """What still stands between a version and its approval."""

    open: tuple[Group, ...]
    downgrades: tuple[LintRefusal, ...]  # that count now, confirmed or not
    unconfirmed: tuple[LintRefusal, ...]


def standing(version: AdvisoryVersion) -> Standing:
    """Of the texts as they are now: an answer to a line that is gone counts no more."""
    groups = [group for found in groups_of(version).values() for group in found]
    refusals = {
        group.refusal.pk: group.refusal
        for group in groups
        if group.refusal is not None and group.refusal.downgrade and not group.reflected
    }
    editors = {version.author_id, *version.editors.values_list("user_id", flat=True)}
    return Standing(
        open=tuple(group for group in groups if group.open),
        downgrades=tuple(refusals.values()),
        unconfirmed=tuple(r for r in refusals.values() if not _confirmed(r, editors)),
    )


def _confirmed(refusal: LintRefusal, editors: set[int]) -> bool:
    """Who confirmed and edited afterwards is no second person any more."""
    return hasattr(refusal, "confirmation") and refusal.confirmation.by_id not in editors


def refuse_unanswered(version: AdvisoryVersion) -> None:
    """`Incomplete` while a finding that matters is neither in the marking nor refused."""
    if found := standing(version).open:
        places = sorted({group.section.position for group in found})
        raise Incomplete(
            _("The lint found something in section %(places)s: accept or refuse it first.")
            % {"places": ", ".join(map(str, places))}
        )


def refuse_unconfirmed(version: AdvisoryVersion) -> None:
    """`Incomplete` while a lighter marking than was proposed lacks its second person."""
    if standing(version).unconfirmed:
        raise Incomplete(_("Confirm first that the marking may be lighter than the lint proposes."))
