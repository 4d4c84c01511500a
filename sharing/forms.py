"""Forms of the desk: shape only. Rules belong to the services, invariants to the database."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from advisories.addressing import Addressing
from advisories.facets import Facets
from advisories.models import Advisory, AdvisoryVersion, Section
from law.vocabulary import Capacity, Pap, PersonalData, Predicate, Provenance, Purpose, Scope, Tlp
from recipients.models import Organisation, Role, Sector, User
from sharing import words
from sharing.models import Receipt
from sharing.widgets import Moment

EMPTY = [("", "—")]
UNKNOWN = [("", _("not known")), ("yes", _("yes")), ("no", _("no"))]


def tristate(value: str) -> bool | None:
    return {"yes": True, "no": False}.get(value)


def _from_tristate(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


class NewForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=500)
    kind = forms.ChoiceField(label=_("Kind"), choices=Advisory.Kind.choices)


class ImportForm(forms.Form):
    document = forms.FileField(
        label=_("CSAF document"), help_text=_("CSAF 2.0 or 2.1, JSON, at most 5 MB.")
    )


class VersionForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=500)
    probability = forms.ChoiceField(label=_("Probability"), choices=AdvisoryVersion.Level.choices)
    damage = forms.ChoiceField(label=_("Damage"), choices=AdvisoryVersion.Level.choices)
    change_note = forms.CharField(
        label=_("What changed"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    targeted = forms.BooleanField(
        label=_("Targeted: recipients must record an assessment"), required=False
    )


class SectionForm(forms.Form):
    """A section with its marking: written together, for they are judged together."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Section.Kind.choices)
    heading = forms.CharField(label=_("Heading"), max_length=300, required=False)
    body = forms.CharField(
        label=_("Text"),
        required=False,
        help_text=_("Markdown; HTML is shown as text."),
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    tlp = forms.ChoiceField(
        label="TLP", choices=[*EMPTY, *((t.value, t.label) for t in Tlp)], required=False
    )
    pap = forms.ChoiceField(
        label="PAP", choices=[*EMPTY, *((p.value, p.value.upper()) for p in Pap)], required=False
    )
    scope = forms.MultipleChoiceField(
        label=_("Whose systems"),
        choices=words.choices(Scope),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    confidential = forms.ChoiceField(label=_("Confidential"), choices=UNKNOWN, required=False)
    not_confidential_reason = forms.CharField(
        label=_("Why not confidential"),
        required=False,
        help_text=_("An address where it is public, or: generic."),
    )
    organisations = forms.ModelMultipleChoiceField(
        label=_("About these organisations"),
        queryset=Organisation.objects.order_by("name"),
        required=False,
    )
    traceable = forms.ChoiceField(
        label=_("Traceable to an organisation"), choices=UNKNOWN, required=False
    )
    personal_data = forms.ChoiceField(
        label=_("Personal data"), choices=[*EMPTY, *words.choices(PersonalData)], required=False
    )
    provenance = forms.ChoiceField(
        label=_("Provenance"), choices=[*EMPTY, *words.choices(Provenance)], required=False
    )
    embargo_until = forms.DateTimeField(
        label=_("Embargo until"),
        required=False,
        widget=Moment(),
    )
    reporter_identity = forms.BooleanField(
        label=_("Reveals who reported a vulnerability"), required=False
    )
    environmental = forms.BooleanField(
        label=_("Environmental information (the Woo applies)"), required=False
    )

    @classmethod
    def values(cls, section: Section) -> dict[str, Any]:
        facets = Facets.of(section.marking)
        return {
            "kind": section.kind,
            "heading": section.heading,
            "body": section.body,
            "tlp": facets.tlp or "",
            "pap": facets.pap or "",
            "scope": sorted(facets.scope),
            "confidential": _from_tristate(facets.confidential),
            "not_confidential_reason": facets.not_confidential_reason,
            "organisations": [pk for pk, _traced in facets.organisations],
            "traceable": _from_tristate(facets.traceable),
            "personal_data": facets.personal_data or "",
            "provenance": facets.provenance or "",
            "embargo_until": facets.embargo_until,
            "reporter_identity": facets.reporter_identity,
            "environmental": facets.environmental,
        }

    def facets(self) -> Facets:
        data = self.cleaned_data
        traceable = tristate(data["traceable"])
        return Facets(
            scope=frozenset(Scope(s) for s in data["scope"]),
            confidential=tristate(data["confidential"]),
            not_confidential_reason=data["not_confidential_reason"],
            traceable=traceable,
            personal_data=PersonalData(data["personal_data"]) if data["personal_data"] else None,
            provenance=Provenance(data["provenance"]) if data["provenance"] else None,
            tlp=Tlp(data["tlp"]) if data["tlp"] else None,
            pap=Pap(data["pap"]) if data["pap"] else None,
            embargo_until=data["embargo_until"],
            reporter_identity=data["reporter_identity"],
            environmental=data["environmental"],
            # Unknown counts as traceable: only a clear no lets go of it.
            organisations=tuple((o.pk, traceable is not False) for o in data["organisations"]),
        )


class AddressForm(forms.Form):
    capacities = forms.MultipleChoiceField(
        label=_("Kinds of recipient"),
        choices=words.choices(Capacity),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "The public: whoever finds the address reads every section that the law lets out,"
            " without logging in. What was read cannot be pulled back."
        ),
    )
    sectors = forms.ModelMultipleChoiceField(
        label=_("Only these sectors"),
        queryset=Sector.objects.order_by("name_nl"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    organisations = forms.ModelMultipleChoiceField(
        label=_("Organisations by name"),
        queryset=Organisation.objects.order_by("name"),
        required=False,
    )
    people = forms.ModelMultipleChoiceField(
        label=_("People by name (TLP:RED)"),
        queryset=User.objects.filter(organisation__isnull=False, is_active=True).order_by("name"),
        required=False,
    )
    purpose = forms.ChoiceField(label=_("Purpose"), choices=words.choices(Purpose))
    purpose_text = forms.CharField(
        label=_("Purpose in words"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    @classmethod
    def values(cls, version: AdvisoryVersion) -> dict[str, Any]:
        return {
            **Addressing.from_json(version.addressing).to_json(),
            "purpose": version.purpose,
            "purpose_text": version.purpose_text,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if Capacity.PUBLIC.value in data.get("capacities", []) and data.get("sectors"):
            self.add_error(
                "sectors",
                _("The public has no sector. Choose no sectors, or do not address the public."),
            )
        return data

    def addressing(self) -> Addressing:
        data = self.cleaned_data
        return Addressing(
            capacities=frozenset(Capacity(c) for c in data["capacities"]),
            sectors=frozenset(s.pk for s in data["sectors"]),
            organisations=frozenset(o.pk for o in data["organisations"]),
            people=frozenset(u.pk for u in data["people"]),
        )


def section_choices(sections: list[Section]) -> list[tuple[int, str]]:
    return [(s.pk, f"{s.position}. {s.heading or s.get_kind_display()}") for s in sections]


class AttestForm(forms.Form):
    predicate = forms.ChoiceField(label=_("I vouch that"), choices=words.choices(Predicate))
    section = forms.TypedChoiceField(
        label=_("Of section"), coerce=int, empty_value=None, required=False
    )
    capacity = forms.ChoiceField(
        label=_("For"),
        choices=[("", _("every recipient")), *words.choices(Capacity)],
        required=False,
    )
    organisation = forms.ModelChoiceField(
        label=_("Or for one organisation"),
        queryset=Organisation.objects.order_by("name"),
        required=False,
    )
    text = forms.CharField(label=_("Because"), widget=forms.Textarea(attrs={"rows": 2}))
    role = forms.ChoiceField(label=_("As"), choices=Role.choices)

    def __init__(self, *args: Any, sections: list[Section], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", _("every section")),
            *section_choices(sections),
        ]

    def recipient(self) -> tuple[UUID | None, Capacity | None]:
        organisation, capacity = (
            self.cleaned_data["organisation"],
            self.cleaned_data["capacity"],
        )
        if organisation:
            return organisation.pk, None
        return None, Capacity(capacity) if capacity else None


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class SearchForm(forms.Form):
    """Words to find something by."""

    q = forms.CharField(
        label=_("Search"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


class AnswerForm(forms.Form):
    """What a recipient says of a version."""

    answer = forms.TypedChoiceField(
        label=_("How is it with you?"),
        choices=Receipt.Answer.choices,
        coerce=Receipt.Answer,
        widget=forms.RadioSelect,
    )
    product = forms.CharField(
        label=_("Product or system"),
        max_length=200,
        required=False,
        help_text=_("Left empty, it is about all of it."),
    )
    text = forms.CharField(
        label=_("Your assessment and the outcome"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Read by the NCSC and by your own organisation, and by nobody else."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # That it was seen has a button of its own.
        self.fields["answer"].widget.choices = Receipt.Answer.choices[1:]


class LintForm(forms.Form):
    """Why a proposal of the lint is refused."""

    group = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why not"),
        help_text=_("An address where it is public, or what it is instead."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
