"""Whatever single thing is changed in an export, verification notices. No database."""

import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from audit.chain import (
    BEGINNING,
    SEAL_CONTEXT,
    Checkpoint,
    LeafRow,
    Row,
    SealRow,
    chain_hash,
    content_hash,
    instant,
    leaf_hash,
    merkle_root,
    public_key,
    sign,
)
from audit.export import write

AT = instant(datetime(2026, 3, 3, 9, 0, tzinfo=UTC))


class Memory:
    """An honest log of `batches` sealed batches and `pending` rows after them."""

    def __init__(self, batches: list[int], pending: int) -> None:
        self.sealed: list[tuple[SealRow, list[Row]]] = []
        made, previous, key = 0, BEGINNING, settings.AUDIT_SIGNING_KEY
        for number, count in enumerate(batches, start=1):
            rows = [self.row(made + n + 1) for n in range(count)]
            made += count
            point = Checkpoint(
                number=number,
                era=1,
                horizon=rows[-1].txid + 1,
                ceiling=rows[-1].txid + 1,
                first=rows[0].id,
                last=rows[-1].id,
                count=count,
                root=merkle_root([leaf_hash(row.id, content_hash(row)) for row in rows]),
                previous=previous,
                sealed_at=AT,
                snapshot_at=AT,
                key_id=public_key(key),
            )
            previous = chain_hash(point)
            signature = sign(seed=key, context=SEAL_CONTEXT, message=bytes.fromhex(previous))
            seal = SealRow(**vars(point), chain=previous, signature=signature)
            self.sealed.append((seal, rows))
        self.pending = [self.row(made + n + 1) for n in range(pending)]

    def row(self, number: int) -> Row:
        return Row(
            id=number,
            at=AT,
            recorded_at=AT,
            txid=100 + number,
            actor="user:1",
            action="advisory.open",
            target=f"NCSC-2026-{number:04}",
            outcome="allow",
            detail="{}",
        )

    def seals(self) -> Iterator[SealRow]:
        return (seal for seal, _ in self.sealed)

    def leaves(self) -> Iterator[tuple[LeafRow, Row | None]]:
        for seal, rows in self.sealed:
            for position, row in enumerate(rows):
                yield (
                    LeafRow(
                        seal=seal.number,
                        position=position,
                        entry_id=row.id,
                        content_hash=content_hash(row),
                    ),
                    row,
                )

    def unsealed(self) -> Iterator[Row]:
        return iter(self.pending)


def mutate(lines: list[str], how: str, chance: random.Random) -> list[str]:
    """One line changed in one value, removed, doubled, or exchanged with another of its kind."""
    at = chance.randrange(len(lines))
    if how == "remove":
        return lines[:at] + lines[at + 1 :]
    if how == "double":
        return [*lines[: at + 1], lines[at], *lines[at + 1 :]]
    if how == "exchange":
        kind = json.loads(lines[at])["kind"]
        others = [n for n, x in enumerate(lines) if n != at and json.loads(x)["kind"] == kind]
        if not others:
            return mutate(lines, "change", chance)
        other = chance.choice(others)
        swapped = list(lines)
        swapped[at], swapped[other] = lines[other], lines[at]
        return swapped
    line = json.loads(lines[at])
    inside = line
    while isinstance(inside[name := chance.choice(sorted(inside))], dict):
        inside = inside[name]
    value = inside[name]
    if isinstance(value, int):
        inside[name] = value + chance.choice([-1, 1, 1000])
    else:
        where = chance.randrange(len(value))
        choices = sorted(set("0a9fA:x ") - {value[where]})
        inside[name] = value[:where] + chance.choice(choices) + value[where + 1 :]
    return [*lines[:at], json.dumps(line), *lines[at + 1 :]]


@hypothesis_settings(deadline=None)
@given(
    batches=st.lists(st.integers(1, 5), max_size=4),
    pending=st.integers(0, 3),
    how=st.sampled_from(["change", "remove", "double", "exchange"]),
    chance=st.randoms(use_true_random=False),
)
def test_any_single_mutation_of_an_export_is_noticed(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[int],
    pending: int,
    how: str,
    chance: random.Random,
) -> None:
    text = StringIO()
    write(Memory(batches, pending), to=text, seed=settings.AUDIT_SIGNING_KEY)
    file = Path(tmp_path_factory.getbasetemp()) / f"export-{os.getpid()}.jsonl"
    file.write_text(text.getvalue())
    key = public_key(settings.AUDIT_SIGNING_KEY)
    out = StringIO()
    call_command("verify_audit", "--from", str(file), "--public-key", key, stdout=out)
    assert f"{sum(batches)} rows under {len(batches)} seals" in out.getvalue()

    lines = text.getvalue().splitlines()
    mutated = mutate(lines, how, chance)
    file.write_text("".join(line + "\n" for line in mutated))
    with pytest.raises(CommandError):
        call_command("verify_audit", "--from", str(file), "--public-key", key, stdout=StringIO())
