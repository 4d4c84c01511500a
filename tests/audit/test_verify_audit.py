"""Sealing and verifying, through the commands, on a real database."""
# ruff: noqa: S608 - the only values are ids of rows that the test itself made

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from audit import sealing
from audit.models import Entry, Leaf, Seal
from audit.services import Act, record_many, seal
from audit.tasks import seal as seal_task

pytestmark = pytest.mark.alone  # the sealer waits for every open transaction of the cluster

AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
Owner = Callable[..., None]


def write(*targets: str) -> None:
    record_many(
        Act(at=AT, actor="user:1", action="advisory.open", target=target, detail={"n": 1.50})
        for target in targets
    )


def sealed(wanted: int) -> int:
    """Seal until `wanted` rows are: any open transaction of the cluster holds the sealer back."""
    deadline, total = time.monotonic() + 30, 0
    while total < wanted and time.monotonic() < deadline:
        total += seal(at=AT)
    return total


def verify(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


INSERT = (
    "INSERT INTO audit_entry (at, actor, action, target, outcome, detail)"
    " VALUES (now(), 'user:2', 'late', %s, '', '{}')"
)


@pytest.fixture
def five(record_database: None) -> list[int]:
    """Entries in five transactions under three seals; they verify."""
    for batch in (["a", "b"], ["c"], ["d", "e"]):
        for target in batch:
            write(target)
        seal(at=AT)
    assert "5 rows under 3 seals" in verify()
    return list(Entry.objects.values_list("id", flat=True))


def test_an_empty_record_verifies(record_database: None) -> None:
    assert "0 rows under 0 seals" in verify()


def test_rows_of_transactions_that_commit_out_of_order_are_each_sealed_once(
    record_database: None,
) -> None:
    with psycopg.connect(
        dbname=connection.settings_dict["NAME"],
        user=connection.settings_dict["USER"],
        password=connection.settings_dict["PASSWORD"],
        host=connection.settings_dict["HOST"],
    ) as early:
        early.execute(INSERT, ["early to begin, late to commit"])
        write("after")
        assert seal(at=AT) == 0  # a smaller transaction number may still appear
        assert "2 rows" not in verify()
        early.commit()
    assert sealed(2) == 2
    assert seal(at=AT) == 0
    write("next")
    seal_task()
    assert sorted(Leaf.objects.values_list("entry_id", flat=True)) == list(
        Entry.objects.values_list("id", flat=True)
    )
    assert "3 rows under 2 seals" in verify()


def test_sealers_that_run_at_once_seal_each_row_once(record_database: None) -> None:
    write(*[str(n) for n in range(1500)])

    def run() -> int:
        try:
            return seal(at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=3) as pool:
        counts = [job.result() for job in [pool.submit(run) for _ in range(3)]]
    assert sum(counts) == 1500
    assert "1500 rows under 2 seals" in verify()


def test_a_transaction_larger_than_a_batch_is_sealed_whole(record_database: None) -> None:
    write(*[str(n) for n in range(1003)])
    assert seal(at=AT) == 1003
    assert list(Seal.objects.values_list("count", flat=True)) == [1000, 3]
    assert "1003 rows under 2 seals" in verify()


def test_rows_after_the_last_seal_are_counted_and_no_error(five: list[int]) -> None:
    write("new")
    assert "1 rows lie after the last seal" in verify("--no-seal")
    assert "6 rows" in verify()


def test_a_changed_row_is_named(five: list[int], as_owner: Owner) -> None:
    as_owner(f"UPDATE audit_entry SET actor = 'user:9' WHERE id = {five[1]}")
    with pytest.raises(CommandError, match=rf"entry {five[1]} .* was changed"):
        verify()


def test_a_change_beyond_the_precision_of_a_float_is_noticed(
    five: list[int], as_owner: Owner
) -> None:
    as_owner(
        f"UPDATE audit_entry SET detail = '{{\"n\": 1.50000000000000000001}}' WHERE id = {five[1]}"
    )
    with pytest.raises(CommandError, match=rf"entry {five[1]} .* was changed"):
        verify()


def test_a_removed_row_is_named(five: list[int], as_owner: Owner) -> None:
    as_owner(f"DELETE FROM audit_entry WHERE id = {five[2]}")
    with pytest.raises(CommandError, match=rf"entry {five[2]} .* was removed"):
        verify()


def test_a_row_inserted_into_a_sealed_past_is_named(five: list[int], as_owner: Owner) -> None:
    as_owner(
        "INSERT INTO audit_entry (at, recorded_at, txid, actor, action, target, outcome, detail)"
        f" SELECT at, recorded_at, txid, actor, action, 'x', '', '{{}}' FROM audit_entry"
        f" WHERE id = {five[0]}"
    )
    forged = Entry.objects.latest("id").id
    for arguments in ([], ["--no-seal"]):
        with pytest.raises(CommandError, match=rf"entry {forged} was inserted"):
            verify(*arguments)


def test_a_row_inserted_now_but_dated_back_is_named(five: list[int], as_owner: Owner) -> None:
    as_owner(
        "INSERT INTO audit_entry (at, recorded_at, actor, action, target, outcome, detail)"
        " VALUES (now(), now() - interval '1 day', 'user:2', 'forged', 'x', '', '{}')"
    )
    forged = Entry.objects.latest("id").id
    for arguments in (["--no-seal"], []):
        with pytest.raises(CommandError, match=rf"entry {forged} was inserted: dated"):
            verify(*arguments)


def test_a_row_moved_to_another_id_is_named(five: list[int], as_owner: Owner) -> None:
    as_owner(f"UPDATE audit_entry SET id = 9999 WHERE id = {five[2]}")
    with pytest.raises(CommandError, match=rf"entry {five[2]} .* was moved to id 9999"):
        verify()


def test_rows_that_changed_places_are_named(five: list[int], as_owner: Owner) -> None:
    as_owner(
        f"UPDATE audit_entry SET id = -1 WHERE id = {five[0]}",
        f"UPDATE audit_entry SET id = {five[0]} WHERE id = {five[4]}",
        f"UPDATE audit_entry SET id = {five[4]} WHERE id = -1",
    )
    with pytest.raises(
        CommandError, match=rf"entry {five[0]} .* moved: the content of entry {five[4]}"
    ):
        verify()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit_seal SET root = repeat('0', 64) WHERE number = 2", "seal 2 was changed"),
        ("UPDATE audit_seal SET signature = repeat('0', 128) WHERE number = 2", "broken signature"),
        ("UPDATE audit_leaf SET content_hash = repeat('0', 64)", "was changed"),
        ("DELETE FROM audit_leaf WHERE position = 1", "leaves were removed from seal 1"),
    ],
)
def test_a_forged_seal_or_leaf_is_noticed(
    five: list[int], as_owner: Owner, statement: str, words: str
) -> None:
    as_owner(statement)
    with pytest.raises(CommandError, match=words):
        verify("--no-seal")


