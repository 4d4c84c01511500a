"""Detached OpenPGP signatures with the key of this portal (RFC 4880)."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from pysequoia import SignatureMode, Tsk, sign


@cache
def _key(armoured: str) -> Tsk:
    return Tsk.from_bytes(armoured.encode())


def signature(data: bytes) -> str:
    """An armoured detached signature over exactly these bytes."""
    made: bytes = sign(_key(settings.OPENPGP_KEY).signer(), data, mode=SignatureMode.DETACHED)
    return made.decode("ascii")


def fingerprint() -> str:
    """Of the key, in upper case hexadecimal digits."""
    return str(_key(settings.OPENPGP_KEY).extract_certificate().fingerprint).upper()


def public_key() -> str:
    """The armoured public half."""
    return str(_key(settings.OPENPGP_KEY).extract_certificate())
