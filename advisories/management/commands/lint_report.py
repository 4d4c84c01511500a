"""lint_report FOLDER…: what the lint finds in real documents, and how often it is right."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from advisories.linting import Register
from advisories.linting.reporting import digest, known_in, labels_in, report
from advisories.services.registered import known

LABELS = Path("docs/lint-labels.csv")


class Command(BaseCommand):
    help = "Run the lint over folders of JSON documents and count, per kind. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folders", nargs="+", type=Path)
        parser.add_argument(
            "--registry", type=Path, help="CSV of organisations instead of the portal's registry"
        )
        parser.add_argument("--labels", type=Path, default=LABELS, help="what was judged before")
        parser.add_argument("--values", action="store_true", help="list what is not judged yet")

    def handle(
        self,
        *,
        folders: list[Path],
        registry: Path | None,
        labels: Path,
        values: bool,
        **options: Any,
    ) -> None:
        missing = [folder for folder in folders if not folder.is_dir()]
        if missing:
            raise CommandError(f"{missing[0]} is no folder.")
        organisations = known_in(registry) if registry else known()
        judged = labels_in(labels) if labels.exists() else {}
        made = report(folders, register=Register.of(organisations))
        self.stdout.write(
            f"{made.documents} documents, {made.characters:,} characters,"
            f" {len(organisations)} organisations\n\n"
            "| kind | found | right of judged | different | right of judged |\n|---|---|---|---|---|"
        )
        for row in made.rows(judged):
            self.stdout.write(
                "| {kind} | {found} | {right} of {judged} | {values} |"
                " {values_right} of {values_judged} |".format(**row)
            )
        if values:
            for kind, value in sorted(made.found):
                if (kind.value, digest(value)) not in judged:
                    self.stdout.write(f"{kind.value},{digest(value)},{value}")
