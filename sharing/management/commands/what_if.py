"""`manage.py what_if …`: who would gain or lose what, as JSON. Changes nothing."""

from __future__ import annotations

import json
import sys
from argparse import BooleanOptionalAction
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from law.regimes import regime_at
from law.rules import RULES
from law.vocabulary import PersonalData, Tlp
from recipients.errors import Refusal
from sharing import desk
from sharing.comparing import Difference
from sharing.granting import reassessing
from sharing.management.arguments import instant, section_of
from sharing.services import what_if


class Command(BaseCommand):
    help = "Who would gain or lose which sections of what is live? JSON. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", help="ISO 8601 instant with an offset; now when left out")
        asked = parser.add_subparsers(dest="question", required=True)
        for question, what in (("ended", "ended"), ("confirmed", "were confirmed")):
            fact = asked.add_parser(question, help=f"if a fact of the registry {what}")
            fact.add_argument("kind", help=", ".join(desk.FACTS))
            fact.add_argument("id", type=int)
        marked = asked.add_parser("marked", help="if a section of a live version were marked so")
        marked.add_argument("number", help="NCSC-YYYY-NNNN")
        marked.add_argument("version", help="1.00")
        marked.add_argument("position", type=int, help="of the section, from 1")
        marked.add_argument("--tlp", choices=[tlp.value for tlp in Tlp])
        marked.add_argument("--confidential", action=BooleanOptionalAction)
        marked.add_argument("--traceable", action=BooleanOptionalAction)
        marked.add_argument("--personal-data", choices=[kind.value for kind in PersonalData])
        rule = asked.add_parser("rule", help="if nothing could be based on a rule")
        rule.add_argument("rule", help="its id: W.3.2.OTHER")
        asked.add_parser("law", help="if all under an earlier law were assessed under this one")

    def handle(self, *, question: str, at: str | None, **given: Any) -> None:
        when = instant(at)
        try:
            found = self._answer(question, given, when)
        except Refusal as refusal:
            raise CommandError(str(refusal.message)) from None
        changes = what_if.by_section(found)
        answer = {
            "at": when.isoformat(),
            "regime": regime_at(when).id.value,
            "question": question,
            "gained": sum(len(change.gained) for change in changes),
            "lost": sum(len(change.lost) for change in changes),
            "sections": [
                {
                    "advisory": change.advisory,
                    "version": change.version,
                    "position": change.position,
                    "gained": [_party(party) for party in change.gained],
                    "lost": [_party(party) for party in change.lost],
                }
                for change in changes
            ],
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _suspended(self, rule: str, when: Any) -> list[Difference]:
        if rule not in RULES:
            raise CommandError(f"There is no rule {rule}.")
        return _each(what_if.suspended(rule, at=when), total=what_if.resting_on(rule).count())

    def _answer(self, question: str, given: dict[str, Any], when: Any) -> list[Difference]:
        if question == "law":
            waiting = reassessing.waiting(at=when).count()
            return _each(what_if.reassessed(at=when), total=waiting)
        if question == "rule":
            return self._suspended(given["rule"], when)
        if question == "marked":
            changes: dict[str, Any] = {
                name: given[name]
                for name in ("confidential", "traceable")
                if given[name] is not None
            }
            if given["tlp"]:
                changes["tlp"] = Tlp(given["tlp"])
            if given["personal_data"]:
                changes["personal_data"] = PersonalData(given["personal_data"])
            if not changes:
                raise CommandError("Say what would change: --tlp, --confidential, …")
            found = section_of(given["number"], given["version"], given["position"])
            return what_if.marked(found, changes, at=when)
        fact = desk.fact(given["kind"], given["id"])
        if fact is None:
            raise CommandError(f"The registry has no {given['kind']} {given['id']}.")
        supposed = what_if.ended if question == "ended" else what_if.confirmed
        return supposed(fact, at=when)


def _each(releases: Iterable[what_if.Changed], *, total: int) -> list[Difference]:
    """All differences, release by release, with a bar where somebody watches."""
    bar = tqdm(releases, total=total, unit="release", file=sys.stderr, disable=None)
    return [difference for one in bar for difference in one.differences]


def _party(party: what_if.Party) -> dict[str, Any]:
    verdict = party.verdict
    return {
        "organisation": party.organisation,
        **({"person": party.person} if party.person else {}),
        "outcome": verdict.outcome.value,
        "code": verdict.code.value,
        "rules": list(verdict.rules),
    }
