"""A small authority: certificates for S/MIME and for TLS, made anew for every run."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.utils import timezone

PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Own:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()


def issue(
    name: str,
    *,
    by: Own | None,
    use: x509.ObjectIdentifier | None = None,
    names: tuple[x509.GeneralName, ...] = (),
    days: float = 300,
) -> Own:
    """A certificate for `name`; without `by`: an authority."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = timezone.now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    if use:
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signed = builder.sign(by.key if by else key, hashes.SHA256())
    return Own(signed, key)


@cache
def authority() -> Own:
    return issue("Voorbeeldautoriteit", by=None)


def for_mail(address: str, *, days: float = 300) -> Own:
    use = ExtendedKeyUsageOID.EMAIL_PROTECTION
    return issue(address, by=authority(), use=use, names=(x509.RFC822Name(address),), days=days)


@cache
def service() -> Own:
    """The portal's own, to sign with."""
    return for_mail("portaal@ncsc.example")


def opened(mail: EmailMessage, *, own: Own, folder: Path) -> EmailMessage:
    """What was inside, as openssl decrypts it and verifies our signature."""
    for name, content in (
        ("own.pem", own.pem),
        ("own.key", own.key_pem),
        ("ca.pem", authority().pem),
    ):
        (folder / name).write_text(content)
    (folder / "mail").write_bytes(mail.as_bytes())
    cms: list[str | Path] = ["openssl", "cms"]
    keys: list[str | Path] = ["-recip", folder / "own.pem", "-inkey", folder / "own.key"]
    subprocess.run(
        [*cms, "-decrypt", "-in", folder / "mail", *keys, "-out", folder / "signed"],
        check=True,
        capture_output=True,
    )
    verify: list[str | Path] = [
        "-CAfile",
        folder / "ca.pem",
        "-purpose",
        "any",
        "-out",
        folder / "content",
    ]
    subprocess.run(
        [*cms, "-verify", "-in", folder / "signed", *verify], check=True, capture_output=True
    )
    inside = message_from_bytes((folder / "content").read_bytes(), policy=policy.default)
    assert isinstance(inside, EmailMessage)
    return inside
