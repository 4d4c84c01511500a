"""Order of document versions: CSAF allows whole numbers and semantic versions (semver.org §11)."""

import re

_SEMANTIC = re.compile(r"(\d+)(?:\.(\d+)\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+.*)?")

VersionKey = tuple[tuple[int, int, int], int, tuple[tuple[int, int, str], ...]]


def version_key(text: str) -> VersionKey:
    """Sorts versions; build metadata does not count. An unreadable version sorts first."""
    found = _SEMANTIC.fullmatch(text)
    if not found:
        return (-1, -1, -1), 0, ()
    major, minor, patch, early = found.groups()
    marks = tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in (early or "").split(".")
        if part
    )
    return (int(major), int(minor or 0), int(patch or 0)), 0 if early else 1, marks
