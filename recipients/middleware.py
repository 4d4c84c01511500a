"""What holds for everyone who is signed in: a second factor, their language, no cached pages."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from recipients.models import User

Next = Callable[[HttpRequest], HttpResponse]
OPEN = ("/accounts/", "/static/", "/language", "/api/", "/identity/", "/healthz", "/readyz")


class SignedIn:
    """Nobody goes further than the account pages without a second factor (BIO2 5.17.01)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        if not request.path.startswith(OPEN) and not is_mfa_enabled(user):
            return redirect("mfa_index")
        if "django_language" not in request.COOKIES:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
