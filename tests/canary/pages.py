"""The web exit: what people see in a browser, and what those see who may not look there."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any
from unittest.mock import patch

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests.canary.exits import Visit, allowed, canaries, newest, tombstones
from tests.canary.people import Who, World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOTHING: frozenset[str] = frozenset()
ABSENT = "NCSC-2020-0001"  # never existed
READERS = 3  # people per world; over the worlds of a run, every kind of them


def web(world: World) -> Iterator[Visit]:
    """A few people of the world, drawn by its seed, in Dutch and English; and nobody at all."""
    rng = Random(world.seed)  # noqa: S311 -- to be repeated
    people = [who for who in world.readers() if who.person is not None]
    with patch("django.utils.timezone.now", return_value=world.now):
        for number, who in enumerate(rng.sample(people, min(READERS, len(people)))):
            browser = _Browser(world, who, language="nl" if number % 2 else "en")
            yield from browser.visits()
            if number == 0:
                yield from browser.desk()
                yield browser.breakdown()
        stranger = _Browser(world, None, language="nl")
        yield from stranger.desk()
        yield from stranger.outside()


class _Browser:
    """One person, or nobody."""

    def __init__(self, world: World, who: Who | None, *, language: str) -> None:
        self.world, self.who = world, who
        self.client = Client(raise_request_exception=False, headers={"accept-language": language})
        if who is not None and who.person is not None:
            TOTP.activate(who.person.row, generate_totp_secret())  # or only that page is open
            self.client.force_login(who.person.row, backend=BACKEND)
        self.own = canaries(who.org.name, who.person.name) if who and who.person else NOTHING

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, query)

    def _visit(self, path: str, answer: Any, must: frozenset[str] = NOTHING) -> Visit:
        return Visit(f"page {path} of {self.who}", _seen(answer), must, self.own)

    def visits(self) -> Iterator[Visit]:
        world, who = self.world, self.who
        assert who is not None
        assert who.person is not None
        if not (who.person.active(world.now) and who.org.active(world.now)):
            yield from self.outside()
            return
        answer = allowed(world, who, world.now)
        stones = tombstones(world, who)
        tops = [newest(answer, item.number) for item in world.items]
        titles = frozenset(top.version.title for top in tops if top and top.lead)
        told = titles | frozenset(list(stones.values()))
        for headers in ({}, {"HX-Request": "true"}):
            page = self.client.get("/", headers=headers)
            assert page.status_code == 200, (page.status_code, dict(page.items()))
            yield Visit(f"inbox page of {who}", _seen(page), titles, told | self.own)
        absent = _bare(self.get(f"/advisories/{ABSENT}"))
        for item in world.items:
            for label in (None, *(version.label for version in item.versions)):
                path = f"/advisories/{item.number}"
                found = self.get(path, **({"version": label} if label else {}))
                one = answer.get((item.number, label)) if label else newest(answer, item.number)
                must = NOTHING
                if one is not None:
                    must = one.everything
                    assert found.status_code == 200, path
                elif item.number in stones:
                    must = frozenset({stones[item.number]})
                    assert found.status_code == 410, path
                else:
                    assert _bare(found) == absent, f"page {path}: denied is not absent"
                yield self._visit(f"{path} {label}", found, must)

    def desk(self) -> Iterator[Visit]:
        """Every page of the analysts, with the numbers of real things in it."""
        for path in _desk(self.world):
            answer = self.get(path)
            assert answer.status_code in {302, 403, 404, 405}, f"{path}: {answer.status_code}"
            if answer.status_code == 302:
                assert answer.headers["Location"].startswith(("/accounts/", "/?next")), path
            yield self._visit(path, answer)

    def outside(self) -> Iterator[Visit]:
        """Not let in: the way to the door, or nothing."""
        for path in ("/", "/advisories/", *(f"/advisories/{i.number}" for i in self.world.items)):
            answer = self.get(path)
            # Who works for an organisation that has ended may find an empty inbox.
            fine = {200, 302, 404} if path == "/" else {302, 404}
            assert answer.status_code in fine, f"{path}: {answer.status_code}"
            yield self._visit(path, answer)

    def breakdown(self) -> Visit:
        """A bug of ours while a page is made."""
        with patch("sharing.access.open_advisory", side_effect=RuntimeError("a bug")):
            answer = self.get(f"/advisories/{self.world.items[0].number}")
        let_in = self.who is not None and self.who.person and self.who.person.active(self.world.now)
        assert answer.status_code == 500 or not let_in, f"with a bug: {answer.status_code}"
        return self._visit("with a bug", answer)


def _desk(world: World) -> Iterator[str]:
    """Addresses under /desk/, each with every kind of number that it takes."""
    versions = [v.row for item in world.items for v in item.versions if v.row is not None]
    sections = [part.id for item in world.items for v in item.versions for part in v.parts]
    values: dict[str, list[Any]] = {
        "version_id": [row.pk for row in (*versions[:2], versions[-1])],
        "section_id": sections[:1] + sections[-1:],
        "release_id": [row.release.pk for row in versions if hasattr(row, "release")][:2],
        "organisation_id": [world.orgs[0].id],
        "kind": ["designation"],
        "fact_id": [1],
    }
    patterns = get_resolver("sharing.urls").url_patterns
    names = [
        p for p in patterns if isinstance(p, URLPattern) and str(p.pattern).startswith("desk/")
    ]
    assert names
    for pattern in names:
        wanted = list(pattern.pattern.converters)
        unknown = set(wanted) - values.keys()
        assert not unknown, f"{pattern}: say in _desk() what to put for {unknown}"
        longest = max((len(values[name]) for name in wanted), default=1)
        for turn in range(longest):
            given = {
                name: values[name][turn % len(values[name])] for name in wanted if values[name]
            }
            if len(given) == len(wanted):
                yield reverse(f"sharing:{pattern.name}", kwargs=given)


def _seen(answer: Any) -> frozenset[str]:
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return canaries(answer.content, headers)


def _bare(answer: Any) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
    """The whole answer: a page that says that there is nothing holds nothing that varies."""
    headers = {name: value for name, value in answer.items() if name != "Expires"}  # the second
    return answer.status_code, answer.content, tuple(sorted(headers.items()))
