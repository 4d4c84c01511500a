"""Domains of organisations, and what lies under them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisories.linting.folding import Folded
from advisories.linting.names import Place
from advisories.linting.register import ENDS, Node

# Begins where a run begins, or a long word would be read again from each of its letters.
_RUN = re.compile(r"[\w.-](?<![\w.-].)[\w-]*+\.[\w.-]+", re.DOTALL)
_LONGEST = 253  # RFC 1035


def hosts(text: Folded, root: Node) -> Iterator[Place]:
    """(start, end, entry): the whole host name, subdomains and all."""
    for run in _RUN.finditer(text.low):
        yield from _in_run(text, run.group(), run.start(), root)


def _in_run(text: Folded, run: str, offset: int, root: Node) -> Iterator[Place]:
    labels: list[tuple[str, int, int]] = []
    at = 0
    for raw in run.split("."):
        label = raw.strip("_-")
        start = offset + at + raw.find(label) if label else offset + at
        labels.append((label, start, start + len(label)))
        at += len(raw) + 1
    for i in range(len(labels)):
        node, j = root, i
        while j < len(labels) and labels[j][0] and labels[j][0] in node:
            node, j = node[labels[j][0]], j + 1
            if ENDS in node and _ends(text, labels, j):
                start = _begin(labels, i)
                yield from ((start, labels[j - 1][2], entry) for entry in node[ENDS])


def _ends(text: Folded, labels: list[tuple[str, int, int]], j: int) -> bool:
    """The name ends here, or a new sentence begins without a space."""
    return j == len(labels) or not labels[j][0] or text.plain[labels[j][1]].isupper()


def _begin(labels: list[tuple[str, int, int]], i: int) -> int:
    """Where the host name begins: with its first label, or as far back as a name is long."""
    first = i
    while first and labels[first - 1][0] and labels[i][1] - labels[first - 1][1] < _LONGEST - 64:
        first -= 1
    return labels[first][1]
