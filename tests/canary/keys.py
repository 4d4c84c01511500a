"""Keys and endpoints of a random world, and the other side of them: who opens what was sealed.

Made once for each address and kept for the run: making an RSA key takes longer than a world.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path

from django.conf import settings
from pysequoia import Tsk, decrypt

from recipients.models import Contact, ContactKey, User, WebhookEndpoint
from recipients.secrecy import seal
from tests.canary.making import HOUR, Maker
from tests.channels import certificates

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SERVICE = "portaal@ncsc.example"


@cache
def openpgp(address: str) -> Tsk:
    return Tsk.generate(f"<{address}>")


@cache
def smime(address: str) -> certificates.Own:
    return certificates.for_mail(address)


@dataclass(frozen=True)
class Setup:
    """What the portal needs for every channel, as values of its settings."""

    openpgp: str
    smime: str
    ca: str


@cache
def setup() -> Setup:
    own = certificates.service()
    signing = str(openpgp(SERVICE))
    return Setup(signing, own.key_pem + own.pem, certificates.authority().pem)


def write_keys(maker: Maker, contacts: list[Contact]) -> None:
    """Some contacts have a key of one kind or the other, in use."""
    if not settings.OPENPGP_SIGNING_KEY:
        return
    first, second = _two(maker)
    rows = []
    for contact in contacts:
        if not maker.chance(0.4):
            continue
        sealed_by_openpgp = maker.chance(0.5)
        if sealed_by_openpgp:
            cert = openpgp(contact.email).extract_certificate()
            kind, material, name = "openpgp", bytes(cert), cert.fingerprint
        else:
            own = smime(contact.email)
            kind, material, name = (
                "smime",
                own.pem.encode(),
                f"{own.certificate.serial_number:040x}",
            )
        rows.append(
            ContactKey(
                contact=contact,
                kind=kind,
                fingerprint=name.lower(),
                material=material,
                proposed_at=maker.start - HOUR,
                proposed_by=first,
                confirmed_at=maker.start - HOUR,
                confirmed_by=second,
            )
        )
    maker.world.key_ids = [row.pk for row in ContactKey.objects.bulk_create(rows)]


def write_endpoints(maker: Maker) -> None:
    """Some organisations have a webhook of their own, in use."""
    port = getattr(settings, "CANARY_HOOK", 0)
    if not port:
        return
    first, second = _two(maker)
    for org in maker.world.orgs:
        if maker.chance(0.3):
            row = WebhookEndpoint.objects.create(
                organisation=org.row,
                url=f"https://localhost:{port}/inbox",
                host="localhost",
                secret=seal(SECRET),
                status="active",
                proposed_at=maker.start - HOUR,
                proposed_by=first,
                confirmed_at=maker.start - HOUR,
                confirmed_by=second,
            )
            maker.world.endpoints[row.pk] = org


def _two(maker: Maker) -> tuple[User, User]:
    first, second, *_ = maker.world.staff.values()
    return first, second


def opened(mail: EmailMessage, address: str) -> EmailMessage:
    """What was sealed for an address, as its owner reads it. Signed by us, or it is an error."""
    if mail.get_content_type() == "multipart/encrypted":
        _version, sealed = mail.iter_parts()
        content = sealed.get_payload(decode=True)
        assert isinstance(content, bytes)
        ours = openpgp(SERVICE).extract_certificate()
        found = decrypt(content, decryptor=openpgp(address).decryptor(), store=lambda _: [ours])
        assert [one.certificate for one in found.valid_sigs] == [ours.fingerprint]
        inside = message_from_bytes(found.bytes or b"", policy=policy.default)
        assert isinstance(inside, EmailMessage)
        return inside
    with tempfile.TemporaryDirectory() as folder:
        return certificates.opened(mail, own=smime(address), folder=Path(folder))


def is_sealed(mail: EmailMessage) -> bool:
    return mail.get_content_type() in ("multipart/encrypted", "application/pkcs7-mime")
