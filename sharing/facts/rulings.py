"""Decisions of legal affairs → the `legal_ruling` of an organisation towards a section."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from advisories.models import AdvisoryVersion, Section
from advisories.services.reviewing import section_digest
from law.regimes import regime_at
from sharing.models import LegalRuling

Key = tuple[int, UUID]  # section id, organisation


@dataclass(frozen=True, slots=True)
class Ruled:
    """An allowance in force, and when it runs out by what is known now."""

    id: int
    until: datetime | None


def standing(version: AdvisoryVersion, *, at: datetime) -> QuerySet[LegalRuling]:
    """Rulings about the version that were given by `at`, have not ended or run out, and are of the
    law of that instant: what was ruled under one regime says nothing under the next."""
    return LegalRuling.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=at),
        Q(valid_until=None) | Q(valid_until__gt=at),
        version=version,
        regime=regime_at(at).id.value,
        decided_at__lte=at,
    )


def about_these_words(
    rulings: Iterable[LegalRuling], version: AdvisoryVersion, sections: Iterable[Section]
) -> dict[Key, LegalRuling]:
    """Those that were given about the words that stand there now."""
    rows = list(rulings)
    about = {row.section_id for row in rows}
    words = {
        section.pk: section_digest(section, version) for section in sections if section.pk in about
    }
    return {
        (row.section_id, row.organisation_id): row
        for row in rows
        if words.get(row.section_id) == row.digest
    }


def ruled(
    version: AdvisoryVersion, sections: Iterable[Section], *, at: datetime
) -> dict[Key, Ruled]:
    """The allowances that count at `at`: confirmed, and about the words that stand there now."""
    confirmed = standing(version, at=at).filter(allows=True, confirmed_at__lte=at)
    counting = about_these_words(confirmed, version, sections)
    return {key: Ruled(row.pk, row.valid_until) for key, row in counting.items()}
