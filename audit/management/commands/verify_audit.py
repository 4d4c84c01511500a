"""Is the record what was sealed? Exit code 1 and one line naming the first bad row if not."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from audit import services
from audit.chain import public_key
from audit.export import FileLog, write
from audit.reading import DatabaseLog
from audit.verification import Broken, Log, Report, verify


class Command(BaseCommand):
    help = "Verify the record: in the database, or in an export without touching any database."

    def add_arguments(self, parser: CommandParser) -> None:
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--export", type=Path, metavar="FILE", help="also write JSON lines")
        where.add_argument("--from", type=Path, dest="source", metavar="FILE", help="verify FILE")
        parser.add_argument(
            "--public-key",
            action="append",
            default=[],
            metavar="HEX",
            help="a key to trust, known from elsewhere; may be repeated, e.g. after a rotation",
        )
        parser.add_argument(
            "--head", metavar="CHAIN", help="a chain value noted earlier that must still be there"
        )
        parser.add_argument("--no-seal", action="store_true", help="do not seal first")

    def handle(
        self,
        *,
        export: Path | None,
        source: Path | None,
        public_key: list[str],
        head: str | None,
        no_seal: bool,
        **options: Any,
    ) -> None:
        if source:
            self.verify_file(source, keys=public_key, head=head)
            return
        if not no_seal:
            services.seal(at=timezone.now())
        self.verify_database(export, keys=public_key, head=head)

    def verify_database(self, export: Path | None, *, keys: list[str], head: str | None) -> None:
        log = DatabaseLog()
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                # One picture of the whole record, whatever is written meanwhile.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            if export:
                with export.open("w", encoding="utf-8") as file:
                    write(log, to=file, seed=settings.AUDIT_SIGNING_KEY)
            report = self.walk(
                log, trusted={public_key(settings.AUDIT_SIGNING_KEY), *keys}, head=head
            )
        self.tell(report)

    def verify_file(self, source: Path, *, keys: list[str], head: str | None) -> None:
        try:
            log = FileLog(source)
            report = self.walk(log, trusted=set(keys) or {log.public_key}, head=head)
            if report.problem is None:
                if keys and log.public_key not in keys:
                    raise Broken(f"the export is signed by an unknown key {log.public_key}")
                log.check_end(key=log.public_key)
        except Broken as broken:
            raise CommandError(str(broken)) from None
        if not keys:
            self.stderr.write(
                "The export vouches for its own key; give --public-key to trust more than that."
            )
        self.tell(report)

    def walk(self, log: Log, *, trusted: set[str], head: str | None) -> Report:
        with tqdm(unit=" rows", disable=not sys.stderr.isatty()) as bar:
            return verify(log, trusted=trusted, head=head, progress=bar.update)

    def tell(self, report: Report) -> None:
        if report.problem:
            raise CommandError(report.problem)
        self.stdout.write(
            f"{report.rows} rows under {report.seals} seals are as they were sealed;"
            f" {report.pending} rows lie after the last seal."
        )
        if report.eras > 1:
            self.stdout.write(f"The database was restored on another cluster {report.eras - 1} ×.")
        self.stdout.write(f"Head {report.head}")
