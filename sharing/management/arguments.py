"""What several commands ask for in the same words."""

from __future__ import annotations

from datetime import datetime

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from advisories.models import Section


def section_of(number: str, version: str, position: int) -> Section:
    """`NCSC-2026-0001 1.00 4`. `CommandError` when there is no such section."""
    major, _, minor = version.partition(".")
    if not (major.isdigit() and minor.isdigit()):
        raise CommandError("The version is written like 1.00.")
    found = Section.objects.filter(
        version__advisory__number=number,
        version__number=int(major) * 100 + int(minor),
        position=position,
    ).first()
    if found is None:
        raise CommandError(f"There is no section {position} in {number} [{version}].")
    return found


def instant(at: str | None) -> datetime:
    """An ISO 8601 instant with an offset, or now. `CommandError` without an offset."""
    found = parse_datetime(at) if at else timezone.now()
    if found is None or timezone.is_naive(found):
        raise CommandError("--at needs an ISO 8601 instant with an offset, 2026-11-01T12:00+01:00.")
    return found
