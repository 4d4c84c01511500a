"""Handing mails to the SMTP server over one connection.

smtplib connects, greets and logs in; the mails themselves go through our own loop, which writes
the next envelope together with the previous content where the server offers PIPELINING
(RFC 2920): one round trip a mail instead of four.
"""

from __future__ import annotations

import math
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

from django.conf import settings
from django.core.mail import DNS_NAME

from sharing.channels.contract import Outcome, Parcel, Result, Unreachable
from sharing.renditions.mail import sender

Key = TypeVar("Key")
GO_AHEAD = 354
CLOSING = 421  # the server ends the session


class Reply(NamedTuple):
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class _Opened(Generic[Key]):
    """A mail whose DATA was answered 354: its content is awaited."""

    key: Key
    content: bytes
    failure: Result | None  # known already: then the content is a lone dot


class _Lost(Exception):
    """The connection ended, or speaks no SMTP any more."""


class Session:
    """One SMTP session. Use as a context manager; `over` says that it can take no more mail."""

    def __init__(self, *, sender: str) -> None:
        self.over = False
        self._mail_from = f"MAIL FROM:<{sender}>\r\n".encode("ascii")
        self._stop_at = math.inf  # time.monotonic seconds
        self._reset_needed = False  # the last transaction failed: clear it before the next
        self._smtp = _connect()
        self.pipelining = self._smtp.has_extn("pipelining")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(politely=kind is None)

    def close(self, *, politely: bool = True) -> None:
        """End the session. Impolitely when replies may be outstanding."""
        if politely and not self.over:
            with suppress(OSError, smtplib.SMTPException):  # it is over either way
                self._smtp.docmd("QUIT")
        self.over = True
        self._smtp.close()

    def hand_over(
        self, mails: Iterable[Parcel[Key]], *, stop_at: float
    ) -> Iterator[tuple[Key, Result]]:
        """Send in order; yield each result as soon as it is known.

        `stop_at` (time.monotonic seconds): when answers are no longer waited for. When the
        session ends early, mails without a result were not tried.
        """
        self._stop_at = stop_at
        talk = self._pipelined if self.pipelining else self._step_by_step
        try:
            yield from talk(mails)
        except GeneratorExit:
            self.close(politely=False)  # answers are outstanding
            raise

    def _step_by_step(self, mails: Iterable[Parcel[Key]]) -> Iterator[tuple[Key, Result]]:
        for mail in mails:
            if self._reset_needed:
                self._write(b"RSET\r\n")
                self._skip_reply()
            try:
                result = self._one(mail)
            except _Lost as lost:
                result = Result(Outcome.LOST, None, str(lost))
            yield mail.key, self._noted(result)
            if self.over:
                return

    def _one(self, mail: Parcel[Key]) -> Result:
        replies: list[Reply] = []
        for command in self._envelope(mail):
            self._write(command)
            replies.append(self._read())
            failure = _failure(replies)
            if failure is not None:
                return failure
        self._write(mail.content)
        return _final(self._read())

    def _pipelined(self, mails: Iterable[Parcel[Key]]) -> Iterator[tuple[Key, Result]]:
        before: _Opened[Key] | None = None
        for mail in mails:
            clear = self._reset_needed and before is None
            self._write(
                (before.content if before else b"")
                + (b"RSET\r\n" if clear else b"")
                + b"".join(self._envelope(mail))
            )
            if before is not None:
                yield before.key, self._noted(self._end(before))
                if self.over:
                    return  # whatever was written of `mail`, no content of it
            if clear:
                self._skip_reply()
            begun = self._begin(mail)
            if isinstance(begun, Result):
                yield mail.key, self._noted(begun)
                if self.over:
                    return
                before = None
            else:
                before = begun
        if before is not None:
            self._write(before.content)
            yield before.key, self._noted(self._end(before))

    def _begin(self, mail: Parcel[Key]) -> _Opened[Key] | Result:
        """The answers to an envelope: an open door for the content, or how it failed."""
        replies: list[Reply] = []
        try:
            while len(replies) < 3:
                replies.append(self._read())
                if replies[-1].code == CLOSING:
                    break
        except _Lost as lost:
            return Result(Outcome.LOST, None, str(lost))
        failure = _failure(replies)
        if failure is None:
            return _Opened(mail.key, mail.content, None)
        if replies[-1].code == GO_AHEAD:
            # Nobody accepted it, yet the server asks for content: a lone dot, whose answer
            # says nothing of the recipient (RFC 2920 §3.1).
            return _Opened(mail.key, b".\r\n", failure)
        return failure

    def _end(self, opened: _Opened[Key]) -> Result:
        try:
            final = _final(self._read())
        except _Lost as lost:
            self.over = True
            final = Result(Outcome.LOST, None, str(lost))
        return opened.failure or final

    def _noted(self, result: Result) -> Result:
        """Remember what the result means for the session."""
        self.over = self.over or result.outcome is Outcome.LOST or result.code == CLOSING
        self._reset_needed = result.outcome is not Outcome.HANDED_OVER
        return result

    def _envelope(self, mail: Parcel[Key]) -> tuple[bytes, bytes, bytes]:
        recipient = f"RCPT TO:<{mail.recipient}>\r\n"
        return self._mail_from, recipient.encode("ascii"), b"DATA\r\n"

    def _write(self, lines: bytes) -> None:
        """Failures are left for the next read to show: an answer may be waiting there."""
        with suppress(_Lost, OSError):
            self._socket().sendall(lines)

    def _socket(self) -> socket.socket:
        """The socket, patient no longer than a single answer may take, nor than `stop_at`."""
        left = self._stop_at - time.monotonic()
        if self._smtp.sock is None or left <= 0:
            raise _Lost("out of time" if left <= 0 else "closed")
        self._smtp.sock.settimeout(min(float(settings.EMAIL_TIMEOUT), left))
        return self._smtp.sock

    def _read(self) -> Reply:
        self._socket()
        try:
            code, text = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise _Lost(_line(str(error)) or type(error).__name__) from error
        if not 200 <= code <= 599:
            raise _Lost(f"not an SMTP answer: {_line(text.decode('ascii', 'replace'))}")
        return Reply(code, _line(text.decode("ascii", "replace")))

    def _skip_reply(self) -> None:
        with suppress(_Lost):  # the next reply is lost as well, and says so
            self._read()


