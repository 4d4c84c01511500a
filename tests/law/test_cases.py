"""The worked cases, by number, through the pure function.

Some are about more than one decision, and are told here as far as the law decides them: 6 is the
question asked again at the send, after the withdrawal; 28 is asked of the municipality and of its
crisis team; 45 is the item after its credentials were stripped; 52 is the item that the upload
refuses, should it come this far; 56 is the question at the instant of release. 42 and 43 are about
passing on, `law.onward`; 58 is about what the Woo reaches, `law.woo`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

import law
from law import Item, Question, Recipient, Relation
from law.onward import may_forward
from law.vocabulary import (
    Capacity,
    Code,
    Outcome,
    PersonalData,
    Predicate,
    Provenance,
    Purpose,
    RegimeId,
    Scope,
    Territory,
    Tlp,
)
from law.woo import excluded

NL, EU, WORLD = Territory.NETHERLANDS, Territory.EU, Territory.THIRD_COUNTRY
P = Predicate
W2023 = datetime(2023, 6, 1, 12, tzinfo=UTC)
CBW = datetime(2026, 9, 1, 12, tzinfo=UTC)
A1 = frozenset({P.CONCERNS_PRIMARY_SYSTEMS, P.PURPOSE_WITHIN_ART_3_1, P.PURPOSE_BOUND})
A2 = frozenset({P.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES, P.PURPOSE_BOUND})
DIENSTIG = frozenset({P.CONTRIBUTES_TO_PREVENTING_SOCIETAL_DISRUPTION})
LIMBS = frozenset(
    {
        P.NECESSARY_FOR_CBW_TASK,
        P.RELEVANT_AND_PROPORTIONATE,
        P.CONFIDENTIALITY_GUARANTEED,
        P.ENTITY_INTERESTS_PROTECTED,
    }
)

IOC = Item(
    scope=frozenset({Scope.PRIMARY}),
    confidential=False,
    traceable=False,
    personal_data=PersonalData.NONE,
    provenance=Provenance.ART_3_1_E,
    tlp=Tlp.GREEN,
    attested=A1,
)
VPN_OF_A = replace(
    IOC,
    confidential=True,
    traceable=True,
    subject_is_vital_or_gov=True,
    tlp=Tlp.AMBER,
    attested=A1 | DIENSTIG,
)
MEMBER_IPS = replace(
    VPN_OF_A,
    scope=frozenset({Scope.OTHER}),
    subject_is_vital_or_gov=False,
    attested=A2 | DIENSTIG,
)
RANSOMWARE_AT_P = replace(MEMBER_IPS, attested=A2 | {P.SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES})
PUBLIC_ADVISORY = replace(
    IOC, scope=frozenset({Scope.GENERIC}), tlp=Tlp.CLEAR, attested=frozenset()
)
TREND = replace(IOC, scope=frozenset({Scope.OTHER}), attested=A2)


def to(*capacities: Capacity, territory: Territory | None = NL, **facts: Any) -> Recipient:
    return Recipient(
        **{
            "capacities": frozenset(capacities),
            "territory": territory,
            "active": True,
            "secrecy_guaranteed": True,
            **facts,
        }
    )


def ask(
    item: Item,
    recipient: Recipient,
    *,
    at: datetime = W2023,
    purpose: Purpose = Purpose.INFORM,
    bond: Mapping[str, bool] = MappingProxyType({}),
    **relation: bool,
) -> Question:
    return Question(item, recipient, purpose, at, Relation(**{**bond, **relation}))


VITAL = to(Capacity.VITAL)
X = to(Capacity.OKTT)
CONSENTED = {"consent_of_all_traced": True, "consent_was_given": True}
SELF = {"is_only_subject": True, "concerns_recipient_systems": True}
SUPERVISOR = to(Capacity.SUPERVISOR)
ABROAD = to(Capacity.THIRD_COUNTRY_BODY, territory=WORLD)
C66 = replace(VPN_OF_A, attested=LIMBS)

# question, outcome, code, and the rules that the verdict names, among others
CASES: dict[str, tuple[Question, Outcome, Code, str]] = {
    "1": (ask(PUBLIC_ADVISORY, to(Capacity.PUBLIC)), Outcome.ALLOW, Code.OK, "W.3.1.d"),
    "2 to A": (ask(IOC, VITAL), Outcome.ALLOW, Code.OK, "W.3.1.d"),
    "2 to M": (ask(IOC, to(Capacity.GOV)), Outcome.ALLOW, Code.OK, "W.3.1.d"),
    "3": (ask(VPN_OF_A, VITAL, bond=SELF), Outcome.ALLOW, Code.OK, "W.3.1.c"),
    "4": (ask(VPN_OF_A, VITAL), Outcome.DENY, Code.DENY_20_2_NOT_LISTED, "W.20.2.list"),
    "5": (ask(VPN_OF_A, VITAL, bond=CONSENTED), Outcome.ALLOW, Code.OK, "W.3.1.d"),
    "6": (
        ask(VPN_OF_A, VITAL, consent_was_given=True),
        Outcome.DENY,
        Code.DENY_CONSENT_INVALID,
        "W.20.2.list",
    ),
    "9": (
        ask(VPN_OF_A, to(Capacity.VITAL, secrecy_guaranteed=False), bond=CONSENTED),
        Outcome.DENY,
        Code.DENY_20_1_A_SECRECY,
        "W.20.1.a",
    ),
    "10": (ask(VPN_OF_A, to(Capacity.INTEL)), Outcome.ALLOW, Code.OK, "W.20.2.list"),
    "12": (
        ask(VPN_OF_A, to(Capacity.CSIRT, territory=EU)),
        Outcome.ALLOW,
        Code.OK,
        "W.3.1.d W.20.2.list",
    ),
    "13": (ask(VPN_OF_A, ABROAD), Outcome.DENY, Code.DENY_20_2_NOT_LISTED, "W.20.2.list"),
    "15": (ask(IOC, ABROAD), Outcome.ALLOW, Code.OK, "W.3.1.d"),
    "16": (ask(MEMBER_IPS, ABROAD), Outcome.DENY, Code.DENY_NO_TASK_3_2, "W.3.2"),
    "17": (
        ask(MEMBER_IPS, X, subject_in_constituency=True),
        Outcome.ALLOW,
        Code.OK,
        "W.3.2.OKTT W22.20.2.OKTT",
    ),
    "18": (
        ask(MEMBER_IPS, to(), subject_in_constituency=True, designation_ended=True),
        Outcome.DENY,
        Code.DENY_DESIGNATION_INVALID,
        "W.3.2.OKTT",
    ),
    "20": (
        ask(VPN_OF_A, X, subject_in_constituency=True),
        Outcome.MANUAL,
        Code.MANUAL_LEGAL,
        "W22.20.2.OKTT",
    ),
    "21": (
        ask(RANSOMWARE_AT_P, to(), no_linking_organisation=True, bond=SELF),
        Outcome.ALLOW,
        Code.OK,
        "W.3.2.OTHER",
    ),
    "22": (
        ask(RANSOMWARE_AT_P, to(), bond=SELF),
        Outcome.DENY,
        Code.DENY_LINKING_ORG_EXISTS,
        "W.3.2.OTHER",
    ),
    "24": (
        ask(
            RANSOMWARE_AT_P,
            to(),
            at=datetime(2022, 11, 30, 12, tzinfo=UTC),
            no_linking_organisation=True,
            bond=SELF,
        ),
        Outcome.DENY,
        Code.DENY_NO_TASK_3_2,
        "W.3.2",
    ),
    "26": (
        ask(
            TREND,
            to(objectively_knowable_task=True),
            at=datetime(2022, 6, 1, 12, tzinfo=UTC),
        ),
        Outcome.ALLOW,
        Code.OK,
        "W.3.2.OKTT",
    ),
    "27": (
        ask(TREND, to(objectively_knowable_task=True)),
        Outcome.DENY,
        Code.DENY_DESIGNATION_INVALID,
        "W.3.2.OKTT",
    ),
    "28 to G": (
        ask(RANSOMWARE_AT_P, to(), bond=SELF),
        Outcome.DENY,
        Code.DENY_LINKING_ORG_EXISTS,
        "W.3.2.OTHER",
    ),
    "28 to IBD": (ask(MEMBER_IPS, to(Capacity.CCT)), Outcome.ALLOW, Code.OK, "W.3.2.CCT"),
    "30": (
        ask(
            replace(
                TREND,
                personal_data=PersonalData.ORDINARY,
                tlp=Tlp.AMBER,
                attested=A2
                | {
                    P.PURPOSE_INFORM_USERS_OF_SERVICE,
                    P.AFFECTED_USERS_ARE_CUSTOMERS,
                    P.PERSONAL_DATA_NECESSARY,
                    P.MINIMISED,
                },
            ),
            to(Capacity.ISP),
            purpose=Purpose.INFORM_USERS,
        ),
        Outcome.ALLOW,
        Code.OK,
        "W.3.2.ISP W.17.1",
    ),
    "32": (ask(replace(IOC, traceable=True), VITAL), Outcome.ALLOW, Code.OK, "W.3.1.d"),
    "33": (
        ask(
            replace(
                VPN_OF_A,
                attested=A1 | {P.ADVICE_INSUFFICIENTLY_FOLLOWED, P.DATA_WITHIN_THAT_ADVICE},
            ),
            SUPERVISOR,
            purpose=Purpose.SUPERVISION,
        ),
        Outcome.ALLOW,
        Code.OK,
        "W.20.3",
    ),
    "35": (
        ask(
            replace(VPN_OF_A, attested=A1 | {P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY}),
            SUPERVISOR,
            purpose=Purpose.SUPERVISION,
        ),
        Outcome.MUST,
        Code.MUST_W_20_4_A,
        "W.20.4.a",
    ),
    "36": (
        ask(
            replace(
                VPN_OF_A,
                tlp=Tlp.CLEAR,
                attested=frozenset(
                    {P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY, P.PROVIDER_CONSULTED}
                ),
            ),
            to(Capacity.PUBLIC, secrecy_guaranteed=False),
            purpose=Purpose.PUBLIC_STATEMENT,
        ),
        Outcome.ALLOW,
        Code.BREAK_GLASS,
        "W.20.4.b W.20.5",
    ),
    "38": (
        ask(MEMBER_IPS, to(Capacity.CARIBBEAN, territory=Territory.CARIBBEAN), bond=SELF),
        Outcome.MANUAL,
        Code.MANUAL_LEGAL,
        "W.3.2",
    ),
    "45": (
        ask(
            replace(
                VPN_OF_A,
                personal_data=PersonalData.ORDINARY,  # credentials stripped, domains left
                attested=A1 | DIENSTIG | {P.PERSONAL_DATA_NECESSARY, P.MINIMISED},
            ),
            to(Capacity.CSIRT, territory=EU),
        ),
        Outcome.ALLOW,
        Code.OK,
        "D.AVG.5 W.17.1",
    ),
    "47": (
        ask(
            replace(MEMBER_IPS, attested=LIMBS | {P.RELEVANT_PARTY}),
            to(Capacity.LINKING),
            at=CBW,
            designation_ended=True,
        ),
        Outcome.ALLOW,
        Code.OK,
        "C.16.2.b C.66.1",
    ),
    "47 not relevant": (
        ask(replace(MEMBER_IPS, attested=LIMBS), to(Capacity.OKTT), at=CBW),
        Outcome.DENY,
        Code.DENY_NO_TASK_CBW,
        "C.16.2.b",
    ),
    "48": (
        ask(
            replace(C66, attested=LIMBS | {P.RELEVANT_TO_RECIPIENT}),
            to(Capacity.ESSENTIAL),
            at=CBW,
        ),
        Outcome.ALLOW,
        Code.OK,
        "C.53 C.66.1",
    ),
    **{
        f"48 without {limb}": (
            ask(
                replace(C66, attested=(LIMBS - {limb}) | {P.RELEVANT_TO_RECIPIENT}),
                to(Capacity.ESSENTIAL),
                at=CBW,
            ),
            Outcome.DENY,
            Code.DENY_66_1,
            "C.66.1",
        )
        for limb in sorted(LIMBS)
    },
    "49": (
        ask(
            replace(C66, attested=LIMBS | {P.RELEVANT_TO_RECIPIENT}),
            replace(ABROAD, coop_relation=True),
            at=CBW,
        ),
        Outcome.ALLOW,
        Code.OK,
        "C.54.1",
    ),
    "49 personal data on a basis": (
        ask(
            replace(
                C66,
                personal_data=PersonalData.ORDINARY,
                attested=LIMBS | {P.RELEVANT_TO_RECIPIENT, P.PERSONAL_DATA_NECESSARY, P.MINIMISED},
            ),
            replace(ABROAD, coop_relation=True, avg_chapter_v_basis=True),
            at=CBW,
        ),
        Outcome.ALLOW,
        Code.OK,
        "C.54.1 C.63-65 D.AVG.V",
    ),
    "49 no relation": (
        ask(replace(C66, attested=LIMBS | {P.RELEVANT_TO_RECIPIENT}), ABROAD, at=CBW),
        Outcome.DENY,
        Code.DENY_NO_TASK_CBW,
        "C.54.1",
    ),
    "49 personal data": (
        ask(
            replace(
                C66,
                personal_data=PersonalData.ORDINARY,
                attested=LIMBS | {P.RELEVANT_TO_RECIPIENT, P.PERSONAL_DATA_NECESSARY, P.MINIMISED},
            ),
            replace(ABROAD, coop_relation=True),
            at=CBW,
        ),
        Outcome.DENY,
        Code.DENY_AVG_CH5,
        "D.AVG.V",
    ),
    "51": (
        ask(
            replace(C66, attested=LIMBS | {P.NECESSARY, P.RELEVANT_TO_THEIR_TASK}),
            to(Capacity.INTEL),
            at=CBW,
        ),
        Outcome.ALLOW,
        Code.OK,
        "C.51.2",
    ),
    "52": (
        ask(replace(IOC, classified=True), VITAL, at=CBW),
        Outcome.DENY,
        Code.DENY_CLASSIFIED,
        "C.67",
    ),
    "54": (
        ask(
            replace(
                C66,
                tlp=Tlp.CLEAR,
                attested=frozenset({P.SIGNIFICANT_INCIDENT, P.PROVIDER_CONSULTED, P.GROUND_ART_37}),
            ),
            to(Capacity.PUBLIC, secrecy_guaranteed=False),
            at=CBW,
            purpose=Purpose.PUBLIC_STATEMENT,
        ),
        Outcome.ALLOW,
        Code.BREAK_GLASS,
        "C.37",
    ),
    "54 not consulted": (
        ask(
            replace(
                C66, tlp=Tlp.CLEAR, attested=frozenset({P.SIGNIFICANT_INCIDENT, P.GROUND_ART_37})
            ),
            to(Capacity.PUBLIC, secrecy_guaranteed=False),
            at=CBW,
            purpose=Purpose.PUBLIC_STATEMENT,
        ),
        Outcome.DENY,
        Code.DENY_NOT_CONSULTED,
        "C.37",
    ),
    "56 to what it has become": (
        ask(
            replace(IOC, attested=IOC.attested | {P.RELEVANT_TO_RECIPIENT}),
            to(Capacity.VITAL, Capacity.ESSENTIAL),
            at=datetime(2026, 8, 20, 12, tzinfo=UTC),
        ),
        Outcome.ALLOW,
        Code.OK,
        "C.16.2.b",
    ),
    "56": (
        ask(IOC, VITAL, at=datetime(2026, 8, 20, 12, tzinfo=UTC)),
        Outcome.DENY,  # a Wbni designation opens nothing under the Cbw
        Code.DENY_NO_TASK_CBW,
        "C.16.2.b",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_worked_case_comes_out_as_the_rules_say(case: str) -> None:
    question, outcome, code, rules = CASES[case]
    verdict = law.decide(question)
    assert (verdict.outcome, verdict.code) == (outcome, code), verdict.gates
    assert set(rules.split()) <= set(verdict.rules)


def test_case_42_amber_strict_is_not_forwarded() -> None:
    assert may_forward(Tlp.AMBER_STRICT, to_own_constituency=True) is Code.DENY_TLP


def test_case_43_amber_goes_to_members() -> None:
    assert may_forward(Tlp.AMBER, to_own_constituency=True) is Code.OK
    assert may_forward(Tlp.AMBER, to_own_constituency=False) is Code.DENY_TLP


@pytest.mark.parametrize(
    ("regime", "code"),
    [
        (RegimeId.CBW_2026, Code.DENY_66_1),
        (RegimeId.WBNI_2022, Code.DENY_20_2_NOT_LISTED),
        (RegimeId.WBNI_2018, Code.DENY_20_2_NOT_LISTED),
    ],
)
@pytest.mark.parametrize(("confidential", "traceable"), [(True, True), (None, True), (True, None)])
@pytest.mark.parametrize("tlp", [Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER])
def test_case_43_is_about_what_cannot_be_traced(
    regime: RegimeId, code: Code, tlp: Tlp, *, confidential: bool | None, traceable: bool | None
) -> None:
    def forward(**facts: bool | None) -> Code:
        return may_forward(tlp, to_own_constituency=True, regime=regime, **facts)

    assert forward(confidential=confidential, traceable=traceable) is code
    assert forward(confidential=False, traceable=traceable) is Code.OK
    assert forward(confidential=confidential, traceable=False) is Code.OK


@pytest.mark.parametrize("regime", RegimeId)
def test_case_58_the_woo_reaches_what_is_not_confidential_and_environmental_information(
    regime: RegimeId,
) -> None:
    wbni = regime is not RegimeId.CBW_2026
    for confidential in (True, False, None):
        for traceable in (True, False, None):
            item = replace(IOC, confidential=confidential, traceable=traceable)
            reached = excluded(item, supplied_under=regime, environmental=False)
            if confidential is False:
                assert reached is None
            else:
                by_wbni = wbni and traceable is not False
                assert reached == ("W.20.7" if by_wbni else "C.66.2")
            assert excluded(item, supplied_under=regime, environmental=True) is None


def test_the_code_that_a_case_turns_on_is_the_first_and_not_the_only_one() -> None:
    """Case 16: JPCERT has no task under art. 3(2), and is not on the list of art. 20(2) either."""
    verdict = law.decide(CASES["16"][0])
    assert verdict.codes == (Code.DENY_NO_TASK_3_2, Code.DENY_20_2_NOT_LISTED)


def test_red_and_clear_are_forwarded_to_nobody_and_to_all() -> None:
    for constituency in (True, False):
        assert may_forward(Tlp.RED, to_own_constituency=constituency) is Code.DENY_TLP
        assert may_forward(None, to_own_constituency=constituency) is Code.DENY_TLP
        assert may_forward(Tlp.CLEAR, to_own_constituency=constituency) is Code.OK
        assert may_forward(Tlp.GREEN, to_own_constituency=constituency) is Code.OK


def test_nobody_is_presumed_to_be_in_europe() -> None:
    """Case 21 to a provider whose country is not on record: art. 3(2)(e) is not for anywhere."""
    known = CASES["21"][0]
    unknown = replace(known, recipient=replace(known.recipient, territory=None))
    assert law.decide(known).allowed
    assert law.decide(unknown).code is Code.DENY_NO_TASK_3_2


def test_what_needs_no_broken_glass_is_not_told_as_broken() -> None:
    """Case 12 has a basis of its own, whatever else was attested; case 4 has none but this."""
    emergency = {P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY, P.PROVIDER_CONSULTED}
    attested = replace(VPN_OF_A, attested=VPN_OF_A.attested | emergency)
    ordinary = law.decide(ask(attested, to(Capacity.CSIRT, territory=EU)))
    broken = law.decide(ask(attested, VITAL))
    assert (ordinary.outcome, ordinary.code) == (Outcome.ALLOW, Code.OK)
    assert (broken.outcome, broken.code) == (Outcome.ALLOW, Code.BREAK_GLASS)


@pytest.mark.parametrize("territory", Territory)
def test_another_provider_is_reached_in_europe_alone(territory: Territory) -> None:
    known = CASES["21"][0]
    asked = replace(known, recipient=replace(known.recipient, territory=territory))
    if territory is Territory.CARIBBEAN:
        assert law.decide(asked).outcome is Outcome.MANUAL
    else:
        assert law.decide(asked).allowed == (territory is not Territory.THIRD_COUNTRY)


@pytest.mark.parametrize(
    "capacity",
    [
        Capacity.VITAL,
        Capacity.GOV,
        Capacity.OKTT,
        Capacity.CSIRT,
        Capacity.CCT,
        Capacity.INTEL,
        Capacity.SUPERVISOR,
        Capacity.CONTACT_POINT,
        Capacity.EZ,
        Capacity.EEA_CSIRT,
        Capacity.THIRD_COUNTRY_BODY,
        Capacity.CARIBBEAN,
        Capacity.ART_51_2,
        Capacity.COMMUNITY,
        Capacity.PUBLIC,
    ],
)
def test_a_special_case_is_for_who_has_no_other_door(capacity: Capacity) -> None:
    """Case 21 to any of them, in the Netherlands: not by art. 3(2)(e)."""
    known = CASES["21"][0]
    asked = replace(known, recipient=to(capacity))
    assert "W.3.2.OTHER" in law.decide(known).rules
    assert "W.3.2.OTHER" not in law.decide(asked).rules


NECESSITY = frozenset({P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY})
STATEMENT = CASES["36"][0]


@pytest.mark.parametrize("scope", [{Scope.PRIMARY}, {Scope.OTHER}, {Scope.GENERIC}])
@pytest.mark.parametrize(
    "attested",
    [NECESSITY, {P.PROVIDER_CONSULTED}, A1, A1 | A2 | DIENSTIG | NECESSITY, frozenset()],
)
@pytest.mark.parametrize("confidential", [True, None])
def test_a_statement_to_the_public_of_what_may_be_secret_rests_on_consultation_alone(
    scope: set[Scope], attested: set[Predicate], confidential: bool | None
) -> None:
    """Case 36 with one condition less, whatever other task there is: art. 20(4)(b) or nothing."""
    item = replace(
        STATEMENT.item,
        scope=frozenset(scope),
        confidential=confidential,
        attested=frozenset(attested),
    )
    verdict = law.decide(replace(STATEMENT, item=item))
    assert (verdict.outcome, verdict.code) == (Outcome.DENY, Code.DENY_NOT_CONSULTED)
    assert verdict.gates[0].rules == ("W.20.4.b",)


def test_who_was_not_consulted_is_told_where_only_that_is_lacking() -> None:
    """Case 4 with the necessity of art. 20(4)(b): consultation is all that is missing."""
    necessary = replace(VPN_OF_A, attested=VPN_OF_A.attested | NECESSITY)

    def of_gate_c(item: Item, recipient: Recipient, *, ended: bool = False) -> tuple[Code, str]:
        gate = law.decide(ask(item, recipient, consent_was_given=ended)).gates[2]
        return gate.code, " ".join(gate.rules)

    assert of_gate_c(necessary, VITAL) == (Code.DENY_NOT_CONSULTED, "W.20.4.b")
    assert law.decide(ask(necessary, VITAL)).code is Code.DENY_NOT_CONSULTED
    consulted = replace(necessary, attested=necessary.attested | {P.PROVIDER_CONSULTED})
    assert law.decide(ask(consulted, VITAL)).code is Code.BREAK_GLASS
    # Without the necessity it is the list; a consent that ended says more; the public hears nothing
    # but a statement; a supervisor is told without consultation.
    assert of_gate_c(VPN_OF_A, VITAL) == (Code.DENY_20_2_NOT_LISTED, "W.20.2.list")
    ended = of_gate_c(necessary, VITAL, ended=True)
    assert ended == (Code.DENY_CONSENT_INVALID, "W.20.2.list")
    assert of_gate_c(necessary, to(Capacity.PUBLIC))[0] is Code.DENY_20_2_NOT_LISTED
    assert law.decide(ask(necessary, SUPERVISOR)).outcome is Outcome.MUST
    # Listed but not dienstig: the list is open to it, and that is what lacks.
    useless = replace(necessary, attested=necessary.attested - DIENSTIG)
    assert of_gate_c(useless, to(Capacity.INTEL))[0] is Code.DENY_20_2_NOT_DIENSTIG
