"""What every STIX object has: an id that tells nothing, instants in milliseconds, fixed bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.utils.crypto import salted_hmac


@dataclass(frozen=True, slots=True)
class Rendered:
    """One object in one version, as bytes."""

    id: str  # type--uuid
    version: str  # `modified`, or `created` of what is never modified
    body: bytes

    @property
    def type(self) -> str:
        return self.id.partition("--")[0]


def instant(at: datetime) -> str:
    """STIX 2.1 §3.2: UTC, with exactly three digits of a second."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def object_id(kind: str, *parts: str) -> str:
    """An id that only we can compute: who holds it learns nothing of the parts.

    In the form of RFC 9562 version 4, which STIX 2.1 §2.9 asks for: its bits look random.
    """
    name = json.dumps([kind, *parts])
    digest = salted_hmac(
        "sharing.renditions.stix", name, secret=settings.OBJECT_ID_KEY, algorithm="sha256"
    ).digest()
    return f"{kind}--{UUID(bytes=digest[:16], version=4)}"


def publisher() -> str:
    """The id of our identity."""
    return object_id("identity", "publisher")


def rendered(
    *, kind: str, id_: str, created: datetime, modified: datetime, marks: Sequence[str], **more: Any
) -> Rendered:
    """A domain object of ours. Properties without a value are left out; keys are in order."""
    version = instant(modified)
    value = {
        "type": kind,
        "spec_version": "2.1",
        "id": id_,
        "created_by_ref": publisher(),
        "created": instant(created),
        "modified": version,
        "object_marking_refs": list(marks),
        **{name: what for name, what in more.items() if what not in (None, "", [])},
    }
    return Rendered(id_, version, encoded(value))


def encoded(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
