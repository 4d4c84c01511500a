"""One spelling for each identifier: what is written in different ways is recorded once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import ip_interface
from typing import Any

from django.utils.translation import gettext_lazy as _

from recipients.errors import Refusal
from recipients.models.identifiers import (
    WIDEST,
    Alias,
    AutonomousSystem,
    Domain,
    Identifier,
    IdentifierKind,
    Network,
)
from recipients.models.networks import IpNetwork


class Malformed(Refusal):
    """It is no identifier of that kind."""


def alias_of(text: str) -> str:
    """One line, single spaces, as it is written."""
    name = " ".join(text.split())
    if len(name) > 200 or sum(c.isalnum() for c in name) < 2 or not name.isprintable():
        raise Malformed(_("A name has two letters or more and at most 200 characters."))
    return name


def domain_of(text: str) -> str:
    """Lower case, punycode (RFC 5891), without the final dot. An address gives its host."""
    host = text.strip().lower().removeprefix("*.").rstrip(".")
    host = host.partition("://")[2].partition("/")[0] if "://" in host else host
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    labels = name.split(".")
    sound = len(labels) > 1 and labels[-1][:1].isalpha() and len(labels[-1]) > 1
    if not sound or len(name) > 253 or not all(_is_label(label) for label in labels):
        raise Malformed(_("This is no domain: voorbeeld.example is one."))
    return name


def _is_label(label: str) -> bool:
    inner = label.replace("-", "")
    return 0 < len(label) <= 63 and inner.isalnum() and "-" not in (label[0], label[-1])


def network_of(text: str) -> IpNetwork:
    """The network of an address or a prefix; host bits are dropped."""
    try:
        network = ip_interface(text.strip()).network
    except ValueError:
        raise Malformed(_("This is no network: 192.0.2.0/24 is one.")) from None
    if network.prefixlen < WIDEST:
        raise Malformed(_("This network is too wide to be of one organisation."))
    return network


def as_number_of(text: str) -> int:
    """`AS64496`, `64496` and `1.10` (RFC 5396, asdot) are numbers of autonomous systems."""
    written = text.strip().upper().removeprefix("ASN").removeprefix("AS").strip()
    high, dot, low = written.rpartition(".")
    parts = [high, low] if dot else [low]
    number = 0
    if all(part.isascii() and part.isdecimal() and len(part) <= 10 for part in parts):
        number = int(high) * 65536 + int(low) if dot else int(low)
    if not 0 < number < 2**32 or (dot and max(int(high), int(low)) > 65535):
        raise Malformed(_("This is no AS number: AS64496 is one."))
    return number


# For each kind: its table, its column, its one spelling.
KINDS: Mapping[IdentifierKind, tuple[type[Identifier], str, Callable[[str], Any]]] = {
    IdentifierKind.ALIAS: (Alias, "name", alias_of),
    IdentifierKind.DOMAIN: (Domain, "name", domain_of),
    IdentifierKind.NETWORK: (Network, "prefix", network_of),
    IdentifierKind.AS_NUMBER: (AutonomousSystem, "number", as_number_of),
}
