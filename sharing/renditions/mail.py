"""Mail from a `Shared` value: built once as bytes, with each recipient's headers put in front.

Up to TLP:GREEN a mail carries what is shared. From TLP:AMBER on it says that there is something,
and nothing of what (ADR 0009): no title, level or name, in subject or body.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from law.vocabulary import Tlp
from sharing.shared import Shared, SharedSection

SUBJECT_LIMIT = 200  # characters; a longer title ends in an ellipsis
NAME_LIMIT = 100  # characters of a display name
# RFC 5321 §4.1.2 dot-atoms in ASCII. What it does not match is never put on the wire.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)


class BadAddress(ValueError):
    """An address that this portal cannot put in an SMTP command."""


@dataclass(frozen=True, slots=True)
class Letter:
    """All that may be said, for mail that only the recipient can read. `outside` says no content:
    it is the subject that everybody on the way reads."""

    subject: str
    outside: str
    body: str
    languages: str
    at: datetime

    def headers(self, subject: str) -> dict[str, str]:
        """The header fields that are the same for every recipient, with one subject or the other."""
        return _headers(subject, languages=self.languages, at=self.at)


def personal(*, name: str, address: str, message_id: str) -> dict[str, str]:
    """The header fields of one recipient. `address` comes from `mailbox`."""
    return {"Message-ID": message_id, "To": _mailbox_header("To", name, address)}


@dataclass(frozen=True, slots=True)
class Rendition:
    """A mail without `To` and `Message-ID`: CRLF lines, seven bits, dots stuffed (RFC 5321 §4.5.2)."""

    rest: bytes

    def to(self, *, name: str, address: str, message_id: str) -> bytes:
        """The mail for one recipient, as it follows DATA, its final dot included.

        `address` comes from `mailbox`, `message_id` from `message_id`.
        """
        head = written(personal(name=name, address=address, message_id=message_id))
        return head + self.rest + b".\r\n"


def mailbox(address: str) -> str:
    """The ASCII form of an address, its domain in IDNA. `BadAddress` when it has none."""
    local, at, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadAddress(address) from error
    if not (
        at
        and len(local) <= 64
        and len(ascii_domain) <= 253
        and _LOCAL.fullmatch(local)
        and _DOMAIN.fullmatch(ascii_domain)
    ):
        raise BadAddress(address)
    return f"{local}@{ascii_domain}"


def sender() -> str:
    """The envelope sender: the address within DEFAULT_FROM_EMAIL."""
    return mailbox(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])


def message_id(delivery_id: UUID) -> str:
    """Made of the delivery's id and our domain, and of nothing else: a repeat carries the same."""
    return f"<{delivery_id}@{sender().rpartition('@')[2]}>"


def notice(shared: Shared, *, language: str, at: datetime) -> Rendition:
    """That a version was released; with its content when TLP lets mail carry it."""
    with override(language):
        if shared.tlp.strictness <= Tlp.GREEN.strictness:
            subject, body = _open_subject(shared), _open_body(shared)
        else:
            subject, body = _closed_subject(shared), _closed_body(shared)
        languages = language if shared.language == language else f"{language}, {shared.language}"
        return _build(subject, body, languages=languages, at=at)


def closed_notice(shared: Shared, *, language: str, at: datetime) -> Rendition:
    """That a version was released and nothing of its content, whatever its label."""
    with override(language):
        subject, body = _closed_subject(shared), _closed_body(shared)
        return _build(subject, body, languages=language, at=at)


def letter(shared: Shared, *, language: str, at: datetime) -> Letter:
    """A released version with all its content, to be encrypted."""
    with override(language):
        languages = language if shared.language == language else f"{language}, {shared.language}"
        return Letter(
            _open_subject(shared), _closed_subject(shared), _open_body(shared), languages, at
        )


def withdrawal_letter(advisory: str, *, language: str, at: datetime) -> Letter:
    """That an advisory was withdrawn, to be encrypted as what it takes back was."""
    subject, body = _withdrawal(advisory, language=language)
    return Letter(subject, subject, body, language, at)


def withdrawal(advisory: str, *, language: str, at: datetime) -> Rendition:
    """That an advisory was withdrawn: its number, and nothing of what it said."""
    subject, body = _withdrawal(advisory, language=language)
    with override(language):
        return _build(subject, body, languages=language, at=at)


def key_ends(*, kind: str, fingerprint: str, days: int, language: str, at: datetime) -> Rendition:
    """To a contact: the key that we encrypt to ends in at most so many days."""
    with override(language):
        lines = [
            _(
                "The %(kind)s key that the NCSC portal encrypts to for you ends within %(days)s days."
            )
            % {"kind": kind, "days": days},
            _("Its fingerprint: %(fingerprint)s") % {"fingerprint": fingerprint},
            _(
                "Send the NCSC a new one in time. Without a key that works you only get a notice"
                " that there is a message, and must log in to read it."
            ),
        ]
        subject = _("Your key for the NCSC portal ends soon")
        return _build(subject, "\n\n".join(lines), languages=language, at=at)


