"""Gates D, E and F: the same under every regime, and never a reason to open what A to C close."""

from datetime import datetime

from law.answers import Asked, allow, deny, deny_for
from law.errors import ContradictoryFacts, NaiveInstant
from law.facts import Iep, Question
from law.verdict import GateResult
from law.vocabulary import (
    Capacity,
    Code,
    PersonalData,
    Predicate,
    RegimeId,
    Scope,
    Territory,
    Tlp,
)

OUTSIDE_EEA = frozenset({Territory.THIRD_COUNTRY, Territory.CARIBBEAN, None})


def is_public(question: Question) -> bool:
    """The recipient is everyone (het publiek)."""
    return Capacity.PUBLIC in question.recipient.capacities


def complete(question: Question) -> GateResult:
    """Rubricering volledig: an unset facet is not a favourable one."""
    item = question.item
    asked = (
        ("scope_known", bool(item.scope)),
        ("confidential_known", item.confidential is not None),
        ("traceable_known", item.traceable is not None or item.confidential is False),
        ("personal_data_known", item.personal_data is not None),
        ("tlp_known", item.tlp is not None),
    )
    if all(value for _, value in asked):
        return allow("marking", asked=asked)
    return deny("marking", Code.DENY_MARKING_INCOMPLETE, asked=asked)


def personal(question: Question, regime: RegimeId) -> GateResult:
    """Gate D. Persoonsgegevens: art. 17 Wbni, arts. 63-65 Cbw, AVG art. 5 and chapter V."""
    gate, item = "D personal", question.item
    if item.personal_data in {None, PersonalData.NONE}:
        return allow(gate)  # unknown is refused by `complete`
    ground = "C.63-65" if regime is RegimeId.CBW_2026 else "W.17.1"
    needed = (Predicate.PERSONAL_DATA_NECESSARY, Predicate.MINIMISED)
    asked = tuple((p.value, p in item.attested) for p in needed)
    rules = [ground, "D.AVG.5"]
    reasons = []
    if is_public(question) or not all(value for _, value in asked):
        reasons.append((Code.DENY_AVG, "D.AVG.5"))
    if question.recipient.territory in OUTSIDE_EEA:
        basis = (
            question.recipient.avg_chapter_v_basis or Predicate.AVG_ART_49_GROUND in item.attested
        )
        asked += (("avg_chapter_v_basis", basis),)
        rules.append("D.AVG.V")
        if not basis:
            reasons.append((Code.DENY_AVG_CH5, "D.AVG.V"))
    if reasons:
        return deny_for(gate, reasons, asked=asked)
    return allow(gate, *rules, asked=asked)


def handling(question: Question) -> GateResult:
    """Gate E. Rubricering, the reporter's anonymity, embargo, the originator's terms, TLP. It never
    widens A to D.

    PAP limits what a recipient may do with the information, not who receives it.
    """
    gate, item = "E handling", question.item
    over = _embargo_over(question)
    terms = _iep(item.iep, question) if item.iep else ()
    label = _tlp(question)
    asked = (
        ("classified", item.classified),
        ("reporter_identity", item.reporter_identity),
        ("embargo_over", over),
        *terms,
        *label,
    )
    reasons = [
        (code, rule)
        for forbidden, code, rule in (
            (item.classified, Code.DENY_CLASSIFIED, "C.67"),
            (item.reporter_identity, Code.DENY_REPORTER_ANONYMITY, "C.34.3"),
            (not over, Code.DENY_EMBARGO, "E.EMBARGO"),
            (not all(value for _, value in terms), Code.DENY_IEP, "E.IEP"),
            (not all(value for _, value in label), Code.DENY_TLP, "E.TLP"),
        )
        if forbidden
    ]
    if reasons:
        return deny_for(gate, reasons, asked=asked)
    rules = ["E.TLP", *(["E.PAP"] if item.pap else []), *(["E.IEP"] if item.iep else [])]
    return allow(gate, *rules, asked=asked)


def _embargo_over(question: Question) -> bool:
    until = question.item.embargo_until
    return until is None or question.instant >= _aware("embargo_until", until)


def _aware(fact: str, instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise NaiveInstant(f"{fact}: {instant.isoformat()} has no offset")
    return instant


def _iep(iep: Iep, question: Question) -> Asked:
    """IEP 2.0: in force between its dates; `affected_party_notifications: must-not` keeps it from
    whom it is about."""
    start, end = iep.start_date, iep.end_date
    if start and end and _aware("iep.start_date", start) >= _aware("iep.end_date", end):
        raise ContradictoryFacts("iep.end_date: the originator's terms end before they begin")
    begun = start is None or question.instant >= _aware("iep.start_date", start)
    running = end is None or question.instant < _aware("iep.end_date", end)
    about = question.relation.is_only_subject or question.relation.concerns_recipient_systems
    return (
        ("iep_in_force", begun and running),
        ("affected_party_notifications", iep.affected_party_notifications or not about),
    )


def _tlp(question: Question) -> Asked:
    """TLP 2.0. The public: CLEAR only. RED, and a label that is missing: named readers only."""
    tlp = question.item.tlp
    if is_public(question):
        return (("tlp_clear", tlp is Tlp.CLEAR),)
    if tlp in {None, Tlp.RED}:
        return (("named_for_red", question.relation.named_for_red),)
    return ()


def recipient(question: Question) -> GateResult:
    """Gate F. Only who is registered and active; the public always is."""
    active = question.recipient.active or is_public(question)
    asked = (("active", active),)
    if active:
        return allow("F recipient", "F.ACTIVE", asked=asked)
    return deny("F recipient", Code.DENY_RECIPIENT_INACTIVE, "F.ACTIVE", asked=asked)


def is_public_advisory(question: Question) -> bool:
    """Row R1: openbaar advies. A result of all facets, not a flag somebody sets."""
    item = question.item
    return (
        bool(item.scope)
        and Scope.OTHER not in item.scope
        and item.confidential is False
        and item.traceable is False
        and item.personal_data is PersonalData.NONE
        and item.tlp is Tlp.CLEAR
    )
