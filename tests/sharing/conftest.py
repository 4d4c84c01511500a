"""Fixtures of the sharing tests."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.sharing.mailserver import MailServer, running
from tests.sharing.published import Published, published


@pytest.fixture(params=[True, False], ids=["pipelining", "step by step"])
def server(request: pytest.FixtureRequest, settings: Settings) -> Iterator[MailServer]:
    """A mail server, with and without PIPELINING; the settings point at it."""
    with running(MailServer(pipelining=request.param)) as one:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", one.port
        settings.EMAIL_USE_TLS = False
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = "NCSC-portaal <portaal@ncsc.example>"
        yield one


@pytest.fixture
def world(db: None) -> Published:
    """Staff with every role, and nothing published yet."""
    return published()
