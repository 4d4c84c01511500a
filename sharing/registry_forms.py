"""Forms of the registry: shape only. Facts are proposed here and confirmed by a second person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from law.vocabulary import Capacity, Purpose
from recipients.models import IdentifierKind, Organisation, Sector
from recipients.models.facts import AssuranceKind
from sharing import words
from sharing.forms import EMPTY
from sharing.widgets import Moment


class ConsentForm(forms.Form):
    """A signed consent (instemming), to be confirmed by a second person."""

    advisory_number = forms.RegexField(
        label=_("For which advisory"),
        regex=r"^NCSC-[0-9]{4}-[0-9]{4,}$",
        required=False,
        max_length=20,
        help_text=_("A number, NCSC-2026-0001. Empty: for everything that can be traced to it."),
        error_messages={"invalid": _("A number looks like NCSC-2026-0001.")},
    )
    to_organisation = forms.ModelChoiceField(
        label=_("To this organisation"),
        queryset=Organisation.objects.order_by("name"),
        required=False,
    )
    to_capacity = forms.ChoiceField(
        label=_("Or to every"),
        choices=[EMPTY[0], *words.choices(c for c in Capacity if c is not Capacity.PUBLIC)],
        required=False,
    )
    to_sector = forms.ModelChoiceField(
        label=_("Only in this sector"),
        queryset=Sector.objects.order_by("name_nl"),
        required=False,
    )
    purpose = forms.ChoiceField(label=_("For this purpose"), choices=words.choices(Purpose))
    valid_from = forms.DateTimeField(label=_("Valid from"), widget=Moment())
    valid_until = forms.DateTimeField(
        label=_("Valid until"),
        required=False,
        widget=Moment(),
    )
    signatory = forms.CharField(
        label=_("Signed by"), max_length=200, help_text=_("Name and position.")
    )
    ground = forms.CharField(
        label=_("On what authority"),
        max_length=300,
        help_text=_("Articles of association, a mandate or a power of attorney, with its date."),
    )
    reference = forms.CharField(
        label=_("Signed statement"),
        max_length=300,
        help_text=_("Where it is kept, or under which number it was received."),
    )
    statement_sha256 = forms.RegexField(
        label=_("SHA-256 of that file"),
        regex=r"^[0-9a-f]{64}$",
        required=False,
        help_text=_("64 characters, lower case; what sha256sum prints."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("to_organisation") and not data.get("to_capacity"):
            self.add_error(
                "to_organisation", _("Say to whom: an organisation, or every of a kind.")
            )
        since, until = data.get("valid_from"), data.get("valid_until")
        if since and until and until <= since:
            self.add_error("valid_until", _("It ends before it begins."))
        return data


class FactForm(forms.Form):
    """A new designation or assurance, to be confirmed by a second person."""

    what = forms.ChoiceField(
        label=_("Fact"),
        choices=[
            (_("Capacity"), words.choices(c for c in Capacity if c is not Capacity.PUBLIC)),
            (_("Assurance"), [(f"assurance:{v}", label) for v, label in AssuranceKind.choices]),
        ],
    )
    ground = forms.CharField(label=_("Ground"), max_length=300)
    reference = forms.CharField(label=_("Reference"), max_length=300)
    valid_from = forms.DateTimeField(label=_("Valid from"), widget=Moment())
    valid_until = forms.DateTimeField(
        label=_("Valid until"),
        required=False,
        help_text=_("Left empty, it gets the latest end that the law leaves, if there is one."),
        widget=Moment(),
    )


class IdentifierForm(forms.Form):
    """Something to recognise an organisation by."""

    identifier_kind = forms.ChoiceField(label=_("Kind"), choices=IdentifierKind.choices)
    value = forms.CharField(
        label=_("Name, domain, network or AS number"),
        max_length=300,
        help_text=_("As in: NLD, voorbeeld.example, 192.0.2.0/24, AS64496."),
    )
