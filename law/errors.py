"""Questions that cannot be answered. Each names the fact that is wrong."""


class LawError(ValueError):
    """The question is malformed; nothing may be granted on it."""


class NaiveInstant(LawError):
    """The instant has no offset: midnight in Amsterdam cannot be told from it."""


class NoRegime(LawError):
    """Before 9 November 2018 there was no Act under which to share."""


class UnknownWord(LawError):
    """A fact holds a word that the law does not know: nothing can be decided on it."""


class ContradictoryFacts(LawError):
    """Two facts cannot both be true."""
