"""What somebody uploads as a key: read with suspicion, kept in its public form or not at all."""

from __future__ import annotations

from datetime import datetime

from recipients.certificates.checked import BadKey, Checked, Fault

__all__ = ["BadKey", "Checked", "Fault", "check"]

LARGEST = 256 * 1024  # bytes


def check(upload: bytes, *, address: str, at: datetime) -> Checked:
    """The public key within `upload`, fit to encrypt to `address` at `at`. `BadKey` says why not.

    OpenPGP (RFC 4880, 9580) and X.509 (RFC 8550) are told apart by their form.
    """
    from recipients.certificates import openpgp, smime  # noqa: PLC0415 -- heavy libraries

    if len(upload) > LARGEST:
        raise BadKey(Fault.NOT_A_KEY)
    if b"PRIVATE KEY" in upload:  # of either kind; nothing of it is kept
        raise BadKey(Fault.SECRET)
    if smime.looks_like(upload):
        return smime.check(upload, address=address, at=at)
    return openpgp.check(upload, address=address, at=at)
