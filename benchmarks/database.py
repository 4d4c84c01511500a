"""A database of our own for measuring, made by the owner role, read by the application role."""

from __future__ import annotations

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from benchmarks.world import World, load
from ncsc_portal import env


def prepare(
    advisories: int, organisations: int, *, seed: int, name: str, reuse: bool = False
) -> World:
    """Recreate the database, load the world, and leave Django connected as the application.

    With `reuse` an earlier run's world is measured again.
    """
    owner = env.database(settings.DATABASE_OWNER_URL)
    application = dict(settings.DATABASES["default"])
    if reuse:
        connection.settings_dict["NAME"] = name
        return _loaded()
    with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as server:
        identifier = sql.Identifier(name)
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        server.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    connection.settings_dict.update(owner, NAME=name)
    call_command("migrate", verbosity=0)
    with psycopg.connect(
        dbname=name,
        user=owner["USER"],
        password=owner["PASSWORD"],
        host=owner["HOST"],
        port=owner["PORT"] or None,
    ) as db:
        world = load(db, advisories=advisories, organisations=organisations, seed=seed)
    call_command("grant_roles", application["USER"])
    connection.close()
    connection.settings_dict.update(
        {key: application[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    )
    return world


def _loaded() -> World:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT count(*) FROM advisories_advisory WHERE number < 'NCSC-2026-9'),
                      (SELECT count(*) FROM recipients_organisation),
                      (SELECT id::text FROM recipients_organisation WHERE name = 'Org 1'),
                      (SELECT id::text FROM recipients_organisation WHERE name = 'Org 2')"""
        )
        return World(*cursor.fetchone())
