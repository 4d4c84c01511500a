"""Keys of contacts and endpoints of organisations: proposed by one, confirmed by another, ended by
anyone who may. Imported by `sharing.services.registry` only, as `recipients.services` is."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from audit.services import record
from recipients.certificates import BadKey, Fault, check
from recipients.errors import Conflict, NotAllowed
from recipients.models import Contact, ContactKey, Organisation, User, WebhookEndpoint
from recipients.roles import Right, may
from recipients.secrecy import seal

ROTATION = timedelta(days=7)  # both secrets sign
KNOWN = frozenset({"openpgp", "smime", "email"})


def _needs(by: User, *rights: Right, at: datetime) -> None:
    if not any(may(by, right, at=at) for right in rights):
        raise NotAllowed(_("Your role does not include this."))


def _note(action: str, organisation_id: object, *, by: User, at: datetime, **ids: object) -> None:
    record(
        at=at, actor=by.actor, action=f"registry.{action}", target=str(organisation_id), detail=ids
    )


# --- keys ----------------------------------------------------------------------------------


@transaction.atomic
def propose_key(*, contact: Contact, upload: bytes, by: User, at: datetime) -> ContactKey:
    """Put a key before a second person. `BadKey` when it is not fit; then nothing of it is kept.

    A key in use that comes back revoked ends at once.
    """
    _needs(by, Right.REGISTRY, at=at)
    checked = check(upload, address=contact.email, at=at)
    if ContactKey.objects.filter(
        contact=contact, fingerprint=checked.fingerprint, ended_at=None
    ).exists():
        raise Conflict(_("This key is there already."))
    key = ContactKey.objects.create(
        contact=contact,
        kind=checked.kind,
        fingerprint=checked.fingerprint,
        material=checked.material,
        expires_at=checked.expires_at,
        proposed_at=at,
        proposed_by=by,
    )
    _note("key.propose", contact.organisation_id, by=by, at=at, key=key.pk, contact=contact.pk)
    return key


@transaction.atomic
def end_revoked(*, contact: Contact, upload: bytes, by: User, at: datetime) -> bool:
    """Whether the upload is a revoked key that was in use for the contact: then it is no more."""
    from recipients.certificates import openpgp  # noqa: PLC0415 -- a heavy library

    _needs(by, Right.REGISTRY, Right.APPROVE, at=at)
    fingerprint = openpgp.revoked(upload)
    key = ContactKey.objects.filter(
        contact=contact, fingerprint=fingerprint or "", ended_at=None
    ).first()
    if key is None:
        return False
    end_key(key=key, by=by, at=at)
    return True


@transaction.atomic
def confirm_key(*, key: ContactKey, by: User, at: datetime) -> ContactKey:
    """The second person: messages are encrypted to it from now on. It takes the place of the last."""
    _needs(by, Right.APPROVE, at=at)
    key = _locked(key)
    if key.confirmed_at is not None or key.ended_at is not None:
        raise Conflict(_("This key was confirmed or dropped already."))
    if key.proposed_by_id == by.pk:
        raise NotAllowed(_("Somebody else than who proposed it has to confirm it."))
    if key.fault or (key.expires_at is not None and key.expires_at <= at):
        raise BadKey(Fault(key.fault) if key.fault else Fault.EXPIRED)
    before = ContactKey.objects.in_use().filter(contact=key.contact_id, kind=key.kind)
    for old in before.select_for_update(no_key=True):
        _end(old, by=by, at=at)
    key.confirmed_at, key.confirmed_by = at, by
    key.save(update_fields=["confirmed_at", "confirmed_by"])
    _note("key.confirm", key.contact.organisation_id, by=by, at=at, key=key.pk)
    return key


@transaction.atomic
def end_key(*, key: ContactKey, by: User, at: datetime) -> ContactKey:
    """Nothing is encrypted to it any more. One person, at once."""
    _needs(by, Right.REGISTRY, Right.APPROVE, at=at)
    key = _locked(key)
    if key.ended_at is None:
        _end(key, by=by, at=at)
    return key


def _end(key: ContactKey, *, by: User, at: datetime) -> None:
    key.ended_at, key.ended_by = at, by
    key.save(update_fields=["ended_at", "ended_by"])
    _note("key.end", key.contact.organisation_id, by=by, at=at, key=key.pk)


def _locked(key: ContactKey) -> ContactKey:
    return (
        ContactKey.objects.select_for_update(no_key=True, of=("self",))
        .select_related("contact")
        .get(pk=key.pk)
    )


@transaction.atomic
def order_channels(*, contact: Contact, channels: Sequence[str], by: User, at: datetime) -> Contact:
    """By which channel a contact prefers to be told, the first that is possible. It opens nothing:
    what plain mail may not carry it does not carry, whatever the order."""
    _needs(by, Right.REGISTRY, at=at)
    wanted = list(dict.fromkeys(channels))
    if not wanted or not set(wanted) <= KNOWN:
        raise Conflict(_("Choose one or more of the channels."))
    contact.channels = wanted
    contact.save(update_fields=["channels"])
    _note(
        "contact.channels",
        contact.organisation_id,
        by=by,
        at=at,
        contact=contact.pk,
        channels=wanted,
    )
    return contact


# --- endpoints -----------------------------------------------------------------------------


@transaction.atomic
def propose_endpoint(
    *, organisation: Organisation, url: str, by: User, at: datetime
) -> tuple[WebhookEndpoint, str]:
    """An address of the organisation's own, and its secret: shown once, stored sealed."""
    _needs(by, Right.REGISTRY, at=at)
    host = _host(url)
    secret = _new_secret()
    try:
        with transaction.atomic():
            endpoint = WebhookEndpoint.objects.create(
                organisation=organisation,
                url=url,
                host=host,
                secret=seal(secret),
                proposed_at=at,
                proposed_by=by,
            )
    except IntegrityError as error:
        raise Conflict(_("This address is there already.")) from error
    _note("endpoint.propose", organisation.pk, by=by, at=at, endpoint=endpoint.pk)
    return endpoint, secret


