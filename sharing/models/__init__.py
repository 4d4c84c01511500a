"""Deciding, granting, delivering: the rows."""

from sharing.models.audience import Audience, AudienceMembership
from sharing.models.deciding import Decision, FactSheet, Release
from sharing.models.delivering import Alarm, Delivery, DeliveryAttempt
from sharing.models.embargo import LiftedEmbargo
from sharing.models.exceptional import ExceptionalSupply, SuppliedAttestation
from sharing.models.exchanging import IntakeItem, ServedObject
from sharing.models.feed import FeedEvent
from sharing.models.granting import EndedGrant, Grant, PersonalGrant
from sharing.models.onward import RemarkRequest
from sharing.models.reading import PublicReading
from sharing.models.reassessing import ReassessedRelease, Reassessment
from sharing.models.receiving import Opening, Receipt
from sharing.models.rendering import CsafDocument
from sharing.models.ruling import LegalRuling
from sharing.models.verifying import RuleVerification

__all__ = [
    "Alarm",
    "Audience",
    "AudienceMembership",
    "CsafDocument",
    "Decision",
    "Delivery",
    "DeliveryAttempt",
    "EndedGrant",
    "ExceptionalSupply",
    "FactSheet",
    "FeedEvent",
    "Grant",
    "IntakeItem",
    "LegalRuling",
    "LiftedEmbargo",
    "Opening",
    "PersonalGrant",
    "PublicReading",
    "ReassessedRelease",
    "Reassessment",
    "Receipt",
    "Release",
    "RemarkRequest",
    "RuleVerification",
    "ServedObject",
    "SuppliedAttestation",
]
