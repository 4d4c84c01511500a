"""The registry and its people."""

from recipients.models.facts import (
    Assurance,
    Consent,
    ConstituencyMember,
    Designation,
    Establishment,
    RegistryFact,
    SectorMembership,
)
from recipients.models.keys import ContactKey, KeyReminder, WebhookEndpoint
from recipients.models.organisations import Contact, MachineClient, Organisation, Sector
from recipients.models.people import Role, RoleAssignment, User

__all__ = [
    "Assurance",
    "Consent",
    "ConstituencyMember",
    "Contact",
    "ContactKey",
    "Designation",
    "Establishment",
    "KeyReminder",
    "MachineClient",
    "Organisation",
    "RegistryFact",
    "Role",
    "RoleAssignment",
    "Sector",
    "SectorMembership",
    "User",
    "WebhookEndpoint",
]
