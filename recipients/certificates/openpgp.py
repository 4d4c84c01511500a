"""OpenPGP certificates (RFC 4880, RFC 9580) as constituents send them.

Sequoia parses and judges; what it lets pass and we do not is looked at here: the checksum of the
armour, revocation, expiry, and to whom the certificate belongs.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from datetime import datetime, timedelta
from email.utils import parseaddr

from pysequoia import Cert, encrypt
from pysequoia.packet import PacketPile, SignatureType, Tag

from recipients.certificates.checked import BadKey, Checked, Fault

BEGIN, END = b"-----BEGIN PGP PUBLIC KEY BLOCK-----", b"-----END PGP PUBLIC KEY BLOCK-----"
SECRET = (Tag.SecretKey, Tag.SecretSubkey)
TRIED = b"preflight"


def check(upload: bytes, *, address: str, at: datetime) -> Checked:
    """See `recipients.certificates.check`."""
    content = _dearmoured(upload) if b"-----BEGIN" in upload else upload
    cert = _parsed(content)
    if any(packet.tag in SECRET for packet in PacketPile.from_bytes(content)):
        raise BadKey(Fault.SECRET)
    if cert.is_revoked:
        raise BadKey(Fault.REVOKED)
    material = bytes(cert)
    _usable(cert)
    ends = expiry(cert)
    if ends is not None and ends <= at:
        raise BadKey(Fault.EXPIRED)
    addresses = {parseaddr(str(one))[1].lower() for one in cert.user_ids}
    if address.lower() not in addresses:
        raise BadKey(Fault.OTHER_ADDRESS)
    return Checked("openpgp", cert.fingerprint.lower(), ends, material)


def _dearmoured(upload: bytes) -> bytes:
    """The bytes within the armour, by its checksum (RFC 4880 §6.1) when it carries one."""
    if upload.count(BEGIN) > 1:
        raise BadKey(Fault.SEVERAL)
    if BEGIN not in upload:
        raise BadKey(Fault.NOT_A_KEY)
    if END not in upload:
        raise BadKey(Fault.TRUNCATED)
    inside = upload.partition(BEGIN)[2].partition(END)[0].replace(b"\r\n", b"\n")
    body = re.split(rb"\n[ \t]*\n", inside, maxsplit=1)[-1]
    lines = body.split()
    sums = [line for line in lines if line.startswith(b"=") and len(line) == 5]
    try:
        content = b64decode(b"".join(line for line in lines if line not in sums), validate=True)
        given = [int.from_bytes(b64decode(line[1:], validate=True)) for line in sums]
    except binascii.Error as error:
        raise BadKey(Fault.TRUNCATED) from error
    if any(one != _crc24(content) for one in given):
        raise BadKey(Fault.CHECKSUM)
    return content


def _crc24(content: bytes) -> int:
    crc = 0xB704CE
    for byte in content:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc & 0xFFFFFF


def _parsed(content: bytes) -> Cert:
    try:
        found = Cert.split_bytes(content)
    except Exception as error:  # pysequoia knows RuntimeError only, whatever was wrong
        raise BadKey(Fault.NOT_A_KEY) from error
    if len(found) > 1:
        raise BadKey(Fault.SEVERAL)
    if not found:
        raise BadKey(Fault.NOT_A_KEY)
    return found[0]


def _usable(cert: Cert) -> None:
    """Whether something can be encrypted to it, tried with Sequoia's standard policy."""
    try:
        str(cert.expiration)
        encrypt(TRIED, recipients=[cert])
    except Exception as error:  # pysequoia knows RuntimeError only, whatever was wrong
        weak = "considered secure" in str(error)
        raise BadKey(Fault.WEAK if weak else Fault.CANNOT_ENCRYPT) from error


def expiry(cert: Cert) -> datetime | None:
    """When it stops being fit to encrypt to: its own end, or that of its last encryption subkey."""
    ends: list[datetime | None] = []
    made: datetime | None = None
    for packet in PacketPile.from_bytes(bytes(cert)):
        if packet.tag == Tag.PublicSubkey:
            made = packet.key_created
            ends.append(None)
        elif (
            made is not None
            and packet.tag == Tag.Signature
            and packet.signature_type == SignatureType.SubkeyBinding
        ):
            flags = packet.key_flags
            if flags is None or not (flags.transport_encryption or flags.storage_encryption):
                ends.pop()
                made = None
            elif packet.key_validity_period is not None:
                ends[-1] = made + timedelta(seconds=_seconds(packet.key_validity_period))
    subkeys = None if not ends or None in ends else max(one for one in ends if one is not None)
    both = [one for one in (cert.expiration, subkeys) if one is not None]
    return min(both) if both else None


def _seconds(period: object) -> float:
    return period.total_seconds() if isinstance(period, timedelta) else float(str(period))


def revoked(upload: bytes) -> str | None:
    """The fingerprint of a revoked certificate; None when it is anything else."""
    try:
        cert = _parsed(_dearmoured(upload) if b"-----BEGIN" in upload else upload)
    except BadKey:
        return None
    return cert.fingerprint.lower() if cert.is_revoked else None
