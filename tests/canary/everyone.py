"""The exits of the public: pages and interface without an account, asked by nobody in particular."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from django.test import Client

from tests.canary.exits import Visit, allowed, bare, newest, seen, tombstones
from tests.canary.people import World

NOTHING: frozenset[str] = frozenset()
ABSENT = "NCSC-2020-0001"  # never existed
# The address before a number, and of the list.
EXITS = (
    ("/public/advisories/", "/public/"),
    ("/api/v1/public/advisories/", "/api/v1/public/advisories"),
)


def without_account(world: World) -> Iterator[Visit]:
    """Lists, and each advisory in each version, at `world.now` by the portal's clock."""
    with patch("django.utils.timezone.now", return_value=world.now):
        for before, listed in EXITS:
            yield from _visits(world, before, listed)


def _visits(world: World, before: str, listed: str) -> Iterator[Visit]:
    answer, stones = allowed(world, None, world.now), tombstones(world, None)
    tops = [newest(answer, item.number) for item in world.items]
    titles = frozenset(top.version.title for top in tops if top and top.lead)
    yield Visit(f"{listed} by anybody", seen(_get(listed)), titles, NOTHING)
    absent = bare(_get(before + ABSENT))
    for item in world.items:
        for label in (None, *(version.label for version in item.versions)):
            found = _get(before + item.number, **({"version": label} if label else {}))
            one = answer.get((item.number, label)) if label else newest(answer, item.number)
            must = NOTHING
            if one is not None:
                must = one.everything
                assert found.status_code == 200, found.status_code
                _kept_by_anything(found)
            elif item.number in stones:
                must = frozenset({stones[item.number]})
                assert found.status_code == 410, found.status_code
            else:
                assert bare(found) == absent, f"{before}{item.number}: denied is not absent"
            yield Visit(f"{before}{item.number} {label} by anybody", seen(found), must, NOTHING)


def _get(path: str, **query: str) -> Any:
    answer = Client(raise_request_exception=False).get(path, query)
    assert not answer.cookies, f"{path} sets a cookie: {answer.cookies}"
    return answer


def _kept_by_anything(answer: Any) -> None:
    """What is TLP:CLEAR may be kept, because it is the same for everyone."""
    assert answer["Cache-Control"] in {"public, max-age=60", "max-age=60, public"}
    assert "Cookie" not in answer.get("Vary", ""), "a public page varies by cookie"
