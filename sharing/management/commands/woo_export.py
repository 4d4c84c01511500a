"""`manage.py woo_export --since 2026-09-01T00:00+02:00 --until … --by jurist@… woo.jsonl`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from advisories.errors import Refusal
from recipients.models import User
from sharing.management.arguments import instant
from sharing.services import woo


class Command(BaseCommand):
    help = "What the Woo reaches of what was supplied in a period, one section a line (JSON lines)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--since", required=True, help="ISO 8601 instant, included")
        parser.add_argument("--until", required=True, help="ISO 8601 instant, excluded")
        parser.add_argument("--by", required=True, help="e-mail address of the legal officer")

    def handle(self, *, file: Path, since: str, until: str, by: str, **options: Any) -> None:
        person = User.objects.filter(email__iexact=by).first()
        if person is None:
            raise CommandError(f"There is no account for {by}.")
        try:
            made = woo.export(
                since=instant(since), until=instant(until), by=person, at=timezone.now()
            )
        except Refusal as refusal:
            raise CommandError(str(refusal.message)) from None
        file.write_bytes(made.lines)
        self.stdout.write(
            f"{made.sections} sections, {made.excluded} of them out of reach of the Woo; "
            f"sha256 {made.sha256}"
        )
