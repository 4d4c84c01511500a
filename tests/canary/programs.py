"""The REST exit: every program, with its token, without one and with a wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.test import Client

from recipients.scopes import READ_SCOPE
from tests.canary import oracle
from tests.canary.exits import Visit, allowed, bare, canaries, newest, seen, tombstones
from tests.canary.making import HOUR
from tests.canary.people import Who, World

NOTHING: frozenset[str] = frozenset()
ABSENT = "NCSC-2020-0001"  # never existed


def rest(world: World) -> Iterator[Visit]:
    """List, each advisory in each version, feed: at `world.now` by the portal's clock."""
    with patch("django.utils.timezone.now", return_value=world.now):
        programs = [Who(org, None) for org in world.orgs if org.machine is not None]
        for number, who in enumerate(programs):
            yield from _Program(world, who, token_of(world, who, f"token-{number}")).visits()
        for value in (None, "wrong"):
            yield from _Program(world, None, value).outside()


def token_of(world: World, who: Who, value: str) -> str:
    Token.objects.create(
        type=Token.Type.ACCESS_TOKEN,
        hash=get_adapter().hash_token(value),
        client=who.org.machine.client,
        expires_at=world.now + timedelta(hours=1),
        scopes=READ_SCOPE,
    )
    return value


class _Program:
    """One caller of the interface."""

    def __init__(self, world: World, who: Who | None, token: str | None) -> None:
        self.world, self.who = world, who
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.browser = Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> Any:
        return self.browser.get(f"/api/v1/{path}", query, headers=self.headers)

    def _paths(self) -> Iterator[tuple[str, str, str | None]]:
        for item in self.world.items:
            for label in (None, *(version.label for version in item.versions)):
                yield f"advisories/{item.number}", item.number, label

    def visits(self) -> Iterator[Visit]:
        world, who = self.world, self.who
        assert who is not None
        answer = allowed(world, who, world.now)
        known = who.org.machine_owner is not None and who.org.machine_owner.active(world.now)
        if not (known and who.org.active(world.now)):
            yield from self.outside()
            return
        tops = [newest(answer, item.number) for item in world.items]
        titles = frozenset(top.version.title for top in tops if top and top.lead)
        yield Visit(f"REST list of {who}", seen(self.get("advisories")), titles, NOTHING)
        absent = self.get(f"advisories/{ABSENT}")
        stones = tombstones(world, who)
        for path, number, label in self._paths():
            found = self.get(path, **({"version": label} if label else {}))
            one = answer.get((number, label)) if label else newest(answer, number)
            must = NOTHING
            if one is not None:
                must = one.everything
            elif number in stones:
                must = frozenset({stones[number]})
            else:
                assert bare(found) == bare(absent), f"{path}: denied differs from absent"
            yield Visit(f"REST {path} {label} by {who}", seen(found), must, NOTHING)
            why = self.get(f"{path}/decisions", **({"version": label} if label else {}))
            if one is None and number not in stones:
                assert bare(why) == bare(absent), f"{path}/decisions: denied differs from absent"
            told = must if one is None else one.headings
            yield Visit(f"REST {path}/decisions {label} by {who}", seen(why), told, NOTHING)
        yield from self._feed(who)
        standing = self.get("my-markings")
        assert standing.status_code == 200
        # Its own name, and of advisories no word.
        yield Visit(f"entitlements of {who}", seen(standing), NOTHING, canaries(who.org.name))

    def _feed(self, who: Who) -> Iterator[Visit]:
        world = self.world
        told = self.get("changes")
        ever = {
            (item.number, version.label): item.reason
            for item in world.items
            for version in item.versions
            if any(
                oracle.visible_in(version, who.org, None, world.start + hour * HOUR / 4)
                for hour in range(4 * 101)
            )
        }
        for change in told.json()["items"]:
            assert (change["advisory"], change["version"]) in ever, f"feed of {who}: {change}"
        yield Visit(f"feed of {who}", seen(told), NOTHING, frozenset(ever.values()))

    def outside(self) -> Iterator[Visit]:
        """Not let in: one answer to everything, and the public document."""
        refused = {bare(self.get(path)) for path, _, _ in self._paths()}
        refused.add(bare(self.get(f"advisories/{ABSENT}")))
        assert len(refused) == 1, "refusals differ"
        for path in (
            "advisories",
            "changes",
            "my-markings",
            "openapi.json",
            "advisories/",
            "nothing",
        ):
            yield Visit(f"REST {path} from outside", seen(self.get(path)), NOTHING, NOTHING)
