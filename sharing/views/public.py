"""What anybody may read, without an account: the public's list and its advisory pages.

Made without the request: no session is looked at, no cookie set, and the same address is the same
page for everyone, so that anything in between may keep it for a minute.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from sharing import access
from sharing.errors import BadCursor, NotShared, Withdrawn
from sharing.renditions.html import advisory_page

PAGE = 25  # advisories on one page of the list
KEPT = 60  # seconds that a page may be kept by what is in between


@require_safe
@conditional_page
@cache_control(public=True, max_age=KEPT)
def listed(request: HttpRequest) -> HttpResponse:
    """The newest public advisories."""
    try:
        page = access.inbox(
            access.THE_PUBLIC, at=timezone.now(), cursor=request.GET.get("cursor"), limit=PAGE
        )
    except BadCursor:
        raise Http404 from None
    return _page(request, "list", {"page": page})


@require_safe
@conditional_page
@cache_control(public=True, max_age=KEPT)
def advisory(request: HttpRequest, number: str) -> HttpResponse:
    """One public advisory; 410 when it was withdrawn."""
    try:
        shared = access.open_advisory(
            access.THE_PUBLIC,
            number=number,
            version=request.GET.get("version"),
            at=timezone.now(),
        )
    except Withdrawn as gone:
        return _page(request, "withdrawn", {"tombstone": gone.tombstone}, status=410)
    except NotShared:
        raise Http404 from None
    return _page(request, "advisory", {"advisory": advisory_page(shared)})


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """In the language that the address asks for, Dutch otherwise: no cookie or header has a say."""
    names = dict(settings.LANGUAGES)
    asked = request.GET.get("language")
    language = asked if asked in names else settings.LANGUAGE_CODE
    kept = {name: request.GET[name] for name in ("version", "cursor") if name in request.GET}
    languages = [
        (code, name, "?" + urlencode({**kept, "language": code})) for code, name in names.items()
    ]
    with translation.override(language):
        text = render_to_string(
            f"public/{template}.html",
            {**context, "language": language, "languages": languages, "demo": settings.DEMO},
        )
    return HttpResponse(text, status=status, headers={"Content-Language": language})
