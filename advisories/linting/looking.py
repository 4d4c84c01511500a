"""One look at the parts of a section: every finding, with what it asks of the marking."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from advisories.linting.addresses import Address, addresses, as_numbers
from advisories.linting.classified import markings
from advisories.linting.cves import cves
from advisories.linting.finding import Finding, Kind, Proposal, Span
from advisories.linting.folding import SEPARATOR, Folded, fold
from advisories.linting.hosts import hosts
from advisories.linting.names import names
from advisories.linting.personal import credentials, emails
from advisories.linting.register import Register
from law.vocabulary import PersonalData

# P-CONF: what makes a name in a text more than a name. Beginnings of words, Dutch and English.
_HAPPENED = re.compile(
    r"\b(?:kwetsba|vulnerab|(?:ge)?compromit|compromis|incident|(?:ge)?hack|slachtoffer|victim|"
    r"getroffen|affected|ransom|malware|(?:ge)?lekt?\b|datalek|leak|breach|inbra|misbruik|exploit|"
    r"aanval|attack|besmet|infect|verdacht|suspici|expos|backdoor|achterdeur|phish|botnet|ddos|"
    r"cve-\d|verouderd|outdated|draait|draaide|in gebruik|gebruikt|running|uses\b|afspra|agreement)"
)
CONTEXT = 200  # characters of a line on either side of a finding that an answer is bound to


@dataclass(frozen=True, slots=True)
class Context:
    """What is known around the text. `happened`: the version tells of a weakness or an incident;
    `weak_addresses`: addresses are what the section is a list of, or its numbers are versions."""

    happened: bool = True
    weak_addresses: bool = False
    public_cves: frozenset[str] = frozenset()


def happened_in(text: str) -> bool:
    """Whether it speaks of a weakness, an incident, or systems in use."""
    return bool(_HAPPENED.search(fold(text).low))


def look(
    parts: Mapping[str, str], *, register: Register, context: Context | None = None
) -> list[Finding]:
    """The findings in the parts of a section, by part and place."""
    return _Look(parts, register, context or Context()).all()


def strings(data: Any, path: str = "data") -> Iterator[tuple[str, str]]:
    """(path, text) of every string and key in structured data, without recursion. Paths are for
    people: of a long key they hold the beginning, so that two can be the same."""
    todo: list[tuple[str, Any]] = [(path, data)]
    while todo:
        where, value = todo.pop()
        if isinstance(value, str):
            yield where, value
        elif isinstance(value, dict):
            todo.extend((f"{where}/{key[:60]}", child) for key, child in reversed(value.items()))
            yield from ((f"{where}/{key[:60]}#key", key) for key in value)
        elif isinstance(value, list):
            todo.extend((f"{where}/{n}", child) for n, child in reversed(list(enumerate(value))))


class _Look:
    def __init__(self, parts: Mapping[str, str], register: Register, context: Context) -> None:
        self.register, self.context = register, context
        self.paths = list(parts)
        texts = [text.replace(SEPARATOR, " ") for text in parts.values()]
        self.starts: list[int] = []
        length = 0
        for text in texts:
            self.starts.append(length)
            length += len(text) + 1
        self.text: Folded = fold(SEPARATOR.join(texts))

    def all(self) -> list[Finding]:
        found = [
            *self._of_organisations(),
            *self._addresses(),
            *self._personal(),
            *self._cves(),
            *(
                self._finding(Kind.CLASSIFIED, start, end, marking, Proposal(refused=True))
                for start, end, marking in markings(self.text)
            ),
        ]
        order = {path: n for n, path in enumerate(self.paths)}
        unique = {(f.kind, f.span, f.organisation): f for f in found}.values()
        return sorted(unique, key=lambda f: (order[f.span.part], f.span.start, f.span.end))

    def _about(self, organisation: UUID) -> Proposal:
        confidential = self.context.happened
        return Proposal(subject=organisation, confidential=confidential, traceable=confidential)

    def _of_organisations(self) -> Iterator[Finding]:
        found_hosts = list(hosts(self.text, self.register.domains))
        for start, end, entry in found_hosts:
            about = self._about(entry.organisation)
            yield self._finding(Kind.DOMAIN, start, end, entry.matched, about)
        covered: dict[UUID, list[tuple[int, int]]] = {}
        for start, end, entry in found_hosts:
            covered.setdefault(entry.organisation, []).append((start, end))
        for start, end, entry in names(self.text, self.register.names):
            if not _within(covered.get(entry.organisation, []), start, end):
                about = self._about(entry.organisation)
                yield self._finding(Kind.NAME, start, end, entry.matched, about)
        for start, end, number in as_numbers(self.text):
            for organisation in self.register.as_numbers.get(number, ()):
                about = self._about(organisation)
                yield self._finding(Kind.AS_NUMBER, start, end, f"AS{number}", about)

    def _addresses(self) -> Iterator[Finding]:
        for one in addresses(self.text):
            holders = self.register.holders(one.version, one.first, one.length)
            for organisation in sorted(holders):
                about = self._about(organisation)
                yield self._finding(Kind.NETWORK, one.start, one.end, one.written, about)
            if not holders and one.public and not one.doubtful:
                yield self._of_nobody(one)

    def _of_nobody(self, one: Address) -> Finding:
        personal = None if self.context.weak_addresses else PersonalData.ORDINARY
        proposal = Proposal(personal_data=personal)
        return self._finding(Kind.ADDRESS, one.start, one.end, one.written, proposal)

    def _personal(self) -> Iterator[Finding]:
        for start, end, address, function in emails(self.text):
            if function:
                yield self._finding(Kind.MAILBOX, start, end, address, Proposal())
            else:
                ordinary = Proposal(personal_data=PersonalData.ORDINARY)
                yield self._finding(Kind.EMAIL, start, end, address, ordinary)
        for start, end, secret in credentials(self.text):
            proposal = Proposal(personal_data=PersonalData.CREDENTIALS)
            yield self._finding(Kind.CREDENTIAL, start, end, secret, proposal)

    def _cves(self) -> Iterator[Finding]:
        for start, end, cve in cves(self.text):
            if cve in self.context.public_cves:
                yield self._finding(Kind.PUBLIC_CVE, start, end, cve, Proposal())
            else:
                yield self._finding(Kind.CVE, start, end, cve, Proposal(question=True))

    def _finding(self, kind: Kind, start: int, end: int, matched: str, asks: Proposal) -> Finding:
        first, last = self.text.origin(start, end)
        part = bisect_right(self.starts, first) - 1
        offset = self.starts[part]
        span = Span(self.paths[part], first - offset, last - offset)
        return Finding(kind, span, matched, self._line(start, end), asks)

    def _line(self, start: int, end: int) -> str:
        """The line of the place, at most `CONTEXT` characters on either side."""
        before = self.text.low[max(0, start - CONTEXT) : start]
        after = self.text.low[end : end + CONTEXT]
        left = max(before.rfind("\n"), before.rfind(SEPARATOR)) + 1
        right = min(
            (at for at in (after.find("\n"), after.find(SEPARATOR)) if at != -1), default=CONTEXT
        )
        return before[left:] + self.text.low[start:end] + after[:right]


def _within(places: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of these places, in their order, holds this one."""
    at = bisect_right(places, start, key=lambda place: place[0]) - 1
    return at >= 0 and end <= places[at][1]
