"""The feed as STIX objects of one reader: oldest first, each as it may hold it now.

An object stands at the last event that changed what the reader may see of its version. When that
changes again all objects of the version move on together, so that who walks on from a place misses
nothing, and meets nothing twice that stayed as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Min

from advisories.models import Advisory, Section
from law.vocabulary import Tlp
from sharing import access
from sharing.changes import changes, newest, position_at
from sharing.models import ServedObject
from sharing.models.feed import STEP
from sharing.renditions.stix import Rendered, render, statics
from sharing.renditions.stix.statics import TLP_CREATED
from sharing.shared import Shared

EVENTS_AT_ONCE = 50
MOST_EVENTS = 2000  # looked at for one page; then the page ends, and says that there is more
MICROSECOND = timedelta(microseconds=1)
WITHIN = STEP // MICROSECOND - 1  # the last instant that an event has for its objects


EVERYTHING = 2**31  # as a rank: all that stands there


class Place(NamedTuple):
    """After which object: the `rank`th of what stands at `position`."""

    position: int
    rank: int


START = Place(0, -1)


@dataclass(frozen=True, slots=True)
class Object:
    """One object where it stands."""

    rendered: Rendered
    added_at: datetime
    place: Place
    of: str  # the advisory and version, for the record; empty of what is the same for everyone
    version_id: int | None  # of that version


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which objects are asked for. Empty: no matter. `versions`: first, last, all or instants."""

    belongs: Callable[[str, Tlp], bool]  # to the collection: kind, and strictest label
    ids: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    spec_versions: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset({"last"})

    def takes(self, one: Rendered) -> bool:
        return (
            (not self.ids or one.id in self.ids)
            and (not self.types or one.type in self.types)
            and (not self.spec_versions or "2.1" in self.spec_versions)
        )


@dataclass(frozen=True, slots=True)
class Objects:
    """A page. `next` is where to go on, None at the end."""

    items: tuple[Object, ...]
    next: Place | None


@dataclass(frozen=True, slots=True)
class _Group:
    """What the reader may see of one version, where it stands."""

    position: int
    added_at: datetime
    shared: Shared | None  # None: the objects that are the same for everyone
    objects: tuple[Rendered, ...]


