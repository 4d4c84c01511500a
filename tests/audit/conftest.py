"""A database of its own: sealing needs transactions that really end, and nothing here rolls back."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.conftest import drop, recreate


@pytest.fixture
def record_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """An empty record, reached as the application role."""
    shared = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        recreate(f"{shared}_record", template=shared)
        connection.settings_dict["NAME"] = f"{shared}_record"
        yield
        connection.close()
        connection.settings_dict["NAME"] = shared
        with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as owner:
            drop(f"{shared}_record", server=owner)


@pytest.fixture
def as_owner(record_database: None) -> Callable[..., None]:
    """Runs statements as the owner of the tables with the triggers off: the strongest forger."""

    def run(*statements: str) -> None:
        name = connection.settings_dict["NAME"]
        with psycopg.connect(settings.DATABASE_OWNER_URL, dbname=name, autocommit=True) as owner:
            for table in ("entry", "seal", "leaf"):
                owner.execute(f"ALTER TABLE audit_{table} DISABLE TRIGGER USER")
            for statement in statements:
                assert owner.execute(statement).rowcount
            for table in ("entry", "seal", "leaf"):
                owner.execute(f"ALTER TABLE audit_{table} ENABLE TRIGGER USER")

    return run
