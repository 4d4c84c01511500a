"""From bytes to one JSON object, or a clear refusal. RFC 8259, read strictly."""

import json
import re
from typing import Any

from advisories.importing.errors import Refused, quote

MAX_DEPTH = 200  # CSAF 2.1 test 6.1.34 allows 30 levels of branches, each two levels of JSON
_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def read_object(*, data: bytes, max_bytes: int) -> tuple[dict[str, Any], bool]:
    """The object and whether a UTF-8 byte order mark was skipped. Raises `Refused`."""
    if len(data) > max_bytes:
        raise Refused(
            code="TOO_BIG",
            message=f"The file has {len(data)} bytes and {max_bytes} is the limit: ask the "
            "publisher for a smaller document.",
        )
    marked = data.startswith(_BOM)
    text = _decode(data.removeprefix(_BOM))
    _check_depth(data)
    return _parse(text), marked


def _decode(data: bytes) -> str:
    if not data.strip():
        raise Refused(code="EMPTY", message="The file is empty: fetch it again.")
    if data.startswith(_WIDE_BOMS) or b"\x00" in data[:4]:
        raise Refused(
            code="NOT_UTF8", message="The file is UTF-16 or UTF-32: save it as UTF-8 (RFC 8259)."
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused(
            code="NOT_UTF8",
            message=f"Byte {error.start} on line {line} is not UTF-8: save the file as UTF-8.",
        ) from None


def _check_depth(data: bytes) -> None:
    """Counted without recursion, before a recursive parser sees the text."""
    depth = 0
    for token in _TOKENS.finditer(data):
        first = token.group()[:1]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Refused(
                    code="TOO_DEEP",
                    message=f"Byte {token.start()}: lists and objects are nested more than "
                    f"{MAX_DEPTH} deep, which no advisory needs: ask the publisher for a sound file.",
                )
        elif first in b"]}":
            depth -= 1


def _parse(text: str) -> dict[str, Any]:
    try:
        value = json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_short_int,
        )
    except json.JSONDecodeError as error:
        raise Refused(
            code="NOT_JSON",
            message=f"Line {error.lineno}, column {error.colno}: {error.msg}. "
            "The file is not valid JSON: fetch it again or ask the publisher to repair it.",
        ) from None
    if not isinstance(value, dict):
        raise Refused(
            code="NOT_AN_OBJECT",
            message=f"The top level is a {type(value).__name__} and must be an object: "
            "this is no CSAF document.",
        )
    _no_surrogates(text)
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Refused(
            code="DUPLICATE_KEY",
            message=f"The key {quote(twice)} stands twice in one object, and readers differ on "
            "which counts: ask the publisher to repair the file.",
        )
    return found


def _no_constant(name: str) -> None:
    raise Refused(code="NOT_JSON", message=f"{name} is not JSON: only finite numbers are.")


def _finite(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise Refused(code="NOT_JSON", message=f"The number {quote(text)} is too large.")
    return value


def _short_int(text: str) -> int:
    if len(text) > 20:
        raise Refused(code="NOT_JSON", message=f"The number {quote(text)} is too large.")
    return int(text)


_LONE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


def _no_surrogates(text: str) -> None:
    """Half a surrogate pair, or NUL, is JSON to Python but text to no database."""
    plain = text.replace("\\\\", "")
    if _LONE.search(_PAIR.sub("", plain)) or "\\u0000" in plain:
        raise Refused(
            code="NOT_UTF8",
            message="A string holds half a character (a lone surrogate) or NUL: ask the publisher "
            "to repair the file.",
        )
