"""Names of organisations: whole words, any case, with a Dutch genitive or adjective."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from advisories.linting.folding import SEPARATOR, Folded
from advisories.linting.register import ENDS, WORD, Entry, Node

_GAP = 6  # characters between two words of one name: a space, a dash, an ampersand in Markdown
_ENDINGS = ("se", "s")  # Duinrands, Duinrandse
Place = tuple[int, int, Entry]


def names(text: Folded, root: Node) -> Iterator[Place]:
    """(start, end, entry), the longest name at each place. Linear: a name has few words."""
    said = WORD.findall(text.low)
    begins = {word for word in set(said) if word in root or _stem(word, root) is not None}
    if not begins:
        return
    spans = [found.span() for found in WORD.finditer(text.low)]
    after = 0
    for i, word in enumerate(said):
        if word in begins and i >= after:
            last, entries = _longest(text, said, spans, i, root)
            if entries:
                yield from ((spans[i][0], spans[last][1], entry) for entry in entries)
                after = last + 1


def _longest(
    text: Folded, said: list[str], spans: list[tuple[int, int]], first: int, root: Node
) -> tuple[int, list[Entry]]:
    """The last word of the longest name that begins here, and whose it is."""
    node, best, entries, at = root, first, list[Entry](), first
    while True:
        word = said[at]
        below = node.get(word)
        ends = below.get(ENDS, ()) if below else ()
        if word[-1] in "se" and (stem := _stem(word, node)):
            ends = [*ends, *stem.get(ENDS, ())]
        if ends and (fitting := _fitting(ends, text.plain[spans[first][0] : spans[at][1]])):
            best, entries = at, fitting
        at += 1
        if not below or at == len(said) or not _near(text, spans[at - 1][1], spans[at][0]):
            return best, entries
        node = below


def _fitting(entries: Iterable[Entry], said: str) -> list[Entry]:
    return [entry for entry in entries if _fits(entry, said)]


def _stem(word: str, node: Node) -> Node | None:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 3:
            found: Node | None = node.get(word[: -len(ending)])
            if found is not None:
                return found
    return None


def _near(text: Folded, end: int, start: int) -> bool:
    if start - end == 1:
        return text.low[end] != SEPARATOR
    between = text.low[end:start]
    return len(between) <= _GAP and SEPARATOR not in between and "\n\n" not in between


_BETWEEN = re.compile(r"[\W_]+")


def _fits(entry: Entry, said: str) -> bool:
    if entry.written:
        return _BETWEEN.sub(" ", said) == entry.written
    return not entry.capital or not said[0].islower()
