"""Put the locked packages in the state folder. Standard library only: it runs before they exist."""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

NEEDED = 500 * 1024 * 1024  # bytes: packages, two database clusters, logs
FULL = "requirements-dev.txt"  # holds everything that requirements.txt holds
# Settings of the user's own pip that would send packages elsewhere.
ASIDE = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_DRY_RUN", "PIP_NO_INDEX"}


class Trouble(Exception):
    """What is wrong and what to do about it, in one sentence."""


@dataclass(frozen=True)
class Stamp:
    """What was installed: written last, so an interrupted run leaves none."""

    python: str
    installed: dict[str, str]  # requirements file → SHA-256


def install(*, root: Path, state: Path, needs: str) -> None:
    """Make `state`/venv hold exactly what `needs` locks; does nothing when it already does."""
    prepare(state)
    with (state / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second first run waits for the first
        stamp = read_stamp(state)
        wanted = {name: digest(root / name) for name in ("requirements.txt", FULL)}
        installed = stamp.installed if stamp.python == identity(state) else {}
        if installed.get(needs) == wanted[needs] or installed.get(FULL) == wanted[FULL]:
            return
        check_room(state)
        log = state / "log" / "install.log"
        (state / "stamp.json").unlink(missing_ok=True)
        if not installed:
            make_venv(state, log)
        say(f"Installing the packages of {needs} (the first time takes about a minute)")
        begun = time.monotonic()
        fill(root / needs, state, log)
        say(f"Installed in {time.monotonic() - begun:.0f} s")
        write_stamp(state, Stamp(python=identity(state), installed={needs: wanted[needs]}))


def prepare(state: Path) -> None:
    try:
        if not state.is_dir():
            state.mkdir(parents=True)
            # PostgreSQL run as another user must pass through; every secret file is 0600.
            state.chmod(0o711 if os.geteuid() == 0 else 0o700)
        (state / "log").mkdir(exist_ok=True, mode=0o700)
        (state / "install.lock").touch(mode=0o600)
    except OSError as error:
        raise Trouble(
            f"cannot write in {state} ({error.strerror}); name a writable folder in PORTAL_STATE."
        ) from error


def check_room(state: Path) -> None:
    free = shutil.disk_usage(state).free
    if free < NEEDED:
        raise Trouble(
            f"{state} has {free // 2**20} MB free and {NEEDED // 2**20} MB are needed;"
            " make room, or name another folder in PORTAL_STATE."
        )


def make_venv(state: Path, log: Path) -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise Trouble(
            f"{sys.executable} has no venv and ensurepip modules; install them"
            " (Debian: apt install python3-venv), or name another Python in PORTAL_PYTHON."
        )
    say("Making a place for the packages")
    shutil.rmtree(state / "venv", ignore_errors=True)  # what an interrupted run left
    with log.open("wb") as output:
        made = subprocess.run(
            [sys.executable, "-I", "-m", "venv", state / "venv"], stdout=output, stderr=output
        )
    if made.returncode:
        raise Trouble(f"{sys.executable} could not make a virtual environment; see {log}.")


def fill(requirements: Path, state: Path, log: Path) -> None:
    command: list[str | Path] = [state / "venv/bin/python", "-I", "-m", "pip", "install"]
    command += [
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--no-input",
        "--disable-pip-version-check",
    ]
    command += ["--cache-dir", state / "pip-cache", "--requirement", requirements]
    environment = {name: value for name, value in os.environ.items() if name not in ASIDE}
    with log.open("ab") as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=environment
        )
    if done.returncode:
        check_room(state)
        raise Trouble(
            f"the packages could not be installed; see that the package registry"
            f" can be reached and run again (details: {log})."
        )


def identity(state: Path) -> str:
    """The interpreter and place for which a virtual environment was made."""
    return f"{os.path.realpath(sys.executable)} {sys.version} {state}"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_stamp(state: Path) -> Stamp:
    try:
        return Stamp(**json.loads((state / "stamp.json").read_text()))
    except (OSError, ValueError, TypeError):
        return Stamp(python="", installed={})


def write_stamp(state: Path, stamp: Stamp) -> None:
    new = state / "stamp.json.new"
    new.write_text(json.dumps(asdict(stamp)))
    new.replace(state / "stamp.json")


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> None:
    root, state, needs = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    try:
        install(root=root, state=state, needs=needs)
    except Trouble as trouble:
        sys.exit(f"portal: {trouble}")
    except KeyboardInterrupt:
        sys.exit("portal: stopped; the next run goes on from here.")


if __name__ == "__main__":
    main()
