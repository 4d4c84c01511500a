"""What pages that carry out an act have in common."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from advisories.errors import Refusal


def attempt(request: HttpRequest, act: Callable[[], object], *, done: str) -> bool:
    """Carry out an act and say on the next page that it was done, or why it was not."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return False
    messages.success(request, done)
    return True


def as_id(sent: str) -> int | None:
    """The number in a form or an address, if it can be one of our ids; what is no number, or does
    not fit in a bigint, is nothing."""
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 19 else None
