"""Exceptional supply: propose, confirm, end, review; what waits, runs and is to be reviewed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisories.errors import Refusal
from law.regimes import regime_at
from law.vocabulary import Capacity
from recipients.models import Role
from recipients.roles import Right, roles_of
from sharing import desk, exceptional, flows
from sharing.exceptional_forms import ConfirmForm, ReviewForm, SupplyForm
from sharing.models import ExceptionalSupply
from sharing.services import exceptional as acts
from sharing.views.acting import attempt
from sharing.views.guards import signed_in, staff

ACTS = acts.MAY_END


@require_safe
@staff(*ACTS, Right.EXPLAIN)
def listed(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    context = {
        "found": exceptional.overview(at=at),
        "flows": flows.offered(at=at),
        "regime": regime_at(at).id,
        "public": Capacity.PUBLIC,
    }
    return render(request, "desk/exceptions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Right.DRAFT, Right.ATTEST_LEGAL)
def new(request: HttpRequest, version_id: int, flow: str) -> HttpResponse:
    """The guided form of one flow. What the law of this moment does not know is not there."""
    at, by = timezone.now(), signed_in(request)
    version, asked = desk.version(version_id), flows.flow_of(flow, at=at)
    if version is None or asked is None:
        raise Http404
    form = SupplyForm(
        request.POST or None,
        flow=asked,
        organisations=exceptional.recipients(asked, version, at=at),
        roles=acts.roles_for(asked) & roles_of(by, at=at),
    )
    if form.is_valid():
        try:
            made = acts.propose(
                kind=flow,
                version_id=version_id,
                proposal=form.proposal(),
                role=Role(form.cleaned_data["role"]),
                by=by,
                at=at,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Proposed. A second person has to confirm it."))
            return redirect("sharing:exception", made.pk)
    context = {
        "version": version,
        "flow": asked,
        "form": form,
        "candidates": exceptional.candidates(asked, version, at=at),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/exception_new.html", context, status=status)


def _supply(supply_id: int) -> ExceptionalSupply:
    found = exceptional.supply(supply_id)
    if found is None:
        raise Http404
    return found


@require_safe
@staff(*ACTS, Right.EXPLAIN)
def one(request: HttpRequest, supply_id: int) -> HttpResponse:
    return _page(request, _supply(supply_id))


def _page(
    request: HttpRequest, supply: ExceptionalSupply, *, status: int = 200, **forms: Any
) -> HttpResponse:
    at = timezone.now()
    context = {
        "supply": supply,
        "reasons": exceptional.reasons(supply),
        "sections": desk.sections(supply.version),
        "over": supply.over(at),
        "public": Capacity.PUBLIC,
        "confirming": ConfirmForm(roles=_confirming(request)),
        "reviewing": ReviewForm(),
        **forms,
    }
    return render(request, "desk/exception.html", context, status=status)


def _confirming(request: HttpRequest) -> frozenset[Role]:
    return acts.SECOND & roles_of(signed_in(request), at=timezone.now())


def _act(
    request: HttpRequest, supply_id: int, act: Callable[[], Any], *, done: str
) -> HttpResponse:
    if attempt(request, act, done=done):
        return redirect("sharing:exception", supply_id)
    return _page(request, _supply(supply_id), status=409)


@require_POST
@staff(Right.APPROVE, Right.ATTEST_LEGAL)
def confirm(request: HttpRequest, supply_id: int) -> HttpResponse:
    supply = _supply(supply_id)
    form = ConfirmForm(request.POST, roles=_confirming(request))
    if not form.is_valid():
        return _page(request, supply, status=422, confirming=form)
    return _act(
        request,
        supply_id,
        lambda: acts.confirm(
            supply_id=supply_id,
            role=Role(form.cleaned_data["role"]),
            by=signed_in(request),
            at=timezone.now(),
        ),
        done=_("Confirmed. The version now goes the ordinary way: approval, then publication."),
    )


@require_POST
@staff(*ACTS)
def end(request: HttpRequest, supply_id: int) -> HttpResponse:
    _supply(supply_id)
    return _act(
        request,
        supply_id,
        lambda: acts.end(supply_id=supply_id, by=signed_in(request), at=timezone.now()),
        done=_("Ended. What rested on it is shut."),
    )


@require_POST
@staff(Right.EXPLAIN)
def review(request: HttpRequest, supply_id: int) -> HttpResponse:
    supply, form = _supply(supply_id), ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, supply, status=422, reviewing=form)
    return _act(
        request,
        supply_id,
        lambda: acts.review(
            supply_id=supply_id,
            note=form.cleaned_data["note"],
            by=signed_in(request),
            at=timezone.now(),
        ),
        done=_("Your review is on record."),
    )
