"""`./portal demo`: everything up, the main job played once, then open until Ctrl-C."""

import sys
import urllib.error
import urllib.request
from collections.abc import Mapping

from ncsc_portal.embedded.managing import bring_up_to_date, manage
from ncsc_portal.embedded.processes import BEAT, WEB, WORKER
from ncsc_portal.embedded.progress import say, step
from ncsc_portal.embedded.servers import claimed, listen, serving
from ncsc_portal.embedded.state import ROOT, State
from ncsc_portal.embedded.supervisor import Child, Supervisor
from ncsc_portal.translations import compile_catalogues

PYTHON = (sys.executable, "-m")


def demo(state: State, *, once: bool, port: int) -> int:
    """Play the main job; returns 0 when it went as it should."""
    with claimed(state, purpose="demo"):
        listen(port).close()  # before anything is started, so that the sentence comes at once
        with serving(state, port=port) as (supervisor, env):
            return _play(supervisor, env=env, once=once, port=port)


def _play(supervisor: Supervisor, *, env: Mapping[str, str], once: bool, port: int) -> int:
    state = supervisor.state
    compile_catalogues()
    bring_up_to_date(state, env=env)
    start_portal(supervisor, env=env, port=port)
    played = manage(["demo", "--play"], env=env)
    if once or played:
        return played
    say("")
    say(f"The portal is open at {env['PUBLIC_URL']} (log-ins: see above).")
    say(f"Mail that was handed over: {state.mail / 'new'}   logs: {state.log}")
    say("Ctrl-C stops everything that was started here.")
    supervisor.watch()
    return 0


def start_portal(supervisor: Supervisor, *, env: Mapping[str, str], port: int) -> None:
    """Start web, worker and beat, and wait until the first two answer."""
    with step("Worker"):
        start_worker(supervisor, env=env)
    with step("Beat"):
        schedule = ["--schedule", str(supervisor.state.run / "schedule"), "--pidfile", ""]
        beat = supervisor.start("beat", [*PYTHON, *BEAT, *schedule], env=env, cwd=ROOT)
        log = supervisor.state.log / "beat.log"
        supervisor.wait_until(beat, lambda: b"beat: Starting" in log.read_bytes())
    with step("Web"):
        start_web(supervisor, env=env, port=port)


def start_worker(supervisor: Supervisor, *, env: Mapping[str, str]) -> Child:
    worker = supervisor.start("worker", [*PYTHON, *WORKER], env=env, cwd=ROOT)
    log = supervisor.state.log / "worker.log"
    supervisor.wait_until(worker, lambda: b"ready." in log.read_bytes())
    return worker


def start_web(supervisor: Supervisor, *, env: Mapping[str, str], port: int) -> Child:
    with listen(port) as listener:
        handed = ["--bind", f"fd://{listener.fileno()}", "--pythonpath", str(ROOT)]
        command = [*PYTHON, *WEB, *handed, "--worker-tmp-dir", str(supervisor.state.run)]
        web = supervisor.start("web", command, env=env, pass_fds=[listener.fileno()], cwd=ROOT)
        supervisor.wait_until(web, lambda: opens(env["PUBLIC_URL"]))
    return web


def opens(url: str) -> bool:
    """Whether the web process answers at all; an absent page is an answer."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
