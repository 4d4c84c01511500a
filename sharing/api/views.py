"""The endpoints. Each reads the clock, asks the door once and tells what it was given."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from audit.services import record
from sharing import access
from sharing.api import VERSION, parameters, rendering, serializers
from sharing.api.authentication import MachineAuthentication, MayRead
from sharing.changes import changes
from sharing.entitlements import entitlements
from sharing.machines import Caller

DOCUMENT = Path(__file__).with_name("openapi.json")
KEPT = 60  # seconds that a public answer may be kept by what is in between


def answers(shape: type[Any], *problems: int, **more: type[Any]) -> dict[Any, Any]:
    """The answers of an endpoint: one that is good, and problems of one shape."""
    return {200: shape} | _problems(400, 401, 403, 405, 406, 500, *problems, **more)


def public_answers(shape: type[Any], *problems: int, **more: type[Any]) -> dict[Any, Any]:
    """The same where nobody is asked who they are; 304 for who has the newest already."""
    return {200: shape, 304: None} | _problems(405, 406, 500, *problems, **more)


def _problems(*statuses: int, **more: type[Any]) -> dict[Any, Any]:
    return {
        (status, "application/problem+json"): more.get(f"on_{status}", serializers.Problem)
        for status in statuses
    }


LIMIT = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": parameters.MOST, "default": parameters.LIMIT},
    description="How many items at most.",
)
CURSOR = OpenApiParameter("cursor", str, description="`next` of the page before.")
SINCE = OpenApiParameter(
    "since",
    {"type": "integer", "minimum": 0, "maximum": parameters.POSITION, "default": 0},
    description="`next` of the answer before.",
)
LABEL = OpenApiParameter(
    "version",
    {"type": "string", "pattern": r"^[0-9]{1,6}\.[0-9]{2}$"},
    description="A version label; the newest that you may see when left out.",
)
NUMBER = OpenApiParameter(
    "number",
    {"type": "string", "pattern": "^NCSC-[0-9]{4}-[0-9]{4,9}$"},
    OpenApiParameter.PATH,
    description="The number of the advisory.",
)


class Endpoint(APIView):
    """Reading only, by programs only, and never kept by anything in between."""

    http_method_names = ["get", "head"]
    authentication_classes = [MachineAuthentication]
    permission_classes = [MayRead]

    @property
    def default_response_headers(self) -> dict[str, str]:
        return super().default_response_headers | {
            "API-Version": VERSION,
            "Cache-Control": "no-store",
        }

    @property
    def reader(self) -> access.Reader:
        return cast("Caller", self.request.auth).reader  # `MayRead` saw to it

    def tell(self, value: dict[str, Any]) -> HttpResponse:
        return HttpResponse(rendering.encoded(value), content_type="application/json")


def _record_page(reader: access.Reader, action: str, shown: list[str], *, at: datetime) -> None:
    """One row for a page: who was shown which versions."""
    record(
        at=at,
        actor=reader.actor,
        action=action,
        target="rest",
        outcome="allow",
        detail={"organisation": str(reader.organisation_id), "versions": shown},
    )


class Advisories(Endpoint):
    """Advisories that you may see: the newest version of each."""

    @extend_schema(
        operation_id="listAdvisories",
        summary="Advisories that you may see, newest first",
        tags=["advisories"],
        parameters=[LIMIT, CURSOR],
        responses=answers(serializers.AdvisoryPage),
    )
    def get(self, request: Request) -> HttpResponse:
        at = timezone.now()
        found = access.inbox(
            self.reader,
            at=at,
            cursor=parameters.cursor(request),
            limit=parameters.limit(request),
        )
        shown = [f"{item.advisory} [{item.version}]" for item in found.items]
        _record_page(self.reader, "advisory.list", shown, at=at)
        return self.tell(rendering.page(found))


class OneAdvisory(Endpoint):
    """One version. What you may see is judged anew each time it is opened."""

    @extend_schema(
        operation_id="getAdvisory",
        summary="One advisory, as far as you may see it",
        tags=["advisories"],
        parameters=[NUMBER, LABEL],
        responses=answers(serializers.Advisory, 404, 410, on_410=serializers.WithdrawnProblem),
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        shared = access.open_advisory(
            self.reader,
            number=number,
            version=parameters.version(request),
            at=timezone.now(),
        )
        return self.tell(rendering.advisory(shared))


class Decisions(Endpoint):
    """Why you may see what you may see: judged anew each time, like the advisory itself."""

    @extend_schema(
        operation_id="listDecisions",
        summary="The legal grounds on which you may see an advisory, section by section",
        tags=["advisories"],
        parameters=[NUMBER, LABEL],
        responses=answers(serializers.Decisions, 404, 410, on_410=serializers.WithdrawnProblem),
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        found = access.open_decisions(
            self.reader,
            number=number,
            version=parameters.version(request),
            at=timezone.now(),
        )
        return self.tell(rendering.decisions(found))


class PublicEndpoint(Endpoint):
    """For everyone, without a token: the same bytes for all, so that caches may keep them for a
    minute and pages of any origin may read them. The entity tag is made of those bytes."""

    authentication_classes = []
    permission_classes = []

    @property
    def default_response_headers(self) -> dict[str, str]:
        return super().default_response_headers | {"Access-Control-Allow-Origin": "*"}

    @property
    def reader(self) -> access.Reader:
        return access.THE_PUBLIC

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if answer.status_code == HTTPStatus.OK:
            answer["Cache-Control"] = f"public, max-age={KEPT}"
        return answer


@method_decorator(conditional_page, name="dispatch")
class PublicAdvisories(PublicEndpoint):
    """Advisories that everyone may see (TLP:CLEAR): the newest version of each."""

    @extend_schema(
        operation_id="listPublicAdvisories",
        summary="Public advisories, newest first",
        tags=["public"],
        parameters=[LIMIT, CURSOR],
        responses=public_answers(serializers.AdvisoryPage, 400),
    )
    def get(self, request: Request) -> HttpResponse:
        found = access.inbox(
            self.reader,
            at=timezone.now(),
            cursor=parameters.cursor(request),
            limit=parameters.limit(request),
        )
        return self.tell(rendering.page(found))


@method_decorator(conditional_page, name="dispatch")
class PublicAdvisory(PublicEndpoint):
    """One version, as far as everyone may see it."""

    @extend_schema(
        operation_id="getPublicAdvisory",
        summary="One public advisory",
        tags=["public"],
        parameters=[NUMBER, LABEL],
        responses=public_answers(
            serializers.Advisory, 400, 404, 410, on_410=serializers.WithdrawnProblem
        ),
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        shared = access.open_advisory(
            self.reader,
            number=number,
            version=parameters.version(request),
            at=timezone.now(),
        )
        return self.tell(rendering.advisory(shared))


class Feed(Endpoint):
    """Events in commit order. An item that may be seen no longer comes back as a tombstone."""

    @extend_schema(
        operation_id="listChanges",
        summary="What changed in what you may see, oldest first, without gaps",
        tags=["changes"],
        parameters=[SINCE, LIMIT],
        responses=answers(serializers.ChangePage),
    )
    def get(self, request: Request) -> HttpResponse:
        at = timezone.now()
        found = changes(
            self.reader, since=parameters.since(request), limit=parameters.limit(request), at=at
        )
        shown = [f"{item.advisory} [{item.version}]" for item in found.items]
        _record_page(self.reader, "changes.list", shown, at=at)
        return self.tell(rendering.changes(found))


class MyMarkings(Endpoint):
    """What your organisation counts as, until when, and what it may hold now."""

    @extend_schema(
        operation_id="getMyMarkings",
        summary="What you are entitled to, until when, and a digest of what you should hold",
        tags=["changes"],
        responses=answers(serializers.MyMarkings, 404),
    )
    def get(self, request: Request) -> HttpResponse:
        at = timezone.now()
        found = entitlements(self.reader, at=at)
        _record_page(self.reader, "entitlements.read", [], at=at)
        return self.tell(rendering.my_markings(found, at=at))


@extend_schema(exclude=True)
class Document(Endpoint):
    """The OpenAPI document, public: a file made when the interface changes, read once."""

    authentication_classes = []
    permission_classes = []
    document = DOCUMENT.read_bytes()

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(
            self.document,
            content_type="application/json",
            headers={"Access-Control-Allow-Origin": "*"},
        )


@extend_schema(exclude=True)
class Nothing(Endpoint):
    """Every other address under the interface: the same answer as for what is denied."""

    authentication_classes = []
    permission_classes = []

    def get(self, request: Request, rest: str) -> HttpResponse:
        raise Http404
