"""Counts the lines that an act runs, and kills at the one wanted. Nothing of it is in the portal."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from ncsc_portal.embedded.postgres import within
from ncsc_portal.embedded.state import ROOT
from ncsc_portal.embedded.supervisor import waited_for

# What is run between the beginning and the end of each act, as paths from the project's folder.
STEPS = {
    "publish": (
        "sharing/views/releases.py",
        "sharing/services/releasing.py",
        "sharing/delivery/owing.py",
        "sharing/granting/",
        "sharing/tasks.py",
    ),
    "send": ("sharing/delivery/", "sharing/access/sending.py"),
}


@dataclass
class Tracer:
    """While installed, every line event in the files of `act` is one step, numbered from 1."""

    act: str
    stop_at: int  # 0: never
    strike: Callable[[str], None]
    steps: list[str] = field(default_factory=list)  # "file:function:line"

    def install(self) -> None:
        sys.settrace(self._enter)

    def remove(self) -> None:
        sys.settrace(None)

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        path = frame.f_code.co_filename
        if not path.startswith(f"{ROOT}/"):
            return None
        return self._line if path[len(str(ROOT)) + 1 :].startswith(STEPS[self.act]) else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            code = frame.f_code
            where = f"{code.co_filename[len(str(ROOT)) + 1 :]}:{code.co_name}:{frame.f_lineno}"
            self.steps.append(where)
            if len(self.steps) == self.stop_at:
                self.remove()
                self.strike(where)
                return None
        return self._line


def kill_database(data: str) -> None:
    """The postmaster and every process of it, at once; returns when none is left."""
    for pid in within(data):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # the postmaster's end took it along
            continue
    if not waited_for(lambda: not within(data), seconds=20):
        raise RuntimeError("the database survived")


def kill_broker(pid: int, path: Path) -> None:
    """Returns when nobody answers at its socket any more."""
    os.kill(pid, signal.SIGKILL)
    if not waited_for(lambda: not _listens(path), seconds=20):
        raise RuntimeError("the broker survived")


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0
