"""What partners' programs posted: the queue, a draft from one, or one set aside."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from advisories.errors import Refusal
from recipients.roles import Right
from sharing import desk
from sharing.forms import ReasonForm
from sharing.services import intake
from sharing.views.guards import signed_in, staff


@require_safe
@staff(Right.DRAFT)
def queue(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: HttpRequest, *, refused: UUID | None = None, says: object = "", status: int = 200
) -> HttpResponse:
    context = {**desk.intake(), "form": ReasonForm(), "refused": refused, "says": says}
    return render(request, "desk/intake.html", context, status=status)


@require_POST
@staff(Right.DRAFT)
def make_draft(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """A draft from what was posted; what cannot be read is said beside it, and it stays."""
    if not desk.intake_item(item_id):
        raise Http404
    try:
        version = intake.make_draft(item_id=item_id, by=signed_in(request), at=timezone.now())
    except Refusal as refusal:
        return _page(request, refused=item_id, says=refusal.message, status=409)
    return redirect("sharing:editor", version.pk)


@require_POST
@staff(Right.DRAFT)
def dismiss(request: HttpRequest, item_id: UUID) -> HttpResponse:
    if not desk.intake_item(item_id):
        raise Http404
    reason = request.POST.get("reason", "")
    try:
        intake.dismiss(item_id=item_id, reason=reason, by=signed_in(request), at=timezone.now())
    except Refusal as refusal:
        return _page(request, refused=item_id, says=refusal.message, status=409)
    messages.success(request, _("Set aside. What was received is kept."))
    return redirect("sharing:intake")


@require_safe
@staff(Right.DRAFT)
def received(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The exact bytes, to be saved and never shown by a browser."""
    item = desk.intake_item(item_id)
    if item is None:
        raise Http404
    return HttpResponse(
        bytes(item.received),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="intake-{item.pk}.json"',
            "Cache-Control": "no-store",
        },
    )
