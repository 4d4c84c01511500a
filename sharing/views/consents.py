"""Consent (instemming): giving one on behalf of an organisation, and those that end soon."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from advisories.errors import Refusal
from recipients.models import Consent
from recipients.roles import Right
from sharing import consents, desk
from sharing.registry_forms import ConsentForm
from sharing.services import registry
from sharing.views.guards import signed_in, staff
from sharing.views.registry import SEES


@require_safe
@staff(*SEES)
def ending(request: HttpRequest) -> HttpResponse:
    """Those that end within thirty days: somebody has to ask for new ones."""
    at = timezone.now()
    context = {"consents": consents.ending(at=at), "days": consents.SOON.days}
    return render(request, "desk/consents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Right.REGISTRY)
def give(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Put down what an organisation signed. It counts for nothing until a second person confirms."""
    found = desk.organisation(organisation_id)
    if found is None:
        raise Http404
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            registry.propose_consent(
                consent=Consent(organisation=found, **form.cleaned_data),
                by=signed_in(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Proposed. A second person has to confirm it."))
            return redirect("sharing:organisation", organisation_id)
    context = {"organisation": found, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/consent.html", context, status=status)