def session() -> Session:
    """A session from our own address."""
    return Session(sender=sender())


def is_permanent(code: int) -> bool:
    """RFC 5321 §4.2.1: 5yz is for ever."""
    return code >= 500


def _line(text: str) -> str:
    """One printable line: what a server says ends up in our tables and on our screens."""
    return re.sub(r"[^\x20-\x7e]+", " ", text).strip()[:500]


def _failure(replies: list[Reply]) -> Result | None:
    """How an envelope failed, from the answers to MAIL, RCPT and DATA so far; None: it did not."""
    for step, reply in enumerate(replies):
        if step == 2 and reply.code == GO_AHEAD:
            continue
        if step < 2 and 200 <= reply.code <= 299:
            continue
        # A refused sender is about us: every mail would be refused, no recipient is to blame.
        permanent = step > 0 and is_permanent(reply.code)
        return Result(Outcome.REFUSED if permanent else Outcome.DEFERRED, reply.code, reply.text)
    return None


def _final(reply: Reply) -> Result:
    if 200 <= reply.code <= 299:
        return Result(Outcome.HANDED_OVER, reply.code, reply.text)
    permanent = is_permanent(reply.code)
    return Result(Outcome.REFUSED if permanent else Outcome.DEFERRED, reply.code, reply.text)


def _connect() -> smtplib.SMTP:
    """A session that has greeted, encrypted and logged in as the settings say."""
    try:
        smtp = smtplib.SMTP(
            settings.EMAIL_HOST,
            settings.EMAIL_PORT,
            local_hostname=str(DNS_NAME),
            timeout=settings.EMAIL_TIMEOUT,
        )
        try:
            _introduce(smtp)
        except BaseException:
            smtp.close()
            raise
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(_line(str(error)) or type(error).__name__) from error
    return smtp


def _introduce(smtp: smtplib.SMTP) -> None:
    smtp.ehlo_or_helo_if_needed()
    if settings.EMAIL_USE_TLS:
        smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
    if settings.EMAIL_HOST_USER:
        smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