def _host(url: str) -> str:
    """The host of an https address without anything that hides where it leads."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Conflict(_("This is not a usable address.")) from error
    odd = parts.username is not None or parts.password is not None or parts.fragment
    if parts.scheme != "https" or not parts.hostname or odd or port == 0 or not url.isascii():
        raise Conflict(_("Give an address that begins with https:// and holds no password."))
    return parts.hostname.lower()


def _new_secret() -> str:
    """256 bits, as Standard Webhooks writes them."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


@transaction.atomic
def confirm_endpoint(*, endpoint: WebhookEndpoint, by: User, at: datetime) -> WebhookEndpoint:
    """The second person. It is used once it has answered a test call."""
    _needs(by, Right.APPROVE, at=at)
    endpoint = _locked_endpoint(endpoint)
    if endpoint.status != WebhookEndpoint.Status.PROPOSED:
        raise Conflict(_("This endpoint was confirmed or suspended already."))
    if endpoint.proposed_by_id == by.pk:
        raise NotAllowed(_("Somebody else than who proposed it has to confirm it."))
    endpoint.status = WebhookEndpoint.Status.CHALLENGED
    endpoint.confirmed_at, endpoint.confirmed_by = at, by
    endpoint.save(update_fields=["status", "confirmed_at", "confirmed_by"])
    _note("endpoint.confirm", endpoint.organisation_id, by=by, at=at, endpoint=endpoint.pk)
    return endpoint


@transaction.atomic
def suspend_endpoint(*, endpoint: WebhookEndpoint, by: User, at: datetime) -> WebhookEndpoint:
    """Nothing goes there any more. One person, at once; to begin again takes two."""
    _needs(by, Right.REGISTRY, Right.APPROVE, at=at)
    endpoint = _locked_endpoint(endpoint)
    if endpoint.status != WebhookEndpoint.Status.SUSPENDED:
        endpoint.status = WebhookEndpoint.Status.SUSPENDED
        endpoint.suspended_at, endpoint.suspended_by = at, by
        endpoint.save(update_fields=["status", "suspended_at", "suspended_by"])
        _note("endpoint.suspend", endpoint.organisation_id, by=by, at=at, endpoint=endpoint.pk)
    return endpoint


@transaction.atomic
def rotate_secret(
    *, endpoint: WebhookEndpoint, by: User, at: datetime
) -> tuple[WebhookEndpoint, str]:
    """A new secret, shown once. The old one signs as well for ROTATION."""
    _needs(by, Right.REGISTRY, at=at)
    endpoint = _locked_endpoint(endpoint)
    if endpoint.status == WebhookEndpoint.Status.SUSPENDED:
        raise Conflict(_("This endpoint was confirmed or suspended already."))
    secret = _new_secret()
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, at + ROTATION
    endpoint.secret = seal(secret)
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
    _note("endpoint.rotate", endpoint.organisation_id, by=by, at=at, endpoint=endpoint.pk)
    return endpoint, secret


def _locked_endpoint(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update(no_key=True, of=("self",)).get(pk=endpoint.pk)
