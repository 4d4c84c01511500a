"""A real browser before a real server, on the demo's world."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from tests.browser.world import World, made
from tests.conftest import database_of_its_own

# Beside headless and quiet: no look-ups at the maker's, of which a closed network makes delays.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or what CHROMIUM names."""
    binary = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not binary:
        pytest.skip("no Chromium here: apt-get install chromium, or name one in CHROMIUM")
    # The driver keeps a loop of its own in this thread, which Django takes for an asynchronous
    # caller. It is none.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        yield opened
        opened.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with database_of_its_own(django_db_blocker):
        cache.clear()
        yield made()


@pytest.fixture(scope="package")
def server(world: World) -> Iterator[str]:
    """The address of a server on the world."""
    kept = connection.settings_dict["CONN_MAX_AGE"]
    connection.settings_dict["CONN_MAX_AGE"] = 0  # its threads leave no session behind
    running = LiveServer("127.0.0.1")
    yield running.url
    running.stop()
    connection.settings_dict["CONN_MAX_AGE"] = kept
