"""The CSAF exit: every program mirrors it, then tries every address that anybody has."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import orjson
from django.conf import settings

from law.vocabulary import Tlp
from sharing.models import CsafDocument
from tests.canary import oracle
from tests.canary.exits import Allowed, Visit, allowed, bare, canaries, newest, seen
from tests.canary.people import Who, World
from tests.canary.programs import token_of
from tests.csaf.mirror import Mirror

NOTHING: frozenset[str] = frozenset()
Answer = dict[tuple[str, str], Allowed]
EDITIONS = ("2.0", "2.1")
# What is no document: the same for everybody, and about nothing.
FIXED = (
    "/.well-known/csaf/provider-metadata.json",
    "/.well-known/csaf/service.json",
    "/.well-known/security.txt",
    "/.well-known/csaf/nothing",
    "/csaf/openpgp-key.asc",
    "/csaf/nothing",
)


def provider(world: World) -> Iterator[Visit]:
    """Everyone first, then every program; the addresses of all of them after that."""
    with patch("django.utils.timezone.now", return_value=world.now):
        public = public_answer(world)
        programs = [Who(org, None) for org in world.orgs if org.machine is not None]
        clients = [(who, token_of(world, who, f"csaf-{n}")) for n, who in enumerate(programs)]
        for edition in EDITIONS:
            yield from _Client(world, None, "", edition).visits(public, public)
            for who, value in clients:
                yield from _Client(world, who, value, edition).visits(
                    allowed(world, who, world.now), public
                )
        for edition in EDITIONS:
            for reader, value in ((None, ""), (None, "wrong"), *clients):
                yield from _Client(world, reader, value, edition).everywhere(public)


def public_answer(world: World) -> Answer:
    """What everyone may see, by the oracle's reading of the rules."""
    found = {}
    for item in world.items:
        for version in item.versions:
            positions = oracle.public_in(version, world.now)
            parts = tuple(p for p in version.parts if p.position in positions)
            if parts:
                found[item.number, version.label] = Allowed(item, version, parts)
    return found


def _same(one: Answer, other: Answer, number: str) -> bool:
    """Whether two readers have the same document of an advisory: the same of its newest version,
    and the same versions before it, of which a document tells the dates alone."""
    mine = {label: a.parts for (of, label), a in one.items() if of == number}
    others = {label: a.parts for (of, label), a in other.items() if of == number}
    newest_label = max(mine, default="")
    return mine.keys() == others.keys() and mine.get(newest_label) == others.get(newest_label)


class _Client:
    """One client of one edition."""

    def __init__(self, world: World, who: Who | None, value: str, edition: str) -> None:
        self.world, self.who, self.edition = world, who, edition
        self.mirror = Mirror(token=value, edition=edition)
        now = world.now
        self.let_in = bool(
            who
            and who.org.active(now)
            and who.org.machine_owner
            and who.org.machine_owner.active(now)
        )

    def _has_form(self, one: Allowed) -> bool:
        return self.edition == "2.1" or one.tlp is not Tlp.AMBER_STRICT

    def expected(self, answer: Answer, public: Answer) -> dict[tuple[str, bool], Allowed]:
        """By number, and whether it is the public's document."""
        found = {}
        for item in self.world.items:
            top = newest(public, item.number)
            if top is not None and self._has_form(top):
                found[item.number, True] = top
            own = newest(answer, item.number) if self.let_in else None
            if own and self._has_form(own) and not _same(answer, public, item.number):
                found[item.number, False] = own
        return found

    def visits(self, answer: Answer, public: Answer) -> Iterator[Visit]:
        """The mirror of a client holds what the oracle says, and every feed the same."""
        where = f"CSAF {self.edition} of {self.who}"
        expected = self.expected(answer, public)
        titles = frozenset(one.version.title for one in expected.values() if one.lead)
        feeds = self.mirror.feeds()
        told = "".join(orjson.dumps(feed).decode() for feed in feeds.values())
        yield Visit(f"{where}: feeds", canaries(told), titles, NOTHING)
        held = {}
        for url, body in self.mirror.fetch().items():
            document = orjson.loads(body)["document"]
            number, suffix = document["tracking"]["id"][:14], document["tracking"]["id"][14:]
            held[number, not suffix] = document
            one = expected.get((number, not suffix))
            yield Visit(
                f"{where}: {url}",
                canaries(body.decode()),
                one.everything if one else NOTHING,
                NOTHING,
            )
            if one is not None:
                self._check(document, one, where)
        assert held.keys() == expected.keys(), f"{where}: {held.keys() ^ expected.keys()}"

    def _check(
        self, document: dict[str, dict[str, dict[str, str]]], one: Allowed, where: str
    ) -> None:
        label = document["distribution"]["tlp"]["label"]
        clear = "WHITE" if self.edition == "2.0" else "CLEAR"
        assert label == (clear if one.tlp is Tlp.CLEAR else one.tlp.label.removeprefix("TLP:")), (
            where
        )

    def everywhere(self, public: Answer) -> Iterator[Visit]:
        """Every document that anybody has, asked for by this client; and all that is no document."""
        own = set(self.mirror.fetch())
        level = f"/csaf/v{self.edition}/green"
        refused = bare(self.mirror.get(f"{level}/2026/ncsc-2020-0001-000000000000.json"))
        absent = bare(self.mirror.get("/csaf/nothing"))
        assert refused[0] == (404 if self.let_in else 401)
        for path in CsafDocument.objects.filter(edition=self.edition).values_list(
            "path", flat=True
        ):
            url = f"{settings.PUBLIC_URL}/csaf/v{self.edition}/{path}"
            if url not in own:
                shut = absent if path.startswith(("white/", "clear/")) else refused
                for ending in ("", ".sha256", ".asc"):
                    found = bare(self.mirror.get(url + ending))
                    assert found == shut, f"{url}{ending} of {self.who}: denied is not absent"
        clear = "white" if self.edition == "2.0" else "clear"
        base = f"/csaf/v{self.edition}/{clear}"
        its = f"/.well-known/csaf/v{self.edition}"
        listed = (f"{base}/{name}" for name in ("", "index.txt", "changes.csv", "2026/"))
        more = (
            f"{its}/provider-metadata.json",
            f"{its}/service.json",
            f"{base}/category-{clear}.json",
        )
        for path in (*FIXED, *more, *listed):
            yield Visit(f"{path} of {self.who}", seen(self.mirror.get(path)), NOTHING, NOTHING)
        index = self.mirror.get(f"{base}/index.txt").content.decode().split()
        numbers = {number for number, _ in public}
        assert {name[5:19].upper() for name in index} == numbers, f"index of {self.who}"
