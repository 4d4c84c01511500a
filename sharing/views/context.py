"""What every page knows: whether data are fictional, and which rooms the person may enter."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from recipients.models import User
from recipients.roles import rights_of


def portal(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    signed_in = isinstance(user, User)
    rights = rights_of(user, at=timezone.now()) if signed_in and user.is_ncsc else frozenset()
    return {
        "demo": settings.DEMO,
        "rights": {right.value for right in rights},
        "is_reader": signed_in and not user.is_ncsc,
    }
