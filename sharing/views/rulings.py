"""The legal officer's queue: what the law leaves to a person now, and what was decided about it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisories.errors import Refusal
from recipients.roles import Right, may
from sharing import manual
from sharing.law_forms import RulingForm
from sharing.services import ruling, verifying
from sharing.views.acting import as_id, attempt
from sharing.views.guards import signed_in, staff

SEES = (Right.EXPLAIN, Right.ATTEST_LEGAL, Right.APPROVE, Right.DRAFT)
DECIDES = (Right.ATTEST_LEGAL, Right.APPROVE)  # as second person, and to end


@require_safe
@staff(*SEES)
def queue(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    context = {
        "questions": manual.queue(at=at),
        "history": manual.history(),
        "verified": verifying.standing(),
        "now": at,
    }
    return render(request, "desk/manual.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(*SEES)
def section(request: HttpRequest, section_id: int) -> HttpResponse:
    """One section: why it is left to a person, for whom; a POST decides."""
    at, by = timezone.now(), signed_in(request)
    found = manual.section(section_id)
    if found is None or (request.method == "POST" and not may(by, Right.ATTEST_LEGAL, at=at)):
        raise Http404
    asked = next(
        (one for one in manual.questions(found.version, at=at) if one.section.pk == section_id),
        manual.Question(found, (), ()),
    )
    form = RulingForm(request.POST or None, groups=asked.groups)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            ruling.decide(
                section_id=section_id,
                organisation_ids=[UUID(pk) for pk in data.pop("organisations")],
                **data,
                by=by,
                at=at,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(
                request,
                _("Decided. A second person has to confirm it.")
                if data["allows"]
                else _("Refused. It stays shut."),
            )
            return redirect("sharing:manual")
    context = {"question": asked, "form": form, "verified": verifying.standing()}
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/manual_section.html", context, status=status)


@require_POST
@staff(*DECIDES)
def confirm(request: HttpRequest) -> HttpResponse:
    asked = {pk for pk in map(as_id, request.POST.getlist("ruling")) if pk is not None}
    attempt(
        request,
        lambda: ruling.confirm(ruling_ids=asked, by=signed_in(request), at=timezone.now()),
        done=_("Confirmed. What is out has opened, and they are being told."),
    )
    return redirect("sharing:manual")


@require_POST
@staff(*DECIDES)
def end(request: HttpRequest, ruling_id: int) -> HttpResponse:
    if manual.ruling(ruling_id) is None:
        raise Http404
    attempt(
        request,
        lambda: ruling.end(ruling_id=ruling_id, by=signed_in(request), at=timezone.now()),
        done=_("Ended. What rested on it is closed."),
    )
    return redirect("sharing:manual")
