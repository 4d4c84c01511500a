"""What an act on an advisory may refuse."""

from typing import Any

from recipients.errors import NotAllowed, Refusal

__all__ = ["Classified", "Incomplete", "NotAllowed", "Refusal", "Stale", "WrongStatus"]


class Stale(Refusal):
    """Somebody else changed it meanwhile. What was typed is not lost: the form shows it again."""


class WrongStatus(Refusal):
    """The act does not fit what state the thing is in."""


class Incomplete(Refusal):
    """Something that the act needs is missing."""


class Classified(Refusal):
    """It bears a marking of state-classified information. `target`: what it was meant for."""

    def __init__(self, message: Any, *, target: str) -> None:
        super().__init__(message)
        self.target = target
