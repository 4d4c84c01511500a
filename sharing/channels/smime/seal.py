"""Sign, then encrypt, one entity. Imports no Django: it runs in the children of `sealing` too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7EnvelopeBuilder,
    PKCS7Options,
    PKCS7SignatureBuilder,
)

from sharing.channels.sealing import kept
from sharing.channels.smime.entity import entity


def seal(ours: bytes, certificate: bytes, content: bytes, *, at: datetime) -> bytes:
    """EnvelopedData in DER (AES-256-CBC, what every program opens) around SignedData.

    Raises when a key is of no use.
    """
    cert = kept(_first, certificate)
    if cert.not_valid_after_utc <= at:
        raise ValueError("expired")
    key, own, issuers = kept(_own, ours)
    builder = PKCS7SignatureBuilder().set_data(content).add_signer(own, key, hashes.SHA256())
    for issuer in issuers:
        builder = builder.add_certificate(issuer)
    signed = builder.sign(serialization.Encoding.DER, [PKCS7Options.Binary])
    return (
        PKCS7EnvelopeBuilder()
        .set_data(entity("signed-data", signed))
        .add_recipient(cert)
        .set_content_encryption_algorithm(AES256)
        .encrypt(serialization.Encoding.DER, [PKCS7Options.Binary])
    )


def _first(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificates(pem)[0]


def _own(pem: bytes) -> tuple[Any, x509.Certificate, list[x509.Certificate]]:
    certificates = x509.load_pem_x509_certificates(pem)
    return serialization.load_pem_private_key(pem, None), certificates[0], certificates[1:]
