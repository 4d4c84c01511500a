"""Celery is an alarm clock here, not a queue: the outbox table is the queue (ADR 0002)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ncsc_portal.settings")

app = Celery("ncsc_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
