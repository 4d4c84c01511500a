"""Searching: the door, and the same words looked up without asking who may see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.listing import Bench
from benchmarks.timing import medians, table
from benchmarks.world import World
from sharing import access

BARE = """
SELECT DISTINCT v.released_at, s.version_id
  FROM advisories_section s JOIN advisories_advisoryversion v ON v.id = s.version_id
 WHERE advisories_words(s.heading, s.body, s.data)
       @@ websearch_to_tsquery('pg_catalog.dutch', %(words)s)
 ORDER BY 1 DESC, 2 DESC LIMIT 100
"""


def run(world: World, *, rounds: int) -> list[str]:
    """One word that stands in one advisory, and one that stands in every section of all."""
    out = []
    for label, organisation in (("typical", world.typical), ("narrow", world.narrow)):
        bench = Bench(world, organisation)
        rare = str(bench.by_hand(bench.at)[0])
        for kind, words in (("rare", rare), ("everywhere", "onderdeel")):
            out.append(_words(bench, f"{kind}, {label} reader", words, rounds))
    return out


def _words(bench: Bench, label: str, words: str, rounds: int) -> str:
    variants: dict[str, Callable[[], Any]] = {
        "the words, whoever may see them": lambda: bench.rows(BARE, words=words),
        "the door": lambda: access.search(bench.reader, words, at=bench.at),
    }
    found = medians(variants, rounds=rounds, desc=label)
    return table(f"A word that is {label}", found, limit="the words, whoever may see them")
