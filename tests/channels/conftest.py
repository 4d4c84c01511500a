"""Peers of the channels: keyrings, certificates, a mail server and the portal's own keys."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.channels import certificates, gnupg, receiver
from tests.channels.receiver import Receiver
from tests.sharing.mailserver import MailServer, running

SERVICE = "portaal@ncsc.example"


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with running(MailServer()) as one:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", one.port
        settings.EMAIL_USE_TLS = False
        settings.EMAIL_TIMEOUT = 5
        settings.DEFAULT_FROM_EMAIL = f"NCSC-portaal <{SERVICE}>"
        yield one


@pytest.fixture(scope="session")
def ours() -> Iterator[gnupg.Home]:
    """The portal's keyring, with its signing key."""
    with gnupg.home() as home:
        home.make(SERVICE)
        yield home


@pytest.fixture(scope="session")
def theirs(ours: gnupg.Home) -> Iterator[gnupg.Home]:
    """A constituent's keyring, that knows the portal's public key."""
    with gnupg.home() as home:
        home.run("--import", stdin=ours.public(SERVICE))
        yield home


@pytest.fixture
def sealing(ours: gnupg.Home, settings: Settings) -> None:
    """Both kinds of encrypted mail are set up."""
    settings.OPENPGP_SIGNING_KEY = ours.secret(SERVICE)
    settings.SMIME_SIGNING_KEY = certificates.service().key_pem + certificates.service().pem
    settings.SMIME_TRUST = certificates.authority().pem


@pytest.fixture
def hook(settings: Settings) -> Iterator[Receiver]:
    """An endpoint on this machine, that the guard is told to allow."""
    settings.WEBHOOK_CA = certificates.authority().pem
    settings.WEBHOOK_NETWORKS = "127.0.0.1/32,::1/128"
    with receiver.receiving() as one:
        yield one
