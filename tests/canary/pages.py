"""The web exit: what people see in a browser, and what those see who may not look there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any
from unittest.mock import patch

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import signing
from django.test import Client

from sharing.access import listing
from tests.canary import addresses
from tests.canary.exits import (
    Allowed,
    Visit,
    allowed,
    bare,
    canaries,
    everything,
    newest,
    seen,
    tombstones,
)
from tests.canary.people import Who, World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOTHING: frozenset[str] = frozenset()
ABSENT = "NCSC-2020-0001"  # never existed
ELSEWHERE = "https://elsewhere.example/"
READERS = 3  # people per world; over the worlds of a run, every kind of them
# Not the label of any version, each in its own way.
LABELS = ("", "1", "9.99", "1.00 ", "1.000", "-1.00", "１.００", "1.00\x00", "1.00'--", "1" * 9000)
CURSORS = ("", "x", "\x00", "a:b:c", signing.dumps([1]), signing.dumps(["x", 1], salt=listing.SALT))
CARD = re.compile(r'<p class="meta">(NCSC-[0-9]{4}-[0-9]+) \[([0-9]+\.[0-9]{2})\]')
OLDER = re.compile(r'href="\?cursor=([^"]+)"')
COUNT = re.compile(r'<p class="lead">[^<]* · ([0-9]+) ')
MARKING = re.compile(r'<span class="tlp [^"]*">(TLP:[A-Z+]+)</span>')


def web(world: World) -> Iterator[Visit]:
    """A few people of the world, drawn by its seed, in Dutch and English; and nobody at all."""
    rng = Random(world.seed)  # noqa: S311 -- to be repeated
    people = [who for who in world.readers() if who.person is not None]
    with patch("django.utils.timezone.now", return_value=world.now):
        for number, who in enumerate(rng.sample(people, min(READERS, len(people)))):
            browser = _Browser(world, who, language="nl" if number % 2 else "en")
            yield from browser.visits()
            if number == 0:
                yield browser.breakdown()
                yield from browser.everywhere()
        stranger = _Browser(world, None, language="nl")
        yield from stranger.outside()
        yield from stranger.everywhere()


class _Browser:
    """One person, or nobody."""

    def __init__(self, world: World, who: Who | None, *, language: str) -> None:
        self.world, self.who = world, who
        self.client = Client(raise_request_exception=False)
        self.client.cookies["django_language"] = language
        if who is not None and who.person is not None:
            TOTP.activate(who.person.row, generate_totp_secret())  # or only that page is open
            self.client.force_login(who.person.row, backend=BACKEND)
        self.own = canaries(who.org.name, who.person.name) if who and who.person else NOTHING

    @property
    def let_in(self) -> bool:
        who, now = self.who, self.world.now
        return bool(who and who.person and who.person.active(now) and who.org.active(now))

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, query)

    def _visit(self, path: str, answer: Any, must: frozenset[str] = NOTHING) -> Visit:
        return Visit(f"page {path} of {self.who}", seen(answer), must, self.own)

    def visits(self) -> Iterator[Visit]:
        if not self.let_in:
            yield from self.outside()
            return
        assert self.who is not None
        answer = allowed(self.world, self.who, self.world.now)
        yield from self._inbox(answer)
        yield from self._advisories(answer)

    # --- the inbox -----------------------------------------------------------------------------

    def _inbox(self, answer: dict[tuple[str, str], Allowed]) -> Iterator[Visit]:
        assert self.who is not None
        stones = frozenset(tombstones(self.world, self.who).values())
        found = [newest(answer, item.number) for item in self.world.items]
        tops = [top for top in found if top is not None]
        titles = frozenset(top.version.title for top in tops if top.lead)
        top_cursor = signing.dumps(
            [listing.NEWEST[0].isoformat(), listing.NEWEST[1]], salt=listing.SALT
        )
        for query, headers in (
            ({}, {}),
            ({}, {"HX-Request": "true"}),
            ({"cursor": top_cursor}, {}),
        ):
            page = self.client.get("/", query, headers=headers)
            assert page.status_code == 200, (page.status_code, dict(page.items()))
            yield Visit(f"inbox page of {self.who}", seen(page), titles, stones | titles | self.own)
            told = COUNT.search(page.content.decode())
            assert headers or query or (told and int(told[1]) == len(tops)), (
                f"inbox page of {self.who}: counts {told and told[0]}, not {len(tops)}"
            )
        absent = bare(self.get(f"/advisories/{ABSENT}"))
        for cursor in CURSORS:
            page = self.get("/", cursor=cursor)
            assert bare(page) == absent, f"inbox with cursor {cursor!r}: {page.status_code}"
        yield from self._one_by_one(tops, titles | stones)

    def _one_by_one(self, tops: list[Allowed], may: frozenset[str]) -> Iterator[Visit]:
        """The same inbox in pages of one advisory each, by the button for older ones."""
        listed: list[tuple[str, str]] = []
        query: dict[str, str] = {}
        with patch("sharing.views.readers.PAGE", 1):
            for _ in range(20):
                page = self.get("/", **query)
                text = page.content.decode()
                yield Visit(f"older page of {self.who}", seen(page), NOTHING, may | self.own)
                cards = CARD.findall(text)
                assert len(cards) <= 1, cards
                listed += cards
                older = OLDER.search(text)
                if older is None:
                    break
                query = {"cursor": older[1].replace("%3A", ":")}
        newest_first = sorted(
            tops, key=lambda top: (top.version.released_at, top.version.row.pk), reverse=True
        )
        expected = [(top.item.number, top.version.label) for top in newest_first]
        assert listed == expected, f"older pages of {self.who}: {listed}, not {expected}"

    # --- advisories ------------------------------------------------------------------------------

    def _advisories(self, answer: dict[tuple[str, str], Allowed]) -> Iterator[Visit]:
        assert self.who is not None
        stones = tombstones(self.world, self.who)
        absent = bare(self.get(f"/advisories/{ABSENT}"))
        for item in self.world.items:
            path = f"/advisories/{item.number}"
            for label in (None, *(version.label for version in item.versions)):
                found = self.get(path, **({"version": label} if label else {}))
                one = answer.get((item.number, label)) if label else newest(answer, item.number)
                must = NOTHING
                if one is not None:
                    must = one.everything
                    assert found.status_code == 200, path
                    marking = MARKING.search(found.content.decode())
                    assert marking, path
                    assert marking[1] == f"TLP:{one.tlp.name.replace('_', '+')}", path
                elif item.number in stones:
                    must = frozenset({stones[item.number]})
                    assert found.status_code == 410, path
                else:
                    assert bare(found) == absent, f"page {path}: denied is not absent"
                yield self._visit(f"{path} {label}", found, must)
                yield self._why(path, label, one, absent, gone=item.number in stones)
            yield from self._no_such_label(path, absent, stones.get(item.number))

    def _why(
        self, path: str, label: str | None, one: Allowed | None, absent: object, *, gone: bool
    ) -> Visit:
        """Why they get it: the headings of what they may see, and nothing of anything else."""
        found = self.get(f"{path}/why", **({"version": label} if label else {}))
        if one is not None:
            assert found.status_code == 200, f"{path}/why"
            return self._visit(f"{path}/why {label}", found, one.headings)
        if gone:
            assert found.status_code == 410, f"{path}/why"
            return Visit(f"page {path}/why", seen(found), NOTHING, frozenset(seen(self.get(path))))
        assert bare(found) == absent, f"page {path}/why: denied is not absent"
        return self._visit(f"{path}/why {label}", found)

    def _no_such_label(self, path: str, absent: object, stone: str | None) -> Iterator[Visit]:
        gone = frozenset({stone} if stone else ())
        for label in LABELS:
            found = self.get(path, version=label)
            assert bare(found) == absent or (gone and found.status_code == 410), (
                f"page {path}?version={label[:12]!r}: {found.status_code}"
            )
            yield Visit(f"page {path} {label[:12]!r}", seen(found), NOTHING, gone | self.own)

    # --- wherever else one may ask ---------------------------------------------------------------

    def everywhere(self) -> Iterator[Visit]:
        """Every address there is, asked and posted to: the analysts' desk, the account pages."""
        may, public = self.own, everything(self.world, None)
        if self.let_in:
            for visit in self.visits():
                may |= visit.must  # of their own advisories
                may |= visit.may
        for path in addresses.pages(self.world):
            for answer in (
                self.client.get(path, {"next": ELSEWHERE}),
                self.client.post(path, {"next": ELSEWHERE, "language": "en"}),
            ):
                where = f"{answer.request['REQUEST_METHOD']} {path}"
                self._refused(where, answer, desk=path.startswith("/desk/"))
                here = may
                if path.startswith("/desk/"):
                    here = NOTHING
                elif path.startswith("/public/"):  # of what is public, and of nobody's own
                    here = public
                yield Visit(f"{where} by {self.who}", seen(answer), NOTHING, here)

    def _refused(self, where: str, answer: Any, *, desk: bool) -> None:
        """At the desk nobody is let in; nowhere is anybody sent elsewhere, and nothing breaks."""
        shut = {302, 403, 404, 405}
        fine = shut if desk else shut | {200, 204, 400, 401, 410, 422, 429}
        assert answer.status_code in fine, f"{where}: {answer.status_code}"
        if answer.status_code == 302:
            target = answer.headers["Location"]
            inside = target.startswith("/") and not target.startswith(("//", "/\\"))
            assert inside, f"{where}: to {target}"
            assert not desk or target.startswith(("/accounts/", "/?next")), f"{where}: to {target}"

    def outside(self) -> Iterator[Visit]:
        """Not let in: the way to the door, or nothing."""
        for path in ("/", "/advisories/", *(f"/advisories/{i.number}" for i in self.world.items)):
            answer = self.get(path)
            # Who works for an organisation that has ended is told so.
            fine = {200, 302, 404} if path == "/" else {302, 404}
            assert answer.status_code in fine, f"{path}: {answer.status_code}"
            yield self._visit(path, answer)

    def breakdown(self) -> Visit:
        """A bug of ours while a page is made."""
        with patch("sharing.access.open_advisory", side_effect=RuntimeError("a bug")):
            answer = self.get(f"/advisories/{self.world.items[0].number}")
        assert answer.status_code == 500 or not self.let_in, f"with a bug: {answer.status_code}"
        return self._visit("with a bug", answer)