def test_a_seal_removed_from_the_middle_is_noticed(five: list[int], as_owner: Owner) -> None:
    as_owner(
        "DELETE FROM audit_leaf WHERE seal_id IN (SELECT id FROM audit_seal WHERE number = 2)",
        "DELETE FROM audit_seal WHERE number = 2",
    )
    with pytest.raises(CommandError, match="seal 2 was removed"):
        verify("--no-seal")


def test_a_removed_tail_is_noticed_by_who_noted_the_head(five: list[int], as_owner: Owner) -> None:
    head = Seal.objects.latest("number").chain
    assert "5 rows" in verify("--head", head)
    as_owner(
        "DELETE FROM audit_leaf WHERE seal_id IN (SELECT id FROM audit_seal WHERE number = 3)",
        "DELETE FROM audit_seal WHERE number = 3",
    )
    with pytest.raises(CommandError, match=head):
        verify("--head", head)


def test_a_restore_on_a_younger_cluster_closes_the_old_era_and_begins_a_new_one(
    record_database: None, as_owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The old cluster: its transactions are numbered a billion higher than ours.
    write("old", "old")
    as_owner("UPDATE audit_entry SET txid = txid + 1e9")
    with monkeypatch.context() as old_cluster:
        old_cluster.setattr(sealing, "_snapshot", lambda: (2 * 10**9, 2 * 10**9, AT))
        assert seal(at=AT) == 2
    write("left unsealed by the old cluster")
    as_owner("UPDATE audit_entry SET txid = txid + 3e9 WHERE txid < 1e9")
    write("new")
    assert seal(at=AT) == 2
    assert list(Seal.objects.values_list("era", "count")) == [(1, 2), (1, 1), (2, 1)]
    write("newer")
    assert "restored on another cluster 1" in verify()


def test_an_export_verifies_offline_and_names_what_was_changed_in_it(
    five: list[int], tmp_path: Path
) -> None:
    file, key = tmp_path / "record.jsonl", Seal.objects.latest("number").key_id
    write("pending")
    verify("--no-seal", "--export", str(file))
    connections.close_all()
    assert "5 rows under 3 seals" in verify("--from", str(file))
    assert "1 rows lie after" in verify("--from", str(file), "--public-key", key)
    assert connection.connection is None  # no database was asked
    with pytest.raises(CommandError, match="unknown key"):
        verify("--from", str(file), "--public-key", "ab" * 32)

    lines = file.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if json.loads(line)["kind"] == "leaf")
    line = json.loads(lines[at])
    line["row"]["outcome"] = "never"
    file.write_text("\n".join([*lines[:at], json.dumps(line), *lines[at + 1 :]]) + "\n")
    with pytest.raises(CommandError, match=rf"entry {five[0]} .* was changed"):
        verify("--from", str(file))
    file.write_text("\n".join(lines[:-1]) + "\n")
    with pytest.raises(CommandError, match="cut off"):
        verify("--from", str(file))
