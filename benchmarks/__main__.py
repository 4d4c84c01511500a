"""`python -m benchmarks [--scale L|S|XS] [--only listing,…] [--out FILE]`

Loads a world into a database `portal_bench` of its own, measures, reports. Needs the portal's
environment with DATABASE_OWNER_URL. Absolute numbers drift with the machine: read the ratios.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

import django

SCALES = {"L": (100_000, 10_000), "S": (10_000, 1_000), "O": (2_000, 10_000), "XS": (500, 100)}
DATABASE = "portal_bench"
PARTS = ("listing", "searching", "publishing", "deciding", "handover", "rest", "linting")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks")
    parser.add_argument("--scale", choices=SCALES, default="L")
    parser.add_argument("--rounds", type=int, default=100, help="of the listing part")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--reuse", action="store_true", help="measure the world loaded before")
    parser.add_argument("--out", type=Path, help="append the tables to this file")
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ncsc_portal.settings")
    django.setup()
    world = import_module("benchmarks.database").prepare(
        *SCALES[args.scale], seed=args.seed, name=DATABASE, reuse=args.reuse
    )
    report = [
        f"Scale {args.scale}: {world.advisories:,} advisories × {world.organisations:,}"
        f" organisations, seed {args.seed}.",
        "",
    ]
    for part in args.only.split(","):
        rounds = args.rounds if part == "listing" else 7
        report += import_module(f"benchmarks.{part}").run(world, rounds=rounds)
    text = "\n".join(report)
    sys.stdout.write(text + "\n")
    if args.out:
        with args.out.open("a") as out:
            out.write(text + "\n")


if __name__ == "__main__":
    main()
