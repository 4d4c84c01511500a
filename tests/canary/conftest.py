"""A mail server for the whole run: what arrives is read after each world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.sharing.mailserver import MailServer, running


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
