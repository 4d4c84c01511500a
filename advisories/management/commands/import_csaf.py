"""import_csaf PATH…: take in files and folders of CSAF documents as drafts."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from advisories.services.importing import ImportOutcome, import_document
from recipients.models import User


class Command(BaseCommand):
    help = "Import CSAF 2.0 and 2.1 documents as drafts. Running it twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, help="files, or folders of *.json")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="who imports")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write outcomes as JSON")

    def handle(self, *, paths: list[Path], by: str, report: Path | None, **options: Any) -> None:
        user = User.objects.filter(email=by.lower()).first()
        if user is None:
            raise CommandError(f"No account has the e-mail address {by}: name another with --by.")
        files = _files(paths)
        rows: list[dict[str, Any]] = []
        unreadable = 0
        for file in tqdm(files, desc="import_csaf", unit="file", disable=None):
            try:
                data = _read(file)
            except OSError as error:
                unreadable += 1
                rows.append(_row(file, result="refused", code="UNREADABLE", message=str(error)))
                continue
            outcome = import_document(data=data, filename=file.name, by=user, at=timezone.now())
            rows.append(_outcome_row(file, outcome))
        if report:
            report.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
        self._summarise(rows)
        if unreadable == len(files):
            raise CommandError("Nothing could be read: check the paths.")

    def _summarise(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if row["result"] == "refused":
                self.stdout.write(f"refused {row['file']}: {row['code']}: {row['message']}")
        counts = Counter(row["result"] for row in rows)
        flagged = sum(bool(row["flags"]) for row in rows)
        self.stdout.write(
            f"{counts['accepted']} accepted ({flagged} with flags), {counts['unchanged']} unchanged,"
            f" {counts['refused']} refused"
        )


def _files(paths: list[Path]) -> list[Path]:
    """Files as named; of folders every *.json below, in the order of their names."""
    found: list[Path] = []
    for path in paths:
        found.extend(sorted(path.rglob("*.json")) if path.is_dir() else [path])
    return list(dict.fromkeys(found))


def _read(file: Path) -> bytes:
    """One byte more than the limit is enough to know that it is too big."""
    with file.open("rb") as stream:
        return stream.read(settings.CSAF_MAX_BYTES + 1)


def _row(file: Path, *, result: str, code: str, message: str) -> dict[str, Any]:
    return {"file": str(file), "result": result, "code": code, "message": message, "flags": []}


def _outcome_row(file: Path, outcome: ImportOutcome) -> dict[str, Any]:
    row = _row(file, result=outcome.result.value, code=outcome.code, message=outcome.message)
    row["advisory"] = outcome.version.advisory.number if outcome.version else ""
    row["flags"] = [flag.to_json() for flag in outcome.flags]
    return row
