"""Deciding, granting, delivering: the rows."""

from sharing.models.audience import Audience, AudienceMembership
from sharing.models.deciding import Decision, FactSheet, Release
from sharing.models.delivering import Alarm, Circuit, Delivery, DeliveryAttempt
from sharing.models.feed import FeedEvent
from sharing.models.granting import EndedGrant, Grant, PersonalGrant
from sharing.models.onward import RemarkRequest
from sharing.models.reassessing import ReassessedRelease, Reassessment
from sharing.models.verifying import RuleVerification

__all__ = [
    "Alarm",
    "Audience",
    "AudienceMembership",
    "Circuit",
    "Decision",
    "Delivery",
    "DeliveryAttempt",
    "EndedGrant",
    "FactSheet",
    "FeedEvent",
    "Grant",
    "PersonalGrant",
    "ReassessedRelease",
    "Reassessment",
    "Release",
    "RemarkRequest",
    "RuleVerification",
]
