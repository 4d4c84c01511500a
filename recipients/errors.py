"""What an act may refuse. Each edge shows the message to the person; nothing was changed."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """One clear sentence for a person, in `message` (translated when shown)."""

    def __init__(self, message: Any) -> None:
        super().__init__(str(message))
        self.message = message


class NotAllowed(Refusal):
    """The person's role does not carry this, or it takes somebody else."""


class Conflict(Refusal):
    """The registry says otherwise already."""


class Contradiction(Conflict):
    """Two facts that cannot hold together: `fact` is refused, `other` stands in the registry."""

    def __init__(self, message: Any, *, fact: Any, other: Any) -> None:
        super().__init__(message)
        self.fact, self.other = fact, other
