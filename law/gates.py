"""Gates D, E and F: the same under every regime, and never a reason to open what A to C close."""

from law.answers import allow, deny
from law.facts import Question
from law.verdict import GateResult
from law.vocabulary import Capacity, Code, PersonalData, Predicate, Scope, Territory, Tlp

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


def personal(question: Question) -> GateResult:
    """Gate D. Persoonsgegevens: art. 17 Wbni, arts. 63-65 Cbw, AVG art. 5 and chapter V."""
    gate, item, recipient = "D personal", question.item, question.recipient
    if item.personal_data in {None, PersonalData.NONE}:
        return allow(gate)  # unknown is refused by `complete`
    necessary = Predicate.PERSONAL_DATA_NECESSARY in item.attested
    minimised = Predicate.MINIMISED in item.attested
    asked = (
        (Predicate.PERSONAL_DATA_NECESSARY.value, necessary),
        (Predicate.MINIMISED.value, minimised),
    )
    if is_public(question) or not (necessary and minimised):
        return deny(gate, Code.DENY_AVG, "D.AVG.5", asked=asked)
    if recipient.territory in OUTSIDE_EEA:
        basis = recipient.avg_chapter_v_basis or Predicate.AVG_ART_49_GROUND in item.attested
        transfer = (*asked, ("avg_chapter_v_basis", basis))
        if not basis:
            return deny(gate, Code.DENY_AVG_CH5, "D.AVG.V", asked=transfer)
        return allow(gate, "D.AVG.5", "D.AVG.V", asked=transfer)
    return allow(gate, "D.AVG.5", asked=asked)


def handling(question: Question) -> GateResult:
    """Gate E. TLP, embargo, rubricering and the reporter's anonymity. It never widens A to D."""
    gate, item = "E handling", question.item
    if item.classified:
        return deny(gate, Code.DENY_CLASSIFIED, "C.67", asked=(("classified", True),))
    if item.reporter_identity:
        return deny(
            gate, Code.DENY_REPORTER_ANONYMITY, "C.34.3", asked=(("reporter_identity", True),)
        )
    if item.embargo_until is not None and question.instant < item.embargo_until:
        return deny(gate, Code.DENY_EMBARGO, "E.EMBARGO", asked=(("embargo_over", False),))
    return _tlp(question)


def _tlp(question: Question) -> GateResult:
    """TLP 2.0. The public: CLEAR only. RED, and a label that is missing: named readers only."""
    gate, tlp = "E handling", question.item.tlp
    if is_public(question) and tlp is not Tlp.CLEAR:
        return deny(gate, Code.DENY_TLP, "E.TLP", asked=(("tlp_clear", False),))
    if tlp not in {None, Tlp.RED}:
        return allow(gate, "E.TLP")
    named = question.relation.named_for_red
    asked = (("named_for_red", named),)
    if named:
        return allow(gate, "E.TLP", asked=asked)
    return deny(gate, Code.DENY_TLP, "E.TLP", asked=asked)


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
