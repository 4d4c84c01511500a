"""Mails handed over per second by two workers, against smtp-source with two sessions.

Both write to the same smtp-sink (Debian's postfix has the two). From the moment the workers start
to look until the table holds every outcome: claim, judge again, render, send, settle, record.
"""

from __future__ import annotations

import multiprocessing
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from tqdm import tqdm

from benchmarks.publishing import approved
from benchmarks.worker import work
from benchmarks.world import World
from recipients.models import User
from sharing.models import Delivery, Grant
from sharing.services import releasing

WORKERS = 2


def run(world: World, *, rounds: int) -> list[str]:
    sink, source = (
        shutil.which(f"smtp-{name}", path="/usr/sbin:/usr/bin") for name in ("sink", "source")
    )
    if not sink or not source:
        return ["Hand-over: not measured; smtp-sink and smtp-source are missing.\n"]
    at = timezone.now() - timedelta(minutes=1)
    release = releasing.release(
        version_id=approved(int(at.timestamp()) % 1_000_000, at).pk,
        by=User.objects.get(pk=1),
        at=at,
    )
    count = Delivery.objects.filter(release=release).count()
    ours: list[float] = []
    theirs: list[float] = []
    with _listening(sink) as port:
        for _ in tqdm(range(rounds), desc="hand-over", leave=False):
            ours.append(_drain(release.pk, port, count))
            theirs.append(_source(source, port, count))
    Grant.objects.filter(release=release).delete()
    mine, limit = count / statistics.median(ours), count / statistics.median(theirs)
    return [
        "\n".join(
            [
                f"### Hand-over of {count:,} mails, {WORKERS} sessions",
                "",
                "| variant | mails/s | of the limit |",
                "|---|---|---|",
                f"| smtp-source (limit) | {limit:,.0f} | 100 % |",
                f"| the portal's workers | {mine:,.0f} | {mine / limit:.0%} |",
                "",
            ]
        )
    ]


@contextmanager
def _listening(sink: str) -> Iterator[int]:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen([sink, "-u", "nobody", f"127.0.0.1:{port}", "256"])
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield port
    finally:
        process.terminate()
        process.wait()


def _source(source: str, port: int, count: int) -> float:
    began = time.perf_counter()
    subprocess.run(
        [
            source,
            *("-s", str(WORKERS), "-m", str(count), "-l", "2500"),
            *("-f", "portaal@bench.example", "-t", "desk@bench.example", f"127.0.0.1:{port}"),
        ],
        check=True,
    )
    return time.perf_counter() - began


def _drain(release_id: int, port: int, count: int) -> float:
    Delivery.objects.filter(release_id=release_id).update(
        status=Delivery.Status.PENDING, handed_over_at=None, due_at=timezone.now()
    )
    connection.close()
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(WORKERS + 1)
    name = connection.settings_dict["NAME"]
    workers = [context.Process(target=work, args=(barrier, name, port)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    barrier.wait(timeout=60)
    began = time.perf_counter()
    for worker in workers:
        worker.join()
    taken = time.perf_counter() - began
    done = Delivery.objects.filter(release_id=release_id, status=Delivery.Status.HANDED_OVER)
    if done.count() != count:
        raise SystemExit(f"only {done.count()} of {count} were handed over: nothing was measured")
    return taken
