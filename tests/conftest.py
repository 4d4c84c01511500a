"""The test database is made by the owner role; tests run as the application role."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import translation
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from ncsc_portal import env


def drop(name: str, *, server: psycopg.Connection[Any]) -> None:
    """Drop a database if it is there. The owner may not end sessions of the application role (so
    no FORCE): one that is just closing is waited for."""
    deadline = time.monotonic() + 30
    while True:
        try:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > deadline:
                raise
        else:
            return


def recreate(name: str, *, template: str | None = None) -> None:
    """An empty database `name`, owned by the owner role; a copy of `template` when given."""
    with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as owner:
        drop(name, server=owner)
        made = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            made += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        owner.execute(made)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Workers have databases of their own on one cluster, whose transaction numbers they share: a
    test marked `alone` waits until no other test runs, and the others wait for it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    folder = item.config.cache.mkdir("alone")
    how = fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH
    with (folder / "door").open("a") as door, (folder / "room").open("a") as room:
        fcntl.flock(door, fcntl.LOCK_EX)  # who waits to be alone is not overtaken
        fcntl.flock(room, how)
        fcntl.flock(door, fcntl.LOCK_UN)
        return (yield)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are quoted in English unless a test asks for a language, whichever was left active
    by the request before it and whether the catalogues are compiled yet or not."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replaces pytest-django's: two roles instead of one."""
    if not settings.DATABASE_OWNER_URL:
        pytest.exit("set DATABASE_OWNER_URL: the tests make their database as its owner", 2)
    name = f"test_portal_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    application = dict(settings.DATABASES["default"])
    owner = env.database(settings.DATABASE_OWNER_URL)
    with django_db_blocker.unblock():
        recreate(name)
        connection.close()
        connection.settings_dict.update(owner, NAME=name)
        call_command("migrate", verbosity=0)
        call_command("grant_roles", application["USER"])
        connection.close()
        connection.settings_dict.update(
            {k: application[k] for k in ("USER", "PASSWORD", "HOST", "PORT")}
        )
    yield
    with django_db_blocker.unblock():
        connection.close()
        with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as server:
            drop(name, server=server)


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """As `database_of_its_own`, for one test."""
    with database_of_its_own(django_db_blocker) as name:
        yield name


@contextmanager
def database_of_its_own(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A migrated database that really commits, for tests with several connections or processes.

    Its name is yielded; the default connection of every thread points at it meanwhile.
    """
    shared = connection.settings_dict["NAME"]
    name = f"{shared}_own"
    with django_db_blocker.unblock():
        connection.close()  # a template may have no visitors
        recreate(name, template=shared)
        connection.settings_dict["NAME"] = name
        try:
            yield name
        finally:
            connection.close()
            connection.settings_dict["NAME"] = shared
            with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as owner:
                drop(name, server=owner)


@pytest.fixture(scope="session")
def base_seed(request: pytest.FixtureRequest) -> int:
    """The same for every worker of a run; `CANARY_SEED` repeats one."""
    given = os.environ.get("CANARY_SEED") or request.config.getoption("randomly_seed", 1)
    return int(given)
