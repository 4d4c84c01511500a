"""The stored decisions of a release as JSON lines, for an outsider: why, without the content.

Ids and never names, texts or headings: what a denied section says stays inside. The sha256 of the
file goes into the record, whose own export proves that the file is the one that was handed out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO

from django.db import transaction
from django.utils import translation

from advisories.models import Attestation
from audit.services import record
from law.rules import RULES
from law.vocabulary import Code, Outcome
from sharing.evidence.names import word_of
from sharing.models import Audience, Decision, FactSheet, Release
from sharing.words import word

FORMAT = 1


@transaction.atomic
def export_decisions(
    *, release_id: int, language: str, to: TextIO, actor: str, at: datetime
) -> str:
    """Write the file to `to` (UTF-8, line ends of one byte) and its sha256 into the record; returns
    that. `DoesNotExist` for an unknown release."""
    release = Release.objects.select_related("version__advisory").get(pk=release_id)
    digest, count = hashlib.sha256(), 0
    with translation.override(language):
        for line in _lines(release, language):
            text = json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"
            digest.update(text.encode())
            to.write(text)
            count += 1
    record(
        at=at,
        actor=actor,
        action="decisions.export",
        target=str(release.version),
        outcome=digest.hexdigest(),
        detail={"release": release.pk, "lines": count, "language": language},
    )
    return digest.hexdigest()


def _lines(release: Release, language: str) -> Iterator[dict[str, Any]]:
    sections = release.version.sections.select_related("marking").order_by("position")
    position = {section.pk: section.position for section in sections}
    yield {
        "kind": "header",
        "format": FORMAT,
        "release": release.pk,
        "advisory": release.version.advisory.number,
        "version": release.version.label,
        "released_at": release.released_at.isoformat(),
        "regime": release.regime,
        "purpose": release.purpose,
        "language": language,
        "sections": len(position),
    }
    decisions = Decision.objects.filter(release=release).order_by("pk")
    yield from _words(decisions)
    for audience in Audience.objects.filter(decisions__release=release).distinct().order_by("pk"):
        yield {"kind": "audience", "digest": audience.digest, "profile": audience.profile}
    for sheet in FactSheet.objects.filter(
        pk__in=decisions.order_by().values("facts").distinct()
    ).order_by("pk"):
        yield {"kind": "facts", "digest": sheet.digest, **sheet.facts}
    for attestation in (
        Attestation.objects.filter(version=release.version).select_related("by").order_by("pk")
    ):
        yield _attestation(attestation, position)
    count = 0
    rows = decisions.select_related("audience", "person").iterator(chunk_size=1000)
    for decision in rows:
        yield _decision(decision, position)
        count += 1
    yield {"kind": "end", "decisions": count}


def _words(decisions: Any) -> Iterator[dict[str, Any]]:
    """The rules that were applied and the predicates that were asked, in words."""
    rules: set[str] = set()
    predicates: set[str] = set()
    for gates in decisions.values_list("gates", flat=True).iterator(chunk_size=1000):
        for gate in gates:
            rules |= set(gate["rules"])
            predicates |= set(gate["predicates"])
    for pk in sorted(rules & RULES.keys()):
        rule = RULES[pk]
        yield {
            "kind": "rule",
            "id": rule.id,
            "article": rule.article,
            "quote": rule.quote_nl,
            "gloss": rule.gloss_en,
            "source": rule.source,
            "label": rule.label.value,
            "confidence": rule.confidence,
            "digest": rule.digest,
        }
    for name in sorted(predicates):
        yield {"kind": "predicate", "name": name, "word": str(word_of(name))}


def _attestation(row: Attestation, position: dict[int, int]) -> dict[str, Any]:
    """Who vouched for what and when; the reasoning itself can hold content and stays inside."""
    return {
        "kind": "attestation",
        "id": row.pk,
        "section": position.get(row.section_id) if row.section_id else None,
        "predicate": row.predicate,
        "value": row.value,
        "organisation": str(row.organisation_id) if row.organisation_id else None,
        "capacity": row.capacity or None,
        "by": row.by.actor,
        "role": row.role,
        "at": row.at.isoformat(),
        "regime": row.regime,
    }


def _decision(row: Decision, position: dict[int, int]) -> dict[str, Any]:
    reasons = "; ".join(str(word(Code(code))) for code in row.codes)
    return {
        "kind": "decision",
        "id": row.pk,
        "section": position[row.section_id],
        "audience": row.audience.digest,
        "organisation": str(row.organisation_id) if row.organisation_id else None,
        "person": row.person.actor if row.person else None,
        "instant": row.instant.isoformat(),
        "regime": row.regime,
        "ruleset": row.ruleset,
        "outcome": row.outcome,
        "code": row.code,
        "codes": row.codes,
        "words": f"{word(Outcome(row.outcome))}: {reasons}",
        "gates": row.gates,
        "relation": row.relation,
        "facts": row.facts_id,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
    }
