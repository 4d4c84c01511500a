"""The body of a call: what the REST interface would tell the organisation's programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sharing.channels.contract import Message, To
from sharing.renditions import machine


def ready() -> bool:
    return True


def render(message: Message) -> bytes:
    """A Standard Webhooks payload: `type`, `timestamp`, `data`."""
    data: dict[str, Any] = {"advisory": message.advisory}
    if message.shared is not None and not message.closed:
        data = machine.advisory(message.shared)
    kind = "withdrawn" if message.shared is None else "released"
    return _payload(f"advisory.{kind}", message.at, data)


def ping(*, at: Any) -> bytes:
    """A call that says nothing: whether somebody answers who may."""
    return _payload("ping", at, {})


def _payload(kind: str, at: Any, data: dict[str, Any]) -> bytes:
    return machine.encoded({"type": kind, "timestamp": at, "data": data})


def build(made: Sequence[tuple[bytes, To]]) -> list[bytes | Exception]:
    return [body for body, _to in made]
