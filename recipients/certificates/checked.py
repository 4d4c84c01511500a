"""The outcome of looking at an upload."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from recipients.errors import Refusal


class Fault(StrEnum):
    """What is wrong with a key. The value is stored; the words are in `WORDS`."""

    NOT_A_KEY = "not_a_key"
    CHECKSUM = "checksum"
    TRUNCATED = "truncated"
    SEVERAL = "several"
    SECRET = "secret"  # noqa: S105 -- the word itself
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    REVOKED = "revoked"
    WEAK = "weak"
    CANNOT_ENCRYPT = "cannot_encrypt"
    WRONG_USE = "wrong_use"
    OTHER_ADDRESS = "other_address"
    NOT_RSA = "not_rsa"
    CHAIN = "chain"


WORDS: dict[Fault, Any] = {
    Fault.NOT_A_KEY: _("This is not an OpenPGP key and not a certificate."),
    Fault.CHECKSUM: _(
        "The checksum at the end is wrong: it was damaged on the way. Export it again."
    ),
    Fault.TRUNCATED: _("A part of it is missing. Export it again and send the whole file."),
    Fault.SEVERAL: _("There are several keys in it. Send one key."),
    Fault.SECRET: _(
        "This is a SECRET key. It was not kept. Consider it known to others: revoke it, make a new"
        " one, and send its public part only."
    ),
    Fault.EXPIRED: _("It has expired."),
    Fault.NOT_YET: _("It is not valid yet."),
    Fault.REVOKED: _("It was revoked by its owner."),
    Fault.WEAK: _("It is too weak: RSA keys need 2048 bits or more."),
    Fault.CANNOT_ENCRYPT: _("It can only sign: it has no part to encrypt to."),
    Fault.WRONG_USE: _("It was not issued for e-mail (extended key usage)."),
    Fault.OTHER_ADDRESS: _("It belongs to another e-mail address than that of the contact."),
    Fault.NOT_RSA: _("S/MIME works here with RSA certificates only. OpenPGP is the way out."),
    Fault.CHAIN: _("It was not issued by an authority that this portal trusts."),
}


class BadKey(Refusal):
    """An upload that is not taken. Its bytes are not kept."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(WORDS[fault])
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Checked:
    """A public key that can be encrypted to."""

    kind: str  # openpgp, smime
    fingerprint: str  # lower-case hexadecimal
    expires_at: datetime | None
    material: bytes  # the public certificate, binary: OpenPGP packets, or DER
