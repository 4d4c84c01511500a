"""A mail server and an endpoint for the whole run: what arrives is read after each world."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.canary import keys
from tests.channels.receiver import Receiver, receiving
from tests.sharing.mailserver import MailServer, running


@pytest.fixture(scope="session")
def listening() -> Iterator[MailServer]:
    with running(MailServer()) as server:
        yield server


@pytest.fixture(scope="session")
def calling() -> Iterator[Receiver]:
    with receiving() as hook:
        yield hook


@pytest.fixture
def server(listening: MailServer, calling: Receiver, settings: Settings) -> MailServer:
    """The settings point at it, and at an endpoint; every channel is set up."""
    calling.got.clear()
    listening.calls = calling.got
    settings.OPENPGP_SIGNING_KEY = keys.setup().openpgp
    settings.SMIME_SIGNING_KEY = keys.setup().smime
    settings.WEBHOOK_CA = keys.setup().ca
    settings.WEBHOOK_NETWORKS = "127.0.0.1/32,::1/128"
    settings.CANARY_HOOK = calling.port
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", listening.port
    settings.EMAIL_USE_TLS = False
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "NCSC-portaal <portaal@ncsc.example>"
    return listening
