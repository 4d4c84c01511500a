"""Servers of these tests' own, to be killed and started again, and acts that are run on them."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from advisories.models import AdvisoryVersion
from ncsc_portal import env
from ncsc_portal.embedded import postgres, valkey
from ncsc_portal.embedded.servers import environment, greets, listen, mail_sink
from ncsc_portal.embedded.state import ROOT, State, open_state, read_secrets, sockets
from ncsc_portal.embedded.supervisor import Child, Supervisor
from sharing.delivery.claim import LEASE
from tests.sharing.outbox import Person, World, people, world

CONTACTS = 3
AFTER = LEASE.total_seconds() + 60  # when what was in dead hands is taken over


@dataclass(frozen=True)
class End:
    """How an act ended: "done", "error" for its caller, or "killed"."""

    end: str
    where: str
    steps: list[str]
    error: str


@dataclass
class Ground:
    """PostgreSQL with fsync, Valkey, a mail sink, and a process that runs acts in forks of it."""

    state: State
    supervisor: Supervisor
    urls: dict[str, str] = field(default_factory=dict)
    count: int = 0
    ports: dict[bool, int] = field(default_factory=dict)  # of the sinks, by pipelining
    variables: dict[str, str] = field(default_factory=dict)  # of every process of the portal
    nursery: "subprocess.Popen[str] | None" = None

    @property
    def data(self) -> Path:
        return self.state.postgres / "data"

    def start_database(self) -> None:
        self.bury("postgres")
        self.urls |= postgres.start(
            self.supervisor, secrets=read_secrets(self.state), sockets=sockets(self.state)
        )

    def start_broker(self) -> None:
        self.bury("valkey")
        self.urls |= valkey.start(
            self.supervisor, secrets=read_secrets(self.state), sockets=sockets(self.state)
        )

    def start_nursery(self) -> None:
        variables = environment(self.state, port=8000) | self.urls
        variables |= mail_sink(self.supervisor, variables)
        self.ports = {False: int(variables["EMAIL_PORT"]), True: self._pipelining_sink(variables)}
        # Shared with the test itself, which verifies the record and makes sessions.
        variables["AUDIT_SIGNING_KEY"] = settings.AUDIT_SIGNING_KEY
        variables["SECRET_KEY"] = settings.SECRET_KEY
        self.variables = variables
        with (self.state.log / "nursery.log").open("wb") as log:
            self.nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.kill.nursery"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=variables,
                cwd=ROOT,
                text=True,
            )

    def _pipelining_sink(self, variables: dict[str, str]) -> int:
        """One more sink, which fills the same folder."""
        with listen(0) as listener:
            port: int = listener.getsockname()[1]
            command = [sys.executable, "-m", "tests.kill.pipelining", str(listener.fileno())]
            child = self.supervisor.start(
                "pipelining",
                [*command, self.state.mail],
                env=variables,
                pass_fds=[listener.fileno()],
            )
        self.supervisor.wait_until(child, lambda: greets(port))
        return port

    def stop(self) -> None:
        if self.nursery and self.nursery.stdin and self.nursery.stdout:
            self.nursery.stdin.close()
            self.nursery.stdout.close()
            self.nursery.wait(30)
        self.supervisor.stop()

    def named(self, name: str) -> Child | None:
        return next((one for one in self.supervisor.children if one.name == name), None)

    def bury(self, name: str) -> None:
        if child := self.named(name):
            child.stop()
            self.supervisor.children.remove(child)

    @contextmanager
    def here(self) -> Iterator[None]:
        """The default connection of this process is to this ground's database meanwhile."""
        before = dict(connection.settings_dict)
        connection.close()
        connection.settings_dict.update(env.database(self.urls["DATABASE_URL"]))
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(before)

    def prepare(self) -> None:
        """Tables by the owner role, as everywhere; then the people of the world."""
        with self.here():
            connection.settings_dict.update(env.database(self.urls["DATABASE_OWNER_URL"]))
            call_command("migrate", verbosity=0)
            call_command("grant_roles", postgres.APPLICATION)
        with self.here():
            TOTP.activate(self.world.author, generate_totp_secret())  # or the desk stays closed

    @cached_property
    def world(self) -> World:
        return world(self.people, at=timezone.now())

    @property
    def people(self) -> list[Person]:
        return people(CONTACTS)

    def approved(self) -> AdvisoryVersion:
        """One more version that waits for publication."""
        self.count += 1
        return self.world.approve(at=timezone.now(), number=f"NCSC-2026-{self.count:04d}")

    def run(
        self,
        act: str,
        *,
        version: AdvisoryVersion | None = None,
        victim: str = "nobody",
        point: int = 0,
        count: bool = False,
        ahead: float = 0,
        pipelining: bool = False,
        fault: str = "",
    ) -> End:
        """The act in a process of its own; `victim` is killed at the act's step `point`.

        With `count` nobody is, and the steps come back.
        """
        connection.close()
        broker = self.named("valkey")
        assert broker
        assert self.nursery
        assert self.nursery.stdin
        assert self.nursery.stdout
        job: dict[str, Any] = {
            "act": act,
            "by": self.world.author.pk,
            "version": version.pk if version else 0,
            "victim": victim,
            "point": point,
            "count": count,
            "ahead": ahead,
            "port": self.ports[pipelining],
            "fault": fault,
            "data": str(self.data.resolve()),
            "broker": broker.popen.pid,
            "socket": str(sockets(self.state) / "valkey.sock"),
        }
        self.nursery.stdin.write(json.dumps(job) + "\n")
        self.nursery.stdin.flush()
        return End(**json.loads(self.nursery.stdout.readline()))

    def revive(self, victim: str) -> None:
        """Start again what was killed, as the machine's init would."""
        if victim == "database":
            self.start_database()
        elif victim == "broker":
            self.start_broker()


@contextmanager
def standing() -> Iterator[Ground]:
    """A ground in a folder of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="portal-kill-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL, as another user, passes through
        state = open_state(Path(folder) / "state")
        ground = Ground(state, Supervisor(state))
        try:
            ground.start_database()
            ground.start_broker()
            ground.start_nursery()
            ground.prepare()
            yield ground
        finally:
            ground.stop()
