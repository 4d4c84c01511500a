"""The endpoints of TAXII 2.1. Each reads the clock, asks once and tells what it was given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import orjson
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from audit.services import record
from recipients.scopes import READ_SCOPE
from sharing import access
from sharing.machines import Caller
from sharing.objects import START, Objects, objects, versions
from sharing.services import intake
from sharing.taxii import MEDIA_TYPE, ROOT, cursors, parameters
from sharing.taxii.authentication import IsProgram, ProgramAuthentication
from sharing.taxii.collections import Collection, collection_of, collections_of
from sharing.taxii.negotiation import Negotiation, is_taxii
from sharing.taxii.problems import Unfit, answer, told

STATUS_OF = {"TOO_BIG": 413, "TOO_MUCH_WAITING": 429}
UNREADABLE = frozenset({"EMPTY", "NOT_UTF8", "NOT_JSON", "NOT_AN_OBJECT", "DUPLICATE_KEY"})


class Endpoint(APIView):
    """For programs only, in one form, and never kept by anything in between."""

    http_method_names = ["get", "head"]
    authentication_classes = [ProgramAuthentication]
    permission_classes = [IsProgram]
    content_negotiation_class = Negotiation

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], HttpResponse]:
        return answer

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None: `Allow` goes with a refused method only, or what is absent would differ."""
        return {}

    @property
    def caller(self) -> Caller:
        return cast("Caller", self.request.auth)  # `IsProgram` saw to it

    def tell(self, value: dict[str, Any], *, status: int = 200) -> HttpResponse:
        return told(orjson.dumps(value), status=status)

    def record(
        self, action: str, target: str, *, at: datetime, outcome: str = "allow", **detail: Any
    ) -> None:
        """One row for an answer: who was told of what, by ids."""
        reader = self.caller.reader
        record(
            at=at,
            actor=reader.actor,
            action=f"taxii.{action}",
            target=target,
            outcome=outcome,
            detail={"organisation": str(reader.organisation_id), **detail},
        )


class Discovery(Endpoint):
    """Where to begin (§4.1)."""

    def get(self, request: Request) -> HttpResponse:
        root = f"{settings.PUBLIC_URL}/{ROOT}"
        return self.tell(
            {
                "title": "NCSC",
                "description": "Threat information that the law lets us share with you.",
                "contact": settings.DEFAULT_FROM_EMAIL,
                "default": root,
                "api_roots": [root],
            }
        )


class Root(Endpoint):
    """The one API root (§4.2)."""

    def get(self, request: Request) -> HttpResponse:
        return self.tell(
            {
                "title": "NCSC portal",
                "versions": [MEDIA_TYPE],
                "max_content_length": settings.INTAKE_MAX_BYTES,
            }
        )


class Collections(Endpoint):
    """Those that there are for this program (§5.1)."""

    def get(self, request: Request) -> HttpResponse:
        at = timezone.now()
        found = [one.to_json() for one in collections_of(self.caller, at=at)]
        return self.tell({"collections": found} if found else {})


class InCollection(Endpoint):
    """Something within a collection that the program may read."""

    def readable(self, name: str, *, at: datetime) -> Collection:
        found = collection_of(self.caller, name, at=at)
        if found.intake or READ_SCOPE not in self.caller.scopes:
            raise access.NotShared
        return found

    def page(self, request: Request, collection: Collection, *, at: datetime) -> HttpResponse:
        """One page of objects or of their manifest, with where to go on."""
        wanted = parameters.wanted(request, collection, object_id=self.kwargs.get("object_id", ""))
        context = parameters.context(self.caller.reader, collection, wanted)
        after = parameters.after(request, context=context)
        limit = parameters.limit(request)
        found = objects(self.caller.reader, after=after, wanted=wanted, limit=limit, at=at)
        of = sorted({one.of for one in found.items if one.of})
        self.record(self.action, collection.alias, at=at, versions=of, objects=len(found.items))
        if self.action != "manifest":
            opened = {one.version_id for one in found.items if one.version_id is not None}
            access.first_openings(self.caller.reader, opened, at=at)
        if "object_id" in self.kwargs and not found.items and after == START:
            raise access.NotShared
        more = cursors.cursor(found.next, context=context) if found.next else None
        return told(_envelope(self.rows(found), more), headers=_dates(found))

    action = ""

    def rows(self, found: Objects) -> list[bytes]:
        raise NotImplementedError


