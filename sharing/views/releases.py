"""Publish, watch it arrive, revise, withdraw, explain."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisories.errors import Refusal
from advisories.services import drafting
from law import LawError
from recipients.roles import Right
from sharing import consents, desk
from sharing.forms import ReasonForm
from sharing.granting.deciding import preview as previewed
from sharing.services import explaining, releasing, verifying
from sharing.views.guards import signed_in, staff


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Right.PUBLISH)
def publish(request: HttpRequest, version_id: int) -> HttpResponse:
    """One look at who gets what, then out."""
    version = desk.version(version_id)
    if version is None:
        raise Http404
    error = None
    if request.method == "POST":
        try:
            release = releasing.release(
                version_id=version_id, by=signed_in(request), at=timezone.now()
            )
        except Refusal as refusal:
            error = refusal.message
        else:
            messages.success(request, _("Published. Messages are on their way."))
            return redirect("sharing:board", release.pk)
    context = {
        "version": version,
        "preview": previewed(version_id=version_id, at=timezone.now()),
        "error": error,
    }
    return render(request, "desk/publish.html", context, status=409 if error else 200)


@require_safe
@staff(Right.DRAFT, Right.APPROVE, Right.PUBLISH)
def board(request: HttpRequest, release_id: int) -> HttpResponse:
    """A release on its way; the fragment renews itself."""
    return _board(request, release_id)


def _board(
    request: HttpRequest, release_id: int, *, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    found = desk.board(release_id)
    if found is None:
        raise Http404
    template = "_board" if "HX-Request" in request.headers else "board"
    context: dict[str, object] = {"board": found, "withdrawal": form or ReasonForm()}
    if template == "board":  # not with every renewal of the fragment
        context["closings"] = consents.closings(found.release)
    return render(request, f"desk/{template}.html", context, status=status)


@require_POST
@staff(Right.PUBLISH)
def withdraw(request: HttpRequest, release_id: int) -> HttpResponse:
    form = ReasonForm(request.POST)
    if desk.board(release_id) is None:
        raise Http404
    if form.is_valid():
        try:
            releasing.withdraw(
                release_id=release_id,
                reason=form.cleaned_data["reason"],
                by=signed_in(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Withdrawn. Those who had it are being told."))
            return redirect("sharing:board", release_id)
    return _board(request, release_id, form=form, status=422)


@require_POST
@staff(Right.DRAFT)
def revise(request: HttpRequest, release_id: int) -> HttpResponse:
    found = desk.board(release_id)
    if found is None:
        raise Http404
    try:
        version = drafting.start_revision(
            advisory_id=found.release.version.advisory_id,
            major=request.POST.get("major") == "yes",
            by=signed_in(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return redirect("sharing:board", release_id)
    return redirect("sharing:editor", version.pk)


@require_safe
@staff(Right.EXPLAIN, Right.DRAFT)
def explain(request: HttpRequest, section_id: int, organisation_id: UUID) -> HttpResponse:
    """Why, gate by gate, now or at `?at=` (ISO 8601 with an offset)."""
    try:
        explanation = explaining.explain(
            section_id=section_id, organisation_id=organisation_id, at=_instant(request)
        )
    except ObjectDoesNotExist:
        raise Http404 from None
    except LawError as error:
        return render(request, "desk/explain.html", {"error": str(error)}, status=422)
    return render(
        request, "desk/explain.html", {"explanation": explanation, "verified": verifying.standing()}
    )


def _instant(request: HttpRequest) -> datetime:
    asked = request.GET.get("at")
    instant = parse_datetime(asked) if asked else timezone.now()
    return instant or timezone.now()
