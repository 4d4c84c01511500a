"""The law's code against the printed matrix: two statements of the same rules must agree."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

import law
from law import (
    Capacity,
    Code,
    Item,
    Outcome,
    PersonalData,
    Predicate,
    Provenance,
    Purpose,
    Question,
    Recipient,
    Relation,
    Scope,
    Territory,
    Tlp,
)
from tests.law.matrix import BUNDLES, TABLES, Situation, expected

C, P = Capacity, Predicate
INSTANTS = {
    "WBNI_2018": datetime(2021, 5, 1, tzinfo=UTC),
    "WBNI_2022": datetime(2025, 5, 1, tzinfo=UTC),  # after the Wbdwb, for the column EZ
    "CBW_2026": datetime(2026, 10, 1, tzinfo=UTC),
}
CAPACITIES = {
    "VITAL": C.VITAL,
    "GOV": C.GOV,
    "OKTT": C.OKTT,
    "CSIRT": C.CSIRT,
    "CCT": C.CCT,
    "INTEL": C.INTEL,
    "ISP": C.ISP,
    "SUPV": C.SUPERVISOR,
    "NONEU": C.THIRD_COUNTRY_BODY,
    "CARIB": C.CARIBBEAN,
    "PUBLIC": C.PUBLIC,
    "EEA": C.EEA_CSIRT,
    "EZ": C.EZ,
    "SCP": C.CONTACT_POINT,
    "EE": C.ESSENTIAL,
    "BE": C.IMPORTANT,
    "LEG": C.LEGACY,
    "BA": C.SUPERVISOR,
    "CCP": C.CONTACT_POINT,
    "A51": C.ART_51_2,
    "COMM": C.COMMUNITY,
}
TERRITORIES = {
    "NONEU": Territory.THIRD_COUNTRY,
    "CARIB": Territory.CARIBBEAN,
    "CSIRT": Territory.EU,
    "EEA": Territory.EEA,
}
ATTESTED = {
    "concerns_primary": P.CONCERNS_PRIMARY_SYSTEMS,
    "purpose_art_3_1": P.PURPOSE_WITHIN_ART_3_1,
    "prevents_adverse": P.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES,
    "purpose_bound": P.PURPOSE_BOUND,
    "dienstig": P.CONTRIBUTES_TO_PREVENTING_SOCIETAL_DISRUPTION,
    "serious": P.SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES,
    "inform_users": P.PURPOSE_INFORM_USERS_OF_SERVICE,
    "customers": P.AFFECTED_USERS_ARE_CUSTOMERS,
    "not_followed": P.ADVICE_INSUFFICIENTLY_FOLLOWED,
    "within_advice": P.DATA_WITHIN_THAT_ADVICE,
    "necessity": P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY,
    "consulted": P.PROVIDER_CONSULTED,
    "relevant": P.RELEVANT_TO_RECIPIENT,
    "relevant_party": P.RELEVANT_PARTY,
    "necessary": P.NECESSARY,
    "their_task": P.RELEVANT_TO_THEIR_TASK,
    "wbdwb": P.WBDWB_PURPOSE,
    "limb_a": P.NECESSARY_FOR_CBW_TASK,
    "limb_b": P.RELEVANT_AND_PROPORTIONATE,
    "limb_c": P.CONFIDENTIALITY_GUARANTEED,
    "limb_d": P.ENTITY_INTERESTS_PROTECTED,
    "significant": P.SIGNIFICANT_INCIDENT,
    "ground": P.GROUND_ART_37,
}
PURPOSES = {"statement": Purpose.PUBLIC_STATEMENT, "duty": Purpose.CONTACT_POINT_DUTY}


def recipient(situation: Situation) -> Recipient:
    holds, column = situation.holds, situation.column
    capacity = CAPACITIES.get(column)  # OTHER, PRIV and REL hold none
    return Recipient(
        capacities=frozenset({capacity} if capacity else ()),
        territory=TERRITORIES.get(column, Territory.NETHERLANDS),
        active=True,
        secrecy_guaranteed="secrecy" in holds,
        coop_relation="coop" in holds,
        avg_chapter_v_basis="chapter_v" in holds,
        objectively_knowable_task=column == "OKTT" and "known_task" in holds,
    )


def asked(situation: Situation, personal_data: PersonalData = PersonalData.NONE) -> Question:
    holds = situation.holds
    personal = {P.PERSONAL_DATA_NECESSARY} if "personal_needed" in holds else set()
    personal |= {P.MINIMISED} if "minimised" in holds else set()
    item = Item(
        scope=frozenset(Scope[name] for name in situation.systems),
        confidential=situation.confidential,
        traceable=situation.traceable,
        subject_is_vital_or_gov="subject_vital" in holds,
        personal_data=personal_data,
        provenance=Provenance.ART_3_1_E if "provenance" in holds else Provenance.RECEIVED,
        tlp=Tlp.CLEAR if situation.clear else Tlp.AMBER,
        attested=frozenset(ATTESTED[name] for name in holds & ATTESTED.keys()) | personal,
    )
    relation = Relation(
        is_only_subject=situation.own,
        concerns_recipient_systems="concerned" in holds,
        subject_in_constituency="achterban" in holds,
        consent_of_all_traced=situation.consent,
        consent_was_given=situation.consent,
        no_linking_organisation="no_linking" in holds,
    )
    purpose = next((PURPOSES[word] for word in PURPOSES if word in holds), Purpose.INFORM)
    instant = INSTANTS[situation.regime]
    return Question(item, recipient(situation), purpose, instant, relation)


WBNI_COLUMNS = (*TABLES["WBNI_2022"]["R3"],)
CBW_COLUMNS = (*TABLES["CBW_2026"]["R3"],)
SYSTEMS = tuple(
    frozenset(names.split())
    for names in ("PRIMARY", "OTHER", "GENERIC", "PRIMARY OTHER", "OTHER GENERIC")
)
MARKINGS = (  # confidential, traceable, consent
    (False, False, False),
    (False, True, False),
    (True, False, False),
    (True, True, True),
    (True, True, False),
)
WBNI_BUNDLES = (
    BUNDLES["A1"],
    BUNDLES["A2"],
    frozenset({"secrecy", "purpose_bound"}),
    frozenset({"dienstig"}),
    BUNDLES["bijzonder_geval"],
    frozenset({"achterban", "known_task"}),
    BUNDLES["isp_purpose"],
    frozenset({"subject_vital"}),
)
EXCEPTIONS = tuple(
    frozenset(words.split())
    for words in (
        "",
        "not_followed within_advice",
        "necessity",
        "consulted statement",
        "necessity consulted",
        "necessity consulted statement",
        "duty",
    )
)
CBW_BUNDLES = (
    frozenset({"relevant"}),
    frozenset({"relevant_party"}),
    frozenset({"necessary"}),
    frozenset({"their_task"}),
    frozenset({"wbdwb"}),
    frozenset({"coop"}),
    BUNDLES["C66"],
)
STATEMENTS = (
    frozenset[str](),
    frozenset({"statement"}),
    frozenset({"statement", *BUNDLES["C37"]}),
    BUNDLES["C37"],
)


def subsets(bundles: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Every choice of bundles, whole; and all of them with a single condition lacking."""
    whole = [
        frozenset().union(*(b for b, taken in zip(bundles, choice, strict=True) if taken))
        for choice in product((True, False), repeat=len(bundles))
    ]
    everything = frozenset().union(*bundles)
    return [*whole, *(everything - {word} for word in sorted(everything))]


