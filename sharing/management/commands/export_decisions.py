"""`manage.py export_decisions 12 --by otto@ncsc.example --to decisions.jsonl`: why, for a supervisor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recipients.models import User
from recipients.roles import Right, may
from sharing.models import Release
from sharing.services.exporting import export_decisions


class Command(BaseCommand):
    help = (
        "Write the decisions of a release with rules and evidence ids as JSON lines, without content,"
        " and the sha256 of the file into the record."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("release", type=int, help="its number, as in the address of its board")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="who exports")
        parser.add_argument("--to", required=True, type=Path, metavar="FILE")
        parser.add_argument("--language", choices=["nl", "en"], default="nl")

    def handle(self, *, release: int, by: str, to: Path, language: str, **options: Any) -> None:
        at = timezone.now()
        user = User.objects.filter(email=by.lower()).first()
        if user is None or not may(user, Right.EXPLAIN, at=at):
            raise CommandError(f"{by} is no account that may export decisions.")
        if not Release.objects.filter(pk=release).exists():
            raise CommandError(f"There is no release {release}.")
        with to.open("w", encoding="utf-8", newline="\n") as file:
            digest = export_decisions(
                release_id=release, language=language, to=file, actor=user.actor, at=at
            )
        self.stdout.write(f"{digest}  {to}")
