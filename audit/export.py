"""The record as JSON lines, for an outsider: written once, verified without our database.

header, then every seal, leaf (with its row) and unsealed row, then a signed end: an export that
is cut off or edited anywhere does not verify.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO, TypeVar

from audit.chain import (
    BEGINNING,
    END_CONTEXT,
    LeafRow,
    Row,
    SealRow,
    canonical,
    content_hash,
    end_message,
    leaf_hash,
    public_key,
    sign,
    signed,
)
from audit.verification import Broken, Log

FORMAT = 1
Record = TypeVar("Record", Row, LeafRow, SealRow)


def write(log: Log, *, to: TextIO, seed: str) -> None:
    """One JSON object a line. Ends with a line signed by `seed`."""

    def line(kind: str, **fields: object) -> None:
        to.write(canonical({"kind": kind, **fields}).decode() + "\n")

    line("header", format=FORMAT, public_key=public_key(seed))
    seals, head = 0, BEGINNING
    for seal in log.seals():
        line("seal", seal=asdict(seal))
        seals, head = seals + 1, seal.chain
    for leaf, row in log.leaves():
        line("leaf", leaf=asdict(leaf), row=row and asdict(row))
    pending = []
    for row in log.unsealed():
        line("row", row=asdict(row))
        pending.append(leaf_hash(row.id, content_hash(row)))
    message = end_message(seals=seals, head=head, pending=pending)
    line("end", signature=sign(seed=seed, context=END_CONTEXT, message=message))


class FileLog:
    """An export, read from the start by each method. Raises Broken where a line is malformed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        header = next(self._lines("header"), None)
        key = header.get("public_key") if header else None
        if not header or header.get("format") != FORMAT or not isinstance(key, str):
            raise Broken("the export does not begin with a header of this format")
        self.public_key: str = key

    def seals(self) -> Iterator[SealRow]:
        return (_typed(SealRow, line["seal"]) for line in self._lines("seal"))

    def leaves(self) -> Iterator[tuple[LeafRow, Row | None]]:
        for line in self._lines("leaf"):
            row = line["row"]
            yield _typed(LeafRow, line["leaf"]), None if row is None else _typed(Row, row)

    def unsealed(self) -> Iterator[Row]:
        return (_typed(Row, line["row"]) for line in self._lines("row"))

    def check_end(self, *, key: str) -> None:
        """That the end is there, and signed over this head and these unsealed rows."""
        ends = list(self._lines("end"))
        if len(ends) != 1:
            raise Broken("the export was cut off: its signed end is missing")
        seals = list(self.seals())
        message = end_message(
            seals=len(seals),
            head=seals[-1].chain if seals else BEGINNING,
            pending=[leaf_hash(row.id, content_hash(row)) for row in self.unsealed()],
        )
        if not signed(
            key=key, signature=str(ends[0]["signature"]), context=END_CONTEXT, message=message
        ):
            raise Broken(
                "the end of the export does not fit: its last seals, or rows after the last seal,"
                " were changed, removed or inserted"
            )

    def _lines(self, kind: str) -> Iterator[dict[str, Any]]:
        with self.path.open(encoding="utf-8") as lines:
            for number, text in enumerate(lines, start=1):
                line = _parsed(text, number)
                if (line["kind"] == "header") != (number == 1):
                    raise Broken(f"line {number} of the export is out of place")
                if line["kind"] == kind:
                    yield line


FIELDS = {
    "header": {"kind", "format", "public_key"},
    "seal": {"kind", "seal"},
    "leaf": {"kind", "leaf", "row"},
    "row": {"kind", "row"},
    "end": {"kind", "signature"},
}


def _parsed(text: str, number: int) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:
        line = None
    kind = line.get("kind") if isinstance(line, dict) else None
    if not isinstance(line, dict) or not isinstance(kind, str) or FIELDS.get(kind) != set(line):
        raise Broken(f"line {number} of the export is malformed")
    return line


def _typed(record: type[Record], fields: object) -> Record:
    """`fields` as a record, with exactly its names and types."""
    expected = {name: field.type for name, field in record.__dataclass_fields__.items()}
    if not isinstance(fields, dict) or {k: type(v) for k, v in fields.items()} != expected:
        raise Broken(f"a {record.__name__} of the export is malformed: {fields}")
    return record(**fields)
