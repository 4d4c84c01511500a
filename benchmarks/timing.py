"""Side by side, interleaved, in one run: the machine's moods hit all variants alike."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

from tqdm import tqdm


def medians(
    variants: Mapping[str, Callable[[], Any]],
    *,
    rounds: int,
    desc: str,
    slow: Mapping[str, int] | None = None,
) -> dict[str, float]:
    """Seconds per call, the median over `rounds`. The order is shuffled in every round.

    `slow` names variants that run in only every n-th round.
    """
    slow = slow or {}
    order = list(variants)
    rng = random.Random(7)  # noqa: S311 (an order, no secret)
    times: dict[str, list[float]] = {name: [] for name in order}
    for name in order:
        variants[name]()  # warm
    for turn in tqdm(range(rounds), desc=desc, leave=False):
        rng.shuffle(order)
        for name in order:
            if turn % slow.get(name, 1):
                continue
            began = time.perf_counter()
            variants[name]()
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(times[name]) for name in variants}


def table(title: str, found: Mapping[str, float], *, limit: str) -> str:
    """Markdown: each variant, its milliseconds, and how many times the limit that is."""
    lines = [f"### {title}", "", "| variant | ms | × of limit |", "|---|---|---|"]
    for variant, seconds in found.items():
        mark = " (limit)" if variant == limit else ""
        lines.append(f"| {variant}{mark} | {seconds * 1e3:.2f} | {seconds / found[limit]:.2f} |")
    return "\n".join([*lines, ""])
