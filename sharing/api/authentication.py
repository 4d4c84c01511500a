"""Who calls: a program with an OAuth2 access token of its own (RFC 6749 §4.4, RFC 6750)."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from recipients.scopes import READ_SCOPE
from sharing.machines import Caller, caller_of

CHALLENGE = 'Bearer realm="NCSC"'


class MachineAuthentication(BaseAuthentication):
    """The header only: a token in an address ends up in logs (RFC 6750 §2.3). No session, ever."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Caller] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        caller = caller_of(token.strip(), at=timezone.now())
        if caller is None:
            raise AuthenticationFailed
        return AnonymousUser(), caller

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class MayRead(BasePermission):
    """The token carries the scope to read advisories. What may be read, the door decides."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Caller) and READ_SCOPE in request.auth.scopes
