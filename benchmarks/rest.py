"""The REST page of 50 against the same bytes from a stored string, by the same server.

The page is a whole request of a partner: token, groups, list, record. The string is only sent.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from allauth.idp.oidc.models import Client
from django.db import connection
from django.utils import timezone

from benchmarks.world import World
from recipients.models import MachineClient, User

SECRET = "only-for-measuring"
SECONDS = 5


def run(world: World, *, rounds: int) -> list[str]:
    wrk = shutil.which("wrk")
    if not wrk:
        return ["REST: not measured; wrk is missing.\n"]
    client = _machine(world)
    with tempfile.NamedTemporaryFile() as stored, _served(stored.name) as base:
        token = _token(base, client)
        page = f"{base}/api/v1/advisories?limit=50"
        request = urllib.request.Request(page, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        Path(stored.name).write_bytes(body)
        found: dict[str, list[float]] = {"page": [], "stored": []}
        for _ in range(max(rounds // 2, 1)):
            found["page"].append(_rate(wrk, page, token))
            found["stored"].append(_rate(wrk, f"{base}/stored", token))
    mine, limit = (sorted(found[k])[len(found[k]) // 2] for k in ("page", "stored"))
    return [
        "\n".join(
            [
                f"### REST page of 50 ({len(body):,} bytes), gunicorn gthread 2 × 4",
                "",
                "| variant | requests/s | of the limit |",
                "|---|---|---|",
                f"| the same bytes, stored (limit) | {limit:,.0f} | 100 % |",
                f"| the API | {mine:,.0f} | {mine / limit:.0%} |",
                "",
            ]
        )
    ]


def _machine(world: World) -> Client:
    client = Client(name="bench", owner_id=1)
    client.set_secret(SECRET)
    client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    client.set_scopes(["advisories.read"])
    client.set_default_scopes(["advisories.read"])
    client.save()
    MachineClient.objects.create(
        client=client,
        organisation_id=world.typical,
        responsible=User.objects.get(pk=1),
        created_at=timezone.now(),
    )
    return client


@contextmanager
def _served(stored: str) -> Iterator[str]:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    url = _with_database(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"]))
    command = [
        *(sys.executable, "-m", "gunicorn", "benchmarks.served:application"),
        *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
        *("--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "error"),
    ]
    environment = {**os.environ, "DATABASE_URL": url, "STORED": stored}
    process = subprocess.Popen(command, env=environment)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _with_database(url: str, name: str) -> str:
    return urllib.parse.urlsplit(url)._replace(path=f"/{name}").geturl()


def _token(base: str, client: Client) -> str:
    form = urllib.parse.urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": client.pk,
            "client_secret": SECRET,
            "scope": "advisories.read",
        }
    )
    with urllib.request.urlopen(f"{base}/identity/o/api/token", form.encode(), timeout=60) as got:
        found = re.search(r'"access_token": ?"([^"]+)"', got.read().decode())
    assert found is not None
    return found[1]


def _rate(wrk: str, url: str, token: str) -> float:
    """Requests per second with 8 connections."""
    shown = subprocess.run(
        [wrk, "-t1", "-c8", f"-d{SECONDS}s", "-H", f"Authorization: Bearer {token}", url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = re.search(r"Requests/sec:\s+([0-9.]+)", shown)
    assert found is not None, shown
    if "Non-2xx" in shown:
        raise SystemExit(f"the server refused: nothing was measured\n{shown}")
    return float(found[1])
