"""Mail that only the owner of an OpenPGP key can read, signed by this portal (RFC 3156 §6.2)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.conf import settings

from sharing.channels import protected
from sharing.channels.contract import To
from sharing.channels.protected import Rendition, render

__all__ = ["build", "ready", "render"]


def ready() -> bool:
    return bool(settings.OPENPGP_SIGNING_KEY)


def build(made: Sequence[tuple[Rendition, To]]) -> list[bytes | Exception]:
    return protected.build(
        made,
        seal="sharing.channels.openpgp.seal",
        ours=settings.OPENPGP_SIGNING_KEY.encode(),
        wrap=_wrap,
    )


def _wrap(armoured: bytes) -> bytes:
    """RFC 3156 §4: the first part says which version, the second is the message."""
    line = uuid.uuid4().hex
    text = armoured.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").decode("ascii")
    return (
        f'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";\r\n'
        f' boundary="{line}"\r\n'
        "\r\n"
        f"--{line}\r\n"
        "Content-Type: application/pgp-encrypted\r\n"
        "Content-Description: PGP/MIME version identification\r\n"
        "\r\n"
        "Version: 1\r\n"
        "\r\n"
        f"--{line}\r\n"
        'Content-Type: application/octet-stream; name="encrypted.asc"\r\n'
        'Content-Disposition: inline; filename="encrypted.asc"\r\n'
        "\r\n"
        f"{text}\r\n"
        f"--{line}--\r\n"
    ).encode("ascii")
