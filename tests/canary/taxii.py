"""The TAXII exit: every program, with its token, without one and with a wrong one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from django.test import Client
from django.utils.http import urlencode

from law.vocabulary import Tlp
from sharing.renditions.stix.statics import statics
from tests.canary.exits import Allowed, Visit, allowed, bare, seen
from tests.canary.people import Who, World
from tests.canary.programs import token_of

NOTHING: frozenset[str] = frozenset()
ROOT = "/taxii2/portal/"
KINDS = {"advisory": "advisories"}  # the worlds have no other
NOWHERE = "collections/nowhere/objects/"


def taxii(world: World) -> Iterator[Visit]:
    """Collections, objects, manifest, single objects: at `world.now` by the portal's clock."""
    with patch("django.utils.timezone.now", return_value=world.now):
        programs = [Who(org, None) for org in world.orgs if org.machine is not None]
        for number, who in enumerate(programs):
            yield from _Program(world, who, token_of(world, who, f"taxii-{number}")).visits()
        for token in (None, "wrong"):
            yield from _Program(world, None, token).outside()


class _Program:
    """One caller of the interface."""

    held: frozenset[str] = frozenset()  # ids of objects that some program holds

    def __init__(self, world: World, who: Who | None, token: str | None) -> None:
        self.world, self.who = world, who
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.browser = Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> Any:
        where = path if path.startswith("/") else ROOT + path
        return self.browser.get(
            f"{where}?{urlencode(query)}" if query else where, headers=self.headers
        )

    def visits(self) -> Iterator[Visit]:
        world, who = self.world, self.who
        assert who is not None
        known = who.org.machine_owner is not None and who.org.machine_owner.active(world.now)
        if not (known and who.org.active(world.now)):
            yield from self.outside()
            return
        shelves: dict[str, list[Allowed]] = {}
        for one in allowed(world, who, world.now).values():
            shelves.setdefault("advisories", []).append(one)
            shelves.setdefault(f"tlp-{one.tlp.value.replace('+', '-')}", []).append(one)
        for path in ("/taxii2/", "", f"status/{who.org.id}/"):
            yield Visit(f"TAXII {path} by {who}", seen(self.get(path)), NOTHING, NOTHING)
        listed = self.get("collections/")
        yield Visit(f"TAXII collections of {who}", seen(listed), NOTHING, NOTHING)
        there = {one["alias"] for one in listed.json().get("collections", [])}
        assert there == shelves.keys(), f"collections of {who}: {there ^ shelves.keys()}"
        absent = bare(self.get(NOWHERE))
        for alias in ("advisories", "threats", "incidents", "intake", *_labels()):
            if alias in shelves:
                yield from self._shelf(alias, shelves[alias])
            else:
                for path in ("", "objects/", "manifest/", "objects/report--x/versions/"):
                    found = bare(self.get(f"collections/{alias}/{path}"))
                    assert found == absent, f"TAXII {alias}/{path} of {who}: denied is not absent"

    def _shelf(self, alias: str, there: list[Allowed]) -> Iterator[Visit]:
        """One collection: in a page, in pages of one or two, by manifest, object by object."""
        must = frozenset().union(*(one.everything for one in there))
        path = f"collections/{alias}/"
        yield Visit(f"TAXII {path}", seen(self.get(path)), NOTHING, NOTHING)
        every = {"match[version]": "all"}
        whole = self.get(f"{path}objects/", limit=1000, **every)
        yield Visit(f"TAXII {alias} of {self.who}", seen(whole), must, NOTHING)
        objects = whole.json()["objects"]
        reports = [one for one in objects if one["type"] == "report"]
        assert len(reports) == len(there), f"TAXII {alias} of {self.who}: {len(reports)} reports"
        named = {
            (r["external_references"][0]["external_id"], len(r["object_refs"])) for r in reports
        }
        assert len(named) == len(reports)
        ids = {one["id"] for one in objects}
        refs = {ref for one in objects for ref in one.get("object_refs", [])}
        assert refs <= ids, (
            f"TAXII {alias} of {self.who}: refers to what is not there: {refs - ids}"
        )
        stepped = self._stepped(path, every)
        assert stepped == objects, f"TAXII {alias} of {self.who}: pages differ from the whole"
        yield from self._manifest(path, objects)
        for id_ in sorted(ids)[:3] + [one["id"] for one in reports[:2]]:
            found = self.get(f"{path}objects/{id_}/", **every)
            versions = self.get(f"{path}objects/{id_}/versions/")
            assert len(versions.json()["versions"]) == sum(one["id"] == id_ for one in objects)
            yield Visit(f"TAXII object of {self.who}", seen(found), NOTHING, must)
        ours = {one.id for one in statics()}
        absent = bare(self.get(f"{path}objects/report--nothing/"))
        for id_ in sorted(_Program.held - ids)[:5]:
            for form in (f"{path}objects/{id_}/", f"{path}objects/{id_}/versions/"):
                assert bare(self.get(form)) == absent, f"{form}: denied is not absent"
        _Program.held |= ids - ours

    def _manifest(self, path: str, objects: list[Any]) -> Iterator[Visit]:
        listed = self.get(f"{path}manifest/", limit=1000, **{"match[version]": "all"})
        yield Visit(f"TAXII manifest of {self.who}", seen(listed), NOTHING, NOTHING)
        assert [(one["id"], one["version"]) for one in listed.json()["objects"]] == [
            (one["id"], one.get("modified", one["created"])) for one in objects
        ]

    def _stepped(self, path: str, query: dict[str, Any]) -> list[Any]:
        found: list[Any] = []
        more: dict[str, Any] = {}
        for limit in (1, 2, 3, 5, *[7] * 1000):
            page = self.get(f"{path}objects/", limit=limit, **query, **more)
            told = json.loads(page.content)
            found += told.get("objects", [])
            if not told.get("more"):
                break
            more = {"next": told["next"]}
        return found

    def outside(self) -> Iterator[Visit]:
        """Not let in: one answer to everything."""
        paths = ("/taxii2/", "", "collections/", "collections/advisories/objects/", NOWHERE)
        refused = {bare(self.get(path)) for path in paths}
        refused |= {
            bare(self.get(f"collections/advisories/objects/{id_}/"))
            for id_ in sorted(_Program.held)[:3]
        }
        assert len(refused) == 1, "refusals differ"
        for path in (*paths, "/taxii2/nothing"):
            yield Visit(f"TAXII {path} from outside", seen(self.get(path)), NOTHING, NOTHING)


def _labels() -> tuple[str, ...]:
    return tuple(f"tlp-{tlp.value.replace('+', '-')}" for tlp in Tlp)
