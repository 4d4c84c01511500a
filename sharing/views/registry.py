"""The registry: organisations and their dated facts; propose, confirm, end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisories.errors import Refusal
from recipients.models import Assurance, Designation, IdentifierKind, Organisation, RegistryFact
from recipients.roles import Right
from sharing import consents, desk
from sharing.registry_forms import FactForm, IdentifierForm
from sharing.services import registry, what_if
from sharing.views.acting import attempt
from sharing.views.guards import signed_in, staff

SEES = (Right.REGISTRY, Right.APPROVE, Right.EXPLAIN, Right.DRAFT)


@require_safe
@staff(*SEES)
def organisations(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:100]
    context = {
        "organisations": desk.organisations(search),
        "search": search,
        "ending": [] if search else desk.ending(at=timezone.now()),
    }
    return render(request, "desk/organisations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(*SEES)
def organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """What the registry says of one organisation; a POST proposes a fact."""
    found = desk.organisation(organisation_id)
    if found is None:
        raise Http404
    form = FactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            registry.propose_fact(fact=_fact(found, form), by=signed_in(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Proposed. A second person has to confirm it."))
            return redirect("sharing:organisation", organisation_id)
    return _page(request, found, status=422 if request.method == "POST" else 200, form=form)


def _page(
    request: HttpRequest, organisation: Organisation, *, status: int, **forms: Any
) -> HttpResponse:
    context = {
        "organisation": organisation,
        "facts": desk.facts(organisation, at=timezone.now()),
        "consents": consents.of(organisation, at=timezone.now()),
        "contacts": desk.contacts(organisation),
        "identifiers": desk.identifiers(organisation),
        "form": FactForm(),
        "recognise": IdentifierForm(),
        **forms,
    }
    return render(request, "desk/organisation.html", context, status=status)


@require_POST
@staff(Right.REGISTRY)
def add_identifier(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """One more thing to recognise the organisation by."""
    found = desk.organisation(organisation_id)
    if found is None:
        raise Http404
    form = IdentifierForm(request.POST)
    if form.is_valid():
        try:
            registry.add_identifier(
                organisation=found,
                kind=IdentifierKind(form.cleaned_data["identifier_kind"]),
                value=form.cleaned_data["value"],
                by=signed_in(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("value", refusal.message)
        else:
            messages.success(request, _("Saved. The lint looks for it from now on."))
            return redirect("sharing:organisation", organisation_id)
    return _page(request, found, status=422, recognise=form)


@require_POST
@staff(Right.REGISTRY)
def end_identifier(request: HttpRequest, identifier_kind: str, identifier_id: int) -> HttpResponse:
    found = desk.identifier(identifier_kind, identifier_id)
    if found is None:
        raise Http404
    attempt(
        request,
        lambda: registry.end_identifier(identifier=found, by=signed_in(request), at=timezone.now()),
        done=_("Ended. The lint does not look for it any more."),
    )
    return redirect("sharing:organisation", found.organisation_id)


def _fact(organisation: Organisation, form: FactForm) -> RegistryFact:
    data = form.cleaned_data
    what = data.pop("what")
    if what.startswith("assurance:"):
        return Assurance(organisation=organisation, kind=what.removeprefix("assurance:"), **data)
    return Designation(organisation=organisation, capacity=what, **data)


@require_POST
@staff(Right.APPROVE)
def confirm(request: HttpRequest, kind: str, fact_id: int) -> HttpResponse:
    fact = desk.fact(kind, fact_id)
    if fact is None:
        raise Http404
    attempt(
        request,
        lambda: registry.confirm_fact(fact=fact, by=signed_in(request), at=timezone.now()),
        done=_("Confirmed. What may be shared follows at once."),
    )
    return redirect("sharing:organisation", fact.organisation_id)


@require_POST
@staff(Right.REGISTRY, Right.APPROVE)
def end(request: HttpRequest, kind: str, fact_id: int) -> HttpResponse:
    fact = desk.fact(kind, fact_id)
    if fact is None:
        raise Http404
    at = timezone.now()
    attempt(
        request,
        lambda: registry.end_fact(fact=fact, valid_until=at, by=signed_in(request), at=at),
        done=_("Ended. What rested on it is closed."),
    )
    return redirect("sharing:organisation", fact.organisation_id)


@require_safe
@staff(*SEES)
def consequences(request: HttpRequest, kind: str, fact_id: int) -> HttpResponse:
    """Who would gain or lose what, if the fact were confirmed, or ended. Changes nothing."""
    fact = desk.fact(kind, fact_id)
    if fact is None:
        raise Http404
    ending = fact.confirmed_by_id is not None
    context: dict[str, object] = {
        "fact": fact,
        "says": desk.says(fact),
        "kind": kind,
        "ending": ending,
    }
    try:
        supposed = what_if.ended if ending else what_if.confirmed
        context["changes"] = what_if.by_section(supposed(fact, at=timezone.now()))
    except Refusal as refusal:
        context["refusal"] = refusal.message
    return render(request, "desk/consequences.html", context)
