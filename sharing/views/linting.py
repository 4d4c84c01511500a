"""Answers to the lint: accept, refuse with a reason, confirm a lighter marking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from advisories.services import linting
from recipients.roles import Right
from sharing import desk
from sharing.forms import LintForm
from sharing.views.acting import attempt
from sharing.views.desk import revision_of, section_page
from sharing.views.guards import signed_in, staff


@require_POST
@staff(Right.DRAFT)
def accept(request: HttpRequest, version_id: int, section_id: int) -> HttpResponse:
    """Merge what a group of findings proposes into the marking of its section."""
    return _answer(
        request,
        version_id,
        section_id,
        lambda: linting.accept(
            version_id=version_id,
            section_id=section_id,
            revision=revision_of(request),
            key=request.POST.get("group", ""),
            by=signed_in(request),
            at=timezone.now(),
        ),
        done=_("The marking says it now."),
    )


@require_POST
@staff(Right.DRAFT)
def refuse(request: HttpRequest, version_id: int, section_id: int) -> HttpResponse:
    """Leave the marking as it is, with a reason."""
    form = LintForm(request.POST)
    if not form.is_valid():
        return _answer(request, version_id, section_id, None, done="", refused=form)
    return _answer(
        request,
        version_id,
        section_id,
        lambda: linting.refuse(
            version_id=version_id,
            section_id=section_id,
            revision=revision_of(request),
            key=form.cleaned_data["group"],
            reason=form.cleaned_data["reason"],
            by=signed_in(request),
            at=timezone.now(),
        ),
        done=_("Refused, and on record. A lighter marking takes a second person at the review."),
        refused=form,
    )


def _answer(
    request: HttpRequest,
    version_id: int,
    section_id: int,
    act: Callable[[], Any] | None,
    *,
    done: str,
    refused: LintForm | None = None,
) -> HttpResponse:
    """Carry out an answer and go back to the section; what was typed is not lost."""
    version = desk.version(version_id)
    section = desk.section(version, section_id) if version else None
    if version is None or section is None:
        raise Http404
    if act is None:
        return section_page(request, version, section, status=422, refused=refused)
    if attempt(request, act, done=done):
        return redirect("sharing:section", version_id, section_id)
    fresh = desk.version(version_id) or version
    return section_page(request, fresh, section, status=409, refused=refused)


@require_POST
@staff(Right.APPROVE)
def confirm(request: HttpRequest, version_id: int, refusal_id: int) -> HttpResponse:
    """The second person: the marking may be lighter than the lint proposes."""
    if desk.version(version_id) is None:
        raise Http404
    attempt(
        request,
        lambda: linting.confirm(
            version_id=version_id,
            refusal_id=refusal_id,
            by=signed_in(request),
            at=timezone.now(),
        ),
        done=_("Confirmed."),
    )
    return redirect("sharing:editor", version_id)
