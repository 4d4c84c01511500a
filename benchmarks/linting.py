"""The lint: 100 kB of text against the identifiers of 100 and of 10,000 organisations."""

from __future__ import annotations

import random
import time
from ipaddress import ip_network
from statistics import median
from uuid import UUID

from advisories.linting import Known, Register, look

SIZE = 100_000
LETTERS = "abcdefghijklmnoprstuvwz"


def organisations(count: int, *, words: list[str], rng: random.Random) -> list[Known]:
    """Each with a name of two words, two aliases, two domains, two networks and an AS number."""
    made = []
    for n in range(count):
        first, second = rng.sample(words, 2)
        made.append(
            Known(
                UUID(int=n + 1),
                f"Stichting {first.title()} {second.title()}",
                aliases=(f"{first} {n}", f"{first[0]}{second[0]}{n % 10}".upper()),
                domains=(f"{first}{n}.example", f"w{n}.voorbeeld.example"),
                networks=(
                    ip_network((0x0B000000 + n * 256, 24)),
                    ip_network((0x20010DB8 << 96 | n << 80, 48)),
                ),
                as_numbers=(64496 + n,),
            )
        )
    return made


def text_about(known: list[Known], *, words: list[str], rng: random.Random) -> str:
    """Prose of the same words, with one of the organisations in every fortieth place."""
    said: list[str] = []
    length = 0
    while length < SIZE:
        one = rng.choice(known)
        said += rng.choices(words, k=39)
        said.append(
            rng.choice(
                [
                    one.name.removeprefix("Stichting "),
                    one.domains[0].replace(".", "[.]"),
                    str(one.networks[0][5]),
                    f"AS{one.as_numbers[0]}",
                ]
            )
        )
        length = length + sum(len(word) + 1 for word in said[-40:])
    return " ".join(said)[:SIZE]


def run(_world: object, *, rounds: int) -> list[str]:
    rng = random.Random(7)  # noqa: S311 (no secret: a repeatable text)
    words = ["".join(rng.choices(LETTERS, k=rng.randint(4, 10))) for _ in range(20_000)]
    lines = [
        "### Lint of 100 kB, one thread (processor time)",
        "",
        "| organisations | build the register, ms | look, ms | findings |",
        "|---|---|---|---|",
    ]
    for count in (100, 10_000):
        known = organisations(count, words=words, rng=rng)
        text = text_about(known, words=words, rng=rng)
        began = time.process_time()
        register = Register.of(known)
        built = time.process_time() - began
        times, found = [], 0
        for _ in range(rounds):
            began = time.process_time()
            found = len(look({"body": text}, register=register))
            times.append(time.process_time() - began)
        lines.append(f"| {count:,} | {built * 1e3:.0f} | {median(times) * 1e3:.0f} | {found} |")
    return ["\n".join([*lines, ""])]
