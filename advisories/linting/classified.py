"""Markings of state-classified information (VIRBI 2025, and those of NATO and the EU).

Such information is outside the Act (C.67, art. 67 Cbw) and has no place in this portal at all. The
form of the marking decides: `vertrouwelijk`, a `secret` or a staatsgeheim in a sentence is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisories.linting.folding import Folded, fold

CODE = "DENY_CLASSIFIED"
RULE = "C.67"
_S = r"[ \t\n]{1,4}"
_LEVEL = rf"(?:ZEER{_S}GEHEIM|GEHEIM|CONFIDENTIEEL)"
_STARTS = r"(?<![\w-])"
# Each behind what has to stand in the text for it: most texts have none of it.
_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    # Stg. GEHEIM, Stg GEHEIM, Stg. Z.G.: the abbreviation is written nowhere else
    (
        ("stg",),
        re.compile(
            rf"{_STARTS}stg\.?[ \t\n*_-]{{0,6}}(?:{_LEVEL}\b|z\.[ ]?g\.|[gc]\.(?!\w))",
            re.IGNORECASE,
        ),
    ),
    (
        ("staatsgeheim",),
        re.compile(
            rf"{_STARTS}(?:[Ss]taatsgeheim[ \t\n-]{{1,4}}{_LEVEL}\b"
            rf"|Staatsgeheim[ \t\n-]{{1,4}}(?i:{_LEVEL})\b"
            r"|STAATSGEHEIM(?![\w-]))"
        ),
    ),
    # alone on a line, or said to be the marking
    (
        ("staatsgeheim",),
        re.compile(
            r"(?:^|\n|\x1e|rubricering:)[ \t*#>|_-]{0,8}staatsgeheim[ \t.*|_-]{0,8}(?=$|\n|\x1e)",
            re.IGNORECASE,
        ),
    ),
    (
        ("vertrouwelijk",),
        re.compile(
            rf"{_STARTS}(?:(?:Departementaal|DEPARTEMENTAAL|Dep\.?|DEP\.?){_S}(?i:vertrouwelijk)"
            rf"|(?:departementaal|dep\.){_S}VERTROUWELIJK)(?![\w-])"
        ),
    ),
    (("dep.",), re.compile(rf"{_STARTS}[Dd][Ee][Pp]\.[ ]?V\.(?!\w)")),
    (
        ("restricted", "confidential", "secret", "restreint", "confidentiel"),
        re.compile(
            rf"{_STARTS}(?:(?:NATO|NAVO){_S}(?:RESTRICTED|CONFIDENTIAL|SECRET)"
            rf"|COSMIC{_S}TOP{_S}SECRET"
            rf"|(?:RESTREINT|CONFIDENTIEL|SECRET|TRES{_S}SECRET){_S}(?:UE|OTAN)"
            rf"|(?:EU|EURA){_S}(?:RESTRICTED|CONFIDENTIAL|SECRET|TOP{_S}SECRET))\b"
        ),
    ),
    (("ue/eu-",), re.compile(rf"{_STARTS}(?:R-UE/EU-R|C-UE/EU-C|S-UE/EU-S|TS-UE/EU-TS)\b")),
)


def markings(text: Folded) -> Iterator[tuple[int, int, str]]:
    """(start, end, the marking as it is written)."""
    for hints, pattern in _PATTERNS:
        if any(hint in text.low for hint in hints):
            for found in pattern.finditer(text.plain):
                yield found.start(), found.end(), " ".join(found.group().split())


def marking_in(*texts: str) -> str:
    """The first marking in the texts, or nothing."""
    for text in texts:
        for _start, _end, marking in markings(fold(text)):
            return marking
    return ""
