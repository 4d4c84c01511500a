"""The servers that the portal needs, and the environment that tells the portal where they are."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ncsc_portal.embedded import postgres, valkey
from ncsc_portal.embedded.install import Trouble
from ncsc_portal.embedded.progress import say, step
from ncsc_portal.embedded.state import (
    ROOT,
    State,
    forget_sockets,
    read_secrets,
    sockets,
    write_private,
)
from ncsc_portal.embedded.supervisor import Held, Lock, Supervisor, stop_leftovers

# Set by the launcher for every process; a value from outside would make half a configuration.
OURS = (
    *("DEBUG", "SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS", "DATABASE_URL", "DATABASE_OWNER_URL"),
    *("REDIS_URL", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_HOST_USER"),
    *("EMAIL_HOST_PASSWORD", "DEFAULT_FROM_EMAIL", "AUDIT_SIGNING_KEY", "OIDC_PRIVATE_KEY"),
    *("OPENPGP_KEY", "PUBLISHER_NAME", "PUBLISHER_NAMESPACE", "SECURITY_CONTACT"),
    *("DEMO", "DJANGO_SETTINGS_MODULE"),
)


@contextmanager
def claimed(state: State, *, purpose: str) -> Iterator[None]:
    """This launcher alone uses the state folder; a second one gets `Held`.

    What a killed launcher left running is stopped first.
    """
    lock = Lock(state, purpose)
    try:
        for name in stop_leftovers(state):
            say(f"Stopped {name}, left behind by a run that was killed.")
        yield
    finally:
        (state.run / "environment").unlink(missing_ok=True)
        if not list(state.run.glob("*.json")):
            forget_sockets(state)
        lock.release()


@contextmanager
def serving(
    state: State, *, port: int = 8000, durable: bool = True
) -> Iterator[tuple[Supervisor, dict[str, str]]]:
    """Database, broker and mail sink are up inside the block, and gone after it."""
    with Supervisor(state) as supervisor:
        env = environment(state, port=port) | outside()
        place = sockets(state)
        secrets = read_secrets(state)
        if "DATABASE_URL" not in env:
            with step("PostgreSQL"):
                env |= postgres.start(supervisor, secrets=secrets, sockets=place, durable=durable)
        if "REDIS_URL" not in env:
            with step("Valkey"):
                env |= valkey.start(supervisor, secrets=secrets, sockets=place)
        with step("Mail sink"):
            env |= mail_sink(supervisor, env)
        write_private(state.run / "environment", json.dumps(env))
        yield supervisor, env


@contextmanager
def servers(
    state: State, *, purpose: str, durable: bool = True
) -> Iterator[tuple[Supervisor, dict[str, str]]]:
    """`serving` on a state folder that is `claimed`."""
    with claimed(state, purpose=purpose), serving(state, durable=durable) as running:
        yield running


def environment(state: State, *, port: int) -> dict[str, str]:
    """Every variable of ncsc_portal.settings, but for the servers' addresses."""
    secrets = read_secrets(state)
    aside = {name for ours in OURS for name in (ours, f"{ours}_FILE")}
    env = {name: value for name, value in os.environ.items() if name not in aside}
    return env | {
        "DJANGO_SETTINGS_MODULE": "ncsc_portal.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DEBUG": "false",
        "DEMO": "true",
        "SECRET_KEY": secrets.secret_key,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DEFAULT_FROM_EMAIL": "portaal@ncsc.example",
        "AUDIT_SIGNING_KEY": secrets.audit_signing_key,
        "OIDC_PRIVATE_KEY": secrets.oidc_private_key,
        "OPENPGP_KEY": secrets.openpgp_key,
        "PUBLISHER_NAME": "NCSC",
        "PUBLISHER_NAMESPACE": "https://ncsc.example",
        "SECURITY_CONTACT": "mailto:beveiliging@ncsc.example",
        "RUFF_CACHE_DIR": str(state.folder / "cache" / "ruff"),
        "MYPY_CACHE_DIR": str(state.folder / "cache" / "mypy"),
    }


def outside() -> dict[str, str]:
    """The addresses of servers that the user runs, which replace the embedded ones."""
    given = {}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        path = os.environ.get(f"{name}_FILE")
        value = Path(path).read_text().strip() if path else os.environ.get(name, "")
        if value:
            given[name] = value
    if "DATABASE_OWNER_URL" in given and "DATABASE_URL" not in given:
        raise Trouble("DATABASE_OWNER_URL is set without DATABASE_URL; set both or neither.")
    return given


def mail_sink(supervisor: Supervisor, env: dict[str, str]) -> dict[str, str]:
    """Start the mail sink on a free port of this machine only; returns its address."""
    with listen(0) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "ncsc_portal.embedded.mailsink", str(listener.fileno())]
        child = supervisor.start(
            "mailsink", [*command, supervisor.state.mail], env=env, pass_fds=[listener.fileno()]
        )
    supervisor.wait_until(child, lambda: greets(port))
    return {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port), "EMAIL_USE_TLS": "false"}


def listen(port: int) -> socket.socket:
    """A listening socket on this machine only; `port` 0 takes any free one."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise Trouble(
            f"port {port} cannot be used ({error.strerror}); stop what uses it, or choose"
            " another with --port or PORT."
        ) from error
    listener.listen(128)
    return listener


def greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
            return client.recv(4).startswith(b"220")
    except OSError:
        return False


@contextmanager
def borrowed(state: State, *, purpose: str) -> Iterator[dict[str, str]]:
    """The environment of a running demo, or of servers that run for this block only."""
    running = state.run / "environment"
    try:
        with servers(state, purpose=purpose) as (_, env):
            yield env
    except Held as held:
        if held.purpose != "demo" or not running.exists():
            raise
        yield json.loads(running.read_text())
