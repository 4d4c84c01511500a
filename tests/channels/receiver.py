"""An organisation's webhook: HTTPS on a loopback port, which does as it is told."""

from __future__ import annotations

import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.channels.certificates import Own, authority, issue

HOST = "localhost"  # resolved for real; its certificate carries the name


@dataclass
class Receiver:
    """What came in, and what is to be answered: a status, or something worse."""

    port: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    behave: Callable[[BaseHTTPRequestHandler], None] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)  # used up one by one; then 204
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/inbox"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, receiver: Receiver, *arguments: Any) -> None:
        self.receiver = receiver
        super().__init__(*arguments)

    def do_POST(self) -> None:
        receiver = self.receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with receiver.lock:
            receiver.got.append((dict(self.headers), body))
            receiver.at_once += 1
            receiver.most_at_once = max(receiver.most_at_once, receiver.at_once)
            status = receiver.statuses.pop(0) if receiver.statuses else 204
        try:
            if receiver.behave:
                receiver.behave(self)
                return
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()
        finally:
            with receiver.lock:
                receiver.at_once -= 1

    def log_message(self, *_: Any) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        return  # a client that hung up


@contextmanager
def receiving(name: str = HOST) -> Iterator[Receiver]:
    """A receiver whose certificate is for `name`."""
    receiver = Receiver()
    server = _Server(("127.0.0.1", 0), partial(_Handler, receiver))
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        own = certificate(name)
        file.write(own.key_pem + own.pem)
        file.flush()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file.name)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=partial(server.serve_forever, 0.02), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def certificate(name: str) -> Own:
    use = ExtendedKeyUsageOID.SERVER_AUTH
    return issue(name, by=authority(), use=use, names=(x509.DNSName(name),))


def slowly(handler: BaseHTTPRequestHandler) -> None:
    """A status line that never comes to its end: a byte at a time, until the other hangs up."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 2000:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.05)  # this is what it is about: it drips


def hugely(handler: BaseHTTPRequestHandler) -> None:
    """Says yes, and goes on for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(10**12))
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)
