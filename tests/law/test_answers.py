"""How answers come together: several paths, suspended rules, rulings, many recipients at once."""

import hashlib
from dataclasses import astuple, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, cast

import pytest

import law
from law import Capacity, Code, Outcome, Predicate, Question, Relation, Scope
from law.answers import PRECEDENCE
from law.errors import NaiveInstant, UnknownWord
from law.regimes import ruleset_hash
from law.rules import RULES
from tests.law.test_cases import A1, A2, CASES, DIENSTIG, EU, IOC, SELF, VITAL, VPN_OF_A, ask, to

MANUAL = CASES["20"][0]  # what the text leaves to a person
EMERGENCY = {Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY, Predicate.PROVIDER_CONSULTED}


def without(question: Question, *rules: str) -> law.Verdict:
    return law.decide(replace(question, suspended=frozenset(rules)))


def test_what_rests_on_a_suspended_rule_is_denied_for_that() -> None:
    assert law.decide(ask(IOC, VITAL)).code is Code.OK
    shut = without(ask(IOC, VITAL), "W.3.1.d")
    assert (shut.outcome, shut.code) == (Outcome.DENY, Code.DENY_RULE_SUSPENDED)


def test_a_rule_that_nothing_rests_on_changes_nothing() -> None:
    assert without(ask(IOC, VITAL), "C.53") == law.decide(ask(IOC, VITAL))


def test_a_denial_keeps_its_own_reason_when_its_rule_is_suspended() -> None:
    assert without(ask(VPN_OF_A, VITAL), "W.20.2.list").code is Code.DENY_20_2_NOT_LISTED


def test_another_path_still_opens() -> None:
    both = replace(IOC, scope=frozenset({Scope.PRIMARY, Scope.OTHER}), attested=A1 | A2)
    found = without(ask(both, to(Capacity.CSIRT, territory=EU)), "W.3.1.d")
    assert found.allowed
    assert "W.3.2.CSIRT" in found.rules


def test_a_gate_without_paths_is_shut_too() -> None:
    assert without(ask(IOC, VITAL), "E.TLP").code is Code.DENY_RULE_SUSPENDED


def test_a_ruling_lifts_nothing_while_rulings_are_suspended() -> None:
    ruled = replace(MANUAL, relation=replace(MANUAL.relation, legal_ruling=True))
    opened = law.decide(ruled)
    assert (opened.outcome, opened.code) == (Outcome.ALLOW, Code.LEGAL_RULING)
    assert opened.gates[:-1] == law.decide(MANUAL).gates
    assert (opened.gates[-1].gate, opened.gates[-1].rules) == ("M ruling", ("M.RULING",))
    assert without(ruled, "M.RULING").outcome is Outcome.MANUAL


def test_a_ruling_changes_nothing_where_the_law_is_clear() -> None:
    plain = ask(IOC, VITAL)
    assert law.decide(replace(plain, relation=Relation(legal_ruling=True))) == law.decide(plain)


def test_broken_glass_opens_what_a_person_would_have_to_decide() -> None:
    abroad = to(Capacity.EEA_CSIRT, territory=law.Territory.EEA)
    left = ask(replace(VPN_OF_A, attested=A1 | DIENSTIG), abroad)
    assert law.decide(left).outcome is Outcome.MANUAL
    broken = replace(left, item=replace(left.item, attested=left.item.attested | EMERGENCY))
    assert (law.decide(broken).outcome, law.decide(broken).code) == (
        Outcome.ALLOW,
        Code.BREAK_GLASS,
    )


def test_every_reason_to_deny_has_its_place_among_the_others() -> None:
    denials = {code for code in Code if code.name.startswith("DENY_")}
    assert set(PRECEDENCE) == denials
    assert len(PRECEDENCE) == len(denials)


def test_many_are_answered_one_by_one_each_in_its_place_and_with_what_binds_them() -> None:
    recipients = [
        VITAL,
        to(secrecy_guaranteed=False),
        replace(VITAL, sectors=frozenset({"energy"})),
        VITAL,
    ]
    bond = Relation(**SELF)
    answers = law.decide_many(
        item=VPN_OF_A,
        purpose=law.Purpose.INFORM,
        instant=MANUAL.instant,
        recipients=recipients,
        relation=bond,
    )
    assert answers == [
        law.decide(Question(VPN_OF_A, one, law.Purpose.INFORM, MANUAL.instant, bond))
        for one in recipients
    ]
    assert [answer.allowed for answer in answers] == [True, False, True, True]
    unbound = law.decide_many(
        item=VPN_OF_A, purpose=law.Purpose.INFORM, instant=MANUAL.instant, recipients=recipients
    )
    assert not any(answer.allowed for answer in unbound)


def test_whatever_the_law_knows_may_be_said_all_at_once() -> None:
    everything = replace(IOC, scope=frozenset(Scope), attested=frozenset(Predicate))
    assert law.decide(ask(everything, VITAL)).allowed


def test_of_words_that_are_not_known_only_those_are_named() -> None:
    said = cast("Any", frozenset({Capacity.VITAL, "okkt", "vitaal"}))
    question = ask(IOC, replace(VITAL, capacities=said))
    with pytest.raises(UnknownWord) as refused:
        law.decide(question)
    assert str(refused.value) == "recipient.capacities: the law does not know okkt, vitaal"


class Nowhere(tzinfo):
    """A clock that hangs on no wall: it cannot be compared with any other."""

    def utcoffset(self, _: datetime | None) -> timedelta | None:
        return None

    def dst(self, _: datetime | None) -> timedelta | None:
        return None

    def tzname(self, _: datetime | None) -> str | None:
        return None


def test_a_zone_without_an_offset_is_no_zone() -> None:
    with pytest.raises(NaiveInstant):
        law.decide(replace(MANUAL, instant=MANUAL.instant.replace(tzinfo=Nowhere())))


def test_the_name_of_the_ruleset_is_made_of_every_rule_and_every_line_that_applies_them() -> None:
    digest = hashlib.sha256()
    for name in sorted(RULES):
        digest.update(repr(astuple(RULES[name])).encode())
    for path in sorted(Path(law.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    assert ruleset_hash() == digest.hexdigest()
