"""One world, every exit, every kind of reader."""

from __future__ import annotations

import pytest

from tests.canary import exits, pages, programs, records, taxii
from tests.canary.mails import Postman
from tests.canary.people import World
from tests.canary.world import build
from tests.sharing.mailserver import MailServer


def check(seed: int, *, server: MailServer, caplog: pytest.LogCaptureFixture) -> World:
    """Build the world of the seed and look through every exit. `AssertionError` names the leak."""
    caplog.clear()
    server.got.clear()
    postman = Postman(server)
    world = build(seed, deliver=postman)
    for visit in postman.visits:
        visit.check()
    for who in world.readers():
        for visit in exits.door(world, who):
            visit.check()
    for visit in programs.rest(world):
        visit.check()
    for visit in taxii.taxii(world):
        visit.check()
    for visit in pages.web(world):
        visit.check()
    for visit in records.record(world):
        visit.check()
    records.no_alarm(world)
    records.feed(world)
    records.logs(caplog.text).check()
    return world
