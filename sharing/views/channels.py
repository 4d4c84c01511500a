"""How an organisation is reached: keys of its contacts, endpoints of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from recipients.certificates import BadKey, Fault
from recipients.errors import Refusal
from recipients.models import Contact, ContactKey, WebhookEndpoint
from recipients.roles import Right
from sharing import desk
from sharing.forms import EndpointForm, KeyForm
from sharing.services import registry
from sharing.views.guards import signed_in, staff
from sharing.views.registry import page


def _contact(pk: int) -> Contact:
    found = desk.contact(pk)
    if found is None:
        raise Http404
    return found


@require_POST
@sensitive_post_parameters("text")  # somebody may paste a secret key
@staff(Right.REGISTRY)
def propose_key(request: HttpRequest, contact_id: int) -> HttpResponse:
    """A key for a contact: taken as a proposal, or sent back with what is wrong with it."""
    contact = _contact(contact_id)
    form = KeyForm(request.POST, request.FILES)
    if form.is_valid():
        by, at, upload = signed_in(request), timezone.now(), form.upload()
        try:
            registry.propose_key(contact=contact, upload=upload, by=by, at=at)
        except BadKey as bad:
            form.add_error(None, bad.message)
            revoked = bad.fault is Fault.REVOKED and registry.end_revoked(
                contact=contact, upload=upload, by=by, at=at
            )
            if revoked:
                form.add_error(None, _("It was in use. Nothing is encrypted to it any more."))
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Proposed. A second person has to confirm it."))
            return redirect("sharing:organisation", contact.organisation_id)
    emptied = KeyForm()  # nothing of an upload is shown again
    return page(
        request,
        contact.organisation,
        status=422,
        key_form=emptied,
        key_errors=[error for errors in form.errors.values() for error in errors],
        key_contact=contact.pk,
    )


@require_POST
@staff(Right.REGISTRY)
def order(request: HttpRequest, contact_id: int) -> HttpResponse:
    """By which channel a contact is told."""
    contact = _contact(contact_id)
    wanted = [name for name in request.POST.get("order", "").split(",") if name]
    return _done(
        request,
        contact.organisation_id,
        _("The order is kept."),
        registry.order_channels,
        contact=contact,
        channels=wanted,
    )


@require_POST
@staff(Right.APPROVE)
def confirm_key(request: HttpRequest, key_id: int) -> HttpResponse:
    key = _key(key_id)
    words = _("Confirmed. Messages are encrypted to it from now on.")
    return _done(request, key.contact.organisation_id, words, registry.confirm_key, key=key)


@require_POST
@staff(Right.REGISTRY, Right.APPROVE)
def end_key(request: HttpRequest, key_id: int) -> HttpResponse:
    key = _key(key_id)
    words = _("Ended. Nothing is encrypted to it any more.")
    return _done(request, key.contact.organisation_id, words, registry.end_key, key=key)


def _key(pk: int) -> ContactKey:
    found = desk.key(pk)
    if found is None:
        raise Http404
    return found


@require_POST
@never_cache
@staff(Right.REGISTRY)
def propose_endpoint(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """An endpoint of an organisation. Its secret is on the page that answers, and nowhere after."""
    found = desk.organisation(organisation_id)
    if found is None:
        raise Http404
    form = EndpointForm(request.POST)
    if form.is_valid():
        try:
            _row, secret = registry.propose_endpoint(
                organisation=found,
                url=form.cleaned_data["url"],
                by=signed_in(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return page(request, found, secret=secret)
    return page(request, found, status=422, endpoint_form=form)


@require_POST
@staff(Right.APPROVE)
def confirm_endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    row = _endpoint(endpoint_id)
    words = _("Confirmed. It is used once it has answered a test call.")
    return _done(request, row.organisation_id, words, registry.confirm_endpoint, endpoint=row)


@require_POST
@staff(Right.REGISTRY, Right.APPROVE)
def suspend_endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    row = _endpoint(endpoint_id)
    words = _("Suspended. Nothing goes there any more.")
    return _done(request, row.organisation_id, words, registry.suspend_endpoint, endpoint=row)


@require_POST
@never_cache
@staff(Right.REGISTRY)
def rotate_secret(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """A new secret, on the page that answers; the old one signs as well for a week."""
    row = _endpoint(endpoint_id)
    try:
        _row, secret = registry.rotate_secret(
            endpoint=row, by=signed_in(request), at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return redirect("sharing:organisation", row.organisation_id)
    organisation = desk.organisation(row.organisation_id)
    assert organisation is not None  # a foreign key
    return page(request, organisation, secret=secret)


def _endpoint(pk: int) -> WebhookEndpoint:
    found = desk.endpoint(pk)
    if found is None:
        raise Http404
    return found


def _done(
    request: HttpRequest, organisation_id: object, words: str, act: Any, **what: Any
) -> HttpResponse:
    """One act, and what became of it in a sentence on the organisation's page."""
    try:
        act(**what, by=signed_in(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, words)
    return redirect("sharing:organisation", organisation_id)
