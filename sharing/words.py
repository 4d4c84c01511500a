"""The law's words as people read them. Untranslated values never reach a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from law.facts import Recipient
from law.rules import Label
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
)

_PAIRS: tuple[tuple[Any, Any], ...] = (
    (RegimeId.WBNI_2018, _("The Wbni of 2018")),
    (RegimeId.WBNI_2022, _("The Wbni as amended in 2022")),
    (RegimeId.CBW_2026, _("The Cyberbeveiligingswet")),
    (Label.LAW, _("the enacted text")),
    (Label.DRAFT, _("a draft, not the enacted text")),
    (Label.MEMORANDUM, _("parliamentary papers")),
    (Label.REPORT, _("practice as reported")),
    (Label.INFERENCE, _("our reading")),
    (Label.STANDARD, _("a standard")),
    (Capacity.VITAL, _("vital provider")),
    (Capacity.GOV, _("central government")),
    (Capacity.OKTT, _("designated linking organisation (OKTT)")),
    (Capacity.CSIRT, _("CSIRT")),
    (Capacity.CCT, _("computer crisis team")),
    (Capacity.INTEL, _("intelligence service")),
    (Capacity.ISP, _("internet access provider")),
    (Capacity.SUPERVISOR, _("competent authority")),
    (Capacity.CONTACT_POINT, _("central contact point")),
    (Capacity.EZ, _("Minister of Economic Affairs (Wbdwb)")),
    (Capacity.EEA_CSIRT, _("CSIRT in the EEA or of the EU institutions")),
    (Capacity.ESSENTIAL, _("essential entity")),
    (Capacity.IMPORTANT, _("important entity")),
    (Capacity.LEGACY, _("organisation of art. 96 Cbw")),
    (Capacity.ART_51_2, _("body of art. 51(2) Cbw")),
    (Capacity.COMMUNITY, _("community of entities")),
    (Capacity.THIRD_COUNTRY_BODY, _("body of a third country")),
    (Capacity.CARIBBEAN, _("body in the Caribbean part of the Kingdom")),
    (Capacity.LINKING, _("linking organisation (no legal capacity)")),
    (Capacity.PUBLIC, _("the public")),
    (Territory.NETHERLANDS, _("European Netherlands")),
    (Territory.EU, _("European Union")),
    (Territory.EEA, _("European Economic Area")),
    (Territory.THIRD_COUNTRY, _("third country")),
    (Territory.CARIBBEAN, _("Caribbean part of the Kingdom")),
    (Scope.PRIMARY, _("vital providers and central government")),
    (Scope.OTHER, _("other organisations")),
    (Scope.GENERIC, _("nobody in particular: a product or technique")),
    (Provenance.ART_3_1_E, _("own analysis or technical research")),
    (Provenance.NOTIFICATION, _("a notification")),
    (Provenance.RECEIVED, _("received from a partner")),
    (Provenance.PUBLIC, _("a public source")),
    (PersonalData.NONE, _("none")),
    (PersonalData.ORDINARY, _("ordinary")),
    (PersonalData.SPECIAL, _("special categories")),
    (PersonalData.CREDENTIALS, _("credentials")),
    (Purpose.INFORM, _("inform and advise")),
    (Purpose.ASSIST, _("assist the provider")),
    (Purpose.PREVENT_SOCIETAL_HARM, _("prevent harm to society")),
    (Purpose.INFORM_USERS, _("inform users of an internet service")),
    (Purpose.SUPERVISION, _("supply to a competent authority")),
    (Purpose.PUBLIC_STATEMENT, _("statement to the public")),
    (Purpose.CONTACT_POINT_DUTY, _("duty towards a contact point")),
    (Outcome.ALLOW, _("allowed")),
    (Outcome.MUST, _("must be sent")),
    (Outcome.MANUAL, _("legal officer decides")),
    (Outcome.DENY, _("denied")),
    (Code.OK, _("lawful")),
    (Code.BREAK_GLASS, _("lawful by way of exception")),
    (Code.LEGAL_RULING, _("lawful by decision of legal affairs")),
    (Code.MUST_W_20_4_A, _("duty to supply without delay (art. 20(4)(a) Wbni)")),
    (Code.MUST_W_19, _("duty towards the contact point (art. 19 Wbni)")),
    (Code.MANUAL_LEGAL, _("the law leaves this to a person")),
    (Code.DENY_NO_TASK_3_1, _("no task: not shown to concern primary systems (art. 3(1) Wbni)")),
    (Code.DENY_NO_TASK_3_2, _("no task towards this recipient (art. 3(2) Wbni)")),
    (Code.DENY_NO_TASK_CBW, _("no task: relevance or need was not vouched for (Cbw)")),
    (Code.DENY_20_1_A_SECRECY, _("secrecy is not guaranteed (art. 20(1)(a) Wbni)")),
    (Code.DENY_20_1_B_PURPOSE, _("the purpose does not bind (art. 20(1)(b) Wbni)")),
    (Code.DENY_20_2_NOT_DIENSTIG, _("not shown to prevent societal disruption (art. 20(2) Wbni)")),
    (Code.DENY_20_2_NOT_LISTED, _("not on the closed list (art. 20(2) Wbni)")),
    (Code.DENY_66_1, _("the four conditions of art. 66(1) Cbw are not met")),
    (Code.DENY_DESIGNATION_INVALID, _("the designation is not in force")),
    (Code.DENY_CONSENT_INVALID, _("the consent ended or does not cover this")),
    (Code.DENY_LINKING_ORG_EXISTS, _("a linking organisation serves it: go through that one")),
    (Code.DENY_NOT_SERIOUS, _("considerable consequences were not vouched for")),
    (Code.DENY_NOT_CONSULTED, _("the provider was not consulted, or necessity not vouched for")),
    (Code.DENY_AVG, _("personal data: not necessary or not minimised")),
    (Code.DENY_AVG_CH5, _("no basis for transfer outside the EEA")),
    (Code.DENY_TLP, _("the TLP label does not permit it")),
    (Code.DENY_PAP, _("the PAP label does not permit it")),
    (Code.DENY_EMBARGO, _("under embargo")),
    (Code.DENY_IEP, _("the originator's terms do not permit it (IEP)")),
    (Code.DENY_RULE_SUSPENDED, _("the rule it would rest on is suspended")),
    (Code.DENY_CLASSIFIED, _("classified information")),
    (Code.DENY_REPORTER_ANONYMITY, _("would reveal who reported a vulnerability")),
    (Code.DENY_RECIPIENT_INACTIVE, _("not an active recipient")),
    (Code.DENY_MARKING_INCOMPLETE, _("the marking is not complete")),
    (Predicate.CONCERNS_PRIMARY_SYSTEMS, _("it concerns systems of vital providers or government")),
    (Predicate.PURPOSE_WITHIN_ART_3_1, _("the purpose lies within art. 3(1) Wbni")),
    (Predicate.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES, _("it prevents harm to society")),
    (Predicate.PURPOSE_BOUND, _("the purpose binds the recipient")),
    (
        Predicate.CONTRIBUTES_TO_PREVENTING_SOCIETAL_DISRUPTION,
        _("it helps prevent societal disruption (dienstig)"),
    ),
    (
        Predicate.SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES,
        _("the threat has considerable consequences for the recipient's service"),
    ),
    (
        Predicate.NO_LINKING_ORGANISATION_FOR_SECTOR,
        _("no linking organisation serves the recipient or its sector"),
    ),
    (Predicate.ADVICE_INSUFFICIENTLY_FOLLOWED, _("advice was not followed sufficiently")),
    (Predicate.DATA_WITHIN_THAT_ADVICE, _("the data stood in that advice")),
    (
        Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY,
        _("it is necessary to prevent serious societal consequences"),
    ),
    (Predicate.PROVIDER_CONSULTED, _("the provider was consulted")),
    (Predicate.PURPOSE_INFORM_USERS_OF_SERVICE, _("it serves to inform users of the service")),
    (Predicate.AFFECTED_USERS_ARE_CUSTOMERS, _("those affected are customers of the recipient")),
    (Predicate.PERSONAL_DATA_NECESSARY, _("the personal data are necessary")),
    (Predicate.MINIMISED, _("the personal data are minimised")),
    (Predicate.RELEVANT_TO_RECIPIENT, _("it is relevant to the recipient")),
    (Predicate.RELEVANT_PARTY, _("the recipient is a relevant party for this item")),
    (Predicate.NECESSARY, _("the recipient needs it")),
    (Predicate.RELEVANT_TO_THEIR_TASK, _("it is relevant to the recipient's statutory task")),
    (Predicate.WBDWB_PURPOSE, _("it serves the purpose of the Wbdwb")),
    (Predicate.NECESSARY_FOR_CBW_TASK, _("it is necessary for a task under the Cbw (66(1)(a))")),
    (Predicate.RELEVANT_AND_PROPORTIONATE, _("it is relevant and proportionate (66(1)(b))")),
    (Predicate.CONFIDENTIALITY_GUARANTEED, _("confidentiality is guaranteed (66(1)(c))")),
    (Predicate.ENTITY_INTERESTS_PROTECTED, _("the entity's interests are protected (66(1)(d))")),
    (Predicate.SIGNIFICANT_INCIDENT, _("it is a significant incident")),
    (Predicate.GROUND_ART_37, _("ground a, b or c of art. 37 Cbw applies")),
    (Predicate.AVG_ART_49_GROUND, _("a ground of art. 49 AVG applies")),
)
# By kind and value: words of different kinds can be equal as strings.
WORDS = {(type(value), value): text for value, text in _PAIRS}

# By the id of a rule under which the law answers MANUAL.
LEAVES_OPEN = {
    "W.3.2": _(
        "Art. 3(2) Wbni lists to whom data about other organisations may go. Whether this kind of"
        " recipient belongs to the list does not follow from the text as it was read."
    ),
    "W22.WBDWB": _(
        "Since 1 October 2024 there is a basis for supply to the Minister of Economic Affairs; its"
        " conditions could not be read in the enacted text."
    ),
    "W22.20.2.OKTT": _(
        "A linking organisation may receive what can be traced to other providers. Whether it may"
        " receive what can be traced to a vital provider or central government could not be"
        " verified in the enacted text."
    ),
    "W.20.2.list": _(
        "Whether this kind of recipient stands on the closed list of art. 20(2) Wbni could not be"
        " read in the enacted text."
    ),
    "W.20.2.consent": _(
        "Consent lifts the closed list, but whether the Wbni allows supply to the Caribbean part of"
        " the Kingdom at all is not clear."
    ),
    "C.16.2.b": _(
        "The Cyberbeveiligingswet was not extended to the Caribbean part of the Kingdom. Whether a"
        " body there can be another relevant party is not clear."
    ),
}


def word(value: Any) -> Any:
    """The word for a value of the law; the value itself where there is none."""
    return WORDS.get((type(value), value), str(value))


def clock(at: datetime | None, *, seconds: bool = False) -> str:
    """Day and time in Amsterdam with the zone, in the language that is active."""
    written = "j F Y H:i:s e" if seconds else "j F Y H:i e"
    return formats.date_format(timezone.localtime(at), written) if at else ""


def choices(values: Iterable[Any]) -> list[tuple[str, Any]]:
    return [(value.value, word(value)) for value in values]


def recipient(profile: Recipient) -> str:
    """What somebody is: capacities and, outside the European Netherlands, the place."""
    parts = [str(word(capacity)) for capacity in sorted(profile.capacities)]
    if profile.territory not in (None, Territory.NETHERLANDS):
        parts.append(str(word(profile.territory)))
    return ", ".join(parts) or str(_("no capacity"))
