"""What drf-spectacular cannot see by itself. The document is written by
`manage.py spectacular --format openapi-json --file sharing/api/openapi.json`."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from recipients.scopes import READ_SCOPE

Endpoints = Iterable[tuple[str, str, str, Any]]
OURS = "/api/v1/"
HEADERS = {
    "API-Version": "Version of this interface.",
    "WWW-Authenticate": "See RFC 6750 §3.",
    "ETag": "Give it as `If-None-Match` (RFC 9110 §13.1.2).",
}


class MachineScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "sharing.api.authentication.MachineAuthentication"
    name = "clientCredentials"

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        return {self.name: [READ_SCOPE]}

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/identity/o/api/token",
                    "scopes": {READ_SCOPE: "Read the advisories shared with your organisation."},
                }
            },
        }


def ours(endpoints: Endpoints) -> Endpoints:
    """The endpoints to describe; drf-spectacular gives path, pattern, method and view."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(OURS)]


def finish(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say of each answer what it is and which headers it carries."""
    for address, path in result["paths"].items():
        public = address.startswith("/public/")
        for operation in path.values():
            for status, response in operation["responses"].items():
                response["description"] = HTTPStatus(int(status)).phrase
                names = ["API-Version"] + ["WWW-Authenticate"] * (status in {"401", "403"})
                names += ["ETag"] * (public and status in {"200", "304"})
                response["headers"] = {
                    name: {"description": HEADERS[name], "schema": {"type": "string"}}
                    for name in names
                }
    return result
