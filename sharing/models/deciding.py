"""Release and decision: what went out, and on which legal ground."""

from django.db import models
from django.db.models import F, Q

from advisories.models import AdvisoryVersion, Section
from law.vocabulary import Code, Outcome, Purpose, RegimeId
from recipients.models import Organisation, User
from sharing.models.audience import Audience


class Release(models.Model):
    """Verstrekking: a version going out for a purpose, by an author and a second person."""

    version = models.OneToOneField(AdvisoryVersion, models.PROTECT, related_name="release")
    purpose = models.CharField(max_length=30, choices=[(p.value, p.value) for p in Purpose])
    addressing = models.JSONField()
    urgent = models.BooleanField()
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    second_person = models.ForeignKey(User, models.PROTECT, related_name="+")
    regime = models.CharField(max_length=20, choices=[(r.value, r.value) for r in RegimeId])
    # The law that it was last assessed under as a whole; its grants do not outlive that law.
    stands_under = models.CharField(max_length=20, choices=[(r.value, r.value) for r in RegimeId])
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawal_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(author=F("second_person")), name="release_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="release_withdrawn_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=[p.value for p in Purpose]), name="release_purpose_known"
            ),
        ]
        indexes = [  # a registry change asks for the live releases, newest first
            models.Index(
                fields=["-released_at"], condition=Q(withdrawn_at=None), name="release_live"
            )
        ]

    def __str__(self) -> str:
        return str(self.version)


class FactSheet(models.Model):
    """The facts about a section that decisions rest on, frozen and stored once."""

    digest = models.CharField(max_length=64, primary_key=True)
    facts = models.JSONField()

    def __str__(self) -> str:
        return self.digest[:12]


class Decision(models.Model):
    """Besluit: the law's answer for one section and one kind of recipient. Append-only.

    With `organisation`: decided for that organisation because a predicate is about it.
    With `person` as well: for a reader named for TLP:RED.
    """

    section = models.ForeignKey(Section, models.PROTECT, related_name="decisions")
    release = models.ForeignKey(Release, models.PROTECT, related_name="decisions")
    audience = models.ForeignKey(Audience, models.PROTECT, related_name="decisions", db_index=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="decisions", db_index=False
    )
    purpose = models.CharField(max_length=30)
    instant = models.DateTimeField()
    regime = models.CharField(max_length=20, choices=[(r.value, r.value) for r in RegimeId])
    ruleset = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=[(o.value, o.value) for o in Outcome])
    code = models.CharField(max_length=40)
    codes = models.JSONField()
    gates = models.JSONField()  # [{gate, outcome, code, rules, predicates}]
    relation = models.JSONField()
    facts = models.ForeignKey(FactSheet, models.PROTECT, related_name="+", db_index=False)
    valid_until = models.DateTimeField(null=True, blank=True)  # earliest end of what it rests on

    class Meta:
        constraints = [
            # The other half of Grant's composite foreign key.
            models.UniqueConstraint(fields=["id", "outcome"], name="decision_with_outcome"),
            models.CheckConstraint(
                condition=Q(outcome__in=[o.value for o in Outcome]), name="decision_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(code__in=[c.value for c in Code]), name="decision_code_known"
            ),
            models.CheckConstraint(
                condition=Q(person=None) | Q(organisation__isnull=False),
                name="decision_person_of_organisation",
            ),
        ]
        indexes = [
            # the watch over legal duties asks for the few that there are
            models.Index(fields=["release"], condition=Q(outcome="must"), name="decision_must"),
            # what the law left to a person: few among very many
            models.Index(fields=["release"], condition=Q(outcome="manual"), name="decision_manual"),
        ]

    def __str__(self) -> str:
        return f"{self.section} → {self.audience}: {self.outcome}"
