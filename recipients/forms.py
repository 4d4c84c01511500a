"""Forms of accounts: shape only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from recipients.models import Organisation, User


class PasswordForm(forms.Form):
    """A new password, typed twice, strong enough for its person."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A sentence is good."),
    )
    again = forms.CharField(
        label=_("The same once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"password", "again"} <= data.keys() and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords differ."))
        return data


class ForgottenForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class ColleagueForm(forms.Form):
    """Somebody who should get an account."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("Of this one person; not a shared mailbox.")
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("nl", "Nederlands"), ("en", "English")]
    )
    administrator = forms.BooleanField(
        label=_("Looks after the accounts of colleagues"), required=False
    )


class ColleagueOfForm(ColleagueForm):
    """The same, by staff of the NCSC."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.filter(active_until=None).order_by("name"),
    )
    field_order = ("organisation",)
