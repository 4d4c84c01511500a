"""The portal as gunicorn serves it, with the addresses of `benchmarks.served_urls`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ncsc_portal.settings")
settings.ROOT_URLCONF = "benchmarks.served_urls"
application = get_wsgi_application()