class OneCollection(Endpoint):
    """One of them (§5.2)."""

    def get(self, request: Request, collection: str) -> HttpResponse:
        found = collection_of(self.caller, collection, at=timezone.now())
        return self.tell(found.to_json())


class InFull(InCollection):
    """Objects as they are."""

    action = "objects"

    def rows(self, found: Objects) -> list[bytes]:
        return [one.rendered.body for one in found.items]


class Held(InFull):
    """The objects that may be held now (§5.4); partners post to the intake (§5.5)."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: Request, collection: str) -> HttpResponse:
        at = timezone.now()
        return self.page(request, self.readable(collection, at=at), at=at)

    def post(self, request: Request, collection: str) -> HttpResponse:
        at = timezone.now()
        if not collection_of(self.caller, collection, at=at).intake:
            raise access.NotShared
        if not is_taxii(request.headers.get("Content-Type", "")):
            raise exceptions.UnsupportedMediaType("")
        outcome = intake.receive(
            machine_id=self.caller.machine_id,
            actor=self.caller.reader.actor,
            data=_body(request),
            at=at,
        )
        if outcome.item is None:
            status = 400 if outcome.code in UNREADABLE else STATUS_OF.get(outcome.code, 422)
            raise Unfit(status, outcome.code, outcome.message)
        return self.tell(_status(outcome.item), status=202)


class Manifest(InCollection):
    """What may be held now, by id and version, without the objects (§5.3)."""

    action = "manifest"

    def get(self, request: Request, collection: str) -> HttpResponse:
        at = timezone.now()
        return self.page(request, self.readable(collection, at=at), at=at)

    def rows(self, found: Objects) -> list[bytes]:
        return [
            orjson.dumps(
                {
                    "id": one.rendered.id,
                    "date_added": _six(one.added_at),
                    "version": one.rendered.version,
                    "media_type": "application/stix+json;version=2.1",
                }
            )
            for one in found.items
        ]


class OneObject(InFull):
    """One object, in its newest version or those asked for (§5.6)."""

    action = "object"

    def get(self, request: Request, collection: str, object_id: str) -> HttpResponse:
        at = timezone.now()
        return self.page(request, self.readable(collection, at=at), at=at)


class Versions(InCollection):
    """The versions of one object that may be held (§5.8)."""

    def get(self, request: Request, collection: str, object_id: str) -> HttpResponse:
        at = timezone.now()
        found = self.readable(collection, at=at)
        wanted = parameters.wanted(request, found, object_id=object_id, every_version=True)
        there = versions(self.caller.reader, object_id=object_id, wanted=wanted, at=at)
        self.record("versions", found.alias, at=at, versions_told=len(there))
        if not there:
            raise access.NotShared
        return self.tell({"versions": list(there)})


class Status(Endpoint):
    """What became of what the program posted (§4.3): received, whole. No more is told."""

    def get(self, request: Request, status_id: UUID) -> HttpResponse:
        item = intake.received_from(self.caller.machine_id, status_id)
        if item is None:
            raise access.NotShared
        return self.tell(_status(item))


class Nothing(Endpoint):
    """Every other address: the same answer as for what is denied."""

    authentication_classes = []
    permission_classes = []

    def get(self, request: Request, rest: str) -> HttpResponse:
        raise Http404


def _body(request: Request) -> bytes:
    """No more of it than one byte above what is taken in."""
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or int(length) > settings.INTAKE_MAX_BYTES:
        raise Unfit(413, "TOO_BIG", f"At most {settings.INTAKE_MAX_BYTES} bytes are taken in.")
    body: bytes = request._request.body  # DRF would parse it
    return body


def _envelope(rows: list[bytes], more: str | None) -> bytes:
    """`{}` when there is nothing (§3.7)."""
    parts = []
    if more:
        parts.append(b'"more":true,"next":' + orjson.dumps(more))
    if rows:
        parts.append(b'"objects":[' + b",".join(rows) + b"]")
    return b"{" + b",".join(parts) + b"}"


def _dates(found: Objects) -> dict[str, str]:
    if not found.items:
        return {}
    return {
        "X-TAXII-Date-Added-First": _six(found.items[0].added_at),
        "X-TAXII-Date-Added-Last": _six(found.items[-1].added_at),
    }


def _six(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _status(item: intake.Received) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "status": "complete",
        "request_timestamp": _six(item.received_at),
        "total_count": len(item.objects),
        "success_count": len(item.objects),
        "successes": [{"id": id_, "version": version} for id_, version in item.objects],
        "failure_count": 0,
        "pending_count": 0,
    }
