"""Opening: judged again on the facts of this moment, and written down."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NoReturn

from advisories.models import AdvisoryVersion, Section
from audit.services import record
from law.facts import Recipient
from law.verdict import Verdict
from law.vocabulary import Pap, Tlp
from sharing import judging
from sharing.access.listing import permitted_sections, withdrawn
from sharing.access.readers import Reader
from sharing.alarms import verdict_differs
from sharing.errors import NotShared, Withdrawn
from sharing.facts.matter import Matter
from sharing.facts.profiles import profiles_at
from sharing.shared import Shared, SharedSection


def open_advisory(
    reader: Reader, *, number: str, version: str | None = None, at: datetime
) -> Shared:
    """What the reader may see of an advisory: its newest version, or the one asked for by label.

    `NotShared` when there is nothing, whatever the reason; `Withdrawn` when a tombstone is left.
    """
    held = permitted_sections(reader, at=at, advisory=number)
    versions = {
        v.pk: v for v in AdvisoryVersion.objects.filter(pk__in=held).select_related("advisory")
    }
    chosen = next(
        (versions[pk] for pk in held if version is None or versions[pk].label == version), None
    )
    if chosen is None:
        _refuse(reader, number=number, at=at)
    matter = Matter.load(chosen, at=at)
    verdicts = judged(matter, reader, sections=frozenset(held[chosen.pk]), at=at)
    record(
        at=at,
        actor=reader.actor,
        action="advisory.open",
        target=str(chosen),
        outcome="allow" if verdicts else "NOT_SHARED",
        detail={
            "organisation": str(reader.organisation_id),
            "sections": {pk: [v.code, v.regime, *v.rules] for pk, v in verdicts.items()},
        },
    )
    if not verdicts:
        raise NotShared
    return build(matter, verdicts, labels=tuple(versions[pk].label for pk in held))


def open_versions(reader: Reader, *, versions: Collection[int], at: datetime) -> dict[int, Shared]:
    """What the reader may see of each of these versions, judged anew; what it may not is left out.

    The caller records what it shows of them: a page is one row.
    """
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


def _refuse(reader: Reader, *, number: str, at: datetime) -> NoReturn:
    known = number[:20].encode("ascii", "replace").decode()
    tombstones = withdrawn(reader, at=at, advisory=number)
    record(
        at=at,
        actor=reader.actor,
        action="advisory.open",
        target=known,
        outcome="WITHDRAWN" if tombstones else "NOT_SHARED",
        detail={"organisation": str(reader.organisation_id)},
    )
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
    if profile is None:
        profile, _ = profiles_at([reader.organisation_id], at=at)[reader.organisation_id]
    named = reader.user_id is not None and reader.user_id in matter.addressing.people
    rulings = judging.for_organisation(
        matter,
        reader.organisation_id,
        profile,
        person_id=reader.user_id if named else None,
        sections=sections,
    )
    for ruling in rulings:
        if not ruling.verdict.allowed:
            verdict_differs(
                section_id=ruling.section_id,
                reader=reader.actor,
                code=ruling.verdict.code,
                at=at,
            )
    return {r.section_id: r.verdict for r in rulings if r.verdict.allowed}


def build(matter: Matter, verdicts: Mapping[int, Verdict], *, labels: Iterable[str]) -> Shared:
    """The value that travels on: the permitted sections, and nothing that hangs on the others."""
    version = matter.version
    sections = tuple(
        SharedSection(
            id=subject.section.pk,
            lineage=subject.section.lineage,
            position=subject.section.position,
            kind=subject.section.kind,
            heading=subject.section.heading,
            body=subject.section.body,
            data=subject.section.data,
            tlp=subject.item.tlp or Tlp.RED,
            pap=Pap(subject.item.pap) if subject.item.pap else None,
            rules=verdicts[subject.section.pk].rules,
            regime=verdicts[subject.section.pk].regime.value,
        )
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
