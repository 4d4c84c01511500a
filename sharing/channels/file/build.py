"""What plain mail would have carried, for contacts and endpoints alike."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from sharing.channels.contract import To
from sharing.channels.email.build import render
from sharing.renditions import mail

__all__ = ["build", "ready", "render"]


def ready() -> bool:
    return bool(settings.DRILL_FOLDER)


def build(made: Sequence[tuple[mail.Rendition, To]]) -> list[bytes | Exception]:
    return [_one(rendition, to) for rendition, to in made]


def _one(rendition: mail.Rendition, to: To) -> bytes | Exception:
    try:
        return rendition.to(
            name=to.name,
            address=mail.mailbox(to.address) if to.address else mail.sender(),
            message_id=mail.message_id(to.delivery),
        )
    except Exception as error:  # noqa: BLE001 -- one contact must not hold up a release
        return error
