"""Text as it reads, without disguises, with the way back to the original.

Invisible characters and stacked marks are gone, letters are plain (NFKD), and what was defanged
(`voorbeeld[.]example`) is whole. Every step is linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

SEPARATOR = "\x1e"  # between the parts of a section: nothing matches across it
# The first character decides, so that the search skips over plain text at once.
_SPECIAL = re.compile(
    r"[^ -$&'\)-Z\]-z|}~\t\n](?:"
    r"(?<=[^ -~\t\n])"
    # defanged dots, colons and at signs, with Markdown's backslashes before the brackets
    r"|(?<=\[)(?i:(?:\.|dot|punt|:(?://)?|@|at)\\?\]|\.)"
    r"|(?<=\\)(?:\[(?i:(?:\.|dot|punt|:(?://)?|@|at)\\?\]|\.)|[._-])"
    r"|(?<=[({])(?i:(?:\.|dot|punt|@|at)[)}])"
    r"|(?<=%)2[eE])"
)
_GONE = {"Cc", "Cf", "Co", "Cs", "Mn", "Me", "Cn"}
_SPACES = {"Zs": " ", "Zl": "\n", "Zp": "\n", "Pd": "-"}
_KEPT = {"\r": "\n", SEPARATOR: SEPARATOR, "。": ".", "｡": ".", "․": "."}


@lru_cache(maxsize=8192)
def _plain(special: str) -> str:
    """What a special piece reads as. Each character has a lower case of one character."""
    if len(special) > 1:
        inner = special.strip("\\[](){}").lower()
        return {"@": "@", "at": "@", ":": ":", "://": "://", "_": "_", "-": "-"}.get(inner, ".")
    if special in _KEPT:
        return _KEPT[special]
    category = unicodedata.category(special)
    if category in _GONE:
        return ""
    if category in _SPACES:
        return _SPACES[category]
    pieces = unicodedata.normalize("NFKD", special)
    letters = (c for c in pieces if unicodedata.category(c) not in _GONE)
    return "".join(c if len(c.lower()) == 1 else c.lower()[:1] for c in letters)


@dataclass(frozen=True, slots=True)
class Folded:
    """`plain` keeps the case, `low` does not; a place in one is the same place in the other."""

    plain: str
    low: str
    _views: list[int]  # where each piece begins in `plain`
    _origins: list[tuple[int, int]]  # and from where to where it stood in the original
    _verbatim: list[bool]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """From where to where `plain[start:end]` (not empty) stands in the original text."""
        return self._at(start)[0], self._at(end - 1)[1]

    def _at(self, place: int) -> tuple[int, int]:
        piece = bisect_right(self._views, place) - 1
        start, end = self._origins[piece]
        if self._verbatim[piece]:
            start += place - self._views[piece]
            end = start + 1
        return start, end


def fold(text: str) -> Folded:
    """The text as it reads."""
    views: list[int] = []
    origins: list[tuple[int, int]] = []
    verbatim: list[bool] = []
    out: list[str] = []
    length = last = 0

    def add(piece: str, start: int, end: int, *, same: bool) -> None:
        nonlocal length
        if piece:
            views.append(length)
            origins.append((start, end))
            verbatim.append(same)
            out.append(piece)
            length += len(piece)

    for found in _SPECIAL.finditer(text):
        start, end = found.span()
        if len(found.group()) > 2 and text[start - 1 : start] == text[end : end + 1] == " ":
            start, end = max(start - 1, last), end + 1  # voorbeeld [.] example
        add(text[last:start], last, start, same=True)
        add(_plain(found.group()), start, end, same=False)
        last = end
    add(text[last:], last, len(text), same=True)
    plain = "".join(out)
    return Folded(plain, plain.lower(), views, origins, verbatim)


def plain(text: str) -> str:
    """The text as it reads, lower case: how the register spells what it looks for."""
    return fold(text).low
