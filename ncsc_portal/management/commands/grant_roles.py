"""Give the application role what it needs, and no more. Run as the owner, after migrate."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from psycopg import sql

from ncsc_portal.roles import APPEND_ONLY


class Command(BaseCommand):
    help = "Grant the application role its rights on every table; the record is insert-only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", help="the role in DATABASE_URL of the running portal")

    def handle(self, *, role: str, **options: Any) -> None:
        who = sql.Identifier(role)
        tables = [sql.Identifier(apps.get_model(label)._meta.db_table) for label in APPEND_ONLY]
        statements = [
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(who),
            sql.SQL(
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}"
            ).format(who),
            sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(who),
            sql.SQL(
                "REVOKE INSERT, UPDATE, DELETE ON django_migrations, auth_permission,"
                " django_content_type FROM {}"
            ).format(who),
            sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(
                sql.SQL(", ").join(tables), who
            ),
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement.as_string(cursor.connection))
