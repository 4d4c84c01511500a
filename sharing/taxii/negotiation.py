"""Which form of answer and of question: TAXII 2.1 §1.6.8. There is one."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation

NAME = "application/taxii+json"
VERSIONS = (None, "2.1")


class Negotiation(BaseContentNegotiation):
    """Nothing is chosen: answers are made by the views, in the one form there is."""

    def select_parser(self, request: object, parsers: object) -> None:
        return None

    def select_renderer(
        self, request: HttpRequest, renderers: object, *_: object
    ) -> tuple[None, str]:
        accepted = request.headers.get("Accept") or "*/*"
        if not any(_fits(one, (NAME, "application/*", "*/*")) for one in accepted.split(",")):
            raise exceptions.NotAcceptable
        return None, NAME


def is_taxii(content_type: str) -> bool:
    """Whether what was sent calls itself TAXII 2.1, with or without the version."""
    return _fits(content_type, (NAME,))


def _fits(media_range: str, names: tuple[str, ...]) -> bool:
    name, *parameters = (part.strip().lower() for part in media_range.split(";"))
    said = dict(part.partition("=")[::2] for part in parameters)
    version = said.get("version")
    wanted = said.get("q", "1").rstrip("0").rstrip(".") not in {"", "0"}
    return name in names and (version.strip('"') if version else None) in VERSIONS and wanted
