"""The name of a document: tracking id, version number, file name.

What everyone may see carries the plain number, NCSC-2026-0001. Whatever else somebody may see of
the same advisory is a document of its own and gets a suffix, whether or not it is all there is: a
suffix tells nothing but "this is not what everyone may see". It is keyed, so that nobody can test
guesses, and computed from kinds and headings of the sections shared and from when the first version
shared went out, so that it stays the same over versions as long as those do.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import orjson
from django.utils.crypto import salted_hmac

from sharing.shared import Shared

SALT = "sharing.renditions.csaf"
DIGITS = 12  # hexadecimal, of suffix and build


def keyed(what: str, value: object) -> str:
    """A short keyed digest of a JSON value."""
    text = orjson.dumps([what, value], option=orjson.OPT_SORT_KEYS)
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:DIGITS]


def tracking_id(shared: Shared, *, first: datetime, public: bool) -> str:
    """NCSC-2026-0001, or with a suffix when it is not what everyone may see.

    `first`: when the first version that the reader may open went out.
    """
    if public:
        return shared.advisory
    seen = sorted((section.kind, section.heading) for section in shared.sections)
    return f"{shared.advisory}-{keyed('id', [shared.advisory, first.astimezone(UTC), seen])}"


def number(place: int) -> str:
    """The semantic version of the nth version that the reader may open, from 0: 1.0.0, 1.1.0, 1.2.0.

    Only what is shared is counted: a gap (which test 6.1.21 forbids) would tell of the rest.
    """
    return f"1.{place}.0"


def file_name(tracking: str) -> str:
    """CSAF 2.0 and 2.1, section 5.1."""
    return re.sub(r"[^+\-a-z0-9]+", "_", tracking.lower()) + ".json"


def advisory_of(name: str) -> str:
    """The advisory whose documents may bear this file name; empty when none may."""
    found = re.fullmatch(r"(ncsc-[0-9]{4}-[0-9]{4,9})(?:-[0-9a-f]{12})?\.json", name, re.ASCII)
    return found.group(1).upper() if found else ""