def place_at(instant: datetime) -> Place:
    """The place of everything added at `instant` or before."""
    found = position_at(instant)
    position, added_at = found or (0, TLP_CREATED)
    return Place(position, min((instant - added_at) // MICROSECOND, EVERYTHING))


def objects(
    reader: access.Reader, *, after: Place, wanted: Wanted, limit: int, at: datetime
) -> Objects:
    """At most `limit` objects after a place. What is shown was judged at `at`."""
    walk = _Walk(reader, wanted, at)
    groups = (
        walk.of(_advisories_of(wanted.ids))
        if wanted.ids
        else walk.since(after, at_once=limit // 4 + 1)
    )
    taken: list[Object] = []
    for group in groups:
        if isinstance(group, Place):  # the page has cost enough
            return Objects(tuple(taken), group)
        for one in walk.chosen(group):
            if one.place <= after:
                continue
            if len(taken) == limit:
                return Objects(tuple(taken), taken[-1].place if taken else after)
            taken.append(one)
    return Objects(tuple(taken), None)


def versions(
    reader: access.Reader, *, object_id: str, wanted: Wanted, at: datetime
) -> tuple[str, ...]:
    """The versions of one object that the reader may hold, oldest first."""
    walk = _Walk(reader, wanted, at)
    found = {
        one.rendered.version
        for group in walk.of(_advisories_of(frozenset({object_id})))
        for one in walk.chosen(group)
    }
    return tuple(sorted(found))


class _Walk:
    """One reader, one request: what was opened for it is kept until the answer."""

    def __init__(self, reader: access.Reader, wanted: Wanted, at: datetime) -> None:
        self.reader, self.wanted, self.at = reader, wanted, at
        self.known: dict[str, Mapping[str, list[str]]] = {}

    def since(self, after: Place, *, at_once: int) -> Iterator[_Group | Place]:
        """Groups that stand at the place or after it, so many opened at once; a place when enough
        was looked at."""
        if after.position == 0:
            yield _statics()
        # What stands at the place itself is looked at again, unless all of it was taken.
        since = after.position if after.rank >= EVERYTHING else max(after.position - 1, 0)
        looked = 0
        more = True
        while more:
            if looked >= MOST_EVENTS:
                yield Place(since, EVERYTHING)
                return
            found = changes(self.reader, since=since, limit=EVENTS_AT_ONCE, at=self.at)
            stand = self._stand({item.version_id for item in found.items if item.open})
            ours = [
                item.version_id
                for item in found.items
                if item.version_id in stand and stand[item.version_id][0] == item.position
            ]
            for some in range(0, len(ours), at_once):
                yield from self._groups(ours[some : some + at_once], stand)
            since, more, looked = found.next, found.more, looked + len(found.items)

    def of(self, advisories: Collection[str]) -> Iterator[_Group]:
        """Groups of some advisories, and what is the same for everyone."""
        yield _statics()
        held: set[int] = set()
        for number in advisories:
            held |= access.permitted_sections(self.reader, at=self.at, advisory=number).keys()
        stand = self._stand(held)
        yield from self._groups(sorted(stand, key=lambda version: stand[version][0]), stand)

    def _stand(self, versions: Collection[int]) -> dict[int, tuple[int, datetime]]:
        """Where those of the versions stand that belong to the collection."""
        labels = access.kinds_and_labels(self.reader, at=self.at, versions=versions)
        ours = [version for version, said in labels.items() if self.wanted.belongs(*said)]
        return newest(self.reader, versions=ours, at=self.at) if ours else {}

    def _groups(
        self, versions: Collection[int], stand: Mapping[int, tuple[int, datetime]]
    ) -> Iterator[_Group]:
        opened = access.open_versions(self.reader, versions=versions, at=self.at)
        for version in versions:
            shared = opened.get(version)
            if shared is not None and self.wanted.belongs(shared.kind, shared.tlp):
                yield _Group(*stand[version], shared, made(shared))

    def chosen(self, group: _Group) -> Iterator[Object]:
        """The objects of a group that are asked for. Its ranks are those of all its objects."""
        for rank, one in enumerate(group.objects):
            if self.wanted.takes(one) and self._version_fits(group, one):
                yield Object(
                    one,
                    group.added_at + min(rank, WITHIN) * MICROSECOND,
                    Place(group.position, rank),
                    f"{group.shared.advisory} [{group.shared.version}]" if group.shared else "",
                    group.shared.version_id if group.shared else None,
                )

    def _version_fits(self, group: _Group, one: Rendered) -> bool:
        asked = self.wanted.versions
        if "all" in asked or one.version in asked:
            return True
        there = self._versions_of(group).get(one.id, [one.version])
        return ("last" in asked and one.version == max(there)) or (
            "first" in asked and one.version == min(there)
        )

    def _versions_of(self, group: _Group) -> Mapping[str, list[str]]:
        """By object, the versions that the reader may hold among those of one advisory."""
        if group.shared is None:
            return {}
        number = group.shared.advisory
        if number not in self.known:
            held = access.permitted_sections(self.reader, at=self.at, advisory=number)
            found: dict[str, list[str]] = {}
            others = held.keys() - {group.shared.version_id}
            opened = (
                access.open_versions(self.reader, versions=others, at=self.at) if others else {}
            )
            for shared in (group.shared, *opened.values()):
                if self.wanted.belongs(shared.kind, shared.tlp):
                    for one in made(shared):
                        found.setdefault(one.id, []).append(one.version)
            self.known[number] = found
        return self.known[number]


def _statics() -> _Group:
    return _Group(0, TLP_CREATED, None, statics())


def _advisories_of(ids: frozenset[str]) -> tuple[str, ...]:
    found = ServedObject.objects.filter(object_id__in=ids).values_list(
        "advisory__number", flat=True
    )
    return tuple(sorted(set(found)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a rendition hangs on. What it is made of is no part of the key: the key tells it."""

    version_id: int
    lineages: tuple[UUID, ...]
    keys: tuple[str, str]  # of ids and addresses
    shared: Shared = field(compare=False)


def made(shared: Shared) -> tuple[Rendered, ...]:
    """The objects of what a reader may see of a version, findable by their ids from now on.

    Made once per version and set of permitted sections in each process: whether this reader may
    have that set was judged before.
    """
    lineages = tuple(section.lineage for section in shared.sections)
    keys = (settings.OBJECT_ID_KEY, settings.PUBLIC_URL)
    return _made(_Asked(shared.version_id, lineages, keys, shared))


@lru_cache(maxsize=1000)
def _made(asked: _Asked) -> tuple[Rendered, ...]:
    rows = Section.objects.filter(lineage__in=asked.lineages, version__released_at__isnull=False)
    first = dict(
        rows.order_by("lineage").values_list("lineage").annotate(Min("version__released_at"))
    )
    objects = render(asked.shared, first=first)
    advisory = Advisory.objects.get(number=asked.shared.advisory)
    ServedObject.objects.bulk_create(
        (ServedObject(object_id=one.id, advisory=advisory) for one in objects),
        ignore_conflicts=True,
    )
    return objects
