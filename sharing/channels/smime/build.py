"""Mail that only the owner of a certificate can read, signed by this portal (RFC 8551 §3.7)."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from sharing.channels import protected
from sharing.channels.contract import To
from sharing.channels.protected import Rendition, render
from sharing.channels.smime.entity import entity

__all__ = ["build", "ready", "render"]


def ready() -> bool:
    return bool(settings.SMIME_SIGNING_KEY)


def build(made: Sequence[tuple[Rendition, To]]) -> list[bytes | Exception]:
    return protected.build(
        made,
        seal="sharing.channels.smime.seal",
        ours=settings.SMIME_SIGNING_KEY.encode(),
        wrap=lambda der: entity("enveloped-data", der),
    )
