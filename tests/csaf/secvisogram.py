"""The validator of the Secvisogram project, run by Node.js: an implementation that is not ours.

It is installed from the npm registry at first use, into a folder outside the repository
(`CSAF_VALIDATOR` names another).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

PACKAGE = "@secvisogram/csaf-validator-lib"
VERSION = "2.0.10"
RUNNER = Path(__file__).with_name("validator.mjs")


def library() -> Path:
    """Where the validator is. Skips the test, and says why, when it cannot be had; under
    continuous integration that is a failure."""
    if not (shutil.which("node") and shutil.which("npm")):
        _without("needs Node.js and npm for the validator of the Secvisogram project")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("CSAF_VALIDATOR") or cache / "ncsc-portal" / f"csaf-{VERSION}")
    found = folder / "node_modules" / PACKAGE
    if not (found / "validate.js").exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--no-audit", "--ignore-scripts"]
        done = subprocess.run(
            [*command, "--prefix", str(folder), f"{PACKAGE}@{VERSION}"], capture_output=True
        )
        if done.returncode:
            _without(f"npm could not install {PACKAGE} {VERSION}")
    return found


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def faults(bodies: Sequence[bytes], *, edition: str) -> list[list[str]]:
    """The schema and mandatory tests that each document fails."""
    where = library()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "documents"
        file.write_bytes(b"\n".join(json.dumps(json.loads(body)).encode() for body in bodies))
        done = subprocess.run(
            ["node", str(RUNNER), str(where), edition, str(file)], capture_output=True
        )
    assert done.returncode == 0, done.stderr.decode()
    found: list[list[str]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(bodies)
    return found
