"""Wet beveiliging netwerk- en informatiesystemen, state of 2018 and of 1 December 2022.

Gate A: arts. 3(1) and 3(2). Gate B: art. 20(1). Gate C: art. 20(2), with the exceptions of
art. 20(3), 20(4), 20(6) and the duties of art. 19.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from law import gates
from law.answers import Asked, allow, best, deny, deny_for, manual, must
from law.facts import Question
from law.verdict import GateResult
from law.vocabulary import (
    Capacity,
    Code,
    Predicate,
    Provenance,
    Purpose,
    RegimeId,
    Scope,
    Territory,
)

A, B, C = "A task", "B secrecy", "C traceable"
OWN_RIGHT = frozenset({Capacity.VITAL, Capacity.GOV})
# The Wbdwb gave the Minister of EZ a basis from this day; its conditions could not be read.
WBDWB = datetime(2024, 10, 1, tzinfo=ZoneInfo("Europe/Amsterdam"))
# "Andere aanbieders" are in Europe; elsewhere, or one knows not where, art. 3(2)(e) opens nothing.
EUROPE = frozenset({Territory.NETHERLANDS, Territory.EU, Territory.EEA})
# Reached through another door of art. 3(2), or not at all: no "andere aanbieder" themselves.
NO_PROVIDER = frozenset(
    {
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
    }
)


def _attested(question: Question, *predicates: Predicate) -> Asked:
    return tuple((p.value, p in question.item.attested) for p in predicates)


def _all(asked: Asked) -> bool:
    return all(value for _, value in asked)


def is_self(question: Question) -> bool:
    """SELF: the vital provider or ministry that the data are about, and nobody else."""
    return question.relation.is_only_subject


def _self_in_own_right(question: Question) -> bool:
    return is_self(question) and bool(OWN_RIGHT & question.recipient.capacities)


def _tells_the_public(question: Question) -> bool:
    return gates.is_public(question) and question.purpose is Purpose.PUBLIC_STATEMENT


def break_glass(question: Question) -> bool:
    """Art. 20(4)(b): necessity attested and the provider consulted. The public: a statement only."""
    if gates.is_public(question) and not _tells_the_public(question):
        return False
    return _all(
        _attested(
            question,
            Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY,
            Predicate.PROVIDER_CONSULTED,
        )
    )


def to_supervisor(question: Question) -> Iterator[GateResult]:
    """Art. 20(4)(a), a duty to supply onverwijld, and art. 20(3), advice not followed."""
    if Capacity.SUPERVISOR not in question.recipient.capacities:
        return
    necessity = _attested(question, Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY)
    if _all(necessity):
        yield must(A, "W.20.4.a", code=Code.MUST_W_20_4_A, asked=necessity)
    advice = (
        ("subject_is_vital_or_gov", question.item.subject_is_vital_or_gov),
        *_attested(
            question, Predicate.ADVICE_INSUFFICIENTLY_FOLLOWED, Predicate.DATA_WITHIN_THAT_ADVICE
        ),
    )
    if _all(advice):
        yield allow(A, "W.20.3", asked=advice)


def contact_point_duty(question: Question) -> bool:
    """Art. 19(2)-(5): the single contact point of another member state; exempt from 20(2)."""
    return (
        Capacity.CONTACT_POINT in question.recipient.capacities
        and question.purpose is Purpose.CONTACT_POINT_DUTY
    )


def task(question: Question, regime: RegimeId) -> GateResult:
    """Gate A: is there a task (art. 3) under which this may go to this kind of recipient?"""
    return best(_bases(question, regime), question.suspended)


def _bases(question: Question, regime: RegimeId) -> Iterator[GateResult]:
    item = question.item
    if gates.is_public_advisory(question):
        yield allow(A, "W.3.1.d", asked=(("public_advisory", True),))
    yield from _exceptions(question)
    if _tells_the_public(question) and item.confidential is not False:
        return  # what may be secret is told to the public by art. 20(4)(b) or not at all
    if item.scope & {Scope.PRIMARY, Scope.GENERIC}:
        yield from _primary(question)
    if Scope.OTHER in item.scope:
        yield from _other(question, regime)
    if not item.scope:
        yield deny(A, Code.DENY_NO_TASK_3_1, "W.3.1.d", asked=(("scope_known", False),))


def _exceptions(question: Question) -> Iterator[GateResult]:
    """Art. 19 and art. 20(3) and (4): a duty or a power beside the tasks of art. 3."""
    yield from to_supervisor(question)
    if contact_point_duty(question):
        yield must(A, "W.19.2-5", code=Code.MUST_W_19)
    if break_glass(question):
        yield allow(A, "W.20.4.b", code=Code.BREAK_GLASS, asked=(("break_glass", True),))
    elif question.purpose is Purpose.PUBLIC_STATEMENT:
        yield _not_consulted(A, question)


def _not_consulted(gate: str, question: Question) -> GateResult:
    asked = _attested(
        question, Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY, Predicate.PROVIDER_CONSULTED
    )
    return deny(gate, Code.DENY_NOT_CONSULTED, "W.20.4.b", asked=asked)


def _consultation_lacks(question: Question) -> bool:
    """Necessity is attested and art. 20(4)(b) reaches this recipient: one act short of it."""
    if Capacity.SUPERVISOR in question.recipient.capacities:
        return False  # art. 20(4)(a) asks for no consultation
    if gates.is_public(question) and not _tells_the_public(question):
        return False
    attested = question.item.attested
    necessary = Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY in attested
    return necessary and Predicate.PROVIDER_CONSULTED not in attested


def _primary(question: Question) -> Iterator[GateResult]:
    """Art. 3(1)(c) and (d): aanbieders en anderen in en buiten Nederland."""
    if _self_in_own_right(question) and Scope.PRIMARY in question.item.scope:
        yield allow(A, "W.3.1.c", "W.3.1.d", asked=(("is_only_subject", True),))
    concerns = (
        question.item.subject_is_vital_or_gov
        or Predicate.CONCERNS_PRIMARY_SYSTEMS in question.item.attested
    )
    asked = (
        (Predicate.CONCERNS_PRIMARY_SYSTEMS.value, concerns),
        *_attested(question, Predicate.PURPOSE_WITHIN_ART_3_1),
    )
    if _all(asked):
        yield allow(A, "W.3.1.d", asked=asked)
    else:
        yield deny(A, Code.DENY_NO_TASK_3_1, "W.3.1.d", asked=asked)


def _other(question: Question, regime: RegimeId) -> Iterator[GateResult]:
    """Art. 3(2): data obtained under art. 3(1)(e), to the organisations of its list."""
    held = question.recipient.capacities
    common = (
        ("provenance_art_3_1_e", question.item.provenance is Provenance.ART_3_1_E),
        *_attested(question, Predicate.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES),
    )
    yield from _linking(question, regime, common)
    if _overseas(question):
        yield manual(A, "W.3.2", asked=common)
        return
    if Capacity.CSIRT in held:
        yield _under(common, "W.3.2.CSIRT")
    if Capacity.CCT in held:
        yield _under(common, "W.3.2.CCT")
    if Capacity.ISP in held:
        users = _attested(
            question,
            Predicate.PURPOSE_INFORM_USERS_OF_SERVICE,
            Predicate.AFFECTED_USERS_ARE_CUSTOMERS,
        )
        yield _under((*common, *users), "W.3.2.ISP")
    if held & {Capacity.INTEL, Capacity.EEA_CSIRT}:
        yield manual(A, "W.3.2", asked=common)
    if _wbdwb(question):
        yield manual(A, "W22.WBDWB", asked=common)
    if not held & NO_PROVIDER and question.recipient.territory in EUROPE:
        yield _special_case(question, regime, common)
    else:
        yield deny(A, Code.DENY_NO_TASK_3_2, "W.3.2", asked=common)


def _under(asked: Asked, rule: str) -> GateResult:
    return (
        allow(A, rule, asked=asked)
        if _all(asked)
        else deny(A, Code.DENY_NO_TASK_3_2, rule, asked=asked)
    )


def _wbdwb(question: Question) -> bool:
    """Minister van EZ for the Wbdwb (DTC): a basis exists since 1 October 2024, text not read."""
    return Capacity.EZ in question.recipient.capacities and question.instant >= WBDWB


def _overseas(question: Question) -> bool:
    """In the Caribbean part of the Kingdom, and itself no designated OKTT or crisis team: how far
    the Act reaches is unclear, so a person decides, whatever else the recipient is."""
    held = question.recipient.capacities
    there = Capacity.CARIBBEAN in held or question.recipient.territory is Territory.CARIBBEAN
    return there and not held & {Capacity.OKTT, Capacity.CCT}


def _linking(question: Question, regime: RegimeId, common: Asked) -> Iterator[GateResult]:
    """OKTT. 2018: an objectief kenbare taak on record. 2022: designated by ministerial regulation."""
    recipient = question.recipient
    if regime is RegimeId.WBNI_2018:
        if recipient.objectively_knowable_task:
            yield _under((*common, ("objectively_knowable_task_recorded", True)), "W.3.2.OKTT")
        return
    if Capacity.OKTT in recipient.capacities:
        serves = ("subject_in_constituency", question.relation.subject_in_constituency)
        yield _under((*common, serves), "W.3.2.OKTT")
    elif question.relation.designation_ended or recipient.objectively_knowable_task:
        asked = (("designation_valid", False),)
        yield deny(A, Code.DENY_DESIGNATION_INVALID, "W.3.2.OKTT", asked=asked)


def _special_case(question: Question, regime: RegimeId, common: Asked) -> GateResult:
    """Bijzonder geval, since 1 December 2022: a provider directly, when nobody links to it."""
    relation = question.relation
    if regime is RegimeId.WBNI_2018:
        return deny(A, Code.DENY_NO_TASK_3_2, "W.3.2", asked=common)
    serious = _attested(question, Predicate.SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES)
    # Computed from the registry; legal affairs may override it with a reason.
    nobody = Predicate.NO_LINKING_ORGANISATION_FOR_SECTOR
    alone = relation.no_linking_organisation or nobody in question.item.attested
    asked = (
        *common,
        ("concerns_recipient_systems", relation.concerns_recipient_systems),
        (nobody.value, alone),
        *serious,
    )
    if _all(asked):
        return allow(A, "W.3.2.OTHER", asked=asked)
    code = Code.DENY_NO_TASK_3_2
    if _all(common) and relation.concerns_recipient_systems:
        code = Code.DENY_NOT_SERIOUS if alone else Code.DENY_LINKING_ORG_EXISTS
    return deny(A, code, "W.3.2.OTHER", asked=asked)


def secrecy(question: Question, regime: RegimeId) -> GateResult:
    """Gate B, art. 20(1): geheimhouding and doelbinding, both, for confidential data.

    Consent does not lift it. A mededeling aan het publiek under art. 20(4)(b) is exempt (20(5)).
    """
    if question.item.confidential is False:
        return allow(B, asked=(("confidential", False),))
    if gates.is_public(question) and break_glass(question):
        return allow(B, "W.20.5", asked=(("public_statement", True),))
    if _self_in_own_right(question):
        return allow(B, "W.20.1.a", asked=(("is_only_subject", True),))
    kept = question.recipient.secrecy_guaranteed and not gates.is_public(question)
    bound = Predicate.PURPOSE_BOUND in question.item.attested
    asked = (("secrecy_guaranteed", kept), (Predicate.PURPOSE_BOUND.value, bound))
    reasons = []
    if not kept:
        reasons.append((Code.DENY_20_1_A_SECRECY, "W.20.1.a"))
    if not bound:
        reasons.append((Code.DENY_20_1_B_PURPOSE, "W.20.1.b"))
    if reasons:
        return deny_for(B, reasons, asked=asked)
    return allow(B, "W.20.1.a", "W.20.1.b", asked=asked)


def traceable(question: Question, regime: RegimeId) -> GateResult:
    """Gate C, art. 20(2): confidential data traceable to a provider, without its consent."""
    item = question.item
    if item.confidential is False or item.traceable is False:
        return allow(C, asked=(("confidential_and_traceable", False),))
    return best(_without_objection(question, regime), question.suspended)


def _without_objection(question: Question, regime: RegimeId) -> Iterator[GateResult]:
    """SELF, consent, the closed list, or what lifts the list: each a basis of its own."""
    if is_self(question):
        yield allow(C, "W.20.2.self", asked=(("is_only_subject", True),))
    consent = (("consent_given", question.relation.consent_of_all_traced),)
    if question.relation.consent_of_all_traced:
        if _overseas(question):
            yield manual(C, "W.20.2.consent", asked=consent)
        else:
            yield allow(C, "W.20.2.consent", asked=consent)
    yield _closed_list(question, regime)
    if contact_point_duty(question):
        yield allow(C, "W.20.6", asked=(("art19_duty", True),))
    for exception in to_supervisor(question):
        yield allow(C, *exception.rules, asked=exception.predicates)
    if break_glass(question):
        yield allow(C, "W.20.4.b", code=Code.BREAK_GLASS, asked=(("break_glass", True),))


def _closed_list(question: Question, regime: RegimeId) -> GateResult:
    """Art. 20(2), second sentence: uitsluitend aan wie op de lijst staat, en voor zover dienstig."""
    held = question.recipient.capacities
    useful = Predicate.CONTRIBUTES_TO_PREVENTING_SOCIETAL_DISRUPTION
    listed = held & {Capacity.CSIRT, Capacity.CCT, Capacity.INTEL}
    linking = Capacity.OKTT in held and regime is RegimeId.WBNI_2022
    unread = _unread(question)
    if not listed and not linking and not unread:
        return _unlisted(question)
    asked: Asked = (("listed_in_art_20_2", bool(listed) or linking), *_attested(question, useful))
    if useful not in question.item.attested:
        return deny(C, Code.DENY_20_2_NOT_DIENSTIG, "W.20.2.dienstig", asked=asked)
    if listed:
        return allow(C, "W.20.2.dienstig", "W.20.2.list", asked=asked)
    if linking:
        return _to_linking(question, asked)
    return manual(C, "W22.WBDWB" if _wbdwb(question) else "W.20.2.list", asked=asked)


def _unlisted(question: Question) -> GateResult:
    asked = (("consent_given", False), ("listed_in_art_20_2", False))
    if question.relation.consent_was_given:
        return deny(C, Code.DENY_CONSENT_INVALID, "W.20.2.list", asked=asked)
    if _consultation_lacks(question):
        return _not_consulted(C, question)
    return deny(C, Code.DENY_20_2_NOT_LISTED, "W.20.2.list", asked=asked)


def _unread(question: Question) -> bool:
    """Whether the list holds them could not be read: CSIRTs of the EEA, CERT-EU, Minister van EZ."""
    return Capacity.EEA_CSIRT in question.recipient.capacities or _wbdwb(question)


def _to_linking(question: Question, asked: Asked) -> GateResult:
    """An OKTT receives what is traceable to "andere aanbieders".

    Whether also what is traceable to a vital provider or the rijksoverheid could not be verified
    in the enacted text: never by itself. The subject must be said to be another one.
    """
    item = question.item
    other = (
        Scope.OTHER in item.scope
        and Scope.PRIMARY not in item.scope
        and not item.subject_is_vital_or_gov
    )
    asked = (*asked, ("subject_is_other", other))
    if other:
        return allow(C, "W.20.2.dienstig", "W22.20.2.OKTT", asked=asked)
    return manual(C, "W22.20.2.OKTT", asked=asked)
