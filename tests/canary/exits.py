"""Every exit, visited as every kind of reader: what was seen there, and what should have been."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from law.vocabulary import Tlp
from sharing import access
from sharing.errors import NotShared, Withdrawn
from sharing.shared import Shared
from tests.canary import oracle
from tests.canary.people import CANARY, Item, Part, Version, Who, World

SEARCHED = 5  # canaries per reader


@dataclass(frozen=True, slots=True)
class Visit:
    """One look through one exit."""

    where: str
    seen: frozenset[str]
    must: frozenset[str]  # what the oracle allows and this exit promises to show
    may: frozenset[str]  # what it may show besides

    def check(self) -> None:
        leaked = self.seen - self.must - self.may
        assert not leaked, f"{self.where}: shows what may not be seen: {sorted(leaked)}"
        missing = self.must - self.seen
        assert not missing, f"{self.where}: does not show what may be seen: {sorted(missing)}"


def canaries(*texts: str | bytes) -> frozenset[str]:
    """Every canary in the texts."""
    found: set[str] = set()
    for text in texts:
        plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        found |= set(CANARY.findall(plain))
    return frozenset(found)


def seen(answer: Any) -> frozenset[str]:
    """Every canary in a web answer, headers too."""
    return canaries(answer.content, "\n".join(f"{name}: {value}" for name, value in answer.items()))


def bare(answer: Any) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
    """The whole answer: one that says that there is nothing holds nothing that varies."""
    headers = {name: value for name, value in answer.items() if name != "Expires"}  # the second
    return answer.status_code, answer.content, tuple(sorted(headers.items()))


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one reader may see of one version, by the oracle."""

    item: Item
    version: Version
    parts: tuple[Part, ...]

    @property
    def lead(self) -> bool:
        return any(part.position == 1 for part in self.parts)

    @property
    def head(self) -> frozenset[str]:
        """What hangs on the LEAD section."""
        return frozenset({self.version.title, self.version.note}) if self.lead else frozenset()

    @property
    def title(self) -> tuple[str, ...]:
        return (self.version.title,) if self.lead else ()

    @property
    def tlp(self) -> Tlp:
        return max((part.tlp or Tlp.RED for part in self.parts), key=lambda tlp: tlp.strictness)

    @property
    def headings(self) -> frozenset[str]:
        return frozenset(part.heading for part in self.parts)

    @property
    def everything(self) -> frozenset[str]:
        return self.head.union(*(part.canaries for part in self.parts))


def allowed(world: World, who: Who | None, at: datetime) -> dict[tuple[str, str], Allowed]:
    """By (advisory number, version label), the oracle's whole answer for one reader or, without
    one, for the public."""
    answer = oracle.visible(world, who, at)
    found = {}
    for item in world.items:
        for version in item.versions:
            positions = answer.get((item.number, version.label), set())
            if positions:
                parts = tuple(part for part in version.parts if part.position in positions)
                found[item.number, version.label] = Allowed(item, version, parts)
    return found


def newest(answer: dict[tuple[str, str], Allowed], number: str) -> Allowed | None:
    """The newest version of an advisory of which something may be seen."""
    labels = sorted(label for of, label in answer if of == number)
    return answer[number, labels[-1]] if labels else None


def tombstones(world: World, who: Who | None) -> dict[str, str]:
    """Reasons, by number, of withdrawn advisories of which the reader could see something then."""
    found: dict[str, str] = {}
    if who is not None:
        account = who.person or who.org.machine_owner
        if account is None or not account.active(world.now) or not who.org.active(world.now):
            return found
    for item in world.items:
        at = item.versions[-1].withdrawn_at
        if at is None:
            continue
        before = at - timedelta(microseconds=1)
        if any(
            oracle.visible_in(version, who.org, who.person, before)
            if who
            else oracle.public_in(version, before)
            for version in item.versions
        ):
            found[item.number] = item.reason
    return found


def explain(world: World, who: Who | None, sections: set[int], lawful: set[int]) -> str:
    """For whoever reads a failure: the facts that the oracle had."""
    lines = ["the public"]
    if who is not None:
        facts = [f"{f.kind} {f.value}" for f in who.org.facts if f.holds(world.now)]
        lines = [f"org {who.org.id}", *facts]
    for item in world.items:
        for version in item.versions:
            for part in version.parts:
                if part.id in sections:
                    said = [s for s in version.said if s.part in (None, part.position)]
                    lines += [
                        f"{item.number} {version.label} {'lawful' if part.id in lawful else 'granted'}",
                        repr(part),
                        *(f"{s.predicate} {s.value} {s.capacity} {s.organisation}" for s in said),
                        f"{version.organisations} {version.sectors} {version.capacities}",
                        version.purpose,
                    ]
    return "\n".join(lines)


