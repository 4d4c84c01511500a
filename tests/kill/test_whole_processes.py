"""kill -9 of gunicorn, Celery, PostgreSQL and Valkey as they run in production.

A lock on a table holds the portal's own process at a known point; there the victim is killed.
Which process stands where is read from the database, so nothing depends on timing.
"""

import http.client
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import product

import psycopg
import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from psycopg import sql

from advisories.models import AdvisoryVersion
from ncsc_portal.embedded.demo import start_web, start_worker
from ncsc_portal.embedded.install import Trouble
from ncsc_portal.embedded.servers import listen
from ncsc_portal.embedded.state import sockets
from ncsc_portal.embedded.supervisor import waited_for
from sharing.models import Delivery
from tests.kill.checking import Extent, Sink, accepted, complete, whole
from tests.kill.ground import Ground
from tests.kill.tracer import kill_broker, kill_database

VICTIMS = ("web", "worker", "database", "broker")
# Tables, in the order in which the acts write them. At the last one of a send the server has
# taken the mail in, and nobody has written that down yet.
PUBLISH = ("sharing_release", "sharing_delivery", "audit_entry")
SEND = ("sharing_delivery", "sharing_deliveryattempt")
EVERY = [
    *(("publish", table, victim) for table, victim in product(PUBLISH, VICTIMS)),
    *(("send", table, victim) for table, victim in product(SEND, VICTIMS)),
]
SAMPLE = [
    ("publish", "sharing_delivery", "web"),
    ("publish", "audit_entry", "database"),
    ("publish", "audit_entry", "broker"),
    ("send", "sharing_delivery", "database"),
    ("send", "sharing_deliveryattempt", "worker"),
    ("send", "sharing_deliveryattempt", "broker"),
]
SECONDS = 60.0  # how long a condition may take to come true on a slow machine
RINGS = 5.0  # seconds between rings; beat takes a minute
pytestmark = pytest.mark.processes


@dataclass
class Portal:
    """The processes of the portal on a ground, and an analyst's browser."""

    ground: Ground
    env: dict[str, str]
    port: int
    cookies: str

    def start(self, name: str) -> None:
        self.ground.bury(name)
        if name == "web":
            start_web(self.ground.supervisor, env=self.env, port=self.port)
        else:
            start_worker(self.ground.supervisor, env=self.env)

    def publish(self, version: AdvisoryVersion) -> str:
        """The analyst's button; where it leads, or "" when the answer never came."""
        token = "k" * 32
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as browser:
            try:
                browser.request(
                    "POST",
                    f"/desk/versions/{version.pk}/publish",
                    headers={
                        "Cookie": f"{self.cookies}; {settings.CSRF_COOKIE_NAME}={token}",
                        "X-CSRFToken": token,
                    },
                )
                answer = browser.getresponse()
            except (http.client.HTTPException, ConnectionError):
                return ""
            return answer.headers.get("Location") or f"answered {answer.status}"

    def ring(self) -> None:
        """What beat does every minute."""
        with Celery(broker=self.env["REDIS_URL"]) as bell:
            bell.send_task("sharing.tasks.sweep", queue="normal")

    def kill(self, victim: str) -> None:
        if victim == "database":
            kill_database(str(self.ground.data.resolve()))
            return
        child = self.ground.named("valkey" if victim == "broker" else victim)
        assert child
        if victim == "broker":
            kill_broker(child.popen.pid, sockets(self.ground.state) / "valkey.sock")
        else:
            os.killpg(child.popen.pid, signal.SIGKILL)
            assert waited_for(child.ended, seconds=SECONDS)
            # The leader's children end a moment later, and hold its port until then.
            assert victim != "web" or waited_for(self._port_is_free, seconds=SECONDS)

    def _port_is_free(self) -> bool:
        try:
            listen(self.port).close()
        except Trouble:
            return False
        return True

    def revive(self, victim: str) -> None:
        if victim in {"web", "worker"}:
            self.start(victim)
        self.ground.revive(victim)

    def deliver_all(self) -> None:
        """Until nothing is owed, through the worker; the leases of the dead are over."""
        connection.close()
        owed = Delivery.objects.filter(status__in=["pending", "sending"])
        for _ in range(int(SECONDS // RINGS)):
            owed.filter(status="sending").update(lease_until=timezone.now())
            owed.filter(status="pending").update(due_at=timezone.now())
            self.ring()
            if waited_for(lambda: not owed.exists(), seconds=RINGS):
                return
        raise AssertionError(list(owed.values()))


@contextmanager
def held(ground: Ground, table: str) -> Iterator[psycopg.Connection]:
    """Nobody writes to the table in the block; whoever tries, waits."""
    lock = psycopg.connect(ground.urls["DATABASE_OWNER_URL"])
    try:
        lock.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(table)))
        yield lock
    finally:
        lock.close()  # the database may be dead


