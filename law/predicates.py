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
    """What it takes to attest a predicate."""

    predicate: Predicate
    dutch: str
    attestors: frozenset[str]
    must_differ_from_author: bool = False
    lapse_days: int | None = None


def _asked(
    predicate: Predicate,
    dutch: str,
    *attestors: str,
    other: bool = False,
    days: int | None = None,
) -> Asked:
    return Asked(predicate, dutch, frozenset(attestors), other, days)


_P = Predicate
_ALL = (
    _asked(_P.CONCERNS_PRIMARY_SYSTEMS, "systemen, art. 3(1) aanhef", AUTHOR, SENIOR),
    _asked(_P.PURPOSE_WITHIN_ART_3_1, "doel binnen art. 3(1)", AUTHOR, SENIOR),
    _asked(
        _P.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES,
        "nadelige maatschappelijke gevolgen",
        AUTHOR,
        SENIOR,
    ),
    _asked(_P.PURPOSE_BOUND, "doelbinding", AUTHOR, SENIOR),
    _asked(_P.CONTRIBUTES_TO_PREVENTING_SOCIETAL_DISRUPTION, "dienstig", SENIOR, other=True),
    _asked(_P.SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES, "aanzienlijke gevolgen", SENIOR, days=30),
    _asked(_P.ADVICE_INSUFFICIENTLY_FOLLOWED, "onvoldoende gevolg aan advies", SENIOR, LEGAL),
    _asked(_P.DATA_WITHIN_THAT_ADVICE, "in het advies opgenomen gegevens", SENIOR, LEGAL),
    _asked(
        _P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY,
        "ernstige maatschappelijke gevolgen",
        DUTY,
        LEGAL,
        other=True,
        days=3,
    ),
    _asked(_P.PROVIDER_CONSULTED, "na raadpleging van de betrokken aanbieder", DUTY),
    _asked(_P.PURPOSE_INFORM_USERS_OF_SERVICE, "informeren van gebruikers", AUTHOR, SENIOR),
    _asked(_P.AFFECTED_USERS_ARE_CUSTOMERS, "gebruikers van de dienst", AUTHOR, SENIOR),
    _asked(_P.PERSONAL_DATA_NECESSARY, "noodzakelijk", AUTHOR, SENIOR),
    _asked(_P.MINIMISED, "minimale gegevensverwerking", AUTHOR, SENIOR),
    _asked(_P.RELEVANT_TO_RECIPIENT, "relevante informatie", AUTHOR, SENIOR),
    _asked(_P.RELEVANT_PARTY, "andere relevante partij", AUTHOR, SENIOR),
    _asked(_P.NECESSARY, "noodzakelijke gegevens", AUTHOR, SENIOR),
    _asked(_P.RELEVANT_TO_THEIR_TASK, "voor hun taak van belang", AUTHOR, SENIOR),
    _asked(_P.WBDWB_PURPOSE, "art. 2(1) Wbdwb", AUTHOR, SENIOR),
    _asked(_P.NECESSARY_FOR_CBW_TASK, "art. 66(1)(a)", AUTHOR, SENIOR),
    _asked(_P.RELEVANT_AND_PROPORTIONATE, "art. 66(1)(b)", AUTHOR, SENIOR),
    _asked(_P.CONFIDENTIALITY_GUARANTEED, "art. 66(1)(c)", AUTHOR, SENIOR),
    _asked(_P.ENTITY_INTERESTS_PROTECTED, "art. 66(1)(d)", SENIOR, other=True),
    _asked(_P.SIGNIFICANT_INCIDENT, "significant incident", DUTY, LEGAL),
    _asked(_P.GROUND_ART_37, "art. 37, grond a, b of c", DUTY, LEGAL),
    _asked(_P.AVG_ART_49_GROUND, "art. 49 AVG", DPO, LEGAL),
)

PREDICATES: dict[Predicate, Asked] = {asked.predicate: asked for asked in _ALL}
