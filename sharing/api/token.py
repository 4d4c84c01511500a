"""Where programs get their access token (RFC 6749 §4.4). Nobody else gets one here."""

from __future__ import annotations

from allauth.idp.oidc.models import Client
from allauth.idp.oidc.views import TokenView
from django.http import HttpRequest, HttpResponse, JsonResponse


def refused(error: str) -> HttpResponse:
    """RFC 6749 §5.2."""
    return JsonResponse({"error": error}, status=400, headers={"Cache-Control": "no-store"})


class MachineTokenView(TokenView):  # type: ignore[misc]
    """The other grants of the identity provider are for persons, who log in on the pages."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("grant_type") != Client.GrantType.CLIENT_CREDENTIALS:
            return refused("unsupported_grant_type")
        if "resource" in request.POST:  # RFC 8707: a token here is good for one interface only
            return refused("invalid_target")
        answer: HttpResponse = super().post(request)
        return answer
