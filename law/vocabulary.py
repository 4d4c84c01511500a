"""The words of the Acts and of the field, as values. Dutch terms stand beside each.

Sources: Wet beveiliging netwerk- en informatiesystemen (Wbni, BWBR0041515), Cyberbeveiligingswet
(Cbw, Stb. 2026, 187), FIRST TLP 2.0, PAP, AVG (GDPR).
"""

from enum import StrEnum


class RegimeId(StrEnum):
    """Wettelijk regime: a version of the law."""

    WBNI_2018 = "WBNI_2018"
    WBNI_2022 = "WBNI_2022"
    CBW_2026 = "CBW_2026"


class Capacity(StrEnum):
    """Hoedanigheid: a legal capacity that an organisation holds between two dates."""

    VITAL = "vital"  # vitale aanbieder, AED included (Wbni art. 5)
    GOV = "gov"  # onderdeel van de rijksoverheid
    OKTT = "oktt"  # objectief kenbaar tot taak; 2018 the task, from 2022 the designation
    CSIRT = "csirt"  # CSIRT of an EU member state (NIB art. 9, NIS2 art. 10), NL CSIRTs included
    CCT = "cct"  # computercrisisteam aangewezen bij regeling
    INTEL = "intel"  # AIVD, MIVD (Wiv 2017)
    ISP = "isp"  # aanbieder van internettoegangs- of internetcommunicatiediensten
    SUPERVISOR = "supervisor"  # bevoegde autoriteit of betrokken Minister
    CONTACT_POINT = "contact_point"  # centraal contactpunt, of another member state, Enisa
    EZ = "ez"  # Minister van EZ for the Wbdwb (DTC)
    EEA_CSIRT = "eea_csirt"  # CSIRT of NO, IS, LI, and CERT-EU: not literally a CSIRT of the Act
    ESSENTIAL = "essential"  # essentiële entiteit (Cbw)
    IMPORTANT = "important"  # belangrijke entiteit (Cbw)
    LEGACY = "legacy"  # art. 96 Cbw: vital or rijksoverheid on 14 August 2026, and no entity
    ART_51_2 = "art_51_2"  # the other bodies of art. 51(2) Cbw: police, OM, AP, DORA, …
    COMMUNITY = "community"  # gemeenschap van entiteiten (arts. 53, 62 Cbw)
    THIRD_COUNTRY_BODY = "third_country_body"  # (gelijkwaardig) orgaan van een derde land
    CARIBBEAN = "caribbean"  # body in the Caribbean part of the Kingdom
    # A fact and not a legal capacity: passes information on to an achterban. No regime grants
    # anything for it; it lets an analyst address former OKTTs (andere relevante partij, per item).
    LINKING = "linking"  # schakelorganisatie
    PUBLIC = "public"  # everyone; never a registry fact of an organisation


class Territory(StrEnum):
    """Where the recipient is established, as far as the Acts and the AVG ask."""

    NETHERLANDS = "netherlands"  # European Netherlands
    EU = "eu"
    EEA = "eea"  # NO, IS, LI
    THIRD_COUNTRY = "third_country"
    CARIBBEAN = "caribbean"  # treated as a third country (conservative)


class Scope(StrEnum):
    """Whose systems the information concerns (art. 3(1) aanhef, art. 3(2) Wbni)."""

    PRIMARY = "primary"  # vital providers and central government
    OTHER = "other"  # any other systems
    GENERIC = "generic"  # product or technique, no particular owner


class Provenance(StrEnum):
    """Herkomst. Art. 3(2) Wbni covers only what was obtained under art. 3(1)(e)."""

    ART_3_1_E = "art_3_1_e"  # own analysis or technical research
    NOTIFICATION = "notification"  # melding
    RECEIVED = "received"  # from a partner
    PUBLIC = "public"  # public source


class PersonalData(StrEnum):
    """Persoonsgegevens (AVG arts. 4, 9; credentials apart, for they open doors)."""

    NONE = "none"
    ORDINARY = "ordinary"
    SPECIAL = "special"
    CREDENTIALS = "credentials"


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0 (FIRST)."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber+strict"
    RED = "red"

    @property
    def label(self) -> str:
        """As FIRST writes it: `TLP:AMBER+STRICT`."""
        return f"TLP:{self.value.upper()}"

    @property
    def strictness(self) -> int:
        """0 for CLEAR to 4 for RED."""
        return list(Tlp).index(self)


