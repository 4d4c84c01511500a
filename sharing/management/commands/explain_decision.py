"""`manage.py explain_decision NCSC-2026-0001 1.00 4 "Waterbedrijf Duinrand"`: gate by gate."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from law import LawError
from recipients.models import Organisation
from sharing.management.arguments import instant, section_of
from sharing.services.explaining import explain


class Command(BaseCommand):
    help = "Explain, gate by gate, what the law says of a section for an organisation. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="NCSC-YYYY-NNNN")
        parser.add_argument("version", help="1.00")
        parser.add_argument("position", type=int, help="of the section, from 1")
        parser.add_argument("organisation", help="name")
        parser.add_argument("--at", help="ISO 8601 instant with an offset; now when left out")

    def handle(
        self,
        *,
        number: str,
        version: str,
        position: int,
        organisation: str,
        at: str | None,
        **options: Any,
    ) -> None:
        section = section_of(number, version, position)
        try:
            recipient = Organisation.objects.get(name__iexact=organisation)
        except Organisation.DoesNotExist:
            raise CommandError(f"The registry knows no organisation {organisation!r}.") from None
        try:
            found = explain(section_id=section.pk, organisation_id=recipient.pk, at=instant(at))
        except LawError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{section.version} §{position} → {recipient}, {found.at.isoformat()}")
        self.stdout.write(f"{found.regime.id}{'' if found.addressed else ' (not addressed)'}")
        for gate in found.gates:
            result = gate.result
            self.stdout.write(f"  {result.gate:<12} {result.outcome:<7} {result.code}")
            for name, value in result.predicates:
                self.stdout.write(f"      {'✓' if value else '✗'} {name}")
            for rule in gate.rules:
                unsure = "" if rule.verified else f"  [not verified, {rule.confidence}]"
                self.stdout.write(f"      {rule.id}: {rule.article}: “{rule.quote_nl}”{unsure}")
        self.stdout.write(f"  = {found.verdict.outcome} {found.verdict.code}")
