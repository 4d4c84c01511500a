"""Start processes, wait until they are healthy, and stop exactly those, also after a crash."""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from ncsc_portal.embedded.install import Trouble
from ncsc_portal.embedded.state import Account, State

PATIENCE = 60.0  # seconds a process may take to become healthy on a slow machine
GRACE = 20.0  # seconds between asking a process to stop and making it
TICK = 0.05


@dataclass
class Child:
    name: str
    popen: subprocess.Popen[bytes]
    farewell: signal.Signals
    record: Path

    def ended(self) -> bool:
        """Whether it has ended; unreaped, so that its number stays its own."""
        if self.popen.returncode is not None:
            return True
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.popen.pid, flags) is not None

    def stop(self) -> None:
        if not self.ended():
            self.popen.send_signal(self.farewell)
            waited_for(self.ended, seconds=GRACE)
        if self.popen.returncode is None:
            # What is left of the group; the leader is alive or unreaped, so the number is ours.
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        self.record.unlink(missing_ok=True)


@dataclass
class Supervisor:
    """Processes in groups of their own: a Ctrl-C in the terminal reaches the launcher alone."""

    state: State
    children: list[Child] = field(default_factory=list)

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        account: Account | None = None,
        farewell: signal.Signals = signal.SIGTERM,
        pass_fds: Sequence[int] = (),
        cwd: Path | str = "/",
    ) -> Child:
        log = self.state.log / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                pass_fds=pass_fds,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        record = self.state.run / f"{name}.json"
        record.write_text(json.dumps({"pid": popen.pid, "born": born(popen.pid)}))
        child = Child(name=name, popen=popen, farewell=farewell, record=record)
        self.children.append(child)
        return child

    def wait_until(self, child: Child, healthy: Callable[[], bool]) -> None:
        """Wait for `healthy`; a process that ends or stays silent is trouble."""
        waited_for(lambda: child.ended() or healthy(), seconds=PATIENCE)
        if child.ended():
            raise Trouble(f"{child.name} did not start; see {self.state.log / child.name}.log.")
        if not healthy():
            raise Trouble(
                f"{child.name} did not answer within {PATIENCE:.0f} s;"
                f" see {self.state.log / child.name}.log."
            )

    def watch(self) -> None:
        """Return never; trouble when a process that we started ends."""
        while True:
            for child in self.children:
                if child.ended():
                    raise Trouble(
                        f"{child.name} stopped unexpectedly; see"
                        f" {self.state.log / child.name}.log. Everything else was stopped too."
                    )
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop all that was started, newest first."""
        while self.children:
            self.children.pop().stop()

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


class Lock:
    """One launcher for each state folder; the kernel lets go when its process dies, however."""

    def __init__(self, state: State, purpose: str) -> None:
        self.file = (state.run / "lock").open("a+")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.file.seek(0)
            holder = json.loads(self.file.read() or "{}")
            self.file.close()
            raise Held(holder.get("purpose", "?"), holder.get("pid", 0)) from error
        self.file.truncate(0)
        self.file.write(json.dumps({"pid": os.getpid(), "purpose": purpose}))
        self.file.flush()

    def release(self) -> None:
        self.file.truncate(0)
        self.file.close()


class Held(Trouble):
    """Another launcher uses this state folder."""

    def __init__(self, purpose: str, pid: int) -> None:
        self.purpose = purpose
        self.pid = pid
        super().__init__(
            f"'./portal {purpose}' (process {pid}) already runs on this state folder;"
            " wait for it, stop it with './portal stop', or name another folder in PORTAL_STATE."
        )


def stop_leftovers(state: State) -> list[str]:
    """Stop what a killed launcher left running. The caller holds the lock. Returns the names."""
    stopped = []
    for record in sorted(state.run.glob("*.json")):
        left = json.loads(record.read_text() or "{}")
        pid = left.get("pid", 0)
        if pid and left.get("born") and born(pid) == left["born"]:
            stopped.append(record.stem)
            _end(pid, left["born"], signal.SIGINT if record.stem == "postgres" else signal.SIGTERM)
        record.unlink()
    return stopped


def _end(pid: int, since: str, farewell: signal.Signals) -> None:
    os.kill(pid, farewell)
    if not waited_for(lambda: born(pid) != since, seconds=GRACE):
        os.killpg(pid, signal.SIGKILL)
        waited_for(lambda: born(pid) != since, seconds=GRACE)


def born(pid: int) -> str:
    """When process `pid` began, in clock ticks since this boot (proc(5)); empty when it is gone."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else f"{boot} {fields[19]}"


def waited_for(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll until `condition` holds or the time is over; the last word is the answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(TICK)
    return condition()
