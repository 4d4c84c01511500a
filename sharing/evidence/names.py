"""Every predicate that a gate may ask, in words, and where its answer comes from."""

from __future__ import annotations

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from law.vocabulary import Predicate
from sharing.evidence.values import Source, Standing
from sharing.words import word

R, M, C = Source.REGISTRY, Source.MARKING, Source.COMPUTED

# What people attest stands in `law.predicates`; these the gates ask of the facts themselves.
NAMES: dict[str, tuple[Source, Any]] = {
    "active": (R, _("the organisation is registered and active")),
    "secrecy_guaranteed": (R, _("terms of secrecy and purpose are in force")),
    "coop_relation": (R, _("there is a cooperation relation (art. 54(1) Cbw)")),
    "avg_chapter_v_basis": (R, _("there is a basis for transfer outside the EEA (chapter V AVG)")),
    "objectively_knowable_task_recorded": (R, _("an objectively knowable task is on record")),
    "designation_valid": (R, _("the designation is in force")),
    "subject_in_constituency": (R, _("it concerns the recipient's own achterban")),
    "consent_given": (R, _("all organisations that it can be traced to consent")),
    "subject_is_vital_or_gov": (R, _("it is about a vital provider or central government")),
    "listed_in_art_20_2": (R, _("the recipient is on the closed list (art. 20(2) Wbni)")),
    "caribbean": (R, _("the recipient is in the Caribbean part of the Kingdom")),
    "legal_ruling": (R, _("legal affairs and a second person allowed it")),
    "confidential": (M, _("the section is confidential")),
    "not_confidential": (M, _("the section is not confidential")),
    "confidential_and_traceable": (M, _("the section is confidential and traceable")),
    "confidential_known": (M, _("somebody said whether it is confidential")),
    "traceable_known": (M, _("somebody said whether it is traceable")),
    "personal_data_known": (M, _("somebody said whether it holds personal data")),
    "scope_known": (M, _("somebody said whose systems it concerns")),
    "tlp_known": (M, _("it has a TLP label")),
    "tlp_clear": (M, _("it is TLP:CLEAR")),
    "classified": (M, _("it is classified")),
    "reporter_identity": (M, _("it would reveal who reported a vulnerability")),
    "embargo_over": (M, _("no embargo is in force")),
    "iep_in_force": (M, _("the originator's terms are in force")),
    "affected_party_notifications": (M, _("the originator's terms allow telling whom it concerns")),
    "provenance_art_3_1_e": (M, _("it was obtained by own analysis (art. 3(1)(e) Wbni)")),
    "subject_is_other": (M, _("it is about other organisations only")),
    "public_advisory": (M, _("it is a public advisory: all facets are open")),
    "is_only_subject": (M, _("it is about the recipient and nobody else")),
    "concerns_recipient_systems": (M, _("it concerns the recipient's own systems")),
    "named_for_red": (C, _("the reader is addressed by name")),
    "break_glass": (C, _("the exception of art. 20(4)(b) Wbni applies")),
    "public_statement": (C, _("it is a statement to the public")),
    "art19_duty": (C, _("it is owed to a contact point (art. 19 Wbni)")),
}
# Computed from the registry, although legal affairs may attest it instead.
COMPUTED = {Predicate.NO_LINKING_ORGANISATION_FOR_SECTOR.value}

ATTESTABLE = frozenset(predicate.value for predicate in Predicate)

GATES: dict[str, Any] = {
    "A task": _("A. Is there a task for it?"),
    "B secrecy": _("B. Is secrecy guaranteed?"),
    "C traceable": _("C. May it go out although it can be traced?"),
    "D personal": _("D. May the personal data go out?"),
    "E handling": _("E. Do TLP, embargo and the originator allow it?"),
    "F recipient": _("F. Is the recipient active?"),
    "M ruling": _("M. Did legal affairs allow it?"),
    "marking": _("Is the marking complete?"),
}

STANDINGS: dict[Standing, Any] = {
    Standing.RELIED: _("relied on"),
    Standing.REFUSES: _("says no"),
    Standing.OVERRULED: _("overruled: somebody else says no"),
    Standing.SUPERSEDED: _("replaced by a later one"),
    Standing.LAPSED: _("lapsed"),
    Standing.ENDED: _("no longer in force"),
    Standing.NOT_BEGUN: _("not yet in force"),
    Standing.NOT_CONFIRMED: _("not confirmed by a second person"),
    Standing.OUT_OF_SCOPE: _("does not cover this recipient or purpose"),
    Standing.IN_THE_WAY: _("serves it: stands in the way"),
    Standing.NOT_IN_THE_WAY: _("does not stand in the way"),
    Standing.DRAFT_ONLY: _("named in the draft only: does not count"),
}

MISSING: dict[Source, Any] = {
    Source.ATTESTED: _("Nobody attested this."),
    Source.PURPOSE: _("Nobody stated this with the purpose."),
    Source.REGISTRY: _("The registry held no such fact at that moment."),
    Source.MARKING: _("Nobody marked this."),
    Source.COMPUTED: _("There is nothing that it could follow from."),
}


def known(name: str) -> bool:
    """Whether there are words for the predicate."""
    return name in NAMES or name in ATTESTABLE


def source_of(name: str) -> Source:
    if name in NAMES:
        return NAMES[name][0]
    return Source.COMPUTED if name in COMPUTED or not known(name) else Source.ATTESTED


def word_of(name: str) -> Any:
    """The predicate in words; its own name where there are none."""
    if name in NAMES:
        return NAMES[name][1]
    # What people vouch for is worded to follow "I vouch that".
    return format_lazy(_("that {fact}"), fact=word(Predicate(name))) if known(name) else name
