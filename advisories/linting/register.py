"""The identifiers of all organisations, ready to be looked for.

Names and domains are tries over words and labels, networks are look-ups per prefix length, AS
numbers a dictionary: looking costs by the text, not by the number of organisations.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Any
from uuid import UUID

from advisories.linting.folding import fold, plain

WORD = re.compile(r"[^\W_]+")
SHORT = 4  # a name with fewer letters counts only as it is written: NS is one, ns is not
MANY = 50  # a network in a text that covers more organisations than this points to none

_LEGAL_FORMS = (
    ("b", "v"),
    ("n", "v"),
    ("c", "v"),
    ("v", "o", "f"),
    ("u", "a"),
    ("b", "a"),
    ("bv",),
    ("nv",),
    ("cv",),
    ("vof",),
    ("ua",),
    ("stichting",),
    ("vereniging",),
    ("cooperatie",),
    ("cooperatieve",),
    ("maatschap",),
    ("holding",),
    ("gmbh",),
    ("ltd",),
    ("inc",),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry knows of one organisation."""

    organisation: UUID
    name: str = ""
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    as_numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """The end of a way through a trie. `written`: it counts only in this very spelling; `capital`:
    only with a capital, for without its legal form the name is a word like another."""

    organisation: UUID
    matched: str
    written: str = ""
    capital: bool = False


ENDS = ""  # in a node: the entries that end there. No word or label is empty.
Node = dict[str, Any]


@dataclass(slots=True)
class Register:
    """Built once per state of the registry, then only read."""

    names: Node = field(default_factory=dict)
    domains: Node = field(default_factory=dict)
    # version → prefix length → network as a number → whose
    networks: dict[int, dict[int, dict[int, list[UUID]]]] = field(default_factory=dict)
    starts: dict[int, list[tuple[int, UUID]]] = field(default_factory=dict)
    as_numbers: dict[int, list[UUID]] = field(default_factory=dict)

    @classmethod
    def of(cls, organisations: Iterable[Known]) -> Register:
        made = cls()
        for known in organisations:
            made._add(known)
        for starts in made.starts.values():
            starts.sort()
        return made

    def _add(self, known: Known) -> None:
        for name in (known.name, *known.aliases):
            self._add_name(name, known.organisation)
        for domain in known.domains:
            for spelling in {domain, _unicode(domain)}:
                _end(self.domains, spelling.split("."), Entry(known.organisation, domain))
        for network in known.networks:
            first = int(network.network_address)
            lengths = self.networks.setdefault(network.version, {})
            holders = lengths.setdefault(network.prefixlen, {}).setdefault(first, [])
            holders.append(known.organisation)
            self.starts.setdefault(network.version, []).append((first, known.organisation))
        for number in known.as_numbers:
            self.as_numbers.setdefault(number, []).append(known.organisation)

    def _add_name(self, name: str, organisation: UUID) -> None:
        folded = fold(name)
        words = WORD.findall(folded.low)
        if not words:
            return
        short = sum(map(len, words)) < SHORT
        written = " ".join(WORD.findall(folded.plain)) if short else ""
        matched = " ".join(words)
        _end(self.names, words, Entry(organisation, matched, written.upper()))
        bare = _without_legal_form(words)
        if bare and bare != words and sum(map(len, bare)) >= SHORT:
            _end(self.names, bare, Entry(organisation, matched, capital=len(bare) == 1))

    def holders(self, version: int, first: int, length: int) -> set[UUID]:
        """Whose network holds this one, or lies in it."""
        bits = 32 if version == 4 else 128
        found: set[UUID] = set()
        for prefix, networks in self.networks.get(version, {}).items():
            if prefix <= length:
                found.update(networks.get(first >> (bits - prefix) << (bits - prefix), ()))
        if length < bits:
            found |= self._within(version, first, first + (1 << (bits - length)))
        return found

    def _within(self, version: int, first: int, end: int) -> set[UUID]:
        starts = self.starts.get(version, [])
        at = bisect_left(starts, first, key=lambda pair: pair[0])
        inside: set[UUID] = set()
        while at < len(starts) and starts[at][0] < end:
            inside.add(starts[at][1])
            if len(inside) > MANY:
                return set()
            at += 1
        return inside


def _end(root: Node, way: list[str], entry: Entry) -> None:
    node = root
    for step in way:
        node = node.setdefault(step, {})
    entries = node.setdefault(ENDS, [])
    if entry not in entries:
        entries.append(entry)


def _unicode(domain: str) -> str:
    """How a punycode domain reads, folded as texts are."""
    try:
        return plain(domain.encode("ascii").decode("idna"))
    except UnicodeError:
        return domain


def _without_legal_form(words: list[str]) -> list[str]:
    """The name without Stichting before it or BV after it, as people write it."""
    bare, before = words, None
    while bare != before:
        before = bare
        for form in _LEGAL_FORMS:
            size = len(form)
            if tuple(bare[-size:]) == form:
                bare = bare[:-size]
            if tuple(bare[:size]) == form:
                bare = bare[size:]
    return bare
