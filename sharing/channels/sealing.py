"""Encrypting on every core: a pool of plain child processes, used when there is much to do.

Own children rather than `multiprocessing`: a Celery worker is a daemonic process, which may have
none of those, and a child that loads no Django starts at once and inherits no connection. A child
that dies costs time only: what it had is done here.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any

Job = tuple[bytes, bytes]  # the recipient's certificate, what to seal
WORTHWHILE = 64  # jobs; fewer are done here
PIECES = 2  # a core: so that no core waits long for the slowest

_lock = threading.Lock()
_children: list[subprocess.Popen[bytes]] = []
_owner = 0  # the process whose children they are


def seal(how: str, ours: bytes, jobs: Sequence[Job], *, at: datetime) -> list[bytes | str]:
    """Each job sealed by `how`, the name of a module with `seal(ours, certificate, content, at=)`.

    In order; where it failed, why.
    """
    if len(jobs) >= WORTHWHILE and (os.cpu_count() or 1) > 1 and _lock.acquire(blocking=False):
        try:
            return _by_children(how, ours, jobs, at)
        except (OSError, EOFError, pickle.PickleError):
            close()
        finally:
            _lock.release()
    return _here(how, ours, jobs, at)


def _here(how: str, ours: bytes, jobs: Sequence[Job], at: datetime) -> list[bytes | str]:
    module: Any = import_module(how)
    sealed: list[bytes | str] = []
    for certificate, content in jobs:
        try:
            sealed.append(module.seal(ours, certificate, content, at=at))
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with one key is its own matter
            sealed.append(
                f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            )
    return sealed


def _by_children(how: str, ours: bytes, jobs: Sequence[Job], at: datetime) -> list[bytes | str]:
    children = _started()
    sealed: list[bytes | str] = []
    size = -(-len(jobs) // len(children))
    pieces = [jobs[start : start + size] for start in range(0, len(jobs), size)]
    for child, piece in zip(children, pieces, strict=False):
        pickle.dump((how, ours, list(piece), at), _pipe(child.stdin))
        _pipe(child.stdin).flush()
    for child, _piece in zip(children, pieces, strict=False):
        sealed += pickle.load(_pipe(child.stdout))  # noqa: S301 -- written by our own child
    return sealed


def _started() -> list[subprocess.Popen[bytes]]:
    global _owner
    if _owner != os.getpid():
        _children.clear()
        _owner = os.getpid()
        atexit.register(close)
    if not _children:
        _children.extend(
            subprocess.Popen(
                [sys.executable, "-m", "sharing.channels.sealing"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).resolve().parents[2],
                env={"PATH": os.environ.get("PATH", ""), "RUST_BACKTRACE": "0"},
            )
            for _ in range(os.cpu_count() or 1)
        )
    return _children


def close() -> None:
    """End the children; the next large batch starts new ones."""
    if _owner == os.getpid():
        for child in _children:
            for pipe in (child.stdin, child.stdout):
                if pipe:
                    with suppress(OSError):  # what was not written is not needed any more
                        pipe.close()
            child.kill()
            child.wait()
    _children.clear()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


@lru_cache(maxsize=16384)
def kept(loader: Any, content: bytes) -> Any:
    """A key parsed once in each process."""
    return loader(content)


def main() -> None:
    """In a child: jobs come in, sealed bytes go out, until our parent is gone."""
    while True:
        try:
            how, ours, jobs, at = pickle.load(sys.stdin.buffer)  # noqa: S301 -- written by our own parent
        except EOFError:
            return
        pickle.dump(_here(how, ours, jobs, at), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
