"""Errors in one shape (RFC 9457). Denied and absent are the same bytes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson
from django.core.signals import got_request_exception
from django.http import Http404, HttpResponse
from rest_framework import exceptions

from recipients.scopes import READ_SCOPE
from sharing.access import BadCursor, NotShared, Withdrawn
from sharing.api.authentication import CHALLENGE

log = logging.getLogger(__name__)

DETAILS = {
    401: "A valid access token is needed.",
    403: f"The access token lacks the scope {READ_SCOPE}.",
    404: "There is nothing here for you.",
    405: "This method is not offered.",
    406: "Answers are application/json.",
    410: "This advisory was withdrawn.",
    500: "Something went wrong on our side; it has been logged.",
}


class Malformed(exceptions.ValidationError):
    """A parameter is not what it should be; says which, in a sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def problem(
    status: int, detail: str = "", *, headers: dict[str, str] | None = None, **more: Any
) -> HttpResponse:
    """An answer of type application/problem+json."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or DETAILS[status],
        **more,
    }
    return HttpResponse(
        orjson.dumps(body, option=orjson.OPT_UTC_Z),
        status=status,
        content_type="application/problem+json",
        headers=headers,
    )


def answer(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """The answer to everything that a view may raise."""
    for kind, told in ANSWERS.items():
        if isinstance(exc, kind):
            return told(exc)
    log.error("unexpected error in the API", exc_info=exc)
    got_request_exception.send(sender=answer, request=context["request"])
    return problem(500)


def _challenge(status: int, error: str = "") -> HttpResponse:
    return problem(status, headers={"WWW-Authenticate": CHALLENGE + error})


def _withdrawn(exc: Withdrawn) -> HttpResponse:
    stone = exc.tombstone
    told = {
        "advisory": stone.advisory,
        "withdrawnAt": stone.withdrawn_at,
        "reason": stone.reason,
    }
    return problem(410, withdrawn=told)


# The first that fits; `Withdrawn` is a `NotShared`.
ANSWERS: dict[type[Exception], Callable[[Any], HttpResponse]] = {
    exceptions.AuthenticationFailed: lambda _: _challenge(401, ', error="invalid_token"'),
    exceptions.NotAuthenticated: lambda _: _challenge(401),
    exceptions.PermissionDenied: lambda _: _challenge(
        403, f', error="insufficient_scope", scope="{READ_SCOPE}"'
    ),
    Withdrawn: _withdrawn,
    NotShared: lambda _: problem(404),
    Http404: lambda _: problem(404),
    BadCursor: lambda _: problem(400, "This cursor was not given out here; start without it."),
    Malformed: lambda exc: problem(400, exc.sentence),
    exceptions.MethodNotAllowed: lambda _: problem(405),
    exceptions.NotAcceptable: lambda _: problem(406),
}
