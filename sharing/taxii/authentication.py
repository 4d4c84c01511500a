"""Who calls: HTTP Basic with a program's id and secret, or its OAuth2 access token."""

from __future__ import annotations

import base64
import binascii
import hashlib

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from sharing.machines import Caller, caller_of, caller_with_secret
from sharing.taxii.problems import CHALLENGE

FAILURES = 10  # wrong secrets for one id from one address …
WINDOW = 300  # … in so many seconds; then nothing is looked at any more


class ProgramAuthentication(BaseAuthentication):
    """The header only. No session, ever."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Caller] | None:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            caller = caller_of(value.strip(), at=timezone.now())
        elif scheme.lower() == "basic":
            caller = _by_secret(value.strip(), address=request.META.get("REMOTE_ADDR", ""))
        else:
            return None
        if caller is None:
            raise AuthenticationFailed
        return AnonymousUser(), caller

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class IsProgram(BasePermission):
    """What it may read or write, the door and the collections decide."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Caller)


def _by_secret(value: str, *, address: str) -> Caller | None:
    try:
        known, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    key = "taxii:" + hashlib.sha256(f"{address}\n{known}".encode()).hexdigest()
    if cache.get(key, 0) >= FAILURES:
        raise Throttled(wait=WINDOW)
    caller = caller_with_secret(known, secret, at=timezone.now())
    if caller is None:
        cache.add(key, 0, timeout=WINDOW)
        cache.incr(key)
    return caller
