"""Run as `python -m tests.kill.nursery`: imports the portal once, then runs each act in a fork.

A job is one line of JSON on stdin, its end one line on stdout. The fork is a process of its own,
with its own connections: what kills it kills no other.
"""

import json
import os
import signal
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

from tests.kill.tracer import Tracer, kill_broker, kill_database


def publish(job: dict[str, Any]) -> None:
    """The analyst's button: the real view behind all its middleware, without gunicorn around it."""
    from django.test import Client  # noqa: PLC0415 -- after django.setup()

    from recipients.models import User  # noqa: PLC0415

    browser = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
    browser.force_login(User.objects.get(pk=job["by"]))
    answer = browser.post(f"/desk/versions/{job['version']}/publish")
    if not answer.headers.get("Location", "").startswith("/desk/releases/"):
        raise RuntimeError(f"answered {answer.status_code} {answer.headers.get('Location')}")


def send(job: dict[str, Any]) -> None:
    """As the worker's task does, on a clock that is `ahead` seconds fast."""
    from django.conf import settings  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from sharing.delivery.drain import drain  # noqa: PLC0415
    from tests.kill.faults import FAULTS  # noqa: PLC0415

    if job["fault"]:
        FAULTS[job["fault"]]()
    settings.EMAIL_PORT = job["port"]
    ahead = timedelta(seconds=job["ahead"])
    drain(clock=lambda: timezone.now() + ahead)


ACTS = {"publish": publish, "send": send}


def kill(job: dict[str, Any]) -> None:
    if job["victim"] == "itself":
        os.kill(os.getpid(), signal.SIGKILL)
    elif job["victim"] == "database":
        kill_database(job["data"])
    elif job["victim"] == "broker":
        kill_broker(job["broker"], Path(job["socket"]))


def run(job: dict[str, Any], *, tell: int) -> None:
    """In the fork: the act under the tracer, and the end of it written to `tell`."""

    def say(**what: Any) -> None:
        os.write(tell, json.dumps(what).encode() + b"\n")

    def strike(where: str) -> None:
        say(where=where)
        kill(job)

    tracer = Tracer(job["act"], job["point"], strike)
    if job["point"] or job["count"]:
        tracer.install()
    try:
        ACTS[job["act"]](job)
    except Exception:  # noqa: BLE001 -- whatever the caller would have seen
        tracer.remove()
        say(end="error", error=traceback.format_exc())
    else:
        tracer.remove()
        say(end="done", steps=tracer.steps if job["count"] else [])


def in_a_fork(job: dict[str, Any]) -> dict[str, Any]:
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        try:
            run(job, tell=writes)
        finally:
            os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as told:
        said = [json.loads(line) for line in told]
    _, status = os.waitpid(child, 0)
    end: dict[str, Any] = {"end": "killed", "where": "", "steps": [], "error": ""}
    for what in said:
        end |= what
    if (end["end"] == "killed") != os.WIFSIGNALED(status):
        end["end"] = "broken"
    return end


def warm_up() -> None:
    """What a web process has loaded long before; no connection is left open for the forks."""
    from django.db import connections  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    Client(SERVER_NAME="127.0.0.1").get("/accounts/login/")
    connections.close_all()


def main() -> None:
    django.setup()
    import sharing.tasks  # noqa: F401, PLC0415

    warm_up()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(in_a_fork(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
