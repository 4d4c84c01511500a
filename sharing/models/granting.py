"""Grants: django-guardian object permissions that cannot exist without a lawful decision."""

from django.contrib.auth.models import Group, Permission
from django.db import models
from django.db.models import F, Q
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from advisories.models import Advisory, AdvisoryVersion, Section
from law.vocabulary import Outcome
from recipients.models import User
from sharing.models.deciding import Decision, Release

OPENS = [Outcome.ALLOW.value, Outcome.MUST.value]


class Ground(models.Model):
    """What a permission must carry besides who and what.

    A composite foreign key (migration) ties `(decision, outcome)` to the decision's own outcome,
    so the check constraint below is a check on the decision.
    """

    # Only the indexes that a query uses: these tables are written by the thousand (Meta.indexes).
    permission = models.ForeignKey(Permission, models.PROTECT, db_index=False)
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(max_length=10)
    release = models.ForeignKey(Release, models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(AdvisoryVersion, models.PROTECT, related_name="+", db_index=False)
    advisory = models.ForeignKey(Advisory, models.PROTECT, related_name="+", db_index=False)
    released_at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    # Copied from the section, which cannot change any more: a list needs no join for them.
    lead = models.BooleanField()
    strictness = models.PositiveSmallIntegerField()  # of its TLP: 0 CLEAR … 4 RED
    # False once this holder has a newer version of the same advisory: lists show the newest.
    newest = models.BooleanField(default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.version} decision {self.decision_id}"


class Grant(Ground, GroupObjectPermissionBase):
    """Toegang: the group (an audience, or one organisation) may view the section."""

    __str__ = Ground.__str__

    group = models.ForeignKey(Group, models.PROTECT, db_index=False)  # leads grant_once
    content_object = models.ForeignKey(
        Section, models.PROTECT, db_column="section_id", related_name="grants"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "permission", "content_object"], name="grant_once"
            ),
            models.CheckConstraint(condition=Q(outcome__in=OPENS), name="grant_has_lawful_ground"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="grant_ends_after_start",
            ),
        ]
        indexes = [
            # Top-k per group, index-only: the inbox.
            models.Index(
                fields=["group", "-released_at", "-version"],
                include=["advisory", "valid_from", "valid_until", "lead", "strictness"],
                condition=Q(newest=True),
                name="grant_inbox",
            ),
            # One advisory of one holder: opening, and whether a newer version is held elsewhere.
            models.Index(fields=["advisory", "group", "version"], name="grant_of_advisory"),
            models.Index(fields=["version", "group"], name="grant_of_version"),  # sending
        ]


class PersonalGrant(Ground, UserObjectPermissionBase):
    """Toegang of one named reader: the only kind that opens TLP:RED."""

    __str__ = Ground.__str__

    user = models.ForeignKey(User, models.PROTECT, db_index=False)  # leads personal_grant_once
    content_object = models.ForeignKey(
        Section, models.PROTECT, db_column="section_id", related_name="personal_grants"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission", "content_object"], name="personal_grant_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=OPENS), name="personal_grant_has_lawful_ground"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="personal_grant_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-released_at", "-version"],
                include=["advisory", "valid_from", "valid_until", "lead", "strictness"],
                condition=Q(newest=True),
                name="personal_grant_inbox",
            ),
            models.Index(fields=["advisory", "user", "version"], name="personal_grant_of_advisory"),
            models.Index(fields=["version", "user"], name="personal_grant_of_version"),
        ]


class EndedGrant(models.Model):
    """A permission that was, and why it ended. Append-only: answers for the past."""

    class Reason(models.TextChoices):
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"  # the release was withdrawn
        REGISTRY = "registry"  # a fact about the organisation changed
        CONSENT = "consent"  # instemming ended
        RULING = "ruling"  # a decision of legal affairs began or ended
        REPLACED = "replaced"  # decided again; another grant took its place
        REASSESSED = "reassessed"  # assessed again under the law that came after
        EXCEPTION = "exception"  # an exceptional supply was ended before its time
        REJUDGED = "rejudged"  # an opening or a send found the law says no

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="ended_grants")
    section = models.ForeignKey(Section, models.PROTECT, related_name="ended_grants")
    version = models.ForeignKey(AdvisoryVersion, models.PROTECT, related_name="+")
    advisory = models.ForeignKey(Advisory, models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateTimeField()
    ended_at = models.DateTimeField()
    reason = models.CharField(max_length=10, choices=Reason)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(group=None, person__isnull=False) | Q(group__isnull=False, person=None),
                name="ended_grant_one_holder",
            ),
        ]
        indexes = [models.Index(fields=["advisory", "group"], name="ended_grant_tombstone")]

    def __str__(self) -> str:
        return f"{self.section} ended {self.ended_at:%Y-%m-%d %H:%M}"
