"""NCSC-YYYY-NNNN has no gaps, however many people open drafts at once, and whoever gives up.

Real threads with a connection each, on a database of its own: what commits in the shared one could
not be taken away again, because the record is append-only.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from advisories.models import Advisory, NumberSeries
from advisories.services import drafting
from advisories.services.numbering import take_number
from recipients.models import Role, User
from tests.builders import AMSTERDAM, AT, staff

NEW_YEAR = datetime(2027, 1, 1, tzinfo=AMSTERDAM)


class GaveUp(Exception):
    """The transaction around the draft fails after the number was taken."""


def open_some(by: User, start: Barrier, *, give_up: bool) -> list[str]:
    """Five drafts one after the other; every second one is rolled back if `give_up`."""
    numbers = []
    try:
        start.wait(timeout=30)
        for attempt in range(5):
            try:
                with transaction.atomic():
                    version = drafting.open_draft(
                        kind="advisory", title="Bericht", language="nl", by=by, at=AT
                    )
                    if give_up and attempt % 2:
                        raise GaveUp
                numbers.append(version.advisory.number)
            except GaveUp:
                pass
    finally:
        connection.close()
    return numbers


def test_numbers_have_no_gap_under_concurrency_and_roll_backs(own_database: str) -> None:
    author, threads = staff(Role.AUTHOR), 6
    start = Barrier(threads)
    assert not NumberSeries.objects.exists()  # the first of the year is contended too
    with ThreadPoolExecutor(threads) as pool:
        runs = [
            pool.submit(open_some, author, start, give_up=number % 2 == 0)
            for number in range(threads)
        ]
    given = sorted(number for run in runs for number in run.result())
    # 3 threads open five each; 3 threads keep the first, third and fifth.
    assert given == [f"NCSC-2026-{n:04d}" for n in range(1, 3 * 5 + 3 * 3 + 1)]
    assert sorted(Advisory.objects.values_list("number", flat=True)) == given


@pytest.mark.django_db
def test_the_year_is_that_of_amsterdam_and_each_year_begins_at_one() -> None:
    assert take_number(at=AT) == "NCSC-2026-0001"
    assert take_number(at=NEW_YEAR - timedelta(microseconds=1)) == "NCSC-2026-0002"
    assert take_number(at=NEW_YEAR) == "NCSC-2027-0001"
    assert take_number(at=AT) == "NCSC-2026-0003"


@pytest.mark.django_db
def test_the_ten_thousandth_number_of_a_year_just_gets_longer() -> None:
    NumberSeries.objects.create(year=2026, last=9998)
    assert [take_number(at=AT) for _ in range(2)] == ["NCSC-2026-9999", "NCSC-2026-10000"]
