"""What somebody fills in to propose an exceptional supply, and what is missing from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from advisories.errors import Incomplete, WrongStatus
from law.vocabulary import Predicate
from sharing.flows import Flow
from sharing.words import word


@dataclass(frozen=True, slots=True)
class Consultation:
    """Raadpleging of the provider: who spoke, when, and the view given."""

    who: str
    at: datetime
    view: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody fills in: for whom, for how long, and the reasoning per predicate."""

    organisation_id: UUID | None  # None: the public
    reasons: Mapping[Predicate, str]
    hours: int
    consultation: Consultation | None = None
    advice: str = ""  # reference of the advice that was not followed
    ground: str = ""  # art. 37 Cbw: a, b or c


def reasons_given(flow: Flow, proposal: Proposal, *, at: datetime) -> dict[Predicate, str]:
    """One reasoning per predicate. A consultation and a ground are part of the words on record."""
    texts = {predicate: text.strip() for predicate, text in proposal.reasons.items()}
    if flow.consults:
        texts[Predicate.PROVIDER_CONSULTED] = _consulted(proposal.consultation, at=at)
    if flow.advice and not proposal.advice.strip():
        raise Incomplete(_("Name the advice that was not followed."))
    if flow.grounds:
        if proposal.ground not in flow.grounds:
            raise Incomplete(_("Choose the ground of art. 37."))
        ground = texts.get(Predicate.GROUND_ART_37, "")
        texts[Predicate.GROUND_ART_37] = f"{proposal.ground}: {ground}" if ground else ""
    if flow.advice:
        followed = texts.get(Predicate.ADVICE_INSUFFICIENTLY_FOLLOWED, "")
        prefix = f"{proposal.advice.strip()}: "
        texts[Predicate.ADVICE_INSUFFICIENTLY_FOLLOWED] = prefix + followed if followed else ""
    for predicate in flow.predicates:
        if not texts.get(predicate):
            raise Incomplete(_("Give the reason why: %(what)s.") % {"what": word(predicate)})
    return {predicate: texts[predicate] for predicate in flow.asked if texts.get(predicate)}


def _consulted(consultation: Consultation | None, *, at: datetime) -> str:
    if consultation is None or not (consultation.who.strip() and consultation.view.strip()):
        raise Incomplete(_("Say who was consulted, when, and what their view is."))
    if consultation.at > at:
        raise WrongStatus(_("The consultation lies in the future: consult first."))
    when = consultation.at.isoformat(timespec="minutes")
    return f"{consultation.who.strip()}, {when}: {consultation.view.strip()}"


def details_given(proposal: Proposal) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if proposal.consultation is not None:
        asked = proposal.consultation
        details["consultation"] = {
            "who": asked.who.strip(),
            "at": asked.at.isoformat(),
            "view": asked.view.strip(),
        }
    if proposal.advice:
        details["advice"] = proposal.advice.strip()
    if proposal.ground:
        details["ground"] = proposal.ground
    return details
