"""Why a document is refused: a stable code and one sentence for a person."""

MESSAGE_LIMIT = 400
QUOTE_LIMIT = 80


class Refused(Exception):
    """Nothing of the document is kept. `message` says what, where, and what to do."""

    def __init__(self, *, code: str, message: str) -> None:
        self.code = code
        self.message = message[:MESSAGE_LIMIT]
        super().__init__(f"{code}: {self.message}")


def quote(value: object) -> str:
    """A short, printable piece of foreign content for use in a message."""
    text = str(value)
    shown = text if len(text) <= QUOTE_LIMIT else f"{text[:QUOTE_LIMIT]}…"
    return ascii(shown) if not shown.isprintable() else f"'{shown}'"
