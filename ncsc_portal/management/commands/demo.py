"""`manage.py demo --play`: seed the fictional registry and play the main job once."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ncsc_portal.demo import play, seeding, texts
from ncsc_portal.demo.registry import person
from sharing import access
from sharing.errors import NotShared, Withdrawn
from sharing.models import Delivery, Release
from sharing.reception import reception
from sharing.services import releasing

SHOWN = {
    "anna@ncsc.example": "author",
    "bram@ncsc.example": "second reader",
    "dana@ncsc.example": "duty officer: publishes, withdraws",
    "rosa@ncsc.example": "registry manager",
    "lezer@schakelpunt.example": "reader at a linking organisation (former OKTT)",
    "lezer@duinrand.example": "reader at a water company, named for TLP:RED",
    "lezer@zonneland.example": "reader who gets nothing: the law leaves it to a person",
}
PATIENCE = 120.0  # seconds until a message must have been handed over


class Command(BaseCommand):
    help = "Seed the demo registry when it is absent; with --play, play the main job once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--play", action="store_true", help="publish, revise and withdraw")
        parser.add_argument("--code", metavar="EMAIL", help="print a demo person's code of now")

    def handle(self, *, play: bool, code: str | None, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Not a demo portal: set DEMO=true where all data are fictional.")
        logins = Path(os.environ.get("PORTAL_STATE", ".portal")) / "logins.tsv"
        if code:
            self.say(seeding.code_of(logins, code))
            return
        if not seeding.seeded():
            self.say("Registry: organisations of every capacity, all of them fictional")
            seeding.seed(at=timezone.now(), progress=lambda name: self.say(f"  + {name}"))
            seeding.write_logins(logins)
        if play:
            self.play()
        self.logins(logins)

    def logins(self, path: Path) -> None:
        """The log-ins that one tries first; the file has all."""
        self.say("\nLog-ins (fictional; the code of six digits: ./portal manage demo --code EMAIL)")
        for email, what in SHOWN.items():
            password, _secret = seeding.login_of(path, email)
            self.say(f"  {email:<26} {password:<18} {what}")
        self.say(f"  all of them: {path}")

    def say(self, text: str = "") -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def play(self) -> None:
        began = time.monotonic()
        first = self.step(
            "Publish",
            lambda: play.publish(play.draft(texts.NETSCALER, now=timezone.now), now=timezone.now),
        )
        self.tell(first)
        self.wait(first)
        self.read(first)
        self.answered(first)
        revised = self.step("Revise", lambda: play.revise(first, texts.NETSCALER, now=timezone.now))
        self.wait(revised)
        other = self.step(
            "Publish",
            lambda: play.publish(play.draft(texts.LOG4J, now=timezone.now), now=timezone.now),
        )
        self.wait(other)
        withdrawn = self.step("Withdraw", lambda: self.withdraw(other))
        self.wait(withdrawn)
        self.gone(withdrawn)
        self.say(
            f"\nThe main job took {time.monotonic() - began:.1f} s from first draft to last mail."
        )

    def step(self, name: str, act: Any) -> Release:
        began = time.monotonic()
        release: Release = act()
        self.say(f"\n{name} {release.version}: {time.monotonic() - began:.2f} s")
        return release

    def withdraw(self, release: Release) -> Release:
        return releasing.withdraw(
            release_id=release.pk,
            reason="Dubbel met een eerder advies.",
            by=person("dana@ncsc.example"),
            at=timezone.now(),
        )

    def tell(self, release: Release) -> None:
        self.say(f"  regime {release.regime}, second person {release.second_person}")
        for line in play.account(release):
            self.say(f"  {line.section} ({line.tlp})")
            if line.allowed:
                rules = ", ".join(line.rules)
                self.say(f"      {line.allowed:>3} organisations allowed under {rules}")
            for outcome, count in sorted(line.otherwise.items()):
                self.say(f"      {count:>3} organisations {outcome}")

    def wait(self, release: Release) -> None:
        """Until every message found its end; a message that does not is a failure."""
        deadline = time.monotonic() + PATIENCE
        while left := play.owed(release):
            if time.monotonic() > deadline:
                raise CommandError(
                    f"{left} messages of {release.version} were not handed over in {PATIENCE:.0f} s. Is a worker running?"
                )
            time.sleep(0.1)
        found = Counter(Delivery.objects.filter(release=release).values_list("kind", "status"))
        for (kind, status), count in sorted(found.items()):
            self.say(f"  {count} × {kind} {status.replace('_', ' ')}")

    def read(self, release: Release) -> None:
        """Three readers open it: who is concerned, who passes it on, and a stranger to part of it."""
        number = release.version.advisory.number
        for email in (
            "lezer@duinrand.example",
            "lezer@schakelpunt.example",
            "lezer@zonneland.example",
        ):
            reader = access.reader_of(person(email))
            try:
                shared = access.open_advisory(reader, number=number, at=timezone.now())
            except NotShared:
                self.say(f"  {email} finds nothing there")
                continue
            headings = ", ".join(section.heading for section in shared.sections)
            self.say(f"  {email} reads {shared.tlp.label}: {headings}")

    def answered(self, release: Release) -> None:
        """Two readers answer; the board shows it to the analyst."""
        play.answer(release, now=timezone.now)
        found = reception(release)
        counted = ", ".join(f"{count} {step}" for step, count in found.steps)
        self.say(f"  organisations: {counted}")
        for one in found.answers:
            self.say(f"      {one.organisation}: {one.get_answer_display()}")

    def gone(self, release: Release) -> None:
        reader = access.reader_of(person("lezer@schakelpunt.example"))
        try:
            access.open_advisory(reader, number=release.version.advisory.number, at=timezone.now())
        except Withdrawn as tombstone:
            self.say(f"  a reader finds: withdrawn, “{tombstone.tombstone.reason}”")
        else:
            raise CommandError("A withdrawn advisory could still be opened.")
