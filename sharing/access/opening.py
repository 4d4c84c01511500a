"""Opening: judged again on the facts of this moment, and written down."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NoReturn

from advisories.facets import terms_of
from advisories.models import AdvisoryVersion, Section
from law.facts import Recipient
from law.onward import may_forward
from law.rules import RULES
from law.verdict import Verdict
from law.vocabulary import Pap, Tlp
from sharing import judging
from sharing.access import told
from sharing.access.clear import only_clear
from sharing.access.listing import permitted_sections, withdrawn
from sharing.access.readers import Reader
from sharing.alarms import verdict_differs
from sharing.errors import NotShared, Withdrawn
from sharing.facts.matter import Matter, Subject
from sharing.facts.profiles import THE_PUBLIC, profiles_at
from sharing.shared import Shared, SharedDecision, SharedDecisions, SharedRule, SharedSection

NARROWING = ("E.", "F.")  # handling and recipient: they open nothing, so they are no ground


def open_advisory(
    reader: Reader, *, number: str, version: str | None = None, at: datetime
) -> Shared:
    """What the reader may see of an advisory: its newest version, or the one asked for by label.

    `NotShared` when there is nothing, whatever the reason; `Withdrawn` when a tombstone is left.
    """
    matter, verdicts, labels = _opened(
        reader, number=number, version=version, action="advisory.open", at=at
    )
    return build(matter, verdicts, labels=labels)


def open_decisions(
    reader: Reader, *, number: str, version: str | None = None, at: datetime
) -> SharedDecisions:
    """Why the reader sees what it sees of a version. Judged, recorded and refused as an opening."""
    matter, verdicts, _labels = _opened(
        reader, number=number, version=version, action="advisory.explain", at=at
    )
    decisions = tuple(
        shared_decision(matter, subject, verdicts[subject.section.pk])
        for subject in matter.subjects
        if subject.section.pk in verdicts
    )
    return SharedDecisions(
        advisory=matter.version.advisory.number,
        version=matter.version.label,
        tlp=max((decision.tlp for decision in decisions), key=lambda tlp: tlp.strictness),
        decisions=decisions,
    )


def shared_decision(matter: Matter, subject: Subject, verdict: Verdict) -> SharedDecision:
    """The ground of one permitted section in the words that its recipient may read."""
    return SharedDecision(
        kind=subject.section.kind,
        heading=subject.section.heading,
        tlp=subject.item.tlp or Tlp.RED,
        regime=verdict.regime.value,
        purpose=matter.purpose,
        rules=tuple(
            SharedRule(rule.id, rule.article, rule.quote_nl, rule.gloss_en)
            for rule in (RULES[pk] for pk in verdict.rules if pk in RULES)
            if not rule.id.startswith(NARROWING)
        ),
    )


def _opened(
    reader: Reader, *, number: str, version: str | None, action: str, at: datetime
) -> tuple[Matter, dict[int, Verdict], tuple[str, ...]]:
    """Judged on the facts of this moment, and written down as `action`."""
    held = permitted_sections(reader, at=at, advisory=number)
    versions = {
        v.pk: v for v in AdvisoryVersion.objects.filter(pk__in=held).select_related("advisory")
    }
    chosen = next(
        (versions[pk] for pk in held if version is None or versions[pk].label == version), None
    )
    if chosen is None:
        _refuse(reader, number=number, action=action, at=at)
    matter = Matter.load(chosen, at=at)
    verdicts = judged(matter, reader, sections=frozenset(held[chosen.pk]), at=at)
    told.opened(reader, chosen, verdicts, action=action, at=at)
    if not verdicts:
        raise NotShared
    return matter, verdicts, tuple(versions[pk].label for pk in held)


def open_versions(reader: Reader, *, versions: Collection[int], at: datetime) -> dict[int, Shared]:
    """What the reader, who is not the public, may see of each of these versions, judged anew; what
    it may not is left out.

    The caller records what it shows of them: a page is one row.
    """
    assert reader.organisation_id is not None
    held = permitted_sections(reader, at=at, versions=versions)
    rows = AdvisoryVersion.objects.filter(pk__in=held).select_related("advisory")
    profile, _ = profiles_at([reader.organisation_id], at=at)[reader.organisation_id]
    found = {}
    for row in rows:
        matter = Matter.load(row, at=at)
        sections = frozenset(held[row.pk])
        verdicts = judged(matter, reader, sections=sections, at=at, profile=profile)
        if verdicts:
            found[row.pk] = build(matter, verdicts, labels=(row.label,))
    return found


def _refuse(reader: Reader, *, number: str, action: str, at: datetime) -> NoReturn:
    tombstones = withdrawn(reader, at=at, advisory=number)
    told.refused(reader, number, action=action, withdrawn=bool(tombstones), at=at)
    if tombstones:
        raise Withdrawn(tombstones[0])
    raise NotShared


def judged(
    matter: Matter,
    reader: Reader,
    *,
    sections: frozenset[int],
    at: datetime,
    profile: Recipient | None = None,
) -> dict[int, Verdict]:
    """The verdicts of this moment that open, among sections that a grant opens. `profile`: of the
    reader's organisation at `at`, for who judges many versions at once.

    A grant that the law does not bear out is a bug by definition: denied, and an alarm raised.
    """
    rulings = _rulings(matter, reader, sections=sections, at=at, profile=profile)
    for ruling in rulings:
        if not ruling.verdict.allowed:
            verdict_differs(
                section_id=ruling.section_id,
                reader=reader.actor,
                code=ruling.verdict.code,
                at=at,
            )
    verdicts = {r.section_id: r.verdict for r in rulings if r.verdict.allowed}
    return only_clear(matter, verdicts, at=at) if reader.is_public else verdicts


def _rulings(
    matter: Matter,
    reader: Reader,
    *,
    sections: frozenset[int],
    at: datetime,
    profile: Recipient | None,
) -> list[judging.Ruling]:
    organisation = reader.organisation_id
    if organisation is None:
        everyone = judging.for_audiences(matter, [THE_PUBLIC])
        return [ruling for ruling in everyone if ruling.section_id in sections]
    if profile is None:
        profile, _ = profiles_at([organisation], at=at)[organisation]
    named = reader.user_id is not None and reader.user_id in matter.addressing.people
    return judging.for_organisation(
        matter,
        organisation,
        profile,
        person_id=reader.user_id if named else None,
        sections=sections,
    )


def build(matter: Matter, verdicts: Mapping[int, Verdict], *, labels: Iterable[str]) -> Shared:
    """The value that travels on: the permitted sections, and nothing that hangs on the others."""
    version = matter.version
    sections = tuple(
        _shared_section(subject, verdicts[subject.section.pk])
        for subject in matter.subjects
        if subject.section.pk in verdicts
    )
    lead = any(section.kind == Section.Kind.LEAD for section in sections)
    assert version.released_at is not None  # only released versions have grants
    return Shared(
        advisory=version.advisory.number,
        version=version.label,
        version_id=version.pk,
        kind=version.advisory.kind,
        language=version.language,
        title=version.title if lead else None,
        level=version.level if lead else None,
        urgent=version.urgent if lead else None,
        change_note=version.change_note if lead else None,
        targeted=version.targeted,
        released_at=version.released_at,
        tlp=max((section.tlp for section in sections), key=lambda tlp: tlp.strictness),
        sections=sections,
        versions=tuple(labels),
    )


def _shared_section(subject: Subject, verdict: Verdict) -> SharedSection:
    section, item = subject.section, subject.item
    terms = terms_of(section.marking)
    return SharedSection(
        id=section.pk,
        lineage=section.lineage,
        position=section.position,
        kind=section.kind,
        heading=section.heading,
        body=section.body,
        data=section.data,
        tlp=item.tlp or Tlp.RED,
        pap=Pap(item.pap) if item.pap else None,
        rules=verdict.rules,
        regime=verdict.regime.value,
        permitted_actions=terms.permitted_actions.value if terms else "",
        source=terms.told_source if terms else "",
        encrypt_in_transit=terms is not None and terms.encrypt_in_transit,
        onward=may_forward(
            item.tlp,
            to_own_constituency=True,
            traceable=item.traceable,
            confidential=item.confidential,
            regime=verdict.regime,
        ),
    )
