"""The addresses of the provider. Each reads the clock, asks once and tells what it was given."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, cast

import orjson
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from sharing import access
from sharing.api.authentication import MachineAuthentication, MayRead
from sharing.api.csaf import feeds, metadata
from sharing.api.csaf.levels import BY_FOLDER, Level, level
from sharing.api.views import Endpoint
from sharing.machines import Caller
from sharing.models import CsafDocument
from sharing.renditions.csaf import V20, Edition
from sharing.services import csaf, signing

JSON = "application/json"  # exactly: clients compare it
TEXT = "text/plain; charset=utf-8"


class OneForm(BaseContentNegotiation):
    """A file has one form, whatever the client would rather have."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class File(Endpoint):
    """A file that everyone may read, from any page of any site (CSAF 2.1 requirement 24)."""

    authentication_classes = []
    permission_classes = []
    content_negotiation_class = OneForm
    schema = None
    public = True

    @property
    def default_response_headers(self) -> dict[str, str]:
        headers = super().default_response_headers
        del headers["API-Version"]
        if self.public:
            headers |= {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
        return headers

    def file(self, body: bytes | str, content_type: str) -> HttpResponseBase:
        data = body.encode() if isinstance(body, str) else body
        etag = quote_etag(hashlib.sha256(data).hexdigest())
        found = HttpResponse(data, content_type=content_type, headers={"ETag": etag})
        # 304 when the client has it already; the library's types forget that it answers something.
        answer: Any = get_conditional_response(self.request, etag=etag, response=found)
        return cast("HttpResponseBase", answer)

    def json(self, value: dict[str, Any]) -> HttpResponseBase:
        return self.file(orjson.dumps(value, option=orjson.OPT_INDENT_2), JSON)

    def edition(self) -> Edition:
        """The edition in the address; 2.0 where none stands."""
        return BY_FOLDER[self.kwargs["folder"]] if "folder" in self.kwargs else V20


class Metadata(File):
    def get(self, request: Request, **_: str) -> HttpResponseBase:
        at, everyone = timezone.now(), access.THE_PUBLIC
        changed = feeds.updated(
            csaf.documents(everyone, edition=self.edition(), at=at),
            access.withdrawn(everyone, at=at),
        )
        return self.json(metadata.provider_metadata(self.edition(), updated=changed))


class Service(File):
    def get(self, request: Request, **_: str) -> HttpResponseBase:
        return self.json(metadata.service(self.edition()))


class Security(File):
    def get(self, request: Request) -> HttpResponseBase:
        return self.file(metadata.security_txt(at=timezone.now()), TEXT)


class PublicKey(File):
    def get(self, request: Request) -> HttpResponseBase:
        return self.file(signing.public_key(), "application/pgp-keys")


class Nothing(File):
    """Every other address below: the same answer as for what is denied."""

    def get(self, request: Request, **_: str) -> HttpResponseBase:
        raise Http404


class AtLevel(File):
    """Below a level: open where the level is, else for programs with an access token."""

    @property
    def level(self) -> Level | None:
        return level(self.kwargs["folder"], self.kwargs["word"])

    @property
    def public(self) -> bool:  # type: ignore[override]  # here the address tells
        return self.level is None or self.level.public

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [] if self.public else [MachineAuthentication()]

    def get_permissions(self) -> Sequence[Any]:
        return [] if self.public else [MayRead()]

    @property
    def here(self) -> Level:
        if self.level is None:
            raise Http404
        return self.level

    @property
    def asking(self) -> access.Reader:
        return access.THE_PUBLIC if self.public else cast("Caller", self.request.auth).reader

    def documents(self) -> list[CsafDocument]:
        """What the reader may have of this level."""
        start = f"{self.here.word}/"
        found = csaf.documents(self.asking, edition=self.here.edition, at=timezone.now())
        return [document for document in found if document.path.startswith(start)]


class Feed(AtLevel):
    def get(self, request: Request, folder: str, word: str, named: str) -> HttpResponseBase:
        if named != self.here.word:
            raise Http404
        documents = self.documents()
        at = feeds.updated(documents, access.withdrawn(self.asking, at=timezone.now()))
        return self.json(feeds.rolie(self.here, documents, at=at))


class Category(AtLevel):
    def get(self, request: Request, folder: str, word: str, named: str) -> HttpResponseBase:
        if named != self.here.word:
            raise Http404
        return self.json(metadata.category(self.here))


class Open(AtLevel):
    """What only an open level has: protected ones are read by their feed."""

    @property
    def here(self) -> Level:
        found = super().here
        if not found.public:
            raise Http404
        return found


class Index(Open):
    def get(self, request: Request, folder: str, word: str) -> HttpResponseBase:
        return self.file(feeds.index(self.documents()), TEXT)


class Changes(Open):
    def get(self, request: Request, folder: str, word: str) -> HttpResponseBase:
        text = feeds.changes(self.here, self.documents())
        return self.file(text, "text/csv; charset=utf-8")


class Directory(Open):
    def get(self, request: Request, folder: str, word: str, year: str = "") -> HttpResponseBase:
        documents = self.documents()
        names = feeds.names(documents, year) if year else ["changes.csv", "index.txt"]
        if year and not names:
            raise Http404
        title = f"csaf/{folder}/{word}/{f'{year}/' if year else ''}"
        listed = names if year else [*names, *feeds.years(documents)]
        return self.file(feeds.directory(title, listed), "text/html; charset=utf-8")


class Document(AtLevel):
    """A document, its hashes and its signature: judged anew each time, whichever is asked for."""

    def get(
        self, request: Request, folder: str, word: str, path: str, ending: str | None = None
    ) -> HttpResponseBase:
        found = csaf.document(
            self.asking,
            edition=self.here.edition,
            path=f"{self.here.word}/{path}",
            at=timezone.now(),
        )
        name = path.rpartition("/")[2]
        if ending == ".asc":
            return self.file(found.signature, "application/pgp-signature")
        if ending == ".sha256":
            return self.file(f"{found.sha256}  {name}\n", TEXT)
        if ending == ".sha512":
            return self.file(f"{found.sha512}  {name}\n", TEXT)
        return self.file(bytes(found.body), JSON)
