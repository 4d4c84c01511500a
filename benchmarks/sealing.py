"""Signing and encrypting one mail to each of many keys, against the bare library in a loop.

The loop has every certificate parsed beforehand and makes no mail around what it encrypts; it runs
on one core. Ours makes the inner and the outer mail and parses, on every core. Needs no database.
"""

from __future__ import annotations

import statistics
import time
from uuid import uuid4

from django.conf import settings
from django.utils import timezone
from pysequoia import Cert, Tsk, encrypt
from tqdm import tqdm

from benchmarks.timing import table
from benchmarks.world import World
from sharing.channels import protected, sealing
from sharing.channels.contract import To
from sharing.channels.openpgp.build import build
from sharing.renditions import mail

BODY = "Werk Voorbeeldproduct bij naar versie 2.4.\n" * 50  # some 2 kB


def run(world: World, *, rounds: int) -> list[str]:
    count = world.organisations
    own = Tsk.generate("portaal@ncsc.example")
    settings.OPENPGP_SIGNING_KEY = str(own)
    settings.DEFAULT_FROM_EMAIL = "portaal@ncsc.example"
    at = timezone.now()
    letter = mail.Letter("Titel", "Bericht", BODY, "nl", at)
    rendition = protected.put_in_bytes(letter)
    made = [
        (rendition, To(uuid4(), "Desk", f"desk{n}@bench.example", key=_certificate(n)))
        for n in tqdm(range(count), desc="keys", leave=False)
    ]
    certs = [Cert.from_bytes(to.key) for _, to in made]
    content = rendition.inner(made[0][1])
    bare, cold, warm = [], [], []
    for _ in tqdm(range(rounds), desc="sealing", leave=False):
        begun = time.perf_counter()
        for cert in certs:
            encrypt(content, recipients=[cert], signer=own.signer())
        bare.append(time.perf_counter() - begun)
        sealing.close()
        cold.append(_ours(made))
        warm.append(_ours(made))
    sealing.close()
    found = {
        "bare loop of the library, parsed keys, one core": statistics.median(bare),
        "ours, children started and keys parsed on the way": statistics.median(cold),
        "ours, children warm": statistics.median(warm),
    }
    title = f"One mail signed and encrypted to each of {count:,} keys"
    return [table(title, found, limit="bare loop of the library, parsed keys, one core")]


def _certificate(number: int) -> bytes:
    return bytes(Tsk.generate(f"desk{number}@bench.example").extract_certificate())


def _ours(made: list[tuple[protected.Rendition, To]]) -> float:
    """As the outbox does: a batch at a time."""
    begun = time.perf_counter()
    for start in range(0, len(made), 500):
        answers = build(made[start : start + 500])
        assert all(isinstance(answer, bytes) for answer in answers)
    return time.perf_counter() - begun
