"""The TAXII interface as a program meets it."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import requests
from django.test import Client
from requests.adapters import BaseAdapter
from taxii2client.common import _HTTPConnection
from taxii2client.v21 import ApiRoot, Collection, Server

from tests.sharing.published import Machine

MEDIA_TYPE = "application/taxii+json;version=2.1"
ROOT = "/taxii2/portal/"
STATICS = 15  # our identity, five labels of TLP, four of PAP, five permitted actions of IEP


@dataclass(frozen=True)
class Program:
    """Requests as one program, by its id and secret."""

    machine: Machine
    browser: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    @property
    def headers(self) -> dict[str, str]:
        known = f"{self.machine.row.client_id}:{self.machine.secret}"
        return {
            "Authorization": "Basic " + base64.b64encode(known.encode()).decode(),
            "Accept": MEDIA_TYPE,
        }

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        """`path` from the API root; a query name `match_id` is `match[id]`."""
        known = {
            f"match[{name[6:]}]" if name.startswith("match_") else name: value
            for name, value in query.items()
        }
        where = path if path.startswith("/") else ROOT + path
        return self.browser.get(
            f"{where}?{urlencode(known)}" if known else where,
            headers=self.headers | (headers or {}),
        )

    def post(self, path: str, value: Any, **headers: str) -> Any:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        kind = headers.pop("content_type", MEDIA_TYPE)
        return self.browser.post(
            ROOT + path, data, content_type=kind, headers=self.headers | headers
        )

    def walk(
        self, collection: str, *, limit: int, what: str = "objects", **query: Any
    ) -> list[Any]:
        """Everything in a collection, page by page."""
        found: list[Any] = []
        more: dict[str, Any] = {}
        while True:
            page = self.get(f"collections/{collection}/{what}/", limit=limit, **query, **more)
            assert page.status_code == 200, page.content
            told = page.json()
            assert len(told.get("objects", [])) <= limit
            found += told.get("objects", [])
            if not told.get("more"):
                return found
            more = {"next": told["next"]}


class InProcess(BaseAdapter):
    """Carries requests to the portal within the test's own transaction."""

    def __init__(self) -> None:
        super().__init__()
        self.browser = Client(raise_request_exception=False)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        headers = {str(name): str(value) for name, value in request.headers.items()}
        headers.pop("Content-Length", None)
        answer = self.browser.generic(
            request.method or "GET",
            request.path_url,
            request.body or b"",
            content_type=headers.pop("Content-Type", "application/octet-stream"),
            headers=headers,
        )
        made = requests.Response()
        made.status_code, made.request = answer.status_code, request
        made.url = request.url or ""
        made._content = answer.content
        made.headers.update(dict(answer.items()))
        return made

    def close(self) -> None:
        pass


def server(machine: Machine, url: str) -> Server:
    """taxii2-client, as its users write it, on our transport."""
    return Server(f"{url}/taxii2/", conn=connection(machine, url))


def api_root(machine: Machine, url: str) -> ApiRoot:
    """The same: from a `Server` it would come with a connection, and a transport, of its own."""
    return ApiRoot(url, conn=connection(machine, url.removesuffix(ROOT)))


def connection(machine: Machine, url: str) -> _HTTPConnection:
    made = _HTTPConnection(user=machine.row.client_id, password=machine.secret, version="2.1")
    made.session.mount(url, InProcess())
    return made


def collection(machine: Machine, url: str, alias: str) -> Collection:
    where = f"{url}{ROOT}collections/{alias}/"
    return Collection(where, conn=connection(machine, url))
