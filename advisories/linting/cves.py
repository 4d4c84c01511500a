"""CVE ids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisories.linting.folding import Folded

CVE = re.compile(r"cve(?<![\w-]cve)[- ](\d{4})-(\d{4,19})(?!\w)")


def cves(text: Folded) -> Iterator[tuple[int, int, str]]:
    """(start, end, id in upper case)."""
    for found in CVE.finditer(text.low):
        yield found.start(), found.end(), f"CVE-{found.group(1)}-{found.group(2)}"
