"""The originator's terms (IEP 2.0) beside the marking of a section."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from advisories.facets import terms_of
from advisories.iep import Attribution, PermittedActions, Terms
from advisories.models import Section
from sharing.renditions.html import PERMITTED
from sharing.widgets import Moment

ATTRIBUTION = {
    Attribution.MUST_NOT: _("must not be told"),
    Attribution.MAY: _("may be told"),
    Attribution.MUST: _("must be told"),
}


class IepForm(forms.Form):
    """Without the name of a policy there are no terms, whatever else is filled in."""

    prefix = "iep"

    policy = forms.CharField(
        label=_("Policy"),
        max_length=200,
        required=False,
        help_text=_("Its name or id. Leave it empty when the source set no terms."),
    )
    source = forms.CharField(label=_("Source"), max_length=200, required=False)
    attribution = forms.ChoiceField(
        label=_("That it comes from this source"),
        choices=[(key.value, text) for key, text in ATTRIBUTION.items()],
        required=False,
    )
    start_date = forms.DateTimeField(
        label=_("Valid from"),
        required=False,
        widget=Moment(),
    )
    end_date = forms.DateTimeField(
        label=_("Valid until"),
        required=False,
        help_text=_("From then on nobody can read it any more."),
        widget=Moment(),
    )
    affected_party_notifications = forms.BooleanField(
        label=_("Those affected may be told"), required=False
    )
    encrypt_in_transit = forms.BooleanField(label=_("Must be encrypted on its way"), required=False)
    permitted_actions = forms.ChoiceField(
        label=_("Permitted actions"),
        choices=[(key.value, text) for key, text in PERMITTED.items()],
        required=False,
    )
    unmodified_resale = forms.BooleanField(label=_("May be resold unchanged"), required=False)
    external_reference = forms.CharField(
        label=_("Where it says so"), max_length=500, required=False
    )

    @classmethod
    def values(cls, section: Section) -> dict[str, Any]:
        terms = terms_of(section.marking)
        names = cls.base_fields
        return {name: getattr(terms, name) for name in names} if terms else {}

    def terms(self) -> Terms | None:
        data = self.cleaned_data
        if not data["policy"].strip():
            return None
        return Terms(
            **data
            | {
                "attribution": Attribution(data["attribution"] or Attribution.MUST_NOT),
                "permitted_actions": PermittedActions(
                    data["permitted_actions"] or PermittedActions.NONE
                ),
            }
        )
