"""Who may come in. Who may not finds nothing there: 404, as for what does not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from recipients.models import User
from recipients.roles import Right, rights_of

View = Callable[..., HttpResponse]


def signed_in(request: HttpRequest) -> User:
    """The person; only behind `login_required`."""
    return cast("User", request.user)


def staff(*rights: Right) -> Callable[[View], View]:
    """Staff with at least one of these rights at this moment."""

    def guard(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not rights_of(signed_in(request), at=timezone.now()) & set(rights):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return guard
