"""Reading the record with distrust: names the first row that is not as it was sealed.

Pure and offline: takes any log that can be read from the start, knows no database.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain as concatenate
from typing import Protocol

from audit.chain import (
    BEGINNING,
    SEAL_CONTEXT,
    LeafRow,
    Row,
    SealRow,
    chain_hash,
    content_hash,
    leaf_hash,
    merkle_root,
    signed,
)

CLOCKS_MAY_DIFFER = timedelta(minutes=15)


class Log(Protocol):
    """Each method reads from the start whenever it is called."""

    def seals(self) -> Iterable[SealRow]:
        """By number."""

    def leaves(self) -> Iterable[tuple[LeafRow, Row | None]]:
        """By seal and position, each with the row that has its entry id."""

    def unsealed(self) -> Iterable[Row]:
        """The rows that are no leaf, by id."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """`problem`: one line naming the first bad row or seal; None when all is as it was sealed."""

    problem: str | None
    seals: int
    rows: int  # sealed
    pending: int  # written after the last seal: nothing vouches for these yet
    eras: int  # more than one: the database was restored on another cluster
    head: str  # chain of the last seal; keep it elsewhere to notice a removed tail


class Broken(Exception):
    """The log is not what was sealed."""


def verify(
    log: Log,
    *,
    trusted: Collection[str],
    head: str | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> Report:
    """Walks the whole log. `head`: a chain value kept elsewhere that must still be in it."""
    walk = _Walk(log, trusted, progress)
    problem = None
    try:
        walk.all()
        if head is not None and head not in walk.chains:
            raise Broken(f"no seal has the chain value {head}: seals were removed or rewritten")
    except Broken as broken:
        problem = str(broken)
    return Report(
        problem=problem,
        seals=walk.number,
        rows=walk.rows,
        pending=walk.pending,
        eras=walk.era,
        head=walk.head,
    )


class _Walk:
    def __init__(
        self, log: Log, trusted: Collection[str], progress: Callable[[int], object]
    ) -> None:
        self.log, self.trusted, self.progress = log, trusted, progress
        self.number = self.rows = self.pending = self.era = self.horizon = 0
        self.head = BEGINNING
        self.chains = {BEGINNING}
        self.looks: list[tuple[int, str]] = []  # (ceiling, snapshot_at) of this era's seals

    def all(self) -> None:
        leaves = iter(self.log.leaves())
        waiting = next(leaves, None)
        for seal in self.log.seals():
            self.check_seal(seal)
            batch: list[bytes] = []
            while waiting and waiting[0].seal == seal.number:
                batch.append(self.check_leaf(seal, len(batch), *waiting))
                self.progress(1)
                waiting = next(leaves, None)
            if waiting and waiting[0].seal < seal.number:
                raise Broken(f"entry {waiting[0].entry_id} was moved to seal {waiting[0].seal}")
            self.check_batch(seal, batch)
            self.accept(seal)
        if waiting:
            raise Broken(
                f"seal {waiting[0].seal} was removed: entry {waiting[0].entry_id} was under it"
            )
        for row in self.log.unsealed():
            self.check_unsealed(row)
            self.pending += 1
            self.progress(1)

    def accept(self, seal: SealRow) -> None:
        if seal.era != self.era:
            self.looks.clear()
        self.number, self.era, self.horizon = seal.number, seal.era, seal.horizon
        self.rows += seal.count
        self.head = seal.chain
        self.chains.add(seal.chain)
        self.looks.append((seal.ceiling, seal.snapshot_at))

    def check_seal(self, seal: SealRow) -> None:
        expected = self.number + 1
        if seal.number != expected:
            verb = "removed" if seal.number > expected else "inserted a second time"
            raise Broken(f"seal {expected if verb == 'removed' else seal.number} was {verb}")
        if chain_hash(seal) != seal.chain:
            raise Broken(f"seal {seal.number} was changed: its chain value does not fit")
        if seal.previous != self.head:
            raise Broken(f"seal {seal.number} does not follow seal {self.number}")
        if seal.key_id not in self.trusted:
            raise Broken(f"seal {seal.number} is signed by an unknown key {seal.key_id}")
        if not signed(
            key=seal.key_id,
            signature=seal.signature,
            context=SEAL_CONTEXT,
            message=bytes.fromhex(seal.chain),
        ):
            raise Broken(f"seal {seal.number} has a broken signature")
        if seal.era not in {self.era, self.era + 1}:
            raise Broken(f"seal {seal.number} skips an era")
        if seal.era == self.era and seal.horizon < self.horizon:
            raise Broken(f"seal {seal.number} goes back behind the horizon of seal {self.number}")

    def check_leaf(self, seal: SealRow, position: int, leaf: LeafRow, row: Row | None) -> bytes:
        where = f"seal {seal.number}, position {position}"
        if leaf.position != position:
            raise Broken(
                f"a leaf was removed or moved at {where}: entry {leaf.entry_id} stands there"
            )
        if row is None:
            raise Broken(self.missing(leaf, where))
        if row.id != leaf.entry_id:
            raise Broken(f"entry {leaf.entry_id} was moved to id {row.id} ({where})")
        if content_hash(row) != leaf.content_hash:
            raise Broken(self.altered(leaf, row, where))
        floor = self.horizon if seal.era == self.era else 0
        if not floor <= row.txid <= seal.horizon:
            raise Broken(f"entry {row.id} was inserted: its transaction is not of {where}")
        if seal.era == self.era:
            self.check_date(row)
        return leaf_hash(leaf.entry_id, leaf.content_hash)

    def check_batch(self, seal: SealRow, batch: list[bytes]) -> None:
        if len(batch) != seal.count:
            verb = "removed from" if len(batch) < seal.count else "inserted into"
            raise Broken(
                f"leaves were {verb} seal {seal.number} (entries {seal.first} to {seal.last}):"
                f" {len(batch)} found, {seal.count} sealed"
            )
        if merkle_root(batch) != seal.root:
            raise Broken(
                f"leaves of seal {seal.number} were changed"
                f" (entries {seal.first} to {seal.last}): they do not give its root"
            )

    def check_unsealed(self, row: Row) -> None:
        if row.txid < self.horizon:
            raise Broken(
                f"entry {row.id} was inserted: its transaction {row.txid} had ended before"
                f" seal {self.number}, which does not hold it"
            )
        self.check_date(row)

    def check_date(self, row: Row) -> None:
        """A transaction that had not begun when a seal was made cannot have written before it."""
        recorded = _instant(row)
        after = bisect_right(self.looks, row.txid, key=lambda look: look[0])
        if not after:
            return
        looked = self.looks[after - 1][1]
        if recorded < datetime.fromisoformat(looked) - CLOCKS_MAY_DIFFER:
            raise Broken(
                f"entry {row.id} was inserted: dated {row.recorded_at}, but its transaction"
                f" {row.txid} had not begun at {looked}"
            )

    def altered(self, leaf: LeafRow, row: Row, where: str) -> str:
        """Changed, or the content of another entry under this id?"""
        content = content_hash(row)
        for other, _ in self.log.leaves():
            if other.content_hash == content:
                return (
                    f"entry {leaf.entry_id} ({where}) was moved:"
                    f" the content of entry {other.entry_id} stands there"
                )
        for other_row in self.strays():
            if content_hash(other_row) == leaf.content_hash:
                return f"entry {leaf.entry_id} ({where}) was moved to id {other_row.id}"
        return f"entry {leaf.entry_id} ({where}) was changed"

    def missing(self, leaf: LeafRow, where: str) -> str:
        for row in self.strays():
            if content_hash(row) == leaf.content_hash:
                return f"entry {leaf.entry_id} ({where}) was moved to id {row.id}"
        return f"entry {leaf.entry_id} ({where}) was removed"

    def strays(self) -> Iterator[Row]:
        """Rows that no leaf vouches for: two honest rows may say the same."""
        wrong = (
            row
            for leaf, row in self.log.leaves()
            if row is not None and content_hash(row) != leaf.content_hash
        )
        return concatenate(wrong, self.log.unsealed())


def _instant(row: Row) -> datetime:
    try:
        return datetime.fromisoformat(row.recorded_at).astimezone(UTC)
    except ValueError:
        raise Broken(f"entry {row.id} was changed: {row.recorded_at!r} is no instant") from None
