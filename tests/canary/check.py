"""One world, every exit, every kind of reader."""

from __future__ import annotations

from itertools import chain

import pytest

from tests.canary import everyone, exits, pages, programs, provider, records, taxii
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
    for who in (*world.readers(), None):  # None: the public
        for visit in exits.door(world, who):
            visit.check()
    others = (
        programs.rest,
        taxii.taxii,
        provider.provider,
        pages.web,
        everyone.without_account,
        records.record,
    )
    for visit in chain.from_iterable(look(world) for look in others):
        visit.check()
    records.no_alarm(world)
    records.feed(world)
    records.logs(caplog.text).check()
    return world
