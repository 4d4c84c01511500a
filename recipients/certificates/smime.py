"""X.509 certificates for S/MIME (RFC 8550, RFC 5280)."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)
from django.conf import settings

from recipients.certificates.checked import BadKey, Checked, Fault

BEGIN, END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
LEAST_BITS = 2048
FOR_MAIL = {ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}


def looks_like(upload: bytes) -> bool:
    """PEM by its first line; DER by being a SEQUENCE of two length bytes."""
    return BEGIN in upload or upload[:2] == b"\x30\x82"


def check(upload: bytes, *, address: str, at: datetime) -> Checked:
    """See `recipients.certificates.check`. In PEM, what follows the first are its issuers."""
    chain = _parsed(upload)
    cert = chain[0]
    _in_time(cert, at=at)
    _for_mail(cert)
    key = cert.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadKey(Fault.NOT_RSA)
    if key.key_size < LEAST_BITS:
        raise BadKey(Fault.WEAK)
    if address.lower() not in _addresses(cert):
        raise BadKey(Fault.OTHER_ADDRESS)
    _trusted(cert, chain[1:], at=at)
    return Checked(
        "smime",
        cert.fingerprint(hashes.SHA256()).hex(),
        cert.not_valid_after_utc,
        b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain),
    )


def _parsed(upload: bytes) -> list[x509.Certificate]:
    if BEGIN in upload and upload.count(BEGIN) != upload.count(END):
        raise BadKey(Fault.TRUNCATED)
    try:
        if BEGIN in upload:
            return x509.load_pem_x509_certificates(upload)
        return [x509.load_der_x509_certificate(upload)]
    except ValueError as error:
        raise BadKey(Fault.NOT_A_KEY) from error


def _in_time(cert: x509.Certificate, *, at: datetime) -> None:
    if cert.not_valid_after_utc <= at:
        raise BadKey(Fault.EXPIRED)
    if cert.not_valid_before_utc > at:
        raise BadKey(Fault.NOT_YET)


def _for_mail(cert: x509.Certificate) -> None:
    """RFC 8550 §4.4.4: without the extension any use goes; key usage must let keys be wrapped."""
    try:
        uses = set(cert.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        uses = FOR_MAIL
    if not uses & FOR_MAIL:
        raise BadKey(Fault.WRONG_USE)
    try:
        usage = cert.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.key_encipherment:
        raise BadKey(Fault.CANNOT_ENCRYPT)


def _addresses(cert: x509.Certificate) -> set[str]:
    try:
        names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        found = [
            str(one.value)
            for one in cert.subject.get_attributes_for_oid(x509.NameOID.EMAIL_ADDRESS)
        ]
    else:
        found = names.get_values_for_type(x509.RFC822Name)
    return {one.lower() for one in found}


def _trusted(cert: x509.Certificate, issuers: list[x509.Certificate], *, at: datetime) -> None:
    """Whether an authority of SMIME_TRUST issued it. Without that setting two people vouch."""
    if not settings.SMIME_TRUST:
        return
    roots = x509.load_pem_x509_certificates(settings.SMIME_TRUST.encode())
    leaf = ExtensionPolicy.permit_all().may_be_present(
        x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None
    )
    issuer = ExtensionPolicy.permit_all().require_present(
        x509.BasicConstraints, Criticality.AGNOSTIC, _is_issuer
    )
    verifier = (
        PolicyBuilder()
        .store(Store(roots))
        .time(at)
        .extension_policies(ca_policy=issuer, ee_policy=leaf)
        .build_client_verifier()
    )
    try:
        verifier.verify(cert, issuers)
    except VerificationError as error:
        raise BadKey(Fault.CHAIN) from error


def _is_issuer(policy: object, cert: x509.Certificate, basic: x509.BasicConstraints) -> None:
    if not basic.ca:
        raise ValueError("not an authority")
