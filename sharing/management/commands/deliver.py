"""Drain the outbox without a broker: the table is the queue."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection
from django.utils import timezone

from sharing.delivery.drain import drain


class Command(BaseCommand):
    help = "Deliver everything that is due. Needs the database and the mail server; no broker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")
        parser.add_argument(
            "--every", type=float, default=10.0, metavar="SECONDS", help="how often to look"
        )

    def handle(self, *, once: bool, every: float, **options: Any) -> None:
        while True:
            try:
                tally = drain(clock=timezone.now)
            except OperationalError as error:
                if once:
                    raise
                # Whatever was in our hands is claimed again when its lease ends.
                self.stderr.write(f"the database does not answer: {error}")
                connection.close()
            else:
                for outcome, count in sorted(tally.items()):
                    self.stdout.write(f"{outcome}: {count}")
            if once:
                return
            time.sleep(every)
