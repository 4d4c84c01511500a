"""Which named permissions a staff role carries. One place; nothing else grants staff rights."""

from datetime import datetime
from enum import StrEnum

from recipients.models import Role, RoleAssignment, User


class Right(StrEnum):
    """A named permission of staff. Readers have none: they have grants."""

    DRAFT = "draft"  # see the desk, write and edit drafts, import, mark
    APPROVE = "approve"  # second person on content, audience and registry facts
    PUBLISH = "publish"  # release, revise, withdraw what was approved
    ATTEST_SENIOR = "attest_senior"
    ATTEST_LEGAL = "attest_legal"
    REGISTRY = "registry"  # propose and end registry facts
    EXPLAIN = "explain"  # decisions and the record


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.AUTHOR: frozenset({Right.DRAFT, Right.PUBLISH}),
    Role.SECOND_READER: frozenset({Right.DRAFT, Right.APPROVE, Right.ATTEST_SENIOR}),
    Role.DUTY_OFFICER: frozenset({Right.DRAFT, Right.APPROVE, Right.PUBLISH, Right.ATTEST_SENIOR}),
    Role.LEGAL_OFFICER: frozenset({Right.ATTEST_LEGAL, Right.EXPLAIN}),
    Role.REGISTRY_MANAGER: frozenset({Right.REGISTRY}),
    Role.SECURITY_OFFICER: frozenset({Right.REGISTRY}),
    Role.AUDITOR: frozenset({Right.EXPLAIN}),
    Role.ADMINISTRATOR: frozenset(),
}


def roles_of(user: User, *, at: datetime) -> frozenset[Role]:
    """The roles a person holds at `at`; none for readers and for closed accounts."""
    if not user.is_active or not user.is_ncsc:
        return frozenset()
    assigned = RoleAssignment.objects.valid_at(at).filter(user=user)
    return frozenset(Role(role) for role in assigned.values_list("role", flat=True))


def rights_of(user: User, *, at: datetime) -> frozenset[Right]:
    """Every right the person's roles carry at `at`."""
    return frozenset().union(*(RIGHTS[role] for role in roles_of(user, at=at)))


def may(user: User, right: Right, *, at: datetime) -> bool:
    return right in rights_of(user, at=at)
