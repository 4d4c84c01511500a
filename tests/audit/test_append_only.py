"""What the record refuses, and what it says itself."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Entry
from audit.services import record

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def write() -> None:
    record(at=AT, actor="user:1", action="advisory.open", target="NCSC-2026-0001", outcome="allow")


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal", "audit_leaf"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_role_adds_to_the_record_but_never_rewrites_it(
    table: str, statement: str
) -> None:
    write()
    assert Entry.objects.count() == 1
    with (
        pytest.raises(DatabaseError, match=r"permission denied|append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
    assert Entry.objects.count() == 1


def test_the_database_says_when_and_in_which_transaction_whatever_the_insert_says() -> None:
    write()
    Entry.objects.create(
        at=AT, recorded_at=AT, txid=3, actor="user:1", action="advisory.open", target="x"
    )
    honest, forged = Entry.objects.all()
    assert forged.txid == honest.txid > 3
    assert forged.recorded_at >= honest.recorded_at > AT


def test_a_row_falls_with_the_act_it_records() -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not Entry.objects.exists()
    write()
    assert Entry.objects.exists()


def test_an_act_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        record(at=AT.replace(tzinfo=None), actor="user:1", action="a", target="b")
