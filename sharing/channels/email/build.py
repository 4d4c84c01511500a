"""Plain mail: content up to TLP:GREEN, else that there is something (ADR 0009)."""

from __future__ import annotations

from collections.abc import Sequence

from sharing.channels.contract import Message, To
from sharing.renditions import mail


def ready() -> bool:
    return True


def render(message: Message) -> mail.Rendition:
    if message.shared is None:
        return mail.withdrawal(message.advisory, language=message.language, at=message.at)
    say = mail.closed_notice if message.closed else mail.notice
    return say(message.shared, language=message.language, at=message.at)


def build(made: Sequence[tuple[mail.Rendition, To]]) -> list[bytes | Exception]:
    return [_one(rendition, to) for rendition, to in made]


def _one(rendition: mail.Rendition, to: To) -> bytes | Exception:
    try:
        return rendition.to(
            name=to.name,
            address=mail.mailbox(to.address),
            message_id=mail.message_id(to.delivery),
        )
    except Exception as error:  # noqa: BLE001 -- one contact must not hold up a release
        return error
