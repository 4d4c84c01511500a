"""What a reader sees: the inbox and the advisory page. Everything comes through the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisories.errors import Refusal
from law.vocabulary import Code
from sharing import access
from sharing.errors import BadCursor, NotShared, Withdrawn
from sharing.forms import AnswerForm, SearchForm
from sharing.renditions import files
from sharing.renditions.html import advisory_page, why_page
from sharing.renditions.onward import text
from sharing.services import passing_on, receiving
from sharing.shared import Page, Shared, SharedDecisions
from sharing.views.acting import as_id
from sharing.views.guards import signed_in

Found = TypeVar("Found", Shared, SharedDecisions)
PAGE = 25  # advisories on one page of the inbox
FILES: dict[str, tuple[Callable[[Shared], str], str]] = {
    "md": (files.markdown, "text/markdown"),  # RFC 7763
    "csv": (files.indicators_csv, "text/csv"),
}


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """The newest advisories. Staff are shown to their desk: they receive nothing. Whose
    organisation has ended is told so, and nothing else."""
    user = signed_in(request)
    if user.is_ncsc:
        return redirect("sharing:desk")
    at = timezone.now()
    search = SearchForm(request.GET)
    words = search.cleaned_data["q"] if search.is_valid() else ""
    try:
        reader = access.reader_of(user)
        if not access.receives(reader, at=at):
            return render(request, "sharing/ended.html", {"organisation": user.organisation})
        if words:
            page = Page(access.search(reader, words, at=at), None)
        else:
            page = access.inbox(reader, at=at, cursor=request.GET.get("cursor"), limit=PAGE)
    except (NotShared, BadCursor):
        raise Http404 from None
    first = "cursor" not in request.GET and not words
    context = {
        "search": search,
        "words": words,
        "page": page,
        "opened": receiving.opened_by(reader, [item.version_id for item in page.items]),
        "first": first,
        "count": access.count(reader, at=at) if first else None,
        "withdrawn": access.withdrawn(reader, at=at)[:5] if first else (),
        "organisation": user.organisation,
    }
    template = "_listed" if "HX-Request" in request.headers else "inbox"
    return render(request, f"sharing/{template}.html", context)


@require_safe
@login_required
def advisory(request: HttpRequest, number: str) -> HttpResponse:
    """One advisory, as far as this reader may see it; 410 when it was withdrawn."""

    return _opened(request, number, access.open_advisory, lambda shared: _page(request, shared))


def _page(
    request: HttpRequest, shared: Shared, *, form: AnswerForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "advisory": advisory_page(shared),
        "indicators": files.indicators(shared),
        "said": receiving.said_of(shared, by=signed_in(request)),
        "form": form or AnswerForm(),
    }
    return render(request, "sharing/advisory.html", context, status=status)


@require_safe
@login_required
def download(request: HttpRequest, number: str, ending: str) -> HttpResponse:
    """What this reader may see of an advisory as a file to keep."""
    if ending not in FILES:
        raise Http404
    made, content_type = FILES[ending]

    def shown(shared: Shared) -> HttpResponse:
        name = files.filename(shared, ending)
        return HttpResponse(
            made(shared),
            content_type=f"{content_type}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return _opened(request, number, access.open_advisory, shown)


@require_POST
@login_required
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Say that it was seen, or how it is here. What is refused comes back as it was typed."""
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            said = receiving.answer(
                number=number,
                version=request.GET.get("version"),
                **form.cleaned_data,
                by=signed_in(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        except (NotShared, Withdrawn):
            raise Http404 from None
        else:
            messages.success(request, _("Thank you. The NCSC sees your answer at once."))
            page = reverse("sharing:advisory", args=[number])
            return redirect(f"{page}?version={said.version.label}")

    def again(shared: Shared) -> HttpResponse:
        return _page(request, shared, form=form, status=422)

    return _opened(request, number, access.open_advisory, again)


@require_safe
@login_required
def why(request: HttpRequest, number: str) -> HttpResponse:
    """Why this reader gets what it gets of an advisory, section by section."""

    def shown(found: SharedDecisions) -> HttpResponse:
        context = {"found": found, "sections": why_page(found)}
        return render(request, "sharing/why.html", context)

    return _opened(request, number, access.open_decisions, shown)


def _opened(
    request: HttpRequest,
    number: str,
    opening: Callable[..., Found],
    shown: Callable[[Found], HttpResponse],
) -> HttpResponse:
    """Through the door, or the tombstone, or nothing."""
    try:
        found = opening(
            access.reader_of(signed_in(request)),
            number=number,
            version=request.GET.get("version"),
            at=timezone.now(),
        )
    except Withdrawn as gone:
        return render(request, "sharing/withdrawn.html", {"tombstone": gone.tombstone}, status=410)
    except NotShared:
        raise Http404 from None
    return shown(found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def onward(request: HttpRequest, number: str) -> HttpResponse:
    """What may be passed on to one's own constituency, and asking for what may not."""
    user, at = signed_in(request), timezone.now()
    asked, error = request.POST.get("section", ""), None
    version = request.GET.get("version")
    try:
        if request.method == "POST":
            try:
                passing_on.ask(
                    number=number,
                    version=version,
                    section_id=as_id(asked) or 0,
                    reason=request.POST.get("reason", ""),
                    by=user,
                    at=at,
                )
            except Refusal as refusal:
                error = refusal.message
            else:
                messages.success(request, _("Asked. You find the answer on this page."))
                return redirect(request.get_full_path())
        shared = access.open_advisory(access.reader_of(user), number=number, version=version, at=at)
    except (NotShared, Withdrawn):
        raise Http404 from None
    earlier = passing_on.asked_of(shared, by=user)
    context = {
        "advisory": shared,
        "text": text(shared),
        "kept": [
            (section, earlier.get(section.id), error if str(section.id) == asked else None)
            for section in shared.sections
            if section.onward is not Code.OK
        ],
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "sharing/onward.html", context, status=409 if error else 200)
