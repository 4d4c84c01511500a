"""The record as the database holds it, in the shape that verification reads."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from audit.chain import LeafRow, Row, SealRow, instant
from audit.models import Seal

# JSONB as text: exact, where a float would round.
COLUMNS = (
    "e.id, e.at, e.recorded_at, e.txid, e.actor, e.action, e.target, e.outcome, e.detail::text"
)


def rows_of(condition: str, parameters: Sequence[int] = ()) -> Iterator[Row]:
    """Entries `e` under a condition written in this app; values go in `parameters` only."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM audit_entry e {condition}", parameters)  # noqa: S608 - constants of this app
        for found in cursor:
            yield _row(found)


class DatabaseLog:
    """Read it inside one REPEATABLE READ transaction, or a sealer at work will look like a fraud."""

    def seals(self) -> Iterator[SealRow]:
        for seal in Seal.objects.order_by("number").iterator():
            yield SealRow(
                number=seal.number,
                era=seal.era,
                horizon=seal.horizon,
                ceiling=seal.ceiling,
                first=seal.first,
                last=seal.last,
                count=seal.count,
                root=seal.root,
                previous=seal.previous,
                sealed_at=instant(seal.sealed_at),
                snapshot_at=instant(seal.snapshot_at),
                key_id=seal.key_id,
                chain=seal.chain,
                signature=seal.signature,
            )

    def leaves(self) -> Iterator[tuple[LeafRow, Row | None]]:
        # A leaf whose seal is gone still names it: by nothing better than the seal's key.
        sql = (
            f"SELECT coalesce(s.number, l.seal_id), l.position, l.entry_id, l.content_hash, {COLUMNS}"  # noqa: S608 - constants
            " FROM audit_leaf l LEFT JOIN audit_seal s ON s.id = l.seal_id"
            " LEFT JOIN audit_entry e ON e.id = l.entry_id ORDER BY 1, l.position, l.id"
        )
        with connection.chunked_cursor() as cursor:
            cursor.execute(sql)
            for seal, position, entry, content, *found in cursor:
                leaf = LeafRow(seal=seal, position=position, entry_id=entry, content_hash=content)
                yield leaf, None if found[0] is None else _row(found)

    def unsealed(self) -> Iterator[Row]:
        return rows_of(
            "WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.entry_id = e.id) ORDER BY e.id"
        )


def _row(found: Sequence[Any]) -> Row:
    number, at, recorded_at, txid, actor, action, target, outcome, detail = found
    return Row(
        id=number,
        at=instant(at),
        recorded_at=instant(recorded_at),
        txid=txid,
        actor=actor,
        action=action,
        target=target,
        outcome=outcome,
        detail=detail,
    )
