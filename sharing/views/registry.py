"""The registry: organisations and their dated facts; propose, confirm, end."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisories.errors import Refusal
from recipients.models import Assurance, Designation, Organisation, RegistryFact
from recipients.roles import Right
from sharing import desk
from sharing.forms import EndpointForm, FactForm, KeyForm
from sharing.services import registry, what_if
from sharing.views.guards import signed_in, staff

SEES = (Right.REGISTRY, Right.APPROVE, Right.EXPLAIN, Right.DRAFT)


@require_safe
@staff(*SEES)
def organisations(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "").strip()[:100]
    context = {"organisations": desk.organisations(search), "search": search}
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
    return page(request, found, form=form, status=422 if request.method == "POST" else 200)


def page(
    request: HttpRequest,
    found: Organisation,
    *,
    form: FactForm | None = None,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    """The organisation's page; `more` are forms that come back with what is wrong."""
    context = {
        "organisation": found,
        "facts": desk.facts(found, at=timezone.now()),
        "contacts": desk.contacts(found),
        "endpoints": desk.endpoints(found),
        "form": form or FactForm(),
        "key_form": KeyForm(),
        "endpoint_form": EndpointForm(),
        "now": timezone.now(),
        **more,
    }
    return render(request, "desk/organisation.html", context, status=status)


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
    try:
        registry.confirm_fact(fact=fact, by=signed_in(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Confirmed. What may be shared follows at once."))
    return redirect("sharing:organisation", fact.organisation_id)


@require_POST
@staff(Right.REGISTRY, Right.APPROVE)
def end(request: HttpRequest, kind: str, fact_id: int) -> HttpResponse:
    fact = desk.fact(kind, fact_id)
    if fact is None:
        raise Http404
    at = timezone.now()
    try:
        registry.end_fact(fact=fact, valid_until=at, by=signed_in(request), at=at)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Ended. What rested on it is closed."))
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
