"""What every channel is given, what it hands over, and what it says became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar
from uuid import UUID

from sharing.shared import Shared

Key = TypeVar("Key")
FRESH_SECONDS = 2.0  # nothing begins to leave on an older verdict


class Outcome(StrEnum):
    """What became of one parcel."""

    HANDED_OVER = "handed_over"  # the other side said that it has it
    DEFERRED = "deferred"  # not now
    REFUSED = "refused"  # never, says the server
    LOST = "lost"  # the connection ended before the answer: it may have arrived
    UNREACHED = "unreached"  # nobody was there: not a word of it left


@dataclass(frozen=True, slots=True)
class Result:
    outcome: Outcome
    code: int | None
    answer: str
    wait: float | None = None  # seconds that the other side asked us to wait


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said, before a channel puts it into words and bytes."""

    advisory: str  # its number
    language: str
    at: datetime
    shared: Shared | None  # what the recipient may see; None: the advisory was withdrawn
    closed: bool = False  # say only that there is something, whatever its label


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a webhook goes. Neither address nor secrets belong in a log."""

    id: int
    host: str
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)  # newest first; all of them sign


@dataclass(frozen=True, slots=True)
class To:
    """The recipient of one delivery, as far as a channel needs it."""

    delivery: UUID
    name: str = ""
    address: str = ""
    key: bytes = b""  # the certificate to encrypt to
    endpoint: Endpoint | None = None


@dataclass(frozen=True, slots=True)
class Parcel(Generic[Key]):
    """What is handed over for one delivery. Mail: `content` ends with the final dot."""

    key: Key
    recipient: str  # from renditions.mail.mailbox; the delivery's id for an endpoint
    content: bytes
    endpoint: Endpoint | None = None


class Unreachable(Exception):
    """No session could be opened: nothing was tried, and no parcel is to blame."""


class Unsealable(Exception):
    """What should be encrypted cannot be: the recipient's key, or ours, is of no use."""


class Builder(Protocol):
    """`build.py` of a channel."""

    def ready(self) -> bool:
        """Whether the settings allow this channel to be used."""

    def render(self, message: Message) -> Any:
        """The message in the words of this channel: once for all who may have the same."""

    def build(self, made: Sequence[tuple[Any, To]]) -> list[bytes | Exception]:
        """The bytes for each recipient, in order; where it failed, why. Changes nothing."""


class Session(Protocol):
    """A spell of handing over. `over`: it can take no more."""

    over: bool

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def hand_over(
        self, parcels: Iterable[Parcel[Key]], *, stop_at: float
    ) -> Iterator[tuple[Key, Result]]:
        """Yield each result as soon as it is known; what has none was not tried.

        `stop_at` (time.monotonic seconds): when answers are no longer waited for.
        """


class Sender(Protocol):
    """`send.py` of a channel."""

    def session(self) -> Session:
        """Open a session. `Unreachable` when there is nobody to talk to."""

    def is_permanent(self, code: int) -> bool:
        """Whether an answer means that trying again is of no use."""
