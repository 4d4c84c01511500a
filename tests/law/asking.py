"""A situation of the matrix as a question of the law: the words of the one in those of the other."""

from datetime import UTC, datetime, timedelta

from law import (
    Capacity,
    Iep,
    Item,
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
from tests.law.matrix import Situation

C, P = Capacity, Predicate
INSTANTS = {
    "WBNI_2018": datetime(2021, 5, 1, tzinfo=UTC),
    "WBNI_2022_BEFORE_WBDWB": datetime(2023, 5, 1, tzinfo=UTC),
    "WBNI_2022": datetime(2025, 5, 1, tzinfo=UTC),
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
    "no_linking_said": P.NO_LINKING_ORGANISATION_FOR_SECTOR,
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
    "personal_needed": P.PERSONAL_DATA_NECESSARY,
    "minimised": P.MINIMISED,
    "art_49": P.AVG_ART_49_GROUND,
}
HOUR = timedelta(hours=1)


def question(s: Situation) -> Question:
    suspended = frozenset([s.suspended]) if s.suspended else frozenset[str]()
    at = INSTANTS[s.regime]
    return Question(_item(s), _recipient(s), _purpose(s), at, _relation(s), suspended)


def _item(s: Situation) -> Item:
    holds, at = s.holds, INSTANTS[s.regime]
    return Item(
        scope=frozenset([Scope[name] for name in s.systems]),
        confidential=s.confidential,
        traceable=s.traceable,
        subject_is_vital_or_gov="subject_vital" in holds,
        personal_data=PersonalData[s.personal_data] if s.personal_data else None,
        provenance=Provenance.ART_3_1_E if "provenance" in holds else Provenance.RECEIVED,
        tlp=Tlp[s.tlp] if s.tlp else None,
        embargo_until=at + HOUR if "embargo" in holds else at if "embargo_over" in holds else None,
        iep=_iep(s) if "iep" in holds else None,
        classified="classified" in holds,
        reporter_identity="reporter" in holds,
        attested=frozenset([ATTESTED[name] for name in holds if name in ATTESTED]),
    )


def _iep(s: Situation) -> Iep:
    """In force from this very instant; or until it, itself excluded; or from an hour later."""
    at, may = INSTANTS[s.regime], "iep_may_notify" in s.holds
    if "iep_over" in s.holds:
        return Iep(end_date=at, affected_party_notifications=may)
    begins = at + HOUR if "iep_not_begun" in s.holds else at
    return Iep(begins, begins + HOUR, may)


def _recipient(s: Situation) -> Recipient:
    holds, column = s.holds, s.column
    capacity = CAPACITIES.get(column)  # OTHER, PRIV, EXOKTT and REL hold none
    return Recipient(
        capacities=frozenset([capacity]) if capacity else frozenset(),
        territory=TERRITORIES.get(column, Territory.NETHERLANDS),
        active="inactive" not in holds,
        secrecy_guaranteed="secrecy" in holds,
        coop_relation="coop" in holds,
        avg_chapter_v_basis="chapter_v" in holds,
        objectively_knowable_task=column == "OKTT" and "known_task" in holds,
    )


def _relation(s: Situation) -> Relation:
    holds = s.holds
    return Relation(
        is_only_subject=s.own,
        concerns_recipient_systems="concerned" in holds,
        subject_in_constituency="achterban" in holds,
        consent_of_all_traced=s.consent,
        consent_was_given=s.consent or "consented" in holds,
        no_linking_organisation="no_linking" in holds,
        legal_ruling="ruling" in holds,
        named_for_red="named" in holds,
        designation_ended=s.column == "EXOKTT",
    )


def _purpose(s: Situation) -> Purpose:
    if "statement" in s.holds:
        return Purpose.PUBLIC_STATEMENT
    return Purpose.CONTACT_POINT_DUTY if "duty" in s.holds else Purpose.INFORM
