"""Mail within mail: what encryption hides, header fields too, and what stays outside.

Header protection by RFC 9788 (and its elder, `protected-headers="v1"`): the encrypted part carries
every header field, the real subject among them, and says which ones could be read on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from email.message import MIMEPart
from email.policy import SMTP

from sharing.channels import sealing
from sharing.channels.contract import Message, To, Unsealable
from sharing.renditions import mail
from sharing.renditions.mail import Letter


def inner(letter: Letter, to: To) -> bytes:
    """The whole mail for one recipient: a MIME entity in CRLF lines of seven bits, to be encrypted."""
    content = MIMEPart(policy=SMTP)
    content.set_content(letter.body + "\n", charset="utf-8", cte="quoted-printable")
    content.set_param("protected-headers", "v1")
    content.set_param("hp", "cipher")
    inside = _headers(letter, letter.subject, to)
    outside = _headers(letter, letter.outside, to)
    told = b"".join(mail.written({"HP-Outer": f"{k}: {v}"}) for k, v in outside.items())
    return mail.written(inside) + told + content.as_bytes()


def outer(letter: Letter, to: To, entity: bytes) -> bytes:
    """The mail as it is sent, its final dot included. `entity` brings its own content headers."""
    head = mail.written(_headers(letter, letter.outside, to) | {"MIME-Version": "1.0"})
    return head + mail.stuffed(entity) + b".\r\n"


def _headers(letter: Letter, subject: str, to: To) -> dict[str, str]:
    return letter.headers(
        subject,
        name=to.name,
        address=mail.mailbox(to.address),
        message_id=mail.message_id(to.delivery),
    )


def render(message: Message) -> Letter:
    """The message with all its content."""
    if message.shared is None:
        return mail.withdrawal_letter(message.advisory, language=message.language, at=message.at)
    return mail.letter(message.shared, language=message.language, at=message.at)


def build(
    made: Sequence[tuple[Letter, To]], *, seal: str, ours: bytes, wrap: Callable[[bytes], bytes]
) -> list[bytes | Exception]:
    """Each letter sealed to its recipient's own key by `seal` (see `sealing`)."""
    answers: list[bytes | Exception] = []
    jobs: list[tuple[bytes, bytes]] = []
    places: list[int] = []
    for place, (letter, to) in enumerate(made):
        try:
            jobs.append((to.key, inner(letter, to)))
        except Exception as error:  # noqa: BLE001 -- one contact must not hold up a release
            answers.append(error)
        else:
            answers.append(b"")
            places.append(place)
    results = sealing.seal(seal, ours, jobs, at=made[0][0].at) if made else []
    for place, sealed in zip(places, results, strict=True):
        letter, to = made[place]
        if isinstance(sealed, str):
            answers[place] = Unsealable(sealed)
        else:
            answers[place] = outer(letter, to, wrap(sealed))
    return answers
