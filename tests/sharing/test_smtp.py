"""Our pipelining loop against servers that answer in the less usual lawful ways."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.utils import timezone
from pytest_django.fixtures import Settings

from sharing.channels.contract import Outcome, Parcel, Unreachable
from sharing.channels.email.send import Session
from tests.sharing.mailserver import MailServer, running

CONTENT = b"Subject: x\r\n\r\nx\r\n.\r\n"
Answers = dict[str, list[str]]


@contextmanager
def scripted(settings: Settings, answers: Answers, said: list[str]) -> Iterator[None]:
    """One session that answers each verb from its list, then 250. "354" opens a content.

    An empty answer hangs up.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.EMAIL_HOST, settings.EMAIL_PORT = listening.getsockname()
        settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 2
        thread = threading.Thread(target=_serve, args=(listening, answers, said))
        thread.start()
        try:
            yield
        finally:
            thread.join(10)


def _serve(listening: socket.socket, answers: Answers, said: list[str]) -> None:
    with suppress(OSError):  # a client that hangs up is part of the play
        _play(listening, answers, said)


def _play(listening: socket.socket, answers: Answers, said: list[str]) -> None:
    listening.settimeout(5)
    peer, _ = listening.accept()
    with peer, peer.makefile("rwb") as lines:

        def say(verb: str) -> str:
            answer = answers[verb].pop(0) if answers.get(verb) else USUAL.get(verb, "250 ok")
            lines.write(f"{answer}\r\n".encode() if answer else b"")
            lines.flush()
            return answer

        if not say("greeting"):
            return
        while line := lines.readline().decode():
            said.append(line.strip())
            answer = say(line.split()[0].split(":")[0].upper())
            if answer.startswith("354"):
                said.append(f"content of {len(_content(lines))}")
                answer = say("content")
            if not answer:
                return


USUAL = {
    "greeting": "220 mail.example",
    "EHLO": "250-mail.example\r\n250 PIPELINING",
    "DATA": "354 go",
    "QUIT": "221 bye",
}


def _content(lines: Iterable[bytes]) -> bytes:
    content = b""
    for line in lines:
        content += line
        if line == b".\r\n":
            break
    return content


def send(count: int, *, seconds: float = 5) -> list[tuple[int, Outcome]]:
    mails = [Parcel(n, f"contact{n}@waterschap.example", CONTENT) for n in range(count)]
    with Session(sender="portaal@ncsc.example") as session:
        stop_at = time.monotonic() + seconds
        return [(n, result.outcome) for n, result in session.hand_over(mails, stop_at=stop_at)]


def test_a_server_that_asks_content_for_nobody_gets_a_lone_dot(settings: Settings) -> None:
    said: list[str] = []
    answers = {"RCPT": ["550 no", "250 ok"], "content": ["250 whatever"]}
    with scripted(settings, answers, said):
        results = send(2)
    assert results == [(0, Outcome.REFUSED), (1, Outcome.HANDED_OVER)]
    contents = [line for line in said if line.startswith("content")]
    assert contents == ["content of 3", f"content of {len(CONTENT)}"]


@pytest.mark.parametrize("code", [503, 554])
def test_a_server_that_refuses_data_for_nobody_is_reset_before_the_next(
    settings: Settings, code: int
) -> None:
    said: list[str] = []
    with scripted(settings, {"RCPT": ["451 busy"], "DATA": [f"{code} no recipients"]}, said):
        results = send(2)
    assert results == [(0, Outcome.DEFERRED), (1, Outcome.HANDED_OVER)]
    verbs = [line.split()[0].split(":")[0] for line in said]
    assert verbs[1:8] == ["MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT", "DATA"]


def test_after_a_refused_sender_the_next_mail_still_goes(settings: Settings) -> None:
    answers = {"MAIL": ["451 later"], "RCPT": ["503 no"], "DATA": ["503 no"]}
    with scripted(settings, answers, []):
        assert send(2) == [(0, Outcome.DEFERRED), (1, Outcome.HANDED_OVER)]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "content"])
def test_only_the_mail_at_stake_is_lost_when_the_server_hangs_up(
    settings: Settings, verb: str
) -> None:
    answers = {verb: ["354 go" if verb == "DATA" else "250 ok", ""]}
    with scripted(settings, answers, []):
        assert send(3) == [(0, Outcome.HANDED_OVER), (1, Outcome.LOST)]


def test_a_server_that_closes_defers_the_mail_it_answered(settings: Settings) -> None:
    with scripted(settings, {"content": ["250 ok", "421 closing"]}, []):
        assert send(3) == [(0, Outcome.HANDED_OVER), (1, Outcome.DEFERRED)]


def test_what_is_no_smtp_counts_as_lost(settings: Settings) -> None:
    with scripted(settings, {"content": ["HTTP/1.1 200 OK"]}, []):
        assert send(2) == [(0, Outcome.LOST)]


@pytest.mark.parametrize("greeting", ["421 busy", "554 not you", ""])
def test_a_server_that_does_not_let_us_in_blames_no_mail(settings: Settings, greeting: str) -> None:
    with scripted(settings, {"greeting": [greeting]}, []), pytest.raises(Unreachable):
        send(1)


def test_an_unencrypted_server_gets_nothing_when_tls_is_asked(settings: Settings) -> None:
    said: list[str] = []
    with scripted(settings, {}, said):
        settings.EMAIL_USE_TLS = True
        with pytest.raises(Unreachable):
            send(1)
    assert not [line for line in said if line.startswith("MAIL")]


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_is_checked_before_anything_is_said(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with running(MailServer(), tls_context=context) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = True
        if trusted:
            assert send(2) == [(0, Outcome.HANDED_OVER), (1, Outcome.HANDED_OVER)]
        else:
            with pytest.raises(Unreachable, match="certificate verify failed"):
                send(2)
    assert len(server.got) == (2 if trusted else 0)


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    now = timezone.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private


def test_out_of_time_the_mail_at_stake_counts_as_lost(settings: Settings) -> None:
    with scripted(settings, {}, []):
        assert send(3, seconds=0) == [(0, Outcome.LOST)]


def _ends_soon(act: Callable[[], object], *, seconds: float) -> None:
    start = time.monotonic()
    act()
    assert time.monotonic() - start < seconds


def test_a_silent_server_holds_us_no_longer_than_told(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.EMAIL_HOST, settings.EMAIL_PORT = listening.getsockname()
        settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 1

        def fails() -> None:
            with pytest.raises(Unreachable):
                send(1)

        _ends_soon(fails, seconds=4)
