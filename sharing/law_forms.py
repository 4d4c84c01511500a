"""Forms of the legal officer's room: shape only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from advisories.models import Section
from law.vocabulary import PersonalData, Tlp
from sharing import manual, words
from sharing.forms import UNKNOWN, section_choices, tristate
from sharing.widgets import Moment

SAME = ("", _("leave as it is"))


class SupposeForm(forms.Form):
    """Another marking of a section that is live, to see what it would do. Nothing is stored."""

    section = forms.TypedChoiceField(label=_("Section"), coerce=int)
    tlp = forms.ChoiceField(
        label="TLP", choices=[SAME, *((v.value, v.label) for v in Tlp)], required=False
    )
    confidential = forms.ChoiceField(
        label=_("Confidential"), choices=[SAME, *UNKNOWN[1:]], required=False
    )
    traceable = forms.ChoiceField(
        label=_("Traceable to an organisation"), choices=[SAME, *UNKNOWN[1:]], required=False
    )
    personal_data = forms.ChoiceField(
        label=_("Personal data"), choices=[SAME, *words.choices(PersonalData)], required=False
    )

    def __init__(self, *args: Any, sections: list[Section], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = section_choices(sections)  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self.changes():
            raise forms.ValidationError(_("Choose what would be marked otherwise."))
        return data

    def changes(self) -> dict[str, Any]:
        """Facets of `law.Item` by name, those left as they are left out."""
        data = self.cleaned_data
        asked = {
            "tlp": Tlp(data["tlp"]) if data.get("tlp") else None,
            "confidential": tristate(data.get("confidential", "")),
            "traceable": tristate(data.get("traceable", "")),
            "personal_data": PersonalData(data["personal_data"])
            if data.get("personal_data")
            else None,
        }
        return {name: value for name, value in asked.items() if value is not None}


class PeriodForm(forms.Form):
    """From the first instant up to and excluding the last, in the time of Amsterdam."""

    since = forms.DateTimeField(label=_("From"), widget=Moment())
    until = forms.DateTimeField(label=_("Up to"), widget=Moment())


class RulingForm(forms.Form):
    """What legal affairs decides where the law leaves it to a person."""

    organisations = forms.MultipleChoiceField(
        label=_("For"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each organisation gets a decision of its own."),
    )
    allows = forms.TypedChoiceField(
        label=_("Decision"),
        coerce=lambda value: value == "yes",
        choices=[
            ("no", _("Refuse: it stays shut")),
            ("yes", _("Allow: it opens once a second person confirms")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Because"),
        help_text=_(
            "How you read the text, and why it holds for these recipients and this content."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=500,
        help_text=_("Where your advice or the ministry's answer is kept."),
    )
    valid_until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("Without an end it holds until somebody ends it, or the law changes."),
        widget=Moment(),
    )

    def __init__(self, *args: Any, groups: Iterable[manual.Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisations"].choices = [  # type: ignore[attr-defined]  # a choice field
            (
                words.recipient(group.profile),
                [(str(one.pk), one.name) for one in group.organisations],
            )
            for group in groups
        ]


class VerifyForm(forms.Form):
    """Where a rule was read."""

    source = forms.CharField(
        label=_("Read in"),
        max_length=300,
        help_text=_("An address or a publication, with its date: Stb. 2026, 187."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
