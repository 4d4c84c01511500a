"""`manage.py explain_decision NCSC-2026-0001 1.00 4 "Waterbedrijf Duinrand"`: gate by gate."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from law import LawError
from law.rules import RULES
from recipients.models import Organisation, User
from sharing.evidence.values import Explanation
from sharing.management.arguments import instant, section_of
from sharing.renditions import explanation as told
from sharing.services import verifying
from sharing.services.explaining import explain


class Command(BaseCommand):
    help = "Explain, gate by gate, what the law says of a section for an organisation. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="NCSC-YYYY-NNNN")
        parser.add_argument("version", help="1.00")
        parser.add_argument("position", type=int, help="of the section, from 1")
        parser.add_argument("organisation", help="name")
        parser.add_argument("--at", help="ISO 8601 instant with an offset; now when left out")
        parser.add_argument("--person", metavar="EMAIL", help="a reader of it, named for TLP:RED")
        parser.add_argument("--language", choices=["nl", "en"], default="nl")
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument(
            "--recipient-safe",
            action="store_true",
            help="only what the organisation itself may read of why it gets this",
        )

    def handle(self, *, language: str, as_json: bool, recipient_safe: bool, **asked: Any) -> None:
        with translation.override(language):
            found = _explained(asked)
            if recipient_safe:
                self._safe(found, as_json=as_json)
            elif as_json:
                self._json(told.as_json(found))
            else:
                sure = verifying.standing()
                unverified = {r.id for r in RULES.values() if not r.verified and r.id not in sure}
                for line in told.text(found, unverified=frozenset(unverified)):
                    self.stdout.write(line)

    def _safe(self, found: Explanation, *, as_json: bool) -> None:
        if found.safe is None:
            raise CommandError("There is nothing here for this organisation.")
        if as_json:
            self._json(told.safe_json(found.safe))
            return
        for line in told.safe_text(found.safe):
            self.stdout.write(line)

    def _json(self, value: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=2))


def _explained(asked: dict[str, Any]) -> Explanation:
    section = section_of(asked["number"], asked["version"], asked["position"])
    try:
        recipient = Organisation.objects.get(name__iexact=asked["organisation"])
    except Organisation.DoesNotExist:
        raise CommandError(
            f"The registry knows no organisation {asked['organisation']!r}."
        ) from None
    person = asked["person"]
    try:
        return explain(
            section_id=section.pk,
            organisation_id=recipient.pk,
            at=instant(asked["at"]),
            person_id=User.objects.get(email__iexact=person).pk if person else None,
        )
    except LawError as error:
        raise CommandError(str(error)) from None
    except ObjectDoesNotExist:
        raise CommandError(f"{person} is not addressed by name at {recipient}.") from None