class Pap(StrEnum):
    """Permissible Actions Protocol: limits use, not recipients."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Purpose(StrEnum):
    """Doel van de verstrekking: a closed list, each within art. 3 Wbni / art. 16 Cbw."""

    INFORM = "inform"  # informeren en adviseren over dreigingen en incidenten
    ASSIST = "assist"  # bijstaan van de aanbieder zelf
    PREVENT_SOCIETAL_HARM = "prevent_societal_harm"  # nadelige maatschappelijke gevolgen voorkomen
    INFORM_USERS = "inform_users"  # gebruikers van een internetdienst informeren
    SUPERVISION = "supervision"  # aan bevoegde autoriteit of Minister
    PUBLIC_STATEMENT = "public_statement"  # mededeling aan het publiek
    CONTACT_POINT_DUTY = "contact_point_duty"  # art. 19 Wbni, arts. 39-41 Cbw


class Predicate(StrEnum):
    """What a person attests, or the registry shows, for a rule to apply. Unknown is false."""

    # about the item or the share (attested)
    CONCERNS_PRIMARY_SYSTEMS = "concerns_primary_systems"
    PURPOSE_WITHIN_ART_3_1 = "purpose_within_art3_1"
    PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES = "prevents_adverse_societal_consequences"
    PURPOSE_BOUND = "purpose_bound"
    CONTRIBUTES_TO_PREVENTING_SOCIETAL_DISRUPTION = "contributes_to_preventing_societal_disruption"
    SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES = "serious_threat_considerable_consequences"
    NO_LINKING_ORGANISATION_FOR_SECTOR = "no_linking_organisation_for_sector"  # legal overrides
    ADVICE_INSUFFICIENTLY_FOLLOWED = "advice_insufficiently_followed"
    DATA_WITHIN_THAT_ADVICE = "data_within_that_advice"
    SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY = "serious_societal_consequences_necessity"
    PROVIDER_CONSULTED = "provider_consulted"
    PURPOSE_INFORM_USERS_OF_SERVICE = "purpose_inform_users_of_service"
    AFFECTED_USERS_ARE_CUSTOMERS = "affected_users_are_customers"
    PERSONAL_DATA_NECESSARY = "personal_data_necessary"
    MINIMISED = "minimised"
    RELEVANT_TO_RECIPIENT = "relevant_to_recipient"
    RELEVANT_PARTY = "relevant_party"
    NECESSARY = "necessary"
    RELEVANT_TO_THEIR_TASK = "relevant_to_their_task"
    WBDWB_PURPOSE = "wbdwb_purpose"
    NECESSARY_FOR_CBW_TASK = "necessary_for_cbw_task"
    RELEVANT_AND_PROPORTIONATE = "relevant_and_proportionate"
    CONFIDENTIALITY_GUARANTEED = "confidentiality_guaranteed"
    ENTITY_INTERESTS_PROTECTED = "entity_interests_protected"
    SIGNIFICANT_INCIDENT = "significant_incident"
    GROUND_ART_37 = "ground_art37_a_b_or_c"
    AVG_ART_49_GROUND = "avg_art49_ground"


class Outcome(StrEnum):
    """Uitkomst. Only ALLOW and MUST open anything."""

    ALLOW = "allow"
    MUST = "must"  # legal duty to send without delay
    MANUAL = "manual"  # a person of legal affairs decides
    DENY = "deny"

    @property
    def opens(self) -> bool:
        return self in {Outcome.ALLOW, Outcome.MUST}


class Code(StrEnum):
    """Why an outcome is what it is. Stable: shown, stored, exported."""

    OK = "OK"
    BREAK_GLASS = "BREAK_GLASS"
    LEGAL_RULING = "LEGAL_RULING"
    MUST_W_20_4_A = "MUST_W_20_4_A"
    MUST_W_19 = "MUST_W_19"
    MANUAL_LEGAL = "MANUAL_LEGAL"
    DENY_NO_TASK_3_1 = "DENY_NO_TASK_3_1"
    DENY_NO_TASK_3_2 = "DENY_NO_TASK_3_2"
    DENY_NO_TASK_CBW = "DENY_NO_TASK_CBW"
    DENY_20_1_A_SECRECY = "DENY_20_1_A_SECRECY"
    DENY_20_1_B_PURPOSE = "DENY_20_1_B_PURPOSE"
    DENY_20_2_NOT_DIENSTIG = "DENY_20_2_NOT_DIENSTIG"
    DENY_20_2_NOT_LISTED = "DENY_20_2_NOT_LISTED"
    DENY_66_1 = "DENY_66_1"
    DENY_DESIGNATION_INVALID = "DENY_DESIGNATION_INVALID"
    DENY_CONSENT_INVALID = "DENY_CONSENT_INVALID"
    DENY_LINKING_ORG_EXISTS = "DENY_LINKING_ORG_EXISTS"
    DENY_NOT_SERIOUS = "DENY_NOT_SERIOUS"
    DENY_NOT_CONSULTED = "DENY_NOT_CONSULTED"
    DENY_AVG = "DENY_AVG"
    DENY_AVG_CH5 = "DENY_AVG_CH5"
    DENY_TLP = "DENY_TLP"
    DENY_PAP = "DENY_PAP"
    DENY_EMBARGO = "DENY_EMBARGO"
    DENY_CLASSIFIED = "DENY_CLASSIFIED"
    DENY_REPORTER_ANONYMITY = "DENY_REPORTER_ANONYMITY"
    DENY_IEP = "DENY_IEP"
    DENY_RULE_SUSPENDED = "DENY_RULE_SUSPENDED"
    DENY_RECIPIENT_INACTIVE = "DENY_RECIPIENT_INACTIVE"
    DENY_MARKING_INCOMPLETE = "DENY_MARKING_INCOMPLETE"
