"""Publish, watch it arrive, revise, withdraw, explain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisories.errors import Refusal
from advisories.services import drafting
from law import LawError
from recipients.roles import Right
from sharing import consents, desk
from sharing.evidence.values import Explanation
from sharing.forms import ReasonForm
from sharing.granting.deciding import preview as previewed
from sharing.law_forms import SupposeForm
from sharing.reception import reception
from sharing.renditions import explanation
from sharing.services import explaining, releasing, verifying, what_if
from sharing.views.acting import as_id
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
    context: dict[str, object] = {
        "board": found,
        "withdrawal": form or ReasonForm(),
        "reception": reception(found.release),
    }
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
@staff(Right.DRAFT, Right.APPROVE, Right.PUBLISH)
def suppose(request: HttpRequest, release_id: int) -> HttpResponse:
    """Who would gain or lose what, if a section of this release were marked otherwise."""
    found = desk.board(release_id)
    if found is None:
        raise Http404
    sections = desk.sections(found.release.version)
    form = SupposeForm(request.GET if "section" in request.GET else None, sections=sections)
    context: dict[str, object] = {"release": found.release, "form": form}
    if form.is_valid():
        section = next(s for s in sections if s.pk == form.cleaned_data["section"])
        try:
            changed = what_if.marked(section, form.changes(), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            context |= {"asked": True, "changes": what_if.by_section(changed)}
    return render(request, "desk/suppose.html", context, status=422 if form.errors else 200)


@require_safe
@staff(Right.EXPLAIN, Right.DRAFT)
def explain(request: HttpRequest, section_id: int, organisation_id: UUID) -> HttpResponse:
    """Why, gate by gate, for an organisation, or with `?person=` for a reader of it by name."""
    asked = request.GET.get("person", "")
    person = as_id(asked)
    if asked and person is None:
        raise Http404
    return _explain(
        request,
        lambda at: explaining.explain(
            section_id=section_id,
            organisation_id=organisation_id,
            at=at,
            person_id=person,
        ),
    )


@require_safe
@staff(Right.EXPLAIN, Right.DRAFT)
def explain_kind(request: HttpRequest, section_id: int, digest: str) -> HttpResponse:
    """Why, gate by gate, for a kind of recipient."""
    return _explain(
        request,
        lambda at: explaining.explain_kind(section_id=section_id, digest=digest, at=at),
    )


def _explain(request: HttpRequest, asked: Callable[[datetime], Explanation]) -> HttpResponse:
    """Now or at `?at=`, in `?language=` or that of the reader. Nothing is written."""
    given = {"at": request.GET.get("at", ""), "language": request.GET.get("language", "")}
    languages = dict(settings.LANGUAGES)
    if given["language"] not in languages:
        given["language"] = str(get_language())
    context: dict[str, object] = {"given": given, "person": request.GET.get("person", "")}
    with override(given["language"]):
        try:
            found = asked(_instant(given["at"]))
        except ObjectDoesNotExist:
            raise Http404 from None
        except (LawError, ValueError) as error:
            return render(request, "desk/explain.html", context | {"error": error}, status=422)
        context |= {
            "explanation": found,
            "sentence": explanation.sentence(found),
            "recipient": explanation.recipient(found),
            "verified": verifying.standing(),
        }
        return render(request, "desk/explain.html", context)


def _instant(asked: str) -> datetime:
    """The instant asked for; without an offset by the clock of Amsterdam; now when left out.
    `ValueError` in a sentence when it cannot be read."""
    if not asked:
        return timezone.now()
    try:
        found = parse_datetime(asked)
    except ValueError:
        found = None
    if found is None:
        raise ValueError(_("Write the moment as 2026-09-01T10:00."))
    return timezone.make_aware(found) if timezone.is_naive(found) else found
