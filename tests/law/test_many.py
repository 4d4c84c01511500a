"""Many recipients at once, and the name of the ruleset."""

import shutil
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import law
from law import Capacity, Code, Predicate, Purpose, Relation, regimes
from law.rules import RULES
from tests.law.test_cases import CONSENTED, IOC, SELF, VITAL, VPN_OF_A, W2023, ask, to


def together(item: law.Item, *recipients: law.Recipient, **given: object) -> list[law.Verdict]:
    return law.decide_many(
        item=item,
        purpose=Purpose.INFORM,
        instant=W2023,
        recipients=recipients,
        **given,  # type: ignore[arg-type]  # `relation` or `suspended`
    )


def test_many_are_answered_one_by_one_in_their_order() -> None:
    recipients = (VITAL, to(Capacity.CCT), VITAL, to(), to(Capacity.VITAL, active=False))
    for bond in ({}, SELF, CONSENTED):
        answers = together(VPN_OF_A, *recipients, relation=Relation(**bond))
        assert answers == [law.decide(ask(VPN_OF_A, one, bond=bond)) for one in recipients]
    assert together(VPN_OF_A, *recipients) == together(VPN_OF_A, *recipients, relation=Relation())
    assert {verdict.allowed for verdict in together(VPN_OF_A, *recipients)} == {True, False}


def test_who_differ_in_sector_alone_share_one_answer() -> None:
    sectors = [replace(VITAL, sectors=frozenset(names)) for names in ("", "ab", "c")]
    one, *others = together(IOC, *sectors)
    assert all(other is one for other in others)


def test_what_is_suspended_is_suspended_for_all() -> None:
    (verdict,) = together(IOC, VITAL, suspended=frozenset({"F.ACTIVE"}))
    assert verdict.code is Code.DENY_RULE_SUSPENDED


def test_all_words_at_once_are_words_that_the_law_knows() -> None:
    everything = replace(IOC, attested=frozenset(Predicate), scope=frozenset(law.Scope))
    crowd = to(*(set(Capacity) - {Capacity.PUBLIC}))
    assert together(everything, VITAL)[0].allowed
    assert law.decide(ask(everything, crowd)) == together(everything, crowd)[0]


def hashed(folder: Path | None = None) -> str:
    if folder is None:
        return regimes.ruleset_hash.__wrapped__()
    with patch.object(regimes, "__file__", str(folder / "regimes.py")):
        return regimes.ruleset_hash.__wrapped__()


def test_the_name_of_the_ruleset_changes_with_any_rule_and_any_line(tmp_path: Path) -> None:
    there = Path(law.__file__).parent
    copy = tmp_path / "law"
    shutil.copytree(there, copy, ignore=shutil.ignore_patterns("__pycache__"))
    known = hashed()
    assert hashed(copy) == known == regimes.ruleset_hash()
    (copy / "note.txt").write_text("no code")
    assert hashed(copy) == known
    with (copy / "cbw.py").open("a") as module:
        module.write("\n")
    assert hashed(copy) != known
    other = {**RULES, "C.53": replace(RULES["C.53"], gloss_en="something else")}
    with patch.object(regimes, "RULES", other):
        assert hashed() != known
    with patch.object(regimes, "RULES", dict(reversed(RULES.items()))):
        assert hashed() == known  # whatever order they stand in
