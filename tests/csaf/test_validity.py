"""Every document that leaves is sound by two implementations of the standard, whatever was typed.

`./portal test -m long tests/csaf` takes 500 drawn versions and every sample that there is, each in
every redaction; otherwise a sample.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from random import Random

import orjson
import pytest

from advisories.importing.csaf import read_advisory
from advisories.importing.errors import Refused
from advisories.importing.validating import _run, _tolerated
from sharing.renditions import csaf
from sharing.renditions.csaf import Rendered
from sharing.shared import Shared
from tests.advisories.samples import AT, MAX_BYTES, SAMPLES
from tests.csaf import secvisogram
from tests.csaf.redactions import PUBLISHER, drawn, earlier, imported, redactions

FOLDERS = ("nl_generated", "nl_generated_2.1", "tlp_relabelled", "redhat", "cisa/2024", "updates")
Made = dict[str, list[Rendered]]


def rendered(versions: Iterator[Shared], rng: Random) -> Made:
    """Every redaction of the versions in both editions. What has no 2.0 form is not there."""
    made: Made = {number: [] for number in csaf.EDITIONS}
    for whole in versions:
        for shared in redactions(whole, rng):
            before, public = earlier(rng), rng.random() < 0.3
            for number, edition in csaf.EDITIONS.items():
                document = csaf.render(
                    shared, earlier=before, public=public, edition=edition, publisher=PUBLISHER
                )
                if shared.tlp in edition.labels:
                    assert document is not None, f"CSAF {number} of {shared}"
                    made[number].append(document)
                else:
                    assert document is None
    return made


def samples(rng: Random, most: int) -> Iterator[Shared]:
    paths = [p for name in FOLDERS for p in sorted((SAMPLES / "csaf" / name).rglob("*.json"))]
    rng.shuffle(paths)
    for number, path in enumerate(paths[:most], start=1):
        try:
            read = read_advisory(data=path.read_bytes(), at=AT, max_bytes=MAX_BYTES)
        except Refused:
            continue
        yield imported(read, rng=rng, number=number)


def check(made: Made) -> None:
    """No fault by the csaf package, none by Secvisogram's library."""
    for number, documents in made.items():
        validators = {"2.0": "v20", "2.1": "v21csd04"}
        validate = import_module(f"csaf.csaf.{validators[number]}._validator").validate
        for document in documents:
            found = [
                fault
                for fault in _run(validate, orjson.loads(document.body))
                if not _tolerated(fault, number)
            ]
            assert not found, f"CSAF {number}: {found}\n{document.body.decode()}"
        by_others = secvisogram.faults([d.body for d in documents], edition=number)
        wrong = [
            (faults, d.body.decode())
            for faults, d in zip(by_others, documents, strict=True)
            if faults
        ]
        assert not wrong, f"CSAF {number}: {len(wrong)} of {len(documents)}, first {wrong[0]}"
        sys.stdout.write(f"CSAF {number}: {len(documents)} documents, no fault\n")


def test_whatever_is_drawn_leaves_as_a_sound_document(base_seed: int) -> None:
    rng = Random(base_seed)  # noqa: S311 -- to be repeated
    sys.stdout.write(f"CANARY_SEED={base_seed}\n")
    check(rendered((drawn(rng, n) for n in range(1, 21)), rng))


def test_what_was_imported_leaves_as_a_sound_document(base_seed: int) -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the sample documents are not here (../shared/data)")
    rng = Random(base_seed)  # noqa: S311 -- to be repeated
    sys.stdout.write(f"CANARY_SEED={base_seed}\n")
    check(rendered(samples(rng, 8), rng))


@pytest.mark.long
def test_all_that_can_leave_is_sound(base_seed: int) -> None:
    rng = Random(base_seed)  # noqa: S311 -- to be repeated
    sys.stdout.write(f"CANARY_SEED={base_seed}\n")
    check(rendered((drawn(rng, n) for n in range(1, 501)), rng))
    check(rendered(samples(rng, 400), rng))
