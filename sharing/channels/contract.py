"""What every channel hands over, and what it says became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Key = TypeVar("Key")


class Outcome(StrEnum):
    """What became of one mail."""

    HANDED_OVER = "handed_over"  # 250 after the content
    DEFERRED = "deferred"  # not now
    REFUSED = "refused"  # never, says the server
    LOST = "lost"  # the connection ended before the answer: it may have arrived


@dataclass(frozen=True, slots=True)
class Result:
    outcome: Outcome
    code: int | None
    answer: str


@dataclass(frozen=True, slots=True)
class Mail(Generic[Key]):
    """One mail for one recipient. `content` ends with the final dot."""

    key: Key
    recipient: str  # from renditions.mail.mailbox
    content: bytes


class Unreachable(Exception):
    """No session could be opened: no mail was tried, and none is to blame."""