def somebody_waits(lock: psycopg.Connection, table: str) -> bool:
    query = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass)"
    row = lock.execute(query, [table]).fetchone()
    return bool(row and row[0])


@pytest.fixture(scope="module")
def running(servers: Ground) -> Iterator[Portal]:
    with listen(0) as free:
        port = free.getsockname()[1]
    env = servers.variables | {"PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with servers.here():
        browser = Client()
        browser.force_login(servers.world.author)
        cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
    portal = Portal(servers, env, port, f"{cookie.key}={cookie.value}")
    portal.start("worker")
    portal.start("web")
    yield portal
    for name in ("web", "worker"):
        servers.bury(name)


def kill_while(portal: Portal, act: str, table: str, victim: str) -> None:
    """The victim dies while web or worker stands before the table; then everything is there."""
    ground, sink = portal.ground, Sink(portal.ground.state.mail)
    untouched, version = ground.approved(), ground.approved()
    assert portal.publish(untouched).startswith("/desk/releases/")
    portal.deliver_all()
    extent = Extent.of(untouched)
    assert extent.deliveries == len(ground.people)
    at_claim = (act, table) == ("send", SEND[0])
    if at_claim:  # the release writes that table too: it comes before, with no worker about
        ground.bury("worker")
        assert portal.publish(version).startswith("/desk/releases/")
    with ThreadPoolExecutor(1) as browser:
        with held(ground, table) as lock:
            answer = None
            if at_claim:
                portal.start("worker")
                portal.ring()
            else:
                answer = browser.submit(portal.publish, version)
            assert waited_for(lambda: somebody_waits(lock, table), seconds=SECONDS)
            portal.kill(victim)
        located = answer.result() if answer else ""
    portal.revive(victim)
    connection.close()
    there = accepted(version)
    if act == "send" or victim in {"worker", "broker"}:
        assert there, located
    elif not there:
        assert not located.startswith("/desk/releases/"), "said to be published, but is not"
        assert portal.publish(version).startswith("/desk/releases/")
    portal.deliver_all()
    for one in (untouched, version):
        complete(one, sink, extent=extent)
    whole(sink)
    if (table, victim) in {(SEND[1], "worker"), (SEND[1], "database")}:
        # It died between the server's 250 and writing that down: twice, under one name.
        mine = Delivery.objects.filter(release__version=version).values_list("pk", flat=True)
        assert any(len(sink.got[pk]) > 1 for pk in mine)


@pytest.mark.parametrize(("act", "table", "victim"), SAMPLE)
def test_a_kill_in_production_shape_loses_nothing(
    running: Portal, ground: Ground, act: str, table: str, victim: str
) -> None:
    assert running.ground is ground
    kill_while(running, act, table, victim)


@pytest.mark.long
@pytest.mark.parametrize(("act", "table", "victim"), sorted(set(EVERY) - set(SAMPLE)))
def test_nor_does_any_other_of_these_kills(
    running: Portal, ground: Ground, act: str, table: str, victim: str
) -> None:
    assert running.ground is ground
    kill_while(running, act, table, victim)
