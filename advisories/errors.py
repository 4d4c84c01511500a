"""What an act on an advisory may refuse."""

from recipients.errors import NotAllowed, Refusal

__all__ = ["Incomplete", "NotAllowed", "Refusal", "Stale", "WrongStatus"]


class Stale(Refusal):
    """Somebody else changed it meanwhile. What was typed is not lost: the form shows it again."""


class WrongStatus(Refusal):
    """The act does not fit what state the thing is in."""


class Incomplete(Refusal):
    """Something that the act needs is missing."""
