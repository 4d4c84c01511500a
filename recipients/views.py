"""Accounts: the link in a mail, and looking after colleagues. allauth does the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recipients import colleagues, inviting, tasks
from recipients.errors import Refusal
from recipients.forms import ColleagueForm, ColleagueOfForm, ForgottenForm, PasswordForm
from recipients.models import Invitation, Organisation, User
from recipients.roles import Right, rights_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
page = require_http_methods(["GET", "HEAD", "POST"])


@page
@never_cache
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail: begin with a passkey, or with a password and an authenticator app.

    A link for a new password does that and no more: the second factor is asked as always.
    """
    at = timezone.now()
    try:
        invitation = inviting.find(token, at=at)
    except inviting.NoInvitation:
        return render(request, "account/link_is_over.html", status=404)
    begins = invitation.purpose == Invitation.Purpose.WELCOME
    form = PasswordForm(None, user=invitation.user)
    if request.method == "POST":
        by_passkey = begins and request.POST.get("with") == "passkey"
        form = PasswordForm(request.POST, user=invitation.user)
        if by_passkey or form.is_valid():
            password = None if by_passkey else form.cleaned_data["password"]
            return _enter(request, token, password, begins=begins, by_passkey=by_passkey)
    context = {"form": form, "invitation": invitation, "begins": begins}
    return render(request, "account/welcome.html", context, status=422 if form.errors else 200)


def _enter(
    request: HttpRequest, token: str, password: str | None, *, begins: bool, by_passkey: bool
) -> HttpResponse:
    try:
        user = inviting.use(token, password=password, at=timezone.now())
    except inviting.NoInvitation:
        return render(request, "account/link_is_over.html", status=404)
    if not begins:
        messages.success(request, _("Your password was changed. Log in with it."))
        return redirect("account_login")
    request.session.flush()  # whoever was here before
    login(request, user, backend=BACKEND)
    record_authentication(request, user, method="invitation", reauthenticated=True)
    return redirect("mfa_add_webauthn" if by_passkey else "mfa_activate_totp")


@page
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link to choose a new password. The answer is the same for every address."""
    form = ForgottenForm(request.POST or None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        limited = ratelimit.consume_or_429(request, action="reset_password", key=email.lower())
        if limited:
            return limited
        inviting.forgotten(email=email, at=timezone.now())
        tasks.wake()
        return render(request, "account/forgotten_asked.html")
    status = 422 if request.method == "POST" else 200
    return render(request, "account/forgotten.html", {"form": form}, status=status)


# --- colleagues --------------------------------------------------------------------


def _me(request: HttpRequest) -> User:
    return cast("User", request.user)  # only behind `login_required`


def _mine(request: HttpRequest) -> Organisation:
    """The organisation that the person looks after. 404 for everyone else."""
    organisation = _me(request).organisation
    if organisation is None or not colleagues.administers(
        _me(request), organisation, at=timezone.now()
    ):
        raise Http404
    return organisation


def _of_staff(request: HttpRequest, *rights: Right) -> bool:
    return bool(rights_of(_me(request), at=timezone.now()) & set(rights))


def _people(
    request: HttpRequest, organisation: Organisation, form: ColleagueForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "organisation": organisation,
        "people": colleagues.people_of(organisation),
        "proposals": colleagues.open_proposals(organisation),
        "form": form,
    }
    return render(request, "people/people.html", context, status=status)


@require_safe
@login_required
def people(request: HttpRequest) -> HttpResponse:
    """Who of the own organisation has an account, and what waits for a second person."""
    return _people(request, _mine(request), ColleagueForm())


@require_POST
@login_required
def propose(request: HttpRequest) -> HttpResponse:
    organisation, form = _mine(request), ColleagueForm(request.POST)
    if form.is_valid():
        try:
            colleagues.propose_account(
                organisation=organisation,
                **form.cleaned_data,
                by=_me(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Asked. A second person has to confirm it."))
            return redirect("people:people")
    return _people(request, organisation, form, status=422)


SEES_WAITING = (Right.REGISTRY, Right.APPROVE)


def _waiting(request: HttpRequest, form: ColleagueOfForm, *, status: int = 200) -> HttpResponse:
    context = {"proposals": colleagues.open_proposals(None), "form": form}
    return render(request, "people/waiting.html", context, status=status)


@require_safe
@login_required
def waiting(request: HttpRequest) -> HttpResponse:
    """For staff: every proposal that waits, whichever organisation it is of."""
    if not _of_staff(request, *SEES_WAITING):
        raise Http404
    return _waiting(request, ColleagueOfForm())


@require_POST
@login_required
def propose_for(request: HttpRequest) -> HttpResponse:
    if not _of_staff(request, Right.REGISTRY):
        raise Http404
    form = ColleagueOfForm(request.POST)
    if form.is_valid():
        try:
            colleagues.propose_account(**form.cleaned_data, by=_me(request), at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Asked. A second person has to confirm it."))
            return redirect("people:waiting")
    return _waiting(request, form, status=422)


def _decided(request: HttpRequest, act: Callable[[], Any], *, done: str) -> HttpResponse:
    """Carry out an act and go back to where the person came from. Unknown is not there."""
    staff = _of_staff(request, *SEES_WAITING)
    if not staff:
        _mine(request)
    try:
        act()
    except ObjectDoesNotExist:
        raise Http404 from None
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        tasks.wake()
        messages.success(request, done)
    return redirect("people:waiting" if staff else "people:people")


def _visible(request: HttpRequest, proposal_id: int) -> None:
    """A proposal of another organisation is not there."""
    if not _of_staff(request, *SEES_WAITING):
        mine = colleagues.open_proposals(_mine(request))
        if not mine.filter(pk=proposal_id).exists():
            raise Http404


@require_POST
@login_required
def confirm(request: HttpRequest, proposal_id: int) -> HttpResponse:
    _visible(request, proposal_id)
    return _decided(
        request,
        lambda: colleagues.confirm(proposal_id=proposal_id, by=_me(request), at=timezone.now()),
        done=_("Confirmed. The mail with the link is on its way."),
    )


@require_POST
@login_required
def drop(request: HttpRequest, proposal_id: int) -> HttpResponse:
    _visible(request, proposal_id)
    return _decided(
        request,
        lambda: colleagues.drop(proposal_id=proposal_id, by=_me(request), at=timezone.now()),
        done=_("Dropped."),
    )


def _colleague(request: HttpRequest, person: UUID) -> User:
    """A colleague of the administrator. Who works elsewhere is not there."""
    found = colleagues.people_of(_mine(request)).filter(pseudonym=person).first()
    if found is None:
        raise Http404
    return found


@require_POST
@login_required
def offboard(request: HttpRequest, person: UUID) -> HttpResponse:
    colleague = _colleague(request, person)
    return _decided(
        request,
        lambda: colleagues.offboard(user=colleague, by=_me(request), at=timezone.now()),
        done=_("%(name)s has no access any more.") % {"name": colleague.name},
    )


@require_POST
@login_required
def reset(request: HttpRequest, person: UUID) -> HttpResponse:
    colleague = _colleague(request, person)
    return _decided(
        request,
        lambda: colleagues.propose_reset(user=colleague, by=_me(request), at=timezone.now()),
        done=_("Asked. A second person has to confirm it."),
    )
