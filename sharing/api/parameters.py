"""Query parameters, read strictly: what is not understood is refused, never guessed."""

from __future__ import annotations

import re

from rest_framework.request import Request

from sharing.api.problems import Malformed

LIMIT = 50
MOST = 200
POSITION = 2**63 - 1


def limit(request: Request) -> int:
    """How many items: 1 to 200, 50 when not said."""
    return _whole(request, "limit", LIMIT, least=1, most=MOST)


def since(request: Request) -> int:
    """The position after which to begin, 0 when not said."""
    return _whole(request, "since", 0, least=0, most=POSITION)


def cursor(request: Request) -> str | None:
    return request.query_params.get("cursor")


def version(request: Request) -> str | None:
    """A version label such as 1.01."""
    label: str | None = request.query_params.get("version")
    if label is not None and not re.fullmatch(r"[0-9]{1,6}\.[0-9]{2}", label, re.ASCII):
        raise Malformed("`version` is a label such as 1.00.")
    return label


def _whole(request: Request, name: str, default: int, *, least: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,19}", text, re.ASCII) or not least <= int(text) <= most:
        raise Malformed(f"`{name}` is a whole number from {least} to {most}.")
    return int(text)
