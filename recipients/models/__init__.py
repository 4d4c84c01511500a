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
from recipients.models.identifiers import (
    Alias,
    AutonomousSystem,
    Domain,
    Identifier,
    IdentifierKind,
    Network,
)
from recipients.models.organisations import Contact, MachineClient, Organisation, Sector
from recipients.models.people import Role, RoleAssignment, User

__all__ = [
    "Alias",
    "Assurance",
    "AutonomousSystem",
    "Consent",
    "ConstituencyMember",
    "Contact",
    "Designation",
    "Domain",
    "Establishment",
    "Identifier",
    "IdentifierKind",
    "MachineClient",
    "Network",
    "Organisation",
    "RegistryFact",
    "Role",
    "RoleAssignment",
    "Sector",
    "SectorMembership",
    "User",
]
