"""Marking (rubricering) of a section, and what people attest about it. Unset means unknown."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from advisories.iep import Attribution, PermittedActions
from advisories.models.authoring import AdvisoryVersion, Section
from law.vocabulary import (
    Capacity,
    Pap,
    PersonalData,
    Predicate,
    Provenance,
    RegimeId,
    Scope,
    Tlp,
)
from recipients.models import Organisation, Role, User


class Marking(models.Model):
    """The facets of `law.facts.Item`, one row per section. NULL or empty: nobody said."""

    section = models.OneToOneField(Section, models.CASCADE, primary_key=True)
    scope = ArrayField(
        models.CharField(max_length=10), default=list, blank=True, verbose_name=_("subject scope")
    )
    confidential = models.BooleanField(_("confidential"), null=True, blank=True)
    not_confidential_reason = models.CharField(max_length=500, blank=True)  # P-CONF: with a reason
    traceable = models.BooleanField(_("traceable"), null=True, blank=True)
    personal_data = models.CharField(
        max_length=20, blank=True, choices=[(v.value, v.value) for v in PersonalData]
    )
    provenance = models.CharField(
        max_length=20, blank=True, choices=[(v.value, v.value) for v in Provenance]
    )
    tlp = models.CharField(
        "TLP", max_length=20, blank=True, choices=[(v.value, v.label) for v in Tlp]
    )
    pap = models.CharField(
        "PAP", max_length=10, blank=True, choices=[(v.value, v.value) for v in Pap]
    )
    embargo_until = models.DateTimeField(_("embargo until"), null=True, blank=True)
    # The originator's terms (IEP 2.0), when it set any: see `advisories.iep.Terms`.
    iep_policy = models.CharField(max_length=200, blank=True)
    iep_source = models.CharField(max_length=200, blank=True)
    iep_start_date = models.DateTimeField(null=True, blank=True)
    iep_end_date = models.DateTimeField(null=True, blank=True)
    iep_affected_party_notifications = models.BooleanField(default=False)
    iep_attribution = models.CharField(
        max_length=10, blank=True, choices=[(v.value, v.value) for v in Attribution]
    )
    iep_encrypt_in_transit = models.BooleanField(default=False)
    iep_permitted_actions = models.CharField(
        max_length=40, blank=True, choices=[(v.value, v.value) for v in PermittedActions]
    )
    iep_unmodified_resale = models.BooleanField(default=False)
    iep_external_reference = models.CharField(max_length=500, blank=True)
    # Art. 20(7) Wbni, art. 66(2) Cbw: the Woo does reach milieu-informatie.
    environmental = models.BooleanField(_("environmental information"), default=False)
    reporter_identity = models.BooleanField(_("reveals the reporter"), default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__contained_by=[v.value for v in Scope]),
                name="marking_scope_known",
            ),
            models.CheckConstraint(
                condition=Q(tlp__in=["", *(v.value for v in Tlp)]), name="marking_tlp_known"
            ),
            models.CheckConstraint(
                condition=Q(pap__in=["", *(v.value for v in Pap)]), name="marking_pap_known"
            ),
            models.CheckConstraint(
                condition=Q(personal_data__in=["", *(v.value for v in PersonalData)]),
                name="marking_personal_data_known",
            ),
            models.CheckConstraint(
                condition=Q(provenance__in=["", *(v.value for v in Provenance)]),
                name="marking_provenance_known",
            ),
            models.CheckConstraint(
                condition=Q(iep_policy="", iep_attribution="", iep_permitted_actions="")
                | (
                    ~Q(iep_policy="")
                    & Q(iep_attribution__in=[v.value for v in Attribution])
                    & Q(iep_permitted_actions__in=[v.value for v in PermittedActions])
                ),
                name="marking_iep_whole_or_absent",
            ),
            models.CheckConstraint(
                condition=Q(iep_start_date=None)
                | Q(iep_end_date=None)
                | Q(iep_end_date__gt=F("iep_start_date")),
                name="marking_iep_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(confidential=False) | ~Q(not_confidential_reason=""),
                name="marking_open_only_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section}: {self.tlp or 'unmarked'}"


class MarkedOrganisation(models.Model):
    """An organisation the section is about, and whether it can be traced to it (herleidbaar)."""

    marking = models.ForeignKey(Marking, models.CASCADE, related_name="organisations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    traceable = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["marking", "organisation"], name="marked_organisation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.marking_id}: {self.organisation}"


class Attestation(models.Model):
    """Vaststelling: a fact that a person vouches for. Append-only; a later row supersedes."""

    version = models.ForeignKey(AdvisoryVersion, models.PROTECT, related_name="attestations")
    # Without a section: for every section of the version.
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="attestations"
    )
    predicate = models.CharField(max_length=60, choices=[(p.value, p.value) for p in Predicate])
    value = models.BooleanField()
    # For whom it was attested: this organisation, this capacity, or (both empty) all addressed.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    capacity = models.CharField(
        max_length=20, blank=True, choices=[(c.value, c.value) for c in Capacity]
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role)
    at = models.DateTimeField()
    text = models.TextField()
    evidence = models.CharField(max_length=500, blank=True)
    regime = models.CharField(max_length=20, choices=[(r.value, r.value) for r in RegimeId])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(predicate__in=[p.value for p in Predicate]),
                name="attestation_predicate_known",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="attestation_has_reasoning"),
            models.CheckConstraint(
                condition=Q(regime__in=[r.value for r in RegimeId]), name="attestation_regime_known"
            ),
            models.CheckConstraint(
                condition=Q(organisation=None) | Q(capacity=""),
                name="attestation_one_recipient_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.predicate}={self.value}"
