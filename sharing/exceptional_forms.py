"""The guided forms: exactly the reasons that a flow asks for, in the words of its rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from law.predicates import PREDICATES
from law.vocabulary import Predicate
from recipients.models import Organisation, Role
from sharing import words
from sharing.flows import Flow, To
from sharing.proposals import Consultation, Proposal
from sharing.widgets import Moment


def _roles(roles: Iterable[Role]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("As"), choices=[(role.value, role.label) for role in sorted(roles)]
    )


def _reason(predicate: Predicate, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=words.word(predicate),
        help_text=PREDICATES[predicate].dutch,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SupplyForm(forms.Form):
    """One flow, filled in by the first person."""

    def __init__(self, *args: Any, flow: Flow, organisations: Any, roles: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.flow = flow
        if flow.to is not To.PUBLIC:
            self.fields["organisation"] = forms.ModelChoiceField(
                label=_("Recipient"), queryset=organisations
            )
        if flow.advice:
            self.fields["advice"] = forms.CharField(
                label=_("The advice that was not followed"),
                max_length=300,
                help_text=_("Its number and date, or where it can be found."),
            )
        for predicate in flow.predicates:
            if predicate is Predicate.PROVIDER_CONSULTED:
                self._ask_consultation()
                continue
            if predicate is Predicate.GROUND_ART_37:
                self.fields["ground"] = forms.ChoiceField(
                    label=_("Ground of art. 37"), choices=[(g, g) for g in flow.grounds]
                )
            self.fields[predicate.value] = _reason(predicate)
        if flow.override is not None:
            self.fields[flow.override.value] = field = _reason(flow.override, required=False)
            field.help_text = _(
                "Only where the registry names a linking organisation: why it nevertheless does not"
                " serve. The legal officer vouches for this."
            )
        self.fields["hours"] = forms.IntegerField(
            label=_("For how many hours"), min_value=1, max_value=flow.hours, initial=flow.hours
        )
        self.fields["role"] = _roles(roles)

    def _ask_consultation(self) -> None:
        self.fields["consulted_who"] = forms.CharField(label=_("Who was consulted"), max_length=300)
        self.fields["consulted_at"] = forms.DateTimeField(
            label=_("When"),
            widget=Moment(),
        )
        self.fields["consulted_view"] = forms.CharField(
            label=_("Their view"),
            help_text=_("Consultation is not consent: write down an objection too."),
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def proposal(self) -> Proposal:
        data = self.cleaned_data
        organisation: Organisation | None = data.get("organisation")
        return Proposal(
            organisation_id=organisation.pk if organisation else None,
            reasons={p: data[p.value] for p in self.flow.asked if data.get(p.value)},
            hours=data["hours"],
            consultation=Consultation(
                who=data["consulted_who"], at=data["consulted_at"], view=data["consulted_view"]
            )
            if self.flow.consults
            else None,
            advice=data.get("advice", ""),
            ground=data.get("ground", ""),
        )


class ConfirmForm(forms.Form):
    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = _roles(roles)


class ReviewForm(forms.Form):
    note = forms.CharField(label=_("Your finding"), widget=forms.Textarea(attrs={"rows": 4}))
