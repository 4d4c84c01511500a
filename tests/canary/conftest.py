"""A mail server for the whole run: what arrives is read after each world."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from pytest_django.fixtures import Settings

from tests.sharing.mailserver import MailServer, running

# Until the law and the approval of versions are there, there is nothing to decide or release.
NEEDED = ("law.regimes", "advisories.services.reviewing", "recipients.services")
if not all(find_spec(module) for module in NEEDED):
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def listening() -> Iterator[MailServer]:
    with running(MailServer()) as server:
        yield server


@pytest.fixture
def server(listening: MailServer, settings: Settings) -> MailServer:
    """The settings point at it."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", listening.port
    settings.EMAIL_USE_TLS = False
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "NCSC-portaal <portaal@ncsc.example>"
    return listening


@pytest.fixture(scope="session")
def base_seed(request: pytest.FixtureRequest) -> int:
    """The same for every worker of a run; `CANARY_SEED` repeats one."""
    given = os.environ.get("CANARY_SEED") or request.config.getoption("randomly_seed", 1)
    return int(given)
