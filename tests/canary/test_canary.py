"""What any reader sees anywhere is exactly what an independent reading of the rules allows.

Twenty worlds a run. `CANARY_SEED` repeats a run, `CANARY_WORLDS` asks for more.
"""

from __future__ import annotations

import os
import sys
from random import Random

import pytest

from tests.canary.addresses import Looked, routes
from tests.canary.check import check
from tests.canary.world import rolled_back
from tests.sharing.mailserver import MailServer

WORLDS = int(os.environ.get("CANARY_WORLDS", "20"))


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(WORLDS))
def test_readers_see_exactly_what_the_rules_allow(
    number: int, base_seed: int, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    seed = Random(base_seed * 1000 + number).getrandbits(32)  # noqa: S311 -- to be repeated
    sys.stdout.write(f"world {number} of CANARY_SEED={base_seed}, its own seed {seed}\n")
    check(seed, server=server, caplog=caplog)


# A constituency that lapsed took a grant with it that did not need it.
ONCE_FAILED = (3423310448,)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", ONCE_FAILED)
def test_worlds_that_once_failed_hold(
    seed: int, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    check(seed, server=server, caplog=caplog)


@pytest.mark.django_db
def test_every_address_of_the_portal_is_asked_for_in_some_world(
    base_seed: int, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever adds an address finds it visited here, or has this test to satisfy."""
    with Looked() as looked:
        for number in range(20):
            with rolled_back():
                check(base_seed + number, server=server, caplog=caplog)
            if looked.routes == routes():
                return
    assert looked.routes == routes()
