"""The sealer: takes the rows that are final, in order, and signs a chained root over them."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from audit.chain import (
    BEGINNING,
    SEAL_CONTEXT,
    Checkpoint,
    Row,
    chain_hash,
    content_hash,
    instant,
    leaf_hash,
    merkle_root,
    public_key,
    sign,
)
from audit.models import Entry, Leaf, Seal
from audit.reading import rows_of

BATCH = 1000  # leaves under one seal
ONE_SEALER = 0x5EA1_0001  # key of the advisory lock


@dataclass(frozen=True, kw_only=True)
class _Reach:
    """Which rows are final: era, from `floor` on and below `horizon`, as seen at `looked`."""

    era: int
    floor: int
    horizon: int
    ceiling: int
    looked: datetime


def seal(*, at: datetime) -> int:
    """Seals every final row that has no seal yet; returns how many. One sealer at a time.

    Each batch is a transaction of its own: a sealer that dies leaves whole seals behind.
    """
    total = 0
    while sealed := _seal_batch(at=at):
        total += sealed
    return total


@transaction.atomic(durable=True)
def _seal_batch(*, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_SEALER])
    last = Seal.objects.order_by("-number").first()
    reach = _reach(last)
    rows = _final_rows(reach)
    if not rows:
        return 0
    hashes = [content_hash(row) for row in rows]
    checkpoint = Checkpoint(
        number=last.number + 1 if last else 1,
        era=reach.era,
        # A full batch may end inside a transaction: the next one goes on from there.
        horizon=rows[-1].txid if len(rows) == BATCH else reach.horizon,
        ceiling=reach.ceiling,
        first=rows[0].id,
        last=rows[-1].id,
        count=len(rows),
        root=merkle_root(
            [leaf_hash(row.id, content) for row, content in zip(rows, hashes, strict=True)]
        ),
        previous=last.chain if last else BEGINNING,
        sealed_at=instant(at),
        snapshot_at=instant(reach.looked),
        key_id=public_key(settings.AUDIT_SIGNING_KEY),
    )
    chain = chain_hash(checkpoint)
    made = Seal.objects.create(
        **(asdict(checkpoint) | {"sealed_at": at, "snapshot_at": reach.looked}),
        chain=chain,
        signature=sign(
            seed=settings.AUDIT_SIGNING_KEY, context=SEAL_CONTEXT, message=bytes.fromhex(chain)
        ),
    )
    Leaf.objects.bulk_create(
        Leaf(seal=made, position=position, entry_id=row.id, content_hash=content)
        for position, (row, content) in enumerate(zip(rows, hashes, strict=True))
    )
    return len(rows)


def _reach(last: Seal | None) -> _Reach:
    """What is final now. Below the snapshot's xmin every transaction has ended, so no row with a
    smaller number can still appear, in whatever order transactions commit."""
    ended, next_up, looked = _snapshot()
    if last is None:
        return _Reach(era=1, floor=0, horizon=ended, ceiling=next_up, looked=looked)
    if next_up >= last.horizon:
        return _Reach(
            era=last.era, floor=last.horizon, horizon=ended, ceiling=next_up, looked=looked
        )
    # Restored on a cluster that counts lower. What the old one left unsealed is final, for it
    # runs no more: the old era is closed first.
    beyond = Entry.objects.filter(txid__gte=last.horizon).aggregate(Max("txid"))["txid__max"]
    if beyond is not None:
        old = _Reach(
            era=last.era,
            floor=last.horizon,
            horizon=beyond + 1,
            ceiling=beyond + 1,
            looked=looked,
        )
        if _final_rows(old, limit=1):
            return old
    return _Reach(era=last.era + 1, floor=0, horizon=ended, ceiling=next_up, looked=looked)


def _snapshot() -> tuple[int, int, datetime]:
    """All transactions below the first number have ended; the second is the next to be given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint,"
            " clock_timestamp() FROM pg_current_snapshot() AS s"
        )
        ended, next_up, looked = cursor.fetchone()
    return ended, next_up, looked


def _final_rows(reach: _Reach, *, limit: int = BATCH) -> list[Row]:
    return list(
        rows_of(
            "WHERE e.txid >= %s AND e.txid < %s"
            " AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.entry_id = e.id)"
            " ORDER BY e.txid, e.id LIMIT %s",
            [reach.floor, reach.horizon, limit],
        )
    )
