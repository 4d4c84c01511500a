"""`next`: where a walk goes on. Encrypted, so that it tells nothing of the feed, and good for the
same program, collection and filters only."""

from __future__ import annotations

import base64
import binascii
import struct
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.crypto import salted_hmac

from sharing.access import BadCursor
from sharing.objects import Place

_FORM = struct.Struct(">QI")


@lru_cache(maxsize=4)
def _cipher(secret: str) -> AESSIV:
    """Deterministic (RFC 5297): the same place is the same cursor."""
    return AESSIV(
        salted_hmac("sharing.taxii.cursors", "", secret=secret, algorithm="sha512").digest()
    )


def cursor(place: Place, *, context: bytes) -> str:
    sealed = _cipher(settings.SECRET_KEY).encrypt(
        _FORM.pack(place.position, place.rank + 1), [context]
    )
    return base64.urlsafe_b64encode(sealed).decode()


def place(text: str, *, context: bytes) -> Place:
    """Back again. `BadCursor` when it was not given out for this context."""
    try:
        sealed = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        position, rank = _FORM.unpack(_cipher(settings.SECRET_KEY).decrypt(sealed, [context]))
    except (InvalidTag, binascii.Error, UnicodeEncodeError, ValueError, struct.error):
        raise BadCursor(text[:40]) from None
    return Place(position, rank - 1)
