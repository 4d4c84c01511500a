"""Deciding, granting, delivering: the rows."""

from sharing.models.audience import Audience, AudienceMembership
from sharing.models.deciding import Decision, FactSheet, Release
from sharing.models.delivering import Alarm, Delivery, DeliveryAttempt
from sharing.models.exchanging import IntakeItem, ServedObject
from sharing.models.feed import FeedEvent
from sharing.models.granting import EndedGrant, Grant, PersonalGrant
from sharing.models.reassessing import ReassessedRelease, Reassessment
from sharing.models.verifying import RuleVerification

__all__ = [
    "Alarm",
    "Audience",
    "AudienceMembership",
    "Decision",
    "Delivery",
    "DeliveryAttempt",
    "EndedGrant",
    "FactSheet",
    "FeedEvent",
    "Grant",
    "IntakeItem",
    "PersonalGrant",
    "ReassessedRelease",
    "Reassessment",
    "Release",
    "RuleVerification",
    "ServedObject",
]
