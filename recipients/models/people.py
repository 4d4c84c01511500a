"""People with an account. Rights of staff are roles; nobody is a superuser (ADR 0006)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An account for one person, known by e-mail address."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """One person. With an organisation: a reader. Without: staff of the NCSC."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    pseudonym = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "recipients.Organisation", models.PROTECT, null=True, blank=True, related_name="people"
    )
    language = models.CharField(
        max_length=2, choices=[("nl", "Nederlands"), ("en", "English")], default="nl"
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_case"),
            models.CheckConstraint(condition=Q(is_superuser=False), name="user_never_superuser"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def actor(self) -> str:
        """The name under which the record knows this person."""
        return f"user:{self.pseudonym}"

    @property
    def is_ncsc(self) -> bool:
        """Works for the NCSC: belongs to no recipient organisation."""
        return self.organisation_id is None


class Role(models.TextChoices):
    """What staff may do. Each role names its permissions in `recipients.roles`."""

    AUTHOR = "author", _("author")
    SECOND_READER = "second_reader", _("second reader")
    DUTY_OFFICER = "duty_officer", _("duty officer")
    LEGAL_OFFICER = "legal_officer", _("legal officer")
    REGISTRY_MANAGER = "registry_manager", _("registry manager")
    SECURITY_OFFICER = "security_officer", _("security officer")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator without content")


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def valid_at(self, instant: datetime) -> RoleAssignmentQuerySet:
        """Those in force at `instant`: first moment included, end excluded, open end allowed."""
        return self.filter(
            Q(valid_until=None) | Q(valid_until__gt=instant), valid_from__lte=instant
        )


class RoleAssignment(models.Model):
    """A role of a staff member, given by one person and confirmed by another."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_assignments")
    role = models.CharField(max_length=20, choices=Role)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    assigned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="role_assignment_role_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="role_assignment_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(assigned_by=F("confirmed_by")), name="role_assignment_four_eyes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"
