"""The decisions of a release for an outsider: readable, without content, bound to the record."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.export import write
from audit.models import Entry
from audit.reading import DatabaseLog
from law.rules import RULES
from sharing.models import Decision
from tests.sharing.published import LEAD, SECRETS, Published

pytestmark = pytest.mark.django_db


def exported(world: Published, release: int, to: Path, *options: str) -> list[dict[str, Any]]:
    call_command(
        "export_decisions", str(release), "--by", world.author.email, "--to", str(to), *options
    )
    return [json.loads(line) for line in to.read_text(encoding="utf-8").splitlines()]


def test_an_outsider_reads_why_and_finds_the_file_in_the_record(
    world: Published, tmp_path: Path
) -> None:
    world.organisation("Waterbedrijf Duinrand")
    plain = world.organisation("Gemeente Oudewaard", secrecy=False)
    release = world.publish([LEAD, SECRETS], at=timezone.now())
    to = tmp_path / "decisions.jsonl"
    lines = exported(world, release.pk, to)
    decisions = [line for line in lines if line["kind"] == "decision"]
    assert {line["id"] for line in decisions} == set(Decision.objects.values_list("pk", flat=True))
    rules = {line["id"]: line for line in lines if line["kind"] == "rule"}
    applied = {rule for line in decisions for gate in line["gates"] for rule in gate["rules"]}
    assert applied == rules.keys()
    assert rules["C.66.1"]["quote"] == RULES["C.66.1"].quote_nl
    words = {line["name"] for line in lines if line["kind"] == "predicate"}
    assert words == {n for d in decisions for gate in d["gates"] for n in gate["predicates"]}
    denied = [line for line in decisions if line["outcome"] == "deny"]
    assert denied
    assert all(line["words"].startswith("geweigerd: ") for line in denied)
    facts = {line["digest"]: line for line in lines if line["kind"] == "facts"}
    ids = {line["id"] for line in lines if line["kind"] == "attestation"}
    assert all(set(facts[line["facts"]]["attestations"]) <= ids for line in decisions)
    assert lines[-1] == {"kind": "end", "decisions": len(decisions)}

    text = to.read_text(encoding="utf-8")
    inside = (LEAD.body, SECRETS.body, "Onderdeel", "Vastgesteld", plain.name, world.second.name)
    assert [secret for secret in inside if secret in text] == []

    entry = Entry.objects.get(action="decisions.export")
    assert entry.outcome == hashlib.sha256(to.read_bytes()).hexdigest()
    assert (entry.actor, entry.target) == (world.author.actor, str(release.version))
    chain = tmp_path / "record.jsonl"
    with chain.open("w", encoding="utf-8") as file:  # as `verify_audit --export` does
        write(DatabaseLog(), to=file, seed=settings.AUDIT_SIGNING_KEY)
    assert entry.outcome in chain.read_text(encoding="utf-8")


def test_the_words_come_in_the_language_that_is_asked_for(world: Published, tmp_path: Path) -> None:
    world.organisation("Waterbedrijf Duinrand")
    release = world.publish(at=timezone.now())
    for language, allowed in (("nl", "toegestaan: "), ("en", "allowed: ")):
        lines = exported(world, release.pk, tmp_path / language, "--language", language)
        told = [line["words"] for line in lines if line["kind"] == "decision"]
        assert told
        assert all(one.startswith(allowed) for one in told)


def test_only_who_may_explain_exports_and_only_what_exists(
    world: Published, tmp_path: Path
) -> None:
    to = tmp_path / "decisions.jsonl"
    with pytest.raises(CommandError, match="no release"):
        exported(world, 2**31, to)
    release = world.publish(at=timezone.now())
    for email in ("niemand@ncsc.example",):
        with pytest.raises(CommandError, match="may export"):
            call_command("export_decisions", str(release.pk), "--by", email, "--to", str(to))
    assert not to.exists()
    assert exported(world, release.pk, to)
