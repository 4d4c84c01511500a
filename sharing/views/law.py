"""The legal officer's room: the rules with their verification, and the change of law."""

from __future__ import annotations

from itertools import islice

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisories.errors import Refusal
from law.regimes import regime_at
from law.rules import RULES
from law.vocabulary import RegimeId
from recipients.roles import Right
from sharing import desk
from sharing.forms import ReasonForm
from sharing.law_forms import PeriodForm, VerifyForm
from sharing.services import reassessing, verifying, what_if
from sharing.services import woo as woo_export
from sharing.views.acting import attempt
from sharing.views.guards import signed_in, staff

SEES = (Right.EXPLAIN, Right.ATTEST_LEGAL, Right.APPROVE, Right.DRAFT)
PREVIEWED = 20  # releases on the page; the command `what_if law` tells of all


@require_safe
@staff(*SEES)
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule with its quote, its source, and who read it against the enacted text."""
    return render(request, "desk/law.html", _rules(VerifyForm()))


def _rules(form: VerifyForm, refused: str = "") -> dict[str, object]:
    at = timezone.now()
    return {
        "groups": desk.rules(verifying.standing()),
        "regime": regime_at(at).id,
        "form": form,
        "refused": refused,
        "waiting": reassessing.waiting(at=at),
    }


@require_POST
@staff(Right.ATTEST_LEGAL)
def verify(request: HttpRequest, rule: str) -> HttpResponse:
    if rule not in RULES:
        raise Http404
    form = VerifyForm(request.POST)
    if form.is_valid():
        try:
            verifying.verify(
                rule=rule, **form.cleaned_data, by=signed_in(request), at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Recorded: %(rule)s was verified.") % {"rule": rule})
            return redirect("sharing:law")
    return render(request, "desk/law.html", _rules(form, refused=rule), status=422)


@require_safe
@staff(*SEES)
def suppose(request: HttpRequest, rule: str) -> HttpResponse:
    """Who would lose what of what is live, if nothing could be based on this rule."""
    if rule not in RULES:
        raise Http404
    at = timezone.now()
    found = what_if.suspended(rule, at=at, most=PREVIEWED)
    differences = [difference for one in found for difference in one.differences]
    context = {
        "rule": RULES[rule],
        "releases": what_if.resting_on(rule).count(),
        "shown": PREVIEWED,
        "changes": what_if.by_section(differences),
    }
    return render(request, "desk/suppose_rule.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Right.ATTEST_LEGAL)
def woo(request: HttpRequest) -> HttpResponse:
    """What the Woo reaches of what was supplied in a period, as a file."""
    form = PeriodForm(request.POST or None)
    if form.is_valid():
        try:
            made = woo_export.export(**form.cleaned_data, by=signed_in(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return HttpResponse(
                made.lines,
                content_type="application/jsonl",
                headers={"Content-Disposition": 'attachment; filename="woo.jsonl"'},
            )
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/woo.html", {"form": form}, status=status)


@require_safe
@staff(*SEES)
def reassessment(request: HttpRequest) -> HttpResponse:
    """What stands under an earlier law; who would gain and who has lost; ask for it, approve it."""
    return render(request, "desk/reassessment.html", _reassessment(ReasonForm()))


def _reassessment(form: ReasonForm) -> dict[str, object]:
    at = timezone.now()
    newest = desk.reassessment()
    return {
        "regime": RegimeId(newest.regime) if newest else None,
        "waiting": reassessing.waiting(at=at),
        "newest": reassessing.progress(newest, at=at) if newest else None,
        "previews": [
            (one.release, what_if.by_section(one.differences))
            for one in islice(what_if.reassessed(at=at), PREVIEWED)
        ],
        "form": form,
    }


@require_safe
@staff(*SEES)
def progress(request: HttpRequest) -> HttpResponse:
    """How far it is; asked for by the page every few seconds."""
    newest = desk.reassessment()
    if newest is None:
        raise Http404
    found = reassessing.progress(newest, at=timezone.now())
    context = {"newest": found, "regime": RegimeId(newest.regime)}
    return render(request, "desk/_reassessment.html", context)


@require_POST
@staff(Right.ATTEST_LEGAL)
def propose(request: HttpRequest) -> HttpResponse:
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            reassessing.propose(**form.cleaned_data, by=signed_in(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Asked for. A second person has to approve it."))
            return redirect("sharing:reassessment")
    return render(request, "desk/reassessment.html", _reassessment(form), status=422)


@require_POST
@staff(Right.ATTEST_LEGAL, Right.APPROVE)
def approve(request: HttpRequest, reassessment_id: int) -> HttpResponse:
    if desk.reassessment(reassessment_id) is None:
        raise Http404
    attempt(
        request,
        lambda: reassessing.approve(
            reassessment_id=reassessment_id, by=signed_in(request), at=timezone.now()
        ),
        done=_("Approved. It starts within a minute."),
    )
    return redirect("sharing:reassessment")
