"""The portal's addresses and one more: the bytes of the file named in STORED."""

import os
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

STORED = Path(os.environ["STORED"])


def stored(request: HttpRequest) -> HttpResponse:
    return HttpResponse(STORED.read_bytes(), content_type="application/json")


urlpatterns = [path("stored", stored), path("", include("ncsc_portal.urls"))]
