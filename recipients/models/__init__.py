"""The registry and its people."""

from recipients.models.accounts import AccountProposal, Administrator, Invitation
from recipients.models.facts import (
    Assurance,
    Consent,
    ConstituencyMember,
    Designation,
    Establishment,
    RegistryFact,
    SectorMembership,
)
from recipients.models.organisations import Contact, MachineClient, Organisation, Sector
from recipients.models.people import Role, RoleAssignment, User

__all__ = [
    "AccountProposal",
    "Administrator",
    "Assurance",
    "Consent",
    "ConstituencyMember",
    "Contact",
    "Designation",
    "Establishment",
    "Invitation",
    "MachineClient",
    "Organisation",
    "RegistryFact",
    "Role",
    "RoleAssignment",
    "Sector",
    "SectorMembership",
    "User",
]
