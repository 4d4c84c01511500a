"""Every address of the portal, filled in with the numbers of real things.

An address that somebody adds is visited by itself; one with a new kind of number in it fails here
until it is said what to put there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.signals import request_started
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404
from django.urls.resolvers import RoutePattern

from sharing.models import Audience
from tests.canary.people import World

# Visited by `programs`, `taxii` and `provider`.
PROGRAMS = ("api/", "taxii2/", "^csaf/", r"^\.well-known/")
LAST = "accounts/logout/"  # who asks for this one is asked again who he is


# What fits wherever nothing in particular was made.
ANYWHERE: dict[str, list[Any]] = {
    "kind": ["designation"],
    "fact_id": [1],
    "refusal_id": [1],
    "identifier_kind": ["domain"],
    "identifier_id": [1],
    "rule": ["C.66.1"],
    "reassessment_id": [1],
    "request_id": [1],
    "ending": ["md", "csv"],
    "flow": ["statement"],
    "supply_id": [1],
    "ruling_id": [1],
    "item_id": [UUID(int=0)],
}


def routes() -> frozenset[str]:
    """Every route, as `resolve(path).route` names it."""
    return frozenset(route for route, _ in walk(get_resolver().url_patterns, ""))


def pages(world: World) -> Iterator[str]:
    """Every address but those of programs, logging out last."""
    values = _values(world)
    for route, pattern in sorted(walk(get_resolver().url_patterns, ""), key=lambda r: r[0] == LAST):
        if not route.startswith(PROGRAMS):
            yield from filled(route, pattern, values)


class Looked:
    """Between entry and exit: which routes were asked for, by anybody."""

    def __init__(self) -> None:
        self.routes: set[str] = set()

    def _note(self, environ: dict[str, Any], **_: Any) -> None:
        try:
            self.routes.add(resolve(environ["PATH_INFO"]).route)
        except Resolver404:
            return

    def __enter__(self) -> Looked:
        request_started.connect(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        request_started.disconnect(self._note)


def walk(patterns: list[Any], before: str) -> Iterator[tuple[str, URLPattern]]:
    """Every route with its pattern."""
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^" if before else "")  # as Django does
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        else:
            yield route, pattern


def _values(world: World) -> dict[str, list[Any]]:
    versions = [v.row for item in world.items for v in item.versions if v.row is not None]
    sections = [part.id for item in world.items for v in item.versions for part in v.parts]
    return {
        "number": [item.number for item in world.items],
        "version_id": [row.pk for row in (*versions[:2], versions[-1])],
        "section_id": sections[:1] + sections[-1:],
        "release_id": [row.release.pk for row in versions if hasattr(row, "release")][:2],
        "organisation_id": [world.orgs[0].id],
        "digest": [Audience.objects.values_list("digest", flat=True)[0]],
        **ANYWHERE,
    }


def filled(route: str, pattern: URLPattern, values: dict[str, list[Any]]) -> Iterator[str]:
    """The route with each of the values; nothing where there is no such thing."""
    assert isinstance(pattern.pattern, RoutePattern), f"{route}: say here how to fill it in"
    wanted = pattern.pattern.converters
    unknown = wanted.keys() - values.keys()
    assert not unknown, f"{route}: say in _values() what to put for {unknown}"
    if not all(values[name] for name in wanted):
        return  # this world has no such thing
    for turn in range(max((len(values[name]) for name in wanted), default=1)):
        path = route
        for name, converter in wanted.items():
            value = converter.to_url(values[name][turn % len(values[name])])
            kind = next(
                part for part in route.split("<")[1:] if part.partition(">")[0].endswith(f":{name}")
            ).partition(">")[0]
            path = path.replace(f"<{kind}>", value)
        yield f"/{path}"
