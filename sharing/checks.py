"""Settings that would let the portal fail in silence."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def channels_are_set_up(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """A drill sends nothing: not where people rely on it."""

    found: list[CheckMessage] = []
    if settings.DRILL_FOLDER and not settings.DEMO:
        found.append(Error("DRILL_FOLDER is set: nothing would be sent", id="channels.E001"))
    return found
