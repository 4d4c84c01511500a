"""Errors in one shape (TAXII 2.1 §3.6.1). Denied and absent are the same bytes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import Http404, HttpResponse
from rest_framework import exceptions

from sharing.access import BadCursor, NotShared
from sharing.api.problems import Malformed
from sharing.taxii import MEDIA_TYPE

log = logging.getLogger(__name__)

CHALLENGE = 'Basic realm="NCSC", charset="UTF-8", Bearer realm="NCSC"'
DESCRIPTIONS = {
    400: "This cannot be understood.",
    401: "Give the id and secret of your program (Basic), or a valid access token (Bearer).",
    404: "There is nothing here for you.",
    405: "This method is not offered.",
    406: f"Answers are {MEDIA_TYPE}.",
    413: "This is larger than we take in.",
    415: f"Send {MEDIA_TYPE}.",
    429: "Too many failed attempts, or too much that waits: come back later.",
    500: "Something went wrong on our side; it has been logged.",
}


class Unfit(exceptions.APIException):
    """What was posted is not taken in; says why, in a sentence to who sent it."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.error_code, self.sentence = status, code, sentence


def told(body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """An answer of the one type there is, kept by nothing in between."""
    return HttpResponse(
        body,
        status=status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def problem(
    status: int, description: str = "", *, headers: dict[str, str] | None = None, **more: str
) -> HttpResponse:
    body = {
        "title": HTTPStatus(status).phrase,
        "description": description or DESCRIPTIONS[status],
        "http_status": str(status),
        **more,
    }
    return told(orjson.dumps(body), status=status, headers=headers)


def answer(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """The answer to everything that a view may raise."""
    if isinstance(exc, exceptions.MethodNotAllowed):
        return problem(405, headers={"Allow": ", ".join(context["view"].allowed_methods)})
    for kind, says in ANSWERS.items():
        if isinstance(exc, kind):
            return says(exc)
    log.error("unexpected error in TAXII", exc_info=exc)
    got_request_exception.send(sender=answer, request=context["request"])
    return problem(500)


def _challenge() -> HttpResponse:
    return problem(401, headers={"WWW-Authenticate": CHALLENGE})


ANSWERS: dict[type[Exception], Callable[[Any], HttpResponse]] = {
    exceptions.AuthenticationFailed: lambda _: _challenge(),
    exceptions.NotAuthenticated: lambda _: _challenge(),
    exceptions.PermissionDenied: lambda _: problem(404),
    NotShared: lambda _: problem(404),
    Http404: lambda _: problem(404),
    BadCursor: lambda _: problem(400, "`next` was not given out for this; start without it."),
    Malformed: lambda exc: problem(400, exc.sentence),
    Unfit: lambda exc: problem(exc.status, exc.sentence, error_code=exc.error_code),
    exceptions.Throttled: lambda exc: problem(
        429, headers={"Retry-After": str(int(exc.wait or 60))}
    ),
    exceptions.NotAcceptable: lambda _: problem(406),
    exceptions.UnsupportedMediaType: lambda _: problem(415),
    RequestDataTooBig: lambda _: problem(413),
}
