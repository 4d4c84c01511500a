"""The commands behind `./portal`."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from types import FrameType

from ncsc_portal.embedded import demo as main_job
from ncsc_portal.embedded.install import Trouble, check_room
from ncsc_portal.embedded.managing import bring_embedded_up_to_date, manage
from ncsc_portal.embedded.progress import say
from ncsc_portal.embedded.servers import borrowed, outside, servers
from ncsc_portal.embedded.state import ROOT, State, chosen, forget_sockets, open_state
from ncsc_portal.embedded.supervisor import (
    GRACE,
    Held,
    Lock,
    born,
    stop_leftovers,
    waited_for,
)
from ncsc_portal.translations import compile_catalogues

CHECKS: tuple[tuple[str, ...], ...] = (
    ("-m", "ruff", "check", "."),
    ("-m", "ruff", "format", "--check", "."),
    ("-m", "mypy", "."),
    ("-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"),
)
TABLELESS = {"help", "check", "makemigrations", "migrate", "grant_roles"}


def for_tests() -> State:
    """Servers of their own: a demo may run meanwhile and is not disturbed."""
    chosen().mkdir(parents=True, exist_ok=True)
    return open_state(chosen() / "test")


def demo(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="portal demo")
    parser.add_argument("--once", action="store_true", help="play the job, stop, exit 0 or 1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    options = parser.parse_args(arguments)
    state = open_state(chosen())
    check_room(state.folder)
    return main_job.demo(state, once=options.once, port=options.port)


def test(arguments: Sequence[str]) -> int:
    state = for_tests()
    check_room(state.folder)
    compile_catalogues()
    with servers(state, purpose="test", durable=False) as (_, env):
        cache = f"cache_dir={state.folder / 'cache' / 'pytest'}"
        workers = str(min(os.cpu_count() or 1, 4))  # a later -n of the caller's own wins
        command = [sys.executable, "-m", "pytest", "-o", cache, "-n", workers, *arguments]
        return subprocess.run(command, env=env, cwd=ROOT).returncode


def check(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="portal check").parse_args(arguments)
    with servers(for_tests(), purpose="check", durable=False) as (_, env):
        failed = [" ".join(command) for command in CHECKS if _python(command, env=env)]
        if _django("makemigrations", "--check", "--dry-run", env=env):
            failed.append("makemigrations")
        deployed = {**env, "DEMO": "false", "PUBLIC_URL": "https://portal.example"}
        deployed["ALLOWED_HOSTS"] = "portal.example"
        if _django("check", "--deploy", "--fail-level", "WARNING", env=deployed):
            failed.append("check --deploy")
    say(f"Failed: {', '.join(failed)}" if failed else "All checks pass.")
    return 1 if failed else 0


def _python(command: Sequence[str], *, env: Mapping[str, str]) -> int:
    say(f"— {' '.join(command)}")
    return subprocess.run([sys.executable, *command], env=env, cwd=ROOT).returncode


def _django(*arguments: str, env: Mapping[str, str]) -> int:
    say(f"— manage.py {' '.join(arguments)}")
    return manage(arguments, env=env)


def run_manage(arguments: Sequence[str]) -> int:
    state = open_state(chosen())
    with borrowed(state, purpose="manage") as env:
        if not outside().get("DATABASE_URL") and arguments and arguments[0] not in TABLELESS:
            bring_embedded_up_to_date(state, env=env)
        return manage(arguments, env=env)


def stop(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="portal stop").parse_args(arguments)
    for state in (open_state(chosen()), for_tests()):
        try:
            lock = Lock(state, "stop")
        except Held as held:
            os.kill(held.pid, signal.SIGTERM)
            if not waited_for(partial(_ended, held.pid), seconds=3 * GRACE):
                raise Trouble(f"process {held.pid} does not stop; look at {state.log}.") from held
            say(f"Stopped './portal {held.purpose}' (process {held.pid}).")
            continue
        for name in stop_leftovers(state):
            say(f"Stopped {name}, left behind by a run that was killed.")
        forget_sockets(state)
        lock.release()
    return 0


def _ended(pid: int) -> bool:
    return not born(pid)


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # once is enough: what was started is being stopped
    raise KeyboardInterrupt


COMMANDS = {"demo": demo, "test": test, "check": check, "manage": run_manage, "stop": stop}


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return COMMANDS[sys.argv[1]](sys.argv[2:])
    except Trouble as trouble:
        say(f"portal: {trouble}")
        return 1
    except KeyboardInterrupt:
        say("Stopped everything that was started here.")
        return 0 if sys.argv[1] == "demo" else 130


if __name__ == "__main__":
    sys.exit(main())