def dimensions(regime: str) -> tuple[Sequence[Any], ...]:
    """Systems, marking, relation, TLP:CLEAR or not, exception, conditions that hold."""
    wbni = (EXCEPTIONS, subsets(WBNI_BUNDLES))
    cbw = (STATEMENTS, subsets(CBW_BUNDLES))
    extras, conditions = cbw if regime == "CBW_2026" else wbni
    return (SYSTEMS, MARKINGS, ("stranger", "concerned", "own"), (True, False), extras, conditions)


def situation(regime: str, column: str, drawn: tuple[Any, ...]) -> Situation:
    systems, (confidential, traceable, consent), bond, clear, extra, conditions = drawn
    if column == "PRIV":
        bond = "stranger"  # whose systems they are is a provider, column OTHER
    holds = conditions | extra
    if bond != "stranger":
        holds |= {"concerned"}
    if "subject_vital" in holds:
        holds |= {"concerns_primary"}  # so the predicate is defined
    if "statement" not in holds:
        holds |= {"inform"}
    return Situation(
        regime, column, systems, confidential, traceable, consent, bond == "own", clear, holds
    )


EVERYTHING = [
    *((regime, column) for regime in ("WBNI_2018", "WBNI_2022") for column in WBNI_COLUMNS),
    *(("CBW_2026", column) for column in CBW_COLUMNS),
]


