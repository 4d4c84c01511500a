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
from recipients.models.facts import AssuranceKind
from sharing import words

EMPTY = [("", "—")]
UNKNOWN = [("", _("not known")), ("yes", _("yes")), ("no", _("no"))]


def _tristate(value: str) -> bool | None:
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
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
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
        traceable = _tristate(data["traceable"])
        return Facets(
            scope=frozenset(Scope(s) for s in data["scope"]),
            confidential=_tristate(data["confidential"]),
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
        choices=words.choices(c for c in Capacity if c is not Capacity.PUBLIC),
        required=False,
        widget=forms.CheckboxSelectMultiple,
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

    def addressing(self) -> Addressing:
        data = self.cleaned_data
        return Addressing(
            capacities=frozenset(Capacity(c) for c in data["capacities"]),
            sectors=frozenset(s.pk for s in data["sectors"]),
            organisations=frozenset(o.pk for o in data["organisations"]),
            people=frozenset(u.pk for u in data["people"]),
        )


def _section_choices(sections: list[Section]) -> list[tuple[int, str]]:
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
            *_section_choices(sections),
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
        self.fields["section"].choices = _section_choices(sections)  # type: ignore[attr-defined]  # a choice field

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
            "confidential": _tristate(data.get("confidential", "")),
            "traceable": _tristate(data.get("traceable", "")),
            "personal_data": PersonalData(data["personal_data"])
            if data.get("personal_data")
            else None,
        }
        return {name: value for name, value in asked.items() if value is not None}


class PeriodForm(forms.Form):
    """From the first instant up to and excluding the last, in the time of Amsterdam."""

    since = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    until = forms.DateTimeField(
        label=_("Up to"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )


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
    valid_from = forms.DateTimeField(
        label=_("Valid from"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    valid_until = forms.DateTimeField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


class KeyForm(forms.Form):
    """A key as a file or pasted; what is in it is judged by the service."""

    file = forms.FileField(label=_("Public key or certificate"), required=False)
    text = forms.CharField(
        label=_("Or paste it here"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("file")) == bool(cleaned.get("text")):
            raise forms.ValidationError(_("Give a file or the text of the key, one of the two."))
        return cleaned

    def upload(self) -> bytes:
        file = self.cleaned_data["file"]
        content: bytes = file.read() if file else self.cleaned_data["text"].encode()
        return content


class EndpointForm(forms.Form):
    url = forms.URLField(
        label=_("Address of the webhook"),
        max_length=500,
        assume_scheme="https",
        help_text=_(
            "https:// and of the organisation itself. It gets what the organisation may see."
        ),
    )
