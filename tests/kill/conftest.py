from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.kill.ground import Ground, standing


@pytest.fixture(scope="package")
def servers(django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    with django_db_blocker.unblock(), standing() as ground:
        yield ground


@pytest.fixture
def ground(servers: Ground, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    """The servers, with this process connected to them for one test."""
    with django_db_blocker.unblock(), servers.here():
        yield servers