def _withdrawal(advisory: str, *, language: str) -> tuple[str, str]:
    with override(language):
        subject = _("%(advisory)s was withdrawn") % {"advisory": advisory}
        lines = [
            _(
                "The NCSC has withdrawn %(advisory)s, every version of it. Do not use it or pass"
                " it on any more."
            )
            % {"advisory": advisory},
            _("In the portal you find what remains of it:"),
            _link(advisory),
        ]
        return subject, "\n\n".join(lines)


def _open_subject(shared: Shared) -> str:
    level = f" [{shared.level}]" if shared.level else ""
    start = f"{shared.advisory} [{shared.version}]{level}"
    room = SUBJECT_LIMIT - len(start) - len(f"  ({shared.tlp.label})")
    title = one_line(shared.title or "")
    if len(title) > room:
        title = title[: room - 1] + "…"
    return " ".join(part for part in (start, title, f"({shared.tlp.label})") if part)


def _closed_subject(shared: Shared) -> str:
    words = _("New message in the portal")
    return f"{shared.advisory} [{shared.version}] {words} ({shared.tlp.label})"


def _closed_body(shared: Shared) -> str:
    paragraphs = [
        shared.tlp.label,
        _("There is a message for you in the NCSC portal: %(advisory)s, version %(version)s.")
        % {"advisory": shared.advisory, "version": shared.version},
        _("This mail says nothing of its content. Log in to read it:"),
        _link(shared.advisory),
    ]
    return "\n\n".join(paragraphs)


def _open_body(shared: Shared) -> str:
    head = [f"{shared.advisory} [{shared.version}]"]
    if shared.title is not None:
        head.append(one_line(shared.title))
    if shared.level is not None:
        head.append(_("Probability and damage: %(level)s") % {"level": shared.level})
    paragraphs = [shared.tlp.label, "\n".join(head)]
    if shared.targeted:
        paragraphs.append(
            _("This alert is meant for your organisation: assess it and record the outcome.")
        )
    if shared.change_note:
        paragraphs.append(_("What changed:") + "\n" + plain(shared.change_note))
    paragraphs += [_section(section) for section in shared.sections]
    paragraphs += [_("Read it in the portal:"), _link(shared.advisory), shared.tlp.label]
    return "\n\n".join(paragraphs)


def _section(section: SharedSection) -> str:
    labels = section.tlp.label
    if section.pap is not None:
        labels += f" PAP:{section.pap.value.upper()}"
    lines = [f"== {one_line(section.heading)} ({labels})" if section.heading else f"== {labels}"]
    if section.body.strip():
        lines.append(plain(section.body).strip())
    if section.data:
        lines.append(_("The lists that belong to this part are in the portal."))
    return "\n".join(lines)


def _link(advisory: str) -> str:
    return f"{settings.PUBLIC_URL}/advisories/{advisory}"


def plain(text: str) -> str:
    """Text without characters that steer a terminal, a mail reader or the direction of reading."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub("[\v\f\x85\u2028\u2029]", "\n", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _STEERING)


# Control, format (bidi overrides, zero width), surrogate, private use, unassigned.
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def one_line(text: str) -> str:
    """`plain`, on one line: fit for a header."""
    return " ".join(plain(text).split())


def _build(subject: str, body: str, *, languages: str, at: datetime) -> Rendition:
    content = MIMEPart(policy=SMTP)
    # Seven bits and short lines whatever the text: no server needs 8BITMIME for it.
    content.set_content(body + "\n", charset="utf-8", cte="quoted-printable")
    headers = _headers(subject, languages=languages, at=at) | {"MIME-Version": "1.0"}
    return Rendition(written(headers) + stuffed(content.as_bytes()))


def _headers(subject: str, *, languages: str, at: datetime) -> dict[str, str]:
    name, _address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return {
        "From": _mailbox_header("From", name, sender()),
        "Date": format_datetime(at),
        "Subject": _header("Subject", subject),
        "Auto-Submitted": "auto-generated",  # RFC 3834: nobody's absence answers us
        "Content-Language": languages,
    }


def written(headers: dict[str, str]) -> bytes:
    """Header fields as lines."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


def stuffed(content: bytes) -> bytes:
    """Lines that begin with a dot get another (RFC 5321 §4.5.2)."""
    return re.sub(rb"(?m)^\.", b"..", content)


def _header(name: str, text: str) -> str:
    """A value for header `name`, folded at 76 characters; encoded (RFC 2047) when it has to be.

    ASCII that looks encoded is encoded too, or a reader's program would decode what we passed on.
    """
    text = one_line(text)
    charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
    return Header(text, charset, header_name=name).encode(linesep="\r\n")


def _mailbox_header(header: str, name: str, address: str) -> str:
    shown = one_line(name)[:NAME_LIMIT]
    if not shown:
        return address
    if shown.isascii() and "=?" not in shown:
        return formataddr((shown, address))
    return f"{_header(header, shown)}\r\n <{address}>"
