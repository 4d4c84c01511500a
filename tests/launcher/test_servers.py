"""Real servers in a state folder of their own."""

import json
import os
import shutil
import signal
import smtplib
import stat
from pathlib import Path

import psycopg
import pytest

from ncsc_portal.embedded.postgres import within
from ncsc_portal.embedded.servers import servers
from ncsc_portal.embedded.state import State, open_state
from ncsc_portal.embedded.supervisor import Held, born, waited_for

pytestmark = pytest.mark.processes


def one(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row and row[0]


def test_the_application_role_passes_no_guard_and_the_owner_makes_databases(state: State) -> None:
    with servers(state, purpose="test", durable=False) as (_, env):
        rights = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
        assert one(env["DATABASE_URL"], "SELECT current_user") == "portal"
        assert one(env["DATABASE_URL"], rights) is False
        assert one(env["DATABASE_OWNER_URL"], rights.replace("rolcreatedb", "false")) is False
        assert one(env["DATABASE_OWNER_URL"], "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")  # fmt: skip
        with psycopg.connect(env["DATABASE_OWNER_URL"]) as owner:
            owner.execute("CREATE TABLE kept (id int)")
        with psycopg.connect(env["DATABASE_URL"]) as application:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute("SELECT * FROM kept")


def test_a_wrong_password_is_refused(state: State) -> None:
    with servers(state, purpose="test", durable=False) as (_, env):
        url = env["DATABASE_URL"]
        assert one(url, "SELECT 1") == 1
        secret = url.split(":")[2].split("@")[0]
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            one(url.replace(secret, "guess"), "SELECT 1")


def test_the_database_listens_on_no_network(state: State) -> None:
    with servers(state, purpose="test", durable=False) as (_, env):
        assert one(env["DATABASE_URL"], "SHOW listen_addresses") == ""


def test_data_and_rows_survive_a_kill_of_the_database(state: State) -> None:
    with servers(state, purpose="test") as (supervisor, env):
        with psycopg.connect(env["DATABASE_OWNER_URL"]) as owner:
            owner.execute("CREATE TABLE kept AS SELECT 7 AS id")
        database = next(child for child in supervisor.children if child.name == "postgres")
        os.kill(database.popen.pid, signal.SIGKILL)
        assert waited_for(database.ended, seconds=10)
    assert (state.postgres / "data/postmaster.pid").exists(), "the kill left a stale lock"
    with servers(state, purpose="test") as (_, env):
        assert one(env["DATABASE_OWNER_URL"], "SELECT id FROM kept") == 7


def test_a_stale_lock_that_names_a_living_stranger_is_survived(state: State) -> None:
    with servers(state, purpose="test", durable=False):
        pass
    lock = state.postgres / "data/postmaster.pid"
    lock.write_text(f"{os.getppid()}\n{lock.parent}\n0\n5432\n\n\n")
    with servers(state, purpose="test", durable=False) as (_, env):
        assert one(env["DATABASE_URL"], "SELECT 1") == 1
    assert born(os.getppid()), "the stranger lives"


def test_servers_left_by_a_killed_launcher_are_stopped_and_started_anew(state: State) -> None:
    leaving, entering = os.pipe()
    launcher = os.fork()
    if launcher == 0:
        with servers(state, purpose="demo"):
            os.write(entering, b"up")
            signal.pause()
    os.close(entering)
    assert os.read(leaving, 2) == b"up"
    os.close(leaving)
    left = json.loads((state.run / "postgres.json").read_text())
    os.kill(launcher, signal.SIGKILL)
    os.waitpid(launcher, 0)
    assert born(left["pid"]) == left["born"], "the orphan still runs"
    with servers(state, purpose="test") as (supervisor, env):
        assert born(left["pid"]) != left["born"]
        assert one(env["DATABASE_URL"], "SELECT 1") == 1
        assert all(child.popen.pid != left["pid"] for child in supervisor.children)


def test_a_second_launcher_says_who_is_first(state: State) -> None:
    with servers(state, purpose="demo", durable=False):
        with pytest.raises(Held, match=r"'./portal demo' \(process \d+\) already runs"):
            with servers(state, purpose="test", durable=False):
                pytest.fail("two launchers on one state folder")


def test_leaving_stops_everything_and_only_that(state: State) -> None:
    with servers(state, purpose="test", durable=False) as (supervisor, _):
        pids = [child.popen.pid for child in supervisor.children]
        assert len(pids) == 3
        assert within(str((state.postgres / "data").resolve()))
    assert not any(born(pid) for pid in pids)
    assert not within(str((state.postgres / "data").resolve()))
    assert not list(state.run.glob("*.json"))


def test_what_is_mailed_is_kept_whole(state: State) -> None:
    with servers(state, purpose="test", durable=False) as (_, env):
        with smtplib.SMTP(env["EMAIL_HOST"], int(env["EMAIL_PORT"])) as client:
            client.sendmail("a@ncsc.example", ["b@example.org"], b"Subject: x\r\n\r\nbody\r\n")
    [message] = (state.mail / "new").iterdir()
    assert b"X-Envelope-To: b@example.org\r\nSubject: x" in message.read_bytes()


def test_parents_keep_their_modes_and_secrets_are_private(folder: Path) -> None:
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    before = {place: place.stat().st_mode for place in (closed, *closed.parents)}
    state = open_state(closed / "state")
    with servers(state, purpose="test", durable=False) as (_, env):
        assert one(env["DATABASE_URL"], "SELECT 1") == 1
    assert {place: place.stat().st_mode for place in before} == before
    for path in (state.folder / "secrets.json", state.folder / "valkey/valkey.conf"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if state.server != state.folder:  # as root, the closed folder sent it to /var/tmp
        shutil.rmtree(state.server)


def test_a_long_and_odd_path_gets_a_short_socket_that_is_removed(folder: Path) -> None:
    folder.mkdir(mode=0o711)
    state = open_state(folder / ("met een spatie " + "x" * 100))
    with servers(state, purpose="test", durable=False) as (_, env):
        assert one(env["DATABASE_URL"], "SELECT 1") == 1
        short = Path((state.run / "sockets").read_text())
        assert short.is_dir()
    assert not short.exists()
