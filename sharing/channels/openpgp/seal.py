"""Sign and encrypt one entity. Imports no Django: it runs in the children of `sealing` too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pysequoia import Cert, Tsk, encrypt

from sharing.channels.sealing import kept


def seal(ours: bytes, certificate: bytes, content: bytes, *, at: datetime) -> bytes:
    """An armoured OpenPGP message. Raises when a key is of no use: Sequoia encrypts to a
    certificate that was revoked or has expired, so that is looked at here."""
    cert = kept(Cert.from_bytes, certificate)
    if cert.is_revoked:
        raise ValueError("revoked")
    if cert.expiration is not None and cert.expiration <= at:
        raise ValueError("expired")
    sealed: bytes = encrypt(content, recipients=[cert], signer=kept(_signer, ours))
    return sealed


def _signer(key: bytes) -> Any:
    return Tsk.from_bytes(key).signer()
