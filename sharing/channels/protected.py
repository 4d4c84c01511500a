"""Mail within mail: what encryption hides, header fields too, and what stays outside.

Header protection by RFC 9788 (and its elder, `protected-headers="v1"`): the encrypted part carries
every header field, the real subject among them, and says which ones could be read on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import MIMEPart
from email.policy import SMTP

from sharing.channels import sealing
from sharing.channels.contract import Message, To, Unsealable
from sharing.renditions import mail
from sharing.renditions.mail import Letter


@dataclass(frozen=True, slots=True)
class Rendition:
    """What is the same for everyone who gets this letter, in bytes: within the encryption, and
    outside. Made once; the two fields of each recipient are put in front."""

    inside: bytes
    outside: bytes
    at: datetime

    def inner(self, to: To) -> bytes:
        """The whole mail for one recipient: a MIME entity in CRLF lines of seven bits, to be
        encrypted."""
        own = _own(to)
        return mail.written(own) + _told(own) + self.inside

    def outer(self, to: To, entity: bytes) -> bytes:
        """The mail as it is sent, its final dot included. `entity` brings its own content headers."""
        return mail.written(_own(to)) + self.outside + mail.stuffed(entity) + b".\r\n"


def _own(to: To) -> dict[str, str]:
    return mail.personal(
        name=to.name,
        address=mail.mailbox(to.address),
        message_id=mail.message_id(to.delivery),
    )


def _told(headers: dict[str, str]) -> bytes:
    """RFC 9788 §2.2: what could be read on the way."""
    return b"".join(mail.written({"HP-Outer": f"{k}: {v}"}) for k, v in headers.items())


def render(message: Message) -> Rendition:
    """The message with all its content."""
    return put_in_bytes(_letter(message))


def put_in_bytes(letter: Letter) -> Rendition:
    content = MIMEPart(policy=SMTP)
    content.set_content(letter.body + "\n", charset="utf-8", cte="quoted-printable")
    content.set_param("protected-headers", "v1")
    content.set_param("hp", "cipher")
    inside, outside = letter.headers(letter.subject), letter.headers(letter.outside)
    return Rendition(
        mail.written(inside) + _told(outside) + content.as_bytes(),
        mail.written(outside | {"MIME-Version": "1.0"}),
        letter.at,
    )


def _letter(message: Message) -> Letter:
    if message.shared is None:
        return mail.withdrawal_letter(message.advisory, language=message.language, at=message.at)
    return mail.letter(message.shared, language=message.language, at=message.at)


def build(
    made: Sequence[tuple[Rendition, To]], *, seal: str, ours: bytes, wrap: Callable[[bytes], bytes]
) -> list[bytes | Exception]:
    """Each mail sealed to its recipient's own key by `seal` (see `sealing`)."""
    answers: list[bytes | Exception] = []
    jobs: list[tuple[bytes, bytes]] = []
    places: list[int] = []
    for place, (rendition, to) in enumerate(made):
        try:
            jobs.append((to.key, rendition.inner(to)))
        except Exception as error:  # noqa: BLE001 -- one contact must not hold up a release
            answers.append(error)
        else:
            answers.append(b"")
            places.append(place)
    results = sealing.seal(seal, ours, jobs, at=made[0][0].at) if made else []
    for place, sealed in zip(places, results, strict=True):
        rendition, to = made[place]
        if isinstance(sealed, str):
            answers[place] = Unsealable(sealed)
        else:
            answers[place] = rendition.outer(to, wrap(sealed))
    return answers
