"""IP addresses and AS numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from advisories.linting.folding import Folded

_V4 = re.compile(r"\d(?<![\w.].)\d{0,2}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?!\w|\.\d)", re.DOTALL)
_V6 = re.compile(
    r"[0-9a-f:](?<![\w:.].)[0-9a-f]{0,3}:[0-9a-f:]{1,38}(?:\d{1,3}(?:\.\d{1,3}){3})?(?:/\d{1,3})?"
    r"(?![\w:]|\.\d)",
    re.DOTALL,
)
_AS = re.compile(r"[Aa](?<!\w.)(?:[Ss][Nn]?|S[Nn]?[ -]|SN?: ?)(\d{1,10})(?!\w|\.\d)", re.DOTALL)
# Dotted numbers that are versions: said to be so within the few words before.
_VERSION = re.compile(
    r"(?:version|versie|firmware|release|build|update|patch|revision|rev|prior to|before|"
    r"earlier than|through|up to|t/m|tot en met|fixed in|[<>]=?|\bv)\W{0,3}$"
    r"|(?:version|versie|firmware|release|build|prior to)s?\b[^\n]{0,40}$"
)
_LOCAL = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
)
_QUAD_BEFORE = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}-$")  # a range of addresses
_QUAD_AFTER = re.compile(r"-\d{1,3}(?:\.\d{1,3}){3}")
BEFORE = 60
WIDE = {4: 8, 6: 16}  # a wider range in a text is nobody's


@dataclass(frozen=True, slots=True)
class Address:
    """An address or a range in a text, and whether it may as well be a version number."""

    start: int
    end: int
    version: int
    first: int
    length: int
    written: str
    public: bool
    doubtful: bool


def addresses(text: Folded) -> Iterator[Address]:
    for found in _V4.finditer(text.low):
        if made := _address(text, found):
            yield made
    for found in _V6.finditer(text.low):
        if found.group().count(":") > 1 and (made := _address(text, found)):
            yield made


def _address(text: Folded, found: re.Match[str]) -> Address | None:
    written = found.group()
    host, _slash, length = written.partition("/")
    try:
        address = ip_address(host)
    except ValueError:
        return None
    prefix = int(length) if length else address.max_prefixlen
    if not WIDE[address.version] <= prefix <= address.max_prefixlen:
        return None
    shift = address.max_prefixlen - prefix
    if address.version == 4:
        doubtful = _like_a_version(text.low, *found.span())
    else:
        doubtful = not any(c.isdigit() for c in host)
    return Address(
        start=found.start(),
        end=found.end(),
        version=address.version,
        first=int(address) >> shift << shift,
        length=prefix,
        written=written,
        public=not any(address in local for local in _LOCAL if local.version == address.version),
        doubtful=doubtful,
    )


def _like_a_version(low: str, start: int, end: int) -> bool:
    before, after = low[max(0, start - BEFORE) : start], low[end : end + 17]
    if before.endswith("-") and not _QUAD_BEFORE.search(before):
        return True
    if after.startswith("-") and not _QUAD_AFTER.match(after):
        return True
    return bool(_VERSION.search(before))


def as_numbers(text: Folded) -> Iterator[tuple[int, int, int]]:
    """(start, end, number): AS64500, AS 64500, ASN-64500."""
    for found in _AS.finditer(text.plain):
        yield found.start(), found.end(), int(found.group(1))
