"""Foreign text made safe to show: no control, bidi or invisible characters, one line for titles."""

import re
import unicodedata
from dataclasses import dataclass, field

from advisories.importing.document import Flag
from advisories.importing.errors import Refused, quote

TITLE_LIMIT = 500
HEADING_LIMIT = 300
TEXT_LIMIT = 100_000
MAX_MARKS = 4  # combining marks on one letter: no script needs more, a stack hides other lines

_KEEP = {"\n", "\t"}
_MARKS = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}")
_MARKDOWN_LINK = re.compile(r"([\[\]])|<(?=[A-Za-z][A-Za-z0-9+.-]*:)")


@dataclass(slots=True)
class Cleaner:
    """Cleans strings and remembers, once per kind, what it took away and where."""

    flags: dict[str, Flag] = field(default_factory=dict)

    def note(self, *, code: str, message: str, path: str) -> None:
        self.flags.setdefault(code, Flag(code=code, message=message, path=path))

    def line(self, text: str, *, path: str, limit: int) -> str:
        """One line of at most `limit` characters; shortened with a flag."""
        clean = " ".join(self.block(text, path=path).split())
        if clean != " ".join(text.split(" ")).strip():
            self.note(
                code="LINE_CLEANED",
                message="White space or line breaks were collapsed in a one-line text.",
                path=path,
            )
        if len(clean) > limit:
            self.note(
                code="LINE_SHORTENED",
                message=f"A text of {len(clean)} characters was cut to {limit}: shorten it well.",
                path=path,
            )
            clean = f"{clean[: limit - 1]}…"
        return clean

    def block(self, text: str, *, path: str) -> str:
        """Text of many lines. Raises `Refused` above the limit: half an advisory misleads."""
        if len(text) > TEXT_LIMIT:
            raise Refused(
                code="TEXT_TOO_LONG",
                message=f"{path} has {len(text)} characters and {TEXT_LIMIT} is the limit: ask the "
                "publisher for a shorter text.",
            )
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        clean = visible(lines)
        if clean != lines:
            self.note(
                code="INVISIBLE_REMOVED",
                message="Control, bidirectional or invisible characters were removed: "
                "check that the text still says what it seems to say.",
                path=path,
            )
        trimmed = _MARKS.sub(lambda found: found.group()[:MAX_MARKS], clean)
        if trimmed != clean:
            self.note(
                code="MARKS_REMOVED",
                message="Stacks of combining marks were cut down.",
                path=path,
            )
        return trimmed.strip()

    def markdown(self, text: str, *, path: str) -> str:
        """`block` with what would make a link or an image escaped: it reads as it was written."""
        return as_text(self.block(text, path=path))


def visible(text: str) -> str:
    """Without control (Cc), format (Cf: bidi, zero width), private and separator characters."""
    return "".join(
        c
        for c in text
        if c in _KEEP or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Zl", "Zp"}
    )


def as_text(text: str) -> str:
    """Markdown that shows `text`, its lists and paragraphs, and never a link or an image."""
    return _MARKDOWN_LINK.sub(lambda found: "\\" + found.group(), text)


def folded(text: str) -> str:
    """For comparing: NFKC, nothing invisible, case-folded, NFKC again."""
    once = visible(unicodedata.normalize("NFKC", text)).strip().casefold()
    return unicodedata.normalize("NFKC", once)


_SAFE_ID = re.compile(r"[A-Za-z0-9+\-_.:]{1,150}")


def check_tracking_id(text: str, *, cleaner: Cleaner) -> None:
    """Refuses an id that could leave a folder or a header line; flags one that is unusual."""
    path = "/document/tracking/id"
    parts = re.split(r"[/\\]", unicodedata.normalize("NFKC", text))
    if len(text) > 150 or ".." in parts or "" in parts or visible(text) != text or "\n" in text:
        raise Refused(
            code="BAD_ID",
            message=f"{path} is {quote(text)}: an id has at most 150 visible characters and no "
            "path; ask the publisher for a sound one.",
        )
    if not _SAFE_ID.fullmatch(text):
        cleaner.note(
            code="UNUSUAL_ID",
            message=f"The id {quote(text)} has characters that ids seldom have.",
            path=path,
        )
