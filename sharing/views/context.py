"""What every page knows: whether data are fictional, and which rooms the person may enter."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from recipients.colleagues import administers
from recipients.models import User
from recipients.roles import rights_of


def portal(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    rights = rights_of(person, at=timezone.now()) if person else frozenset()
    return {
        "demo": settings.DEMO,
        "rights": {right.value for right in rights},
        "is_reader": person is not None and not person.is_ncsc,
        "administers": person is not None
        and person.organisation is not None
        and administers(person, person.organisation, at=timezone.now()),
    }
