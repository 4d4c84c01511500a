"""One line on the screen for each step, with how long it took."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(label: str) -> Iterator[None]:
    """Show `label` while the block runs: counting seconds on a terminal, one plain line elsewhere."""
    begun = time.monotonic()
    done = threading.Event()
    live = sys.stderr.isatty()
    counter = threading.Thread(target=_count, args=(label, begun, done), daemon=True)
    if live:
        counter.start()
    outcome = "failed"
    try:
        yield
        outcome = "ready"
    finally:
        done.set()
        if live:
            counter.join()
        start = "\r\033[K" if live else ""
        say(f"{start}{time.monotonic() - begun:6.1f} s  {label}: {outcome}")


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _count(label: str, begun: float, done: threading.Event) -> None:
    while not done.wait(0.1):
        sys.stderr.write(f"\r\033[K{time.monotonic() - begun:6.1f} s  {label} …")
        sys.stderr.flush()
