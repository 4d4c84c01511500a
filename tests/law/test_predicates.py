"""Who may vouch for what, whether it takes another than the author, and for how many days."""

import pytest

from law.predicates import AUTHOR, DPO, DUTY, LEGAL, PREDICATES, SENIOR
from law.rules import RULES
from law.vocabulary import Predicate

P = Predicate
ANALYSTS = ({AUTHOR, SENIOR}, False, None)
OTHERWISE = {
    P.CONTRIBUTES_TO_PREVENTING_SOCIETAL_DISRUPTION: ({SENIOR}, True, None),
    P.SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES: ({SENIOR}, False, 30),
    P.NO_LINKING_ORGANISATION_FOR_SECTOR: ({LEGAL}, True, 30),
    P.ADVICE_INSUFFICIENTLY_FOLLOWED: ({SENIOR, LEGAL}, False, None),
    P.DATA_WITHIN_THAT_ADVICE: ({SENIOR, LEGAL}, False, None),
    P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY: ({DUTY, LEGAL}, True, 3),
    P.PROVIDER_CONSULTED: ({DUTY}, False, None),
    P.ENTITY_INTERESTS_PROTECTED: ({SENIOR}, True, None),
    P.SIGNIFICANT_INCIDENT: ({DUTY, LEGAL}, False, None),
    P.GROUND_ART_37: ({DUTY, LEGAL}, False, None),
    P.AVG_ART_49_GROUND: ({DPO, LEGAL}, False, None),
}


@pytest.mark.parametrize("predicate", Predicate)
def test_each_predicate_asks_for_its_own_people(predicate: Predicate) -> None:
    asked = PREDICATES[predicate]
    attestors, other, days = OTHERWISE.get(predicate, ANALYSTS)
    assert set(asked.attestors) == attestors
    assert (asked.must_differ_from_author, asked.lapse_days) == (other, days)
    assert asked.predicate is predicate


def test_those_who_vouch_are_five_and_told_apart() -> None:
    people = (AUTHOR, SENIOR, LEGAL, DUTY, DPO)
    assert people == ("author", "senior_analyst", "legal_officer", "duty_officer", "dpo")


# The rule that asks for it, and the words of the rule or its memorandum.
ASKED = {
    P.CONCERNS_PRIMARY_SYSTEMS: ("W.3.1.d", "systemen, art. 3(1) aanhef"),
    P.PURPOSE_WITHIN_ART_3_1: ("W.3.1.d", "doel binnen art. 3(1)"),
    P.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES: ("W.3.2", "nadelige maatschappelijke gevolgen"),
    P.PURPOSE_BOUND: ("W.20.1.b", "doelbinding"),
    P.CONTRIBUTES_TO_PREVENTING_SOCIETAL_DISRUPTION: ("W.20.2.dienstig", "dienstig"),
    P.SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES: ("W.3.2.OTHER", "aanzienlijke gevolgen"),
    P.NO_LINKING_ORGANISATION_FOR_SECTOR: (
        "W.3.2.OTHER",
        "een onder a tot en met d bedoelde organisatie ontbreekt",
    ),
    P.ADVICE_INSUFFICIENTLY_FOLLOWED: ("W.20.3", "onvoldoende gevolg aan advies"),
    P.DATA_WITHIN_THAT_ADVICE: ("W.20.3", "in het advies opgenomen gegevens"),
    P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY: ("W.20.4.b", "ernstige maatschappelijke gevolgen"),
    P.PROVIDER_CONSULTED: ("W.20.4.b", "na raadpleging van de betrokken aanbieder"),
    P.PURPOSE_INFORM_USERS_OF_SERVICE: ("W.3.2.ISP", "informeren van gebruikers"),
    P.AFFECTED_USERS_ARE_CUSTOMERS: ("W.3.2.ISP", "gebruikers van de dienst"),
    P.PERSONAL_DATA_NECESSARY: ("D.AVG.5", "noodzakelijk"),
    P.MINIMISED: ("D.AVG.5", "minimale gegevensverwerking"),
    P.RELEVANT_TO_RECIPIENT: ("C.53", "relevante informatie"),
    P.RELEVANT_PARTY: ("C.16.2.b", "andere relevante partij"),
    P.NECESSARY: ("C.51.1", "noodzakelijke gegevens"),
    P.RELEVANT_TO_THEIR_TASK: ("C.51.2", "voor hun taak van belang"),
    P.WBDWB_PURPOSE: ("C.16.2.b", "art. 2(1) Wbdwb"),
    P.NECESSARY_FOR_CBW_TASK: ("C.66.1", "art. 66(1)(a)"),
    P.RELEVANT_AND_PROPORTIONATE: ("C.66.1", "art. 66(1)(b)"),
    P.CONFIDENTIALITY_GUARANTEED: ("C.66.1", "art. 66(1)(c)"),
    P.ENTITY_INTERESTS_PROTECTED: ("C.66.1", "art. 66(1)(d)"),
    P.SIGNIFICANT_INCIDENT: ("C.37", "significant incident"),
    P.GROUND_ART_37: ("C.37", "art. 37, grond a, b of c"),
    P.AVG_ART_49_GROUND: ("D.AVG.V", "art. 49 AVG"),
}


@pytest.mark.parametrize("predicate", Predicate)
def test_each_predicate_is_asked_for_by_a_rule_in_its_words(predicate: Predicate) -> None:
    asked = PREDICATES[predicate]
    assert (asked.rule, asked.dutch) == ASKED[predicate]
    assert asked.rule in RULES
