"""Who may vouch for what, and for how long (`sharing-rules`, predicates).

Attestor roles are words of the law package; the application maps them to its own roles.
"""

from dataclasses import dataclass

from law.vocabulary import Predicate

AUTHOR, SENIOR, LEGAL, DUTY, DPO = (
    "author",
    "senior_analyst",
    "legal_officer",
    "duty_officer",
    "dpo",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What it takes to attest a predicate, and the rule that asks for it."""

    predicate: Predicate
    dutch: str
    attestors: frozenset[str]
    rule: str
    must_differ_from_author: bool
    lapse_days: int | None


def _asked(
    predicate: Predicate,
    dutch: str,
    rule: str,
    *attestors: str,
    other: bool = False,
    days: int | None = None,
) -> Asked:
    return Asked(predicate, dutch, frozenset(attestors), rule, other, days)


_P = Predicate
_ALL = (
    _asked(_P.CONCERNS_PRIMARY_SYSTEMS, "systemen, art. 3(1) aanhef", "W.3.1.d", AUTHOR, SENIOR),
    _asked(_P.PURPOSE_WITHIN_ART_3_1, "doel binnen art. 3(1)", "W.3.1.d", AUTHOR, SENIOR),
    _asked(
        _P.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES,
        "nadelige maatschappelijke gevolgen",
        "W.3.2",
        AUTHOR,
        SENIOR,
    ),
    _asked(_P.PURPOSE_BOUND, "doelbinding", "W.20.1.b", AUTHOR, SENIOR),
    _asked(
        _P.CONTRIBUTES_TO_PREVENTING_SOCIETAL_DISRUPTION,
        "dienstig",
        "W.20.2.dienstig",
        SENIOR,
        other=True,
    ),
    _asked(
        _P.SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES,
        "aanzienlijke gevolgen",
        "W.3.2.OTHER",
        SENIOR,
        days=30,
    ),
    _asked(
        _P.NO_LINKING_ORGANISATION_FOR_SECTOR,
        "een onder a tot en met d bedoelde organisatie ontbreekt",
        "W.3.2.OTHER",
        LEGAL,
        other=True,
        days=30,
    ),
    _asked(
        _P.ADVICE_INSUFFICIENTLY_FOLLOWED, "onvoldoende gevolg aan advies", "W.20.3", SENIOR, LEGAL
    ),
    _asked(_P.DATA_WITHIN_THAT_ADVICE, "in het advies opgenomen gegevens", "W.20.3", SENIOR, LEGAL),
    _asked(
        _P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY,
        "ernstige maatschappelijke gevolgen",
        "W.20.4.b",
        DUTY,
        LEGAL,
        other=True,
        days=3,
    ),
    _asked(_P.PROVIDER_CONSULTED, "na raadpleging van de betrokken aanbieder", "W.20.4.b", DUTY),
    _asked(
        _P.PURPOSE_INFORM_USERS_OF_SERVICE, "informeren van gebruikers", "W.3.2.ISP", AUTHOR, SENIOR
    ),
    _asked(
        _P.AFFECTED_USERS_ARE_CUSTOMERS, "gebruikers van de dienst", "W.3.2.ISP", AUTHOR, SENIOR
    ),
    _asked(_P.PERSONAL_DATA_NECESSARY, "noodzakelijk", "D.AVG.5", AUTHOR, SENIOR),
    _asked(_P.MINIMISED, "minimale gegevensverwerking", "D.AVG.5", AUTHOR, SENIOR),
    _asked(_P.RELEVANT_TO_RECIPIENT, "relevante informatie", "C.53", AUTHOR, SENIOR),
    _asked(_P.RELEVANT_PARTY, "andere relevante partij", "C.16.2.b", AUTHOR, SENIOR),
    _asked(_P.NECESSARY, "noodzakelijke gegevens", "C.51.1", AUTHOR, SENIOR),
    _asked(_P.RELEVANT_TO_THEIR_TASK, "voor hun taak van belang", "C.51.2", AUTHOR, SENIOR),
    _asked(_P.WBDWB_PURPOSE, "art. 2(1) Wbdwb", "C.16.2.b", AUTHOR, SENIOR),
    _asked(_P.NECESSARY_FOR_CBW_TASK, "art. 66(1)(a)", "C.66.1", AUTHOR, SENIOR),
    _asked(_P.RELEVANT_AND_PROPORTIONATE, "art. 66(1)(b)", "C.66.1", AUTHOR, SENIOR),
    _asked(_P.CONFIDENTIALITY_GUARANTEED, "art. 66(1)(c)", "C.66.1", AUTHOR, SENIOR),
    _asked(_P.ENTITY_INTERESTS_PROTECTED, "art. 66(1)(d)", "C.66.1", SENIOR, other=True),
    _asked(_P.SIGNIFICANT_INCIDENT, "significant incident", "C.37", DUTY, LEGAL),
    _asked(_P.GROUND_ART_37, "art. 37, grond a, b of c", "C.37", DUTY, LEGAL),
    _asked(_P.AVG_ART_49_GROUND, "art. 49 AVG", "D.AVG.V", DPO, LEGAL),
)

PREDICATES: dict[Predicate, Asked] = {asked.predicate: asked for asked in _ALL}
