"""Secrets at rest, sealed with the portal's own keys: a copy of the database tells none of them."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

__all__ = ["InvalidToken", "seal", "unseal"]


def seal(secret: str) -> str:
    """The secret as a Fernet token under the newest key."""
    return _keys().encrypt(secret.encode()).decode()


def unseal(token: str) -> str:
    """The secret within a token, under whichever of our keys. `InvalidToken` when none fits."""
    return _keys().decrypt(token.encode()).decode()


def _keys() -> MultiFernet:
    """One key a line in the setting, the newest first; older ones still open what they sealed."""
    return MultiFernet([Fernet(key) for key in settings.CHANNEL_KEYS.split()])
