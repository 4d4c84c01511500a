"""Several workers at once, workers that die, and brokers that are not there."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ncsc_portal import env
from ncsc_portal.celery import app
from recipients.models import Contact
from sharing import tasks
from sharing.delivery import claim
from sharing.delivery.claim import Settled
from sharing.delivery.drain import GROUP, drain
from sharing.models import Delivery, DeliveryAttempt
from tests.sharing.mailserver import MailServer
from tests.sharing.outbox import people, world

Status = Delivery.Status
AT = timezone.now()


def clock() -> datetime:
    return AT


def worker() -> Counter[str]:
    """Drains on a connection of its own."""
    try:
        return drain(clock=clock)
    finally:
        connection.close()


def test_two_workers_hand_each_mail_over_once(own_database: str, server: MailServer) -> None:
    world(people(900), at=AT).publish(at=AT)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(worker), pool.submit(worker)
    assert first.result()["handed_over"] + second.result()["handed_over"] == 900
    assert first.result()["handed_over"] > 0
    assert second.result()["handed_over"] > 0
    assert len(set(server.recipients)) == len(server.recipients) == 900
    assert DeliveryAttempt.objects.count() == 900


def test_a_claim_passes_over_what_another_worker_is_claiming(
    own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claim, "BATCH", 3)
    world(people(4), at=AT).publish(at=AT)
    with transaction.atomic():
        mine = claim.claim(at=AT)

        def other() -> list[claim.Claimed]:
            try:
                return claim.claim(at=AT)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            theirs = pool.submit(other).result(timeout=30)
    assert len(mine) == 3
    assert len(theirs) == 1
    assert not {one.id for one in mine} & {one.id for one in theirs}


def settled(one: claim.Claimed, status: Delivery.Status, outcome: str) -> Settled:
    return Settled(one, status, outcome, 250 if outcome == "handed_over" else 550)


@pytest.mark.django_db
def test_a_worker_whose_lease_ran_out_changes_nothing_when_it_comes_back() -> None:
    world(people(1), at=AT).publish(at=AT)
    (slow,) = claim.claim(at=AT)
    assert claim.claim(at=AT + claim.LEASE / 2) == []  # the lease holds
    (fast,) = claim.claim(at=AT + claim.LEASE)
    assert (slow.number, fast.number) == (1, 2)
    assert not claim.settle([settled(slow, Status.FAILED, "refused")], at=AT)
    assert Delivery.objects.get().status == Status.SENDING
    claim.put_back([slow])
    assert Delivery.objects.get().status == Status.SENDING
    assert claim.settle([settled(fast, Status.HANDED_OVER, "handed_over")], at=AT) == {fast.id}
    assert Delivery.objects.get().status == Status.HANDED_OVER
    assert set(DeliveryAttempt.objects.values_list("number", flat=True)) == {1, 2}


@pytest.mark.django_db
def test_what_a_dead_worker_held_goes_out_when_its_lease_ends(server: MailServer) -> None:
    world(people(3), at=AT).publish(at=AT)
    dead = claim.claim(at=AT)
    assert drain(clock=clock) == {}
    assert drain(clock=lambda: AT + claim.LEASE) == {"handed_over": 3}
    assert {mail["Message-ID"] for mail in server.mails} == {
        f"<{one.id}@ncsc.example>" for one in dead
    }


@pytest.mark.processes
@pytest.mark.parametrize("killed_after", [1, 250])
def test_a_killed_worker_loses_nothing_and_repeats_one_group_at_most(
    own_database: str, server: MailServer, killed_after: int
) -> None:
    count, server.alert_at = 700, killed_after
    world(people(count), at=AT).publish(at=AT)
    worker = deliver_process(own_database, server)
    assert server.alert.wait(60)
    worker.kill()
    worker.wait(30)
    Delivery.objects.filter(status=Status.SENDING).update(lease_until=AT)  # time passes
    second = deliver_process(own_database, server)
    assert second.wait(60) == 0
    assert set(Delivery.objects.values_list("status", flat=True)) == {Status.HANDED_OVER}
    times = Counter(server.recipients)
    assert set(times) == {p.email for p in people(count)}
    repeated = [mail for mail in server.mails if times[mail["To"].addresses[0].addr_spec] > 1]
    assert len({mail["Message-ID"] for mail in repeated}) * 2 == len(repeated)
    assert len(repeated) <= 2 * (GROUP + 1)


def deliver_process(database: str, server: MailServer) -> subprocess.Popen[bytes]:
    """`manage.py deliver --once` against the test's own database and mail server."""
    url = urlsplit(env.secret("DATABASE_URL"))._replace(path=f"/{database}")
    environment = {
        "DATABASE_URL": urlunsplit(url),
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(server.port),
        "EMAIL_USE_TLS": "false",
    }
    inherited = {k: v for k, v in os.environ.items() if k != "DATABASE_URL_FILE"}
    return subprocess.Popen(
        [sys.executable, settings.BASE_DIR / "manage.py", "deliver", "--once"],
        env={**inherited, **environment},
    )


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_number_of_recipients(
    server: MailServer,
) -> None:
    one = world(people(2), at=AT)
    one.publish(at=AT, number="NCSC-2026-0001")
    with CaptureQueriesContext(connection) as few:
        drain(clock=clock)
    Contact.objects.bulk_create(
        Contact(organisation=one.organisation, name=p.name, email=f"x{p.email}", language="nl")
        for p in people(90)
    )
    one.publish(at=AT, number="NCSC-2026-0002")
    with CaptureQueriesContext(connection) as many:
        drain(clock=clock)
    assert len(server.got) == 2 + 92
    assert len(many) <= len(few)


@pytest.mark.django_db
def test_one_more_worker_is_called_only_for_a_full_batch(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    world(people(3), at=AT).publish(at=AT)
    drain(clock=clock, on_backlog=lambda: rung.append(1))
    assert rung == []
    monkeypatch.setattr(claim, "BATCH", 2)
    Delivery.objects.update(status=Status.PENDING, handed_over_at=None)
    drain(clock=clock, on_backlog=lambda: rung.append(1))
    assert rung == [1]


def ring_and_time() -> float:
    start = time.monotonic()
    tasks.ring(urgent=True)
    return time.monotonic() - start


def test_a_broker_that_is_not_there_neither_raises_nor_delays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:9/0")
    assert ring_and_time() < 2.5


def test_a_broker_that_never_answers_neither_raises_nor_delays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(
            app.conf, "broker_url", f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        )
        assert ring_and_time() < 2.5


def test_the_bell_rings_on_commit_and_not_on_rollback(
    own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[bool] = []
    monkeypatch.setattr(tasks, "ring", lambda *, urgent: rung.append(urgent))
    with transaction.atomic():
        tasks.wake(urgent=True)
        assert rung == []
        transaction.set_rollback(True)
    with transaction.atomic():
        tasks.wake(urgent=False)
    assert rung == [False]


def test_every_task_of_the_timetable_exists() -> None:
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {"sharing.tasks.sweep", "sharing.tasks.expire"} <= wanted
    assert {"sharing.tasks.sweep", "sharing.tasks.expire"} <= set(app.tasks)
