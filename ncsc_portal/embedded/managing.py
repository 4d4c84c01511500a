"""Run manage.py: as the owner of the tables for what makes them, else as the application."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ncsc_portal.embedded.install import Trouble
from ncsc_portal.embedded.progress import say, step
from ncsc_portal.embedded.state import ROOT, State

AS_OWNER = {"migrate", "grant_roles", "flush", "sqlflush", "dbshell"}


def manage(arguments: Sequence[str], *, env: Mapping[str, str]) -> int:
    """Run a manage.py command on this terminal; returns its exit code."""
    if arguments and arguments[0] in AS_OWNER:
        env = as_owner(env)
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments], env=dict(env)
    ).returncode


def as_owner(env: Mapping[str, str]) -> dict[str, str]:
    return {**env, "DATABASE_URL": env.get("DATABASE_OWNER_URL") or env["DATABASE_URL"]}


def role(url: str) -> str:
    return unquote(urlsplit(url).username or "")


def bring_up_to_date(state: State, *, env: Mapping[str, str]) -> None:
    """Make the tables as their owner and give the application role its rights on them."""
    owner = as_owner(env)
    with step("Tables"):
        _quietly(["migrate", "--no-input"], log=state.log / "migrate.log", env=owner)
    application = role(env["DATABASE_URL"])
    if application == role(owner["DATABASE_URL"]):
        say(
            "Note: without DATABASE_OWNER_URL the portal owns its tables; it could drop the guards."
        )
        return
    with step("Rights of the application role"):
        _quietly(["grant_roles", application], log=state.log / "grant_roles.log", env=owner)


def bring_embedded_up_to_date(state: State, *, env: Mapping[str, str]) -> None:
    """The same for the embedded database, only when the migrations or the roles have changed."""
    stamp = state.postgres / "migrated"
    sources = sorted([*ROOT.glob("*/migrations/*.py"), ROOT / "ncsc_portal/roles.py"])
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        bring_up_to_date(state, env=env)
        stamp.write_text(digest)


def _quietly(arguments: Sequence[str], *, log: Path, env: Mapping[str, str]) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    with log.open("wb") as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=dict(env)
        )
    if done.returncode:
        raise Trouble(f"'manage.py {arguments[0]}' failed; see {log}.")
