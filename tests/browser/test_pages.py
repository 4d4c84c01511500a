"""Every page of the portal in a real browser, for everybody who may open it.

SCREENSHOTS=FOLDER keeps a picture of each.
"""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from ncsc_portal.demo.registry import STAFF, person
from tests.browser.looking import WIDTHS, Look, Visit, visiting
from tests.browser.world import World
from tests.sharing.published import browser

pytestmark = [pytest.mark.processes]
READERS = ("lezer@duinrand.example", "lezer@schakelpunt.example")
EVERYBODY = (None, *(email for email, *_ in STAFF), *READERS)
LANGUAGES = ("nl", "en")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
QUICK = [Look("nl", "light", "wide"), Look("en", "dark", "phone")]
LOOKS = [
    Look(language, scheme, width) for language, scheme, width in product(LANGUAGES, SCHEMES, WIDTHS)
]
THOROUGH = [pytest.param(look, marks=pytest.mark.long) for look in LOOKS if look not in QUICK]


def kept(visit: Visit, who: str | None, address: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        place = Path(folder) / str(visit.look)
        place.mkdir(parents=True, exist_ok=True)
        page = address.strip("/").replace("/", "_") or "start"
        whose = (who or "nobody").partition("@")[0]
        visit.page.screenshot(path=place / f"{page}--{whose}.png", full_page=True)


@pytest.mark.parametrize("look", [*QUICK, *THOROUGH], ids=str)
def test_every_page_is_accessible_fits_its_window_and_asks_nobody_else(
    look: Look, chromium: Browser, server: str, world: World
) -> None:
    seen: set[str] = set()
    shapes: set[tuple[str, str]] = set()
    faults: list[str] = []
    for who in EVERYBODY:
        client = browser(person(who)) if who else None
        with visiting(chromium, server, look, client) as visit:
            for address in world.addresses():
                if not visit.opens(address):
                    continue
                seen.add(address)
                shape = address, visit.shape()
                if shape in shapes:
                    continue  # what somebody else saw, but for the words
                shapes.add(shape)
                kept(visit, who, address)
                faults += [f"{address} for {who}: {fault}" for fault in visit.faults()]
    assert len(seen) > 30, f"only {sorted(seen)} could be opened"
    assert not faults, "\n".join(faults)
