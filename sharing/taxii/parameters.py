"""Query parameters (TAXII 2.1 §3.4, §3.5), read strictly: what is not understood is refused."""

from __future__ import annotations

import json
import re
from datetime import datetime

from rest_framework.request import Request

from sharing.access import Reader
from sharing.api.problems import Malformed
from sharing.objects import START, Place, Wanted, place_at
from sharing.taxii import cursors
from sharing.taxii.collections import Collection

LIMIT = 100
MOST = 1000  # who asks for more gets this many, and `next`
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z", re.ASCII)
_ID = re.compile(r"[a-z][a-z0-9-]{1,60}--[0-9a-fA-F-]{36}", re.ASCII)
_TYPE = re.compile(r"[a-z][a-z0-9-]{1,60}", re.ASCII)
_SPEC = re.compile(r"[0-9]\.[0-9]{1,2}", re.ASCII)
_WORDS = frozenset({"first", "last", "all"})
PLAIN = frozenset({"added_after", "limit", "next"})
MATCHES = frozenset({"id", "type", "version", "spec_version"})


def limit(request: Request) -> int:
    text = request.query_params.get("limit", str(LIMIT))
    if not re.fullmatch(r"[0-9]{1,10}", text, re.ASCII) or int(text) < 1:
        raise Malformed("`limit` is a whole number from 1.")
    return min(int(text), MOST)


def wanted(
    request: Request, collection: Collection, *, object_id: str = "", every_version: bool = False
) -> Wanted:
    """The filters. What is asked by an object's address asks for that object."""
    _no_others(request)
    ids = _values(request, "id", _ID)
    return Wanted(
        belongs=collection.belongs,
        ids=frozenset({object_id}) if object_id else ids,
        types=_values(request, "type", _TYPE),
        spec_versions=_values(request, "spec_version", _SPEC),
        versions=frozenset({"all"}) if every_version else _versions(request),
    )


def after(request: Request, *, context: bytes) -> Place:
    """Where to begin: after `next` or `added_after`, whichever is further."""
    text = request.query_params.get("added_after")
    places = [START]
    if text is not None:
        places.append(place_at(_instant(text, "added_after")))
    cursor = request.query_params.get("next")
    if cursor:
        places.append(cursors.place(cursor, context=context))
    return max(places)


def context(reader: Reader, collection: Collection, wanted: Wanted) -> bytes:
    """What a cursor is good for."""
    filters = (wanted.ids, wanted.types, wanted.spec_versions, wanted.versions)
    parts = [reader.actor, str(reader.organisation_id), collection.alias, *map(sorted, filters)]
    return json.dumps(parts).encode()


def _no_others(request: Request) -> None:
    for name in request.query_params:
        known = name in PLAIN or (name.startswith("match[") and name[6:-1] in MATCHES)
        if not known or (name.startswith("match[") and not name.endswith("]")):
            raise Malformed("A parameter is not known here.")
        if len(request.query_params.getlist(name)) > 1:
            raise Malformed(f"`{name}` is given once, its values with commas between.")


def _values(request: Request, name: str, form: re.Pattern[str]) -> frozenset[str]:
    text = request.query_params.get(f"match[{name}]")
    if text is None:
        return frozenset()
    values = text.split(",")
    if len(values) > 100 or not all(form.fullmatch(one) for one in values):
        raise Malformed(f"`match[{name}]` has a value that cannot be one.")
    return frozenset(values)


def _versions(request: Request) -> frozenset[str]:
    text = request.query_params.get("match[version]")
    if text is None:
        return frozenset({"last"})
    return frozenset(
        one if one in _WORDS else _stix(_instant(one, "match[version]")) for one in text.split(",")
    )


def _stix(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _instant(text: str, name: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise Malformed(f"`{name}` is an instant such as 2026-11-24T09:30:00.000000Z.")
    try:
        return datetime.fromisoformat(f"{text[:26].rstrip('Z')}+00:00")
    except ValueError:
        raise Malformed(f"`{name}` is no instant that exists.") from None
