"""What a person sees of `./portal` when something is in the way: one sentence, and no traceback."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ncsc_portal.embedded import install
from ncsc_portal.embedded.install import Trouble
from ncsc_portal.embedded.servers import listen
from ncsc_portal.embedded.state import ROOT, elsewhere, reachable


def portal(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", ROOT / "portal", *arguments],
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def test_a_taken_port_is_named_and_a_free_one_is_taken() -> None:
    with listen(0) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(Trouble, match=f"port {port} cannot be used .* --port"):
            listen(port)
    listen(port).close()


@pytest.mark.processes
def test_the_demo_says_that_its_port_is_taken_and_starts_nothing(folder: Path) -> None:
    with listen(0) as holder:
        port = str(holder.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "ncsc_portal.embedded", "demo", "--once", "--port", port],
            env={**os.environ, "PORTAL_STATE": str(folder), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"port {port} cannot be used" in done.stderr
    assert not list((folder / "run").glob("*.json")), "nothing was started"


def test_a_wrong_python_is_named() -> None:
    done = portal("demo", PORTAL_PYTHON="/bin/false")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "PORTAL_PYTHON=/bin/false is not a Python" in done.stderr


def test_no_python_at_all_is_one_sentence(tmp_path: Path) -> None:
    for tool in ("dirname", "cat"):
        found = shutil.which(tool)
        assert found
        (tmp_path / tool).symlink_to(found)
    done = portal("test", PATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no Python from 3.11" in done.stderr


def test_an_unknown_command_shows_the_usage() -> None:
    done = portal("destroy")
    assert done.returncode == 2
    assert "usage: ./portal" in done.stderr


def test_a_full_disk_is_said_before_anything_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install.check_room(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10 * 2**20))
    with pytest.raises(Trouble, match="10 MB free and 500 MB are needed"):
        install.install(root=ROOT, state=tmp_path, needs="requirements.txt")


def test_an_unwritable_state_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Trouble, match="name a writable folder in PORTAL_STATE"):
        install.prepare(tmp_path / "file" / "state")
    install.prepare(tmp_path / "state")


def test_an_interrupted_install_leaves_no_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(install, "make_venv", lambda state, log: done.append("venv"))
    monkeypatch.setattr(install, "fill", lambda requirements, state, log: done.append("packages"))

    def run() -> list[str]:
        done.clear()
        install.install(root=ROOT, state=tmp_path, needs="requirements.txt")
        return done

    assert run() == ["venv", "packages"]
    assert run() == [], "a second run has nothing to do"

    stamp = install.read_stamp(tmp_path)
    stamp.installed["requirements.txt"] = "an older lock"
    install.write_stamp(tmp_path, stamp)

    def interrupted(requirements: Path, state: Path, log: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(install, "fill", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert run() == ["venv", "packages"], "what it left half done is made anew"


def test_a_place_that_somebody_else_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = elsewhere(tmp_path / "state")
    try:
        assert reachable(place)
        place.chmod(0o777)
        with pytest.raises(Trouble, match="belongs to somebody else"):
            elsewhere(tmp_path / "state")
    finally:
        place.rmdir()


def test_only_this_machine_can_reach_what_listens() -> None:
    with listen(0) as holder:
        assert holder.getsockname()[0] == "127.0.0.1"
        with socket.create_connection(holder.getsockname(), timeout=5):
            pass


def test_the_locks_name_every_package_with_a_hash_and_no_registry() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        # Of what comes as source only no wheel is looked for.
        lines = (line for line in text.splitlines() if not line.startswith("--no-binary "))
        packages = [line for line in lines if line and not line.startswith(" ")]
        assert packages
        assert all(line.endswith("\\") and "==" in line for line in packages)