def compare(case: Situation) -> None:
    verdict = law.decide(asked(case))
    assert verdict.outcome.name == expected(case), (case, verdict)


@pytest.mark.long
@pytest.mark.parametrize(("regime", "column"), EVERYTHING)
def test_every_cell_is_decided_as_printed(regime: str, column: str) -> None:
    for drawn in product(*dimensions(regime)):
        compare(situation(regime, column, drawn))


@pytest.mark.parametrize(("regime", "column"), EVERYTHING)
def test_a_sample_of_each_column_is_decided_as_printed(
    regime: str, column: str, base_seed: int
) -> None:
    rng = random.Random(f"{base_seed} {regime} {column}")  # noqa: S311
    axes = dimensions(regime)
    for _ in range(1000):
        compare(situation(regime, column, tuple(rng.choice(axis) for axis in axes)))


@pytest.mark.parametrize(("regime", "column"), EVERYTHING)
def test_personal_data_need_necessity_least_data_and_abroad_a_basis(
    regime: str, column: str
) -> None:
    """Row R7, an overlay: what goes without personal data goes with them when D holds too."""
    wbni = frozenset().union(*WBNI_BUNDLES) - {"subject_vital"}
    cbw = frozenset().union(*CBW_BUNDLES)
    base = situation(
        regime,
        column,
        (
            frozenset({"PRIMARY"}),
            (False, True, False),
            "stranger",
            True,
            frozenset(),
            cbw if regime == "CBW_2026" else wbni,
        ),
    )
    outcome = law.decide(asked(base)).outcome
    assert column == "CARIB" or outcome is Outcome.ALLOW
    needed = {"personal_needed", "minimised"}
    abroad = column in {"NONEU", "CARIB"}
    for given in ("", "personal_needed", "minimised", "personal_needed minimised"):
        for chapter_v in (set(), {"chapter_v"}):
            held = set(given.split()) | chapter_v
            question = asked(
                replace(base, holds=base.holds | held), personal_data=PersonalData.ORDINARY
            )
            lawful = column != "PUBLIC" and needed <= held and (not abroad or bool(chapter_v))
            assert law.decide(question).outcome is (outcome if lawful else Outcome.DENY)


@pytest.mark.parametrize(("regime", "column"), EVERYTHING)
def test_classified_information_goes_to_nobody(regime: str, column: str) -> None:
    """Row R8, Cbw art. 67; as handling also under the Wbni."""
    everything = frozenset().union(*WBNI_BUNDLES, *CBW_BUNDLES)
    open_to_all = (
        frozenset({"GENERIC"}),
        (False, False, False),
        "stranger",
        True,
        frozenset[str](),
    )
    question = asked(situation(regime, column, (*open_to_all, everything)))
    assert law.decide(question).allowed
    classified = replace(question, item=replace(question.item, classified=True))
    assert law.decide(classified).codes == (Code.DENY_CLASSIFIED,)
