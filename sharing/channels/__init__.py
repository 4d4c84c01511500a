"""Ways out: one folder per channel, each with `build.py` and `send.py` (see `contract`).

To add one, copy a folder, name it below and in `Delivery.Channel`. Nothing here decides what may be
said: that was judged before, and is in the `Message`.
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

from sharing.channels.contract import Builder, Sender

# Who share a line of transport, by the channel whose `send` it is.
TRANSPORTS: dict[str, tuple[str, ...]] = {
    "email": ("email", "openpgp", "smime"),
    "webhook": ("webhook",),
    "file": ("file",),
}


def builder(channel: str) -> Builder:
    """How a channel puts messages into bytes; imported when it is first asked for."""
    return cast("Builder", import_module(f"sharing.channels.{channel}.build"))


def sender(channel: str) -> Sender:
    """How a channel hands them over; imported when it is first asked for."""
    return cast("Sender", import_module(f"sharing.channels.{channel}.send"))


def ready() -> list[str]:
    """The encrypted channels for contacts that the settings allow."""
    return [name for name in ("openpgp", "smime") if builder(name).ready()]
