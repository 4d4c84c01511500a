"""The portal as gunicorn serves it, with one address more: a stored string of the same bytes."""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ncsc_portal.settings")
settings.ROOT_URLCONF = "benchmarks.served"
settings.LOGGING_CONFIG = None
STORED = Path(os.environ["STORED"])


def stored(request: HttpRequest) -> HttpResponse:
    return HttpResponse(STORED.read_bytes(), content_type="application/json")


urlpatterns = [path("stored", stored), path("", include("ncsc_portal.urls"))]
application = get_wsgi_application()
