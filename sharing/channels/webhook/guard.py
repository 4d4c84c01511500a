"""Only public addresses, and no longer than agreed: what stands between a URL and our network.

The name is resolved, every address is checked, and the connection is made to the very address that
was checked: a name that means something else a moment later changes nothing. TLS and the `Host`
header keep the name.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore2
from django.conf import settings

CONNECT_SECONDS = 5.0
# Addresses that wrap an IPv4 address, which a gateway would unwrap: RFC 4291, 6052, 8215, 3056, 4380.
WRAPPING = [
    ip_network(net)
    for net in ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
]


class NotPublic(Exception):
    """The name leads to an address that is not public. No connection was made."""


def address_of(host: str, port: int) -> str:
    """The address to connect to. One that may not be used spoils them all: `NotPublic`."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(_permitted(ip_address(one)) for one in found):
        raise NotPublic("the address is not public")
    return found[0]


def _permitted(address: IPv4Address | IPv6Address) -> bool:
    allowed = [ip_network(net) for net in settings.WEBHOOK_NETWORKS.split(",") if net]
    if any(address in net for net in allowed if net.version == address.version):
        return True
    wrapped = any(address in net for net in WRAPPING if net.version == address.version)
    return address.is_global and not address.is_multicast and not wrapped


class Guarded(httpcore2.NetworkBackend):
    """Connections to checked addresses, that end at `until` (time.monotonic seconds)."""

    def __init__(self, *, until: float) -> None:
        self.until = until
        self.sent = False  # whether anything of ours may have left
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        address = address_of(host, port)
        stream = self._inner.connect_tcp(
            address, port, timeout=_left(self.until, CONNECT_SECONDS), socket_options=socket_options
        )
        return _Bounded(stream, self)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        raise NotPublic("not an address")


class _Bounded(httpcore2.NetworkStream):
    """A stream on which nothing is awaited after the end, however slowly the other side drips."""

    def __init__(self, stream: httpcore2.NetworkStream, guard: Guarded) -> None:
        self._stream, self._guard = stream, guard

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._guard.until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._guard.sent = True
        self._stream.write(buffer, _left(self._guard.until, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = _left(self._guard.until, timeout)
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, left), self._guard)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float, timeout: float | None) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("out of time")
    return left if timeout is None else min(left, timeout)
