"""An SMTP server that does as it is told: aiosmtpd in a thread, on a free loopback port."""

import socket
import ssl
from asyncio import Transport
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

HANG_UP = "hang up"  # instead of an answer


@dataclass
class MailServer:
    """What arrived, and what is to be answered.

    Answers are used up one by one; when none is left the server accepts.
    """

    pipelining: bool = True
    port: int = 0
    sessions: int = 0
    close_after: int | None = None  # mails a session
    got: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    # What an endpoint beside it got: headers and body. The canary reads both.
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    mail_answers: list[str] = field(default_factory=list)
    rcpt_answers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    data_answers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    # Said after the mail was taken in: what the client heard is not what happened.
    after_taking: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    taken: int = 0
    alert_at: int = 0  # mails got; then `alert` is set
    alert: Event = field(default_factory=Event)

    @property
    def mails(self) -> list[EmailMessage]:
        return [_parsed(content) for _, content in self.got]

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipients, _ in self.got for recipient in recipients]

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        self.taken = 0
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]] if self.pipelining else responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = _next(self.mail_answers)
        if self.close_after is not None and self.taken >= self.close_after:
            answer = HANG_UP
        if answer == "250 OK":
            envelope.mail_from = address
        return _say(server, answer)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = _next(self.rcpt_answers[address])
        if answer == "250 OK":
            envelope.rcpt_tos.append(address)
        return _say(server, answer)

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        first = envelope.rcpt_tos[0]
        answer = _next(self.data_answers[first])
        if answer == "250 OK":
            self.taken += 1
            self.got.append((tuple(envelope.rcpt_tos), envelope.original_content))
            answer = _next(self.after_taking[first])
            if len(self.got) == self.alert_at:
                self.alert.set()
        return _say(server, answer)


def _next(answers: list[str]) -> str:
    return answers.pop(0) if answers else "250 OK"


def _say(server: SMTP, answer: str) -> str:
    if answer == HANG_UP:
        assert isinstance(server.transport, Transport)
        server.transport.abort()
        return "421 gone"
    return answer


def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def running(
    server: MailServer, *, tls_context: ssl.SSLContext | None = None
) -> Iterator[MailServer]:
    """The server, listening on `server.port`."""
    server.port = free_port()
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        ident="mail.example",
        tls_context=tls_context,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