# --- the door ------------------------------------------------------------------------------


def door(world: World, who: Who | None) -> Iterator[Visit]:
    """The functions that every other exit stands on."""
    at = world.now
    answer = allowed(world, who, at)
    try:
        reader = _reader(who)
    except NotShared:
        yield Visit(f"reader {who}", frozenset(), frozenset(_all(answer)), frozenset())
        return
    yield from _door_lists(world, who, reader, answer)
    yield from _door_search(world, who, reader, answer)
    for item in world.items:
        for label in [None, *(version.label for version in item.versions)]:
            expected = (
                newest(answer, item.number) if label is None else answer.get((item.number, label))
            )
            yield _door_open(world, who, reader, item, label, expected)


def _reader(who: Who | None) -> access.Reader:
    if who is None:
        return access.THE_PUBLIC
    if who.person is None:
        return access.reader_of_machine(who.org.machine)
    return access.reader_of(who.person.row)


def everything(world: World, who: Who | None) -> frozenset[str]:
    """All that the reader may see anywhere, reasons of withdrawals too."""
    stones = frozenset(tombstones(world, who).values())
    return stones | frozenset(_all(allowed(world, who, world.now)))


def _all(answer: dict[tuple[str, str], Allowed]) -> set[str]:
    return {canary for one in answer.values() for canary in one.everything}


def _door_lists(
    world: World, who: Who | None, reader: access.Reader, answer: dict[tuple[str, str], Allowed]
) -> Iterator[Visit]:
    at = world.now
    page = access.inbox(reader, at=at)
    shown = {item.number: newest(answer, item.number) for item in world.items}
    tops = [top for top in shown.values() if top is not None]
    expected = {(top.item.number, top.version.label, top.lead, top.tlp) for top in tops}
    listed = {(i.advisory, i.version, i.title is not None, i.tlp) for i in page.items}
    assert listed == expected, f"inbox of {who}: {listed ^ expected}"
    assert access.count(reader, at=at) == len(tops), f"count of {who}"
    titles = frozenset(top.version.title for top in tops if top.lead)
    yield Visit(f"inbox of {who}", canaries(repr(page)), titles, frozenset())
    left = access.withdrawn(reader, at=at)
    stones = tombstones(world, who)
    yield Visit(
        f"tombstones of {who}", canaries(repr(left)), frozenset(stones.values()), frozenset()
    )
    assert {stone.advisory for stone in left} == stones.keys(), f"tombstones of {who}"
    held = access.permitted_sections(reader, at=at)
    granted = {pk for sections in held.values() for pk in sections}
    lawful = {part.id for one in answer.values() for part in one.parts}
    assert granted == lawful, f"sections of {who}: {explain(world, who, granted ^ lawful, lawful)}"


def _door_search(
    world: World, who: Who | None, reader: access.Reader, answer: dict[tuple[str, str], Allowed]
) -> Iterator[Visit]:
    """A few canaries are looked for, and each number: found in the newest version that the reader
    may see, or not at all."""
    words = [
        (item, word)
        for item in world.items
        for version in item.versions
        for word in canaries(version.title, *(part.body for part in version.parts))
    ]
    rng = Random(world.seed)  # noqa: S311 -- to be repeated
    for item, word in [
        *rng.sample(words, min(SEARCHED, len(words))),
        *((item, item.number) for item in world.items),
    ]:
        top = newest(answer, item.number)
        texts = [*top.title, *(part.body for part in top.parts)] if top else []
        here = top is not None and (word == item.number or word in canaries(*texts))
        found = frozenset(one.advisory for one in access.search(reader, word, at=world.now))
        must = frozenset({item.number} if here else ())
        yield Visit(f"search for {word} by {who}", found, must, frozenset())


def _door_open(
    world: World,
    who: Who | None,
    reader: access.Reader,
    item: Item,
    label: str | None,
    expected: Allowed | None,
) -> Visit:
    where = f"{item.number} {label or 'newest'} opened by {who}"
    shown: Shared | None = None
    reason = ""
    try:
        shown = access.open_advisory(reader, number=item.number, version=label, at=world.now)
    except Withdrawn as gone:
        reason = gone.tombstone.reason
    except NotShared:
        pass
    if shown is not None and expected is not None:
        assert shown.version == expected.version.label, where
        assert shown.tlp is expected.tlp, where
    seen = canaries(repr(asdict(shown))) if shown else canaries(reason)
    if expected is not None:
        return Visit(where, seen, expected.everything, frozenset())
    stone = tombstones(world, who).get(item.number)
    return Visit(where, seen, frozenset({stone} if stone else ()), frozenset())
