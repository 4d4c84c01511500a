"""To whom, and by which way: contacts with their keys and organisations with their endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count

from law.vocabulary import Tlp
from recipients.models import Contact, ContactKey, WebhookEndpoint
from recipients.secrecy import unseal
from sharing import channels
from sharing.channels.contract import Endpoint, To
from sharing.delivery.claim import Claimed
from sharing.shared import Shared

SEALED = ("openpgp", "smime")


@dataclass(frozen=True, slots=True)
class Route:
    """How one delivery goes out now."""

    channel: str
    to: To
    closed: bool = False  # say only that there is something
    key_id: int | None = None
    trouble: str = ""  # why it does not go as it was owed; a person must look


@dataclass(slots=True)
class Addressees:
    """Everyone in a batch, as the registry has them now."""

    contacts: dict[int, Contact]
    endpoints: dict[int, WebhookEndpoint]
    keys: dict[tuple[int, str], ContactKey]
    common: frozenset[str]  # fingerprints that several contacts use
    ready: frozenset[str]
    _opened: dict[int, Endpoint] = field(default_factory=dict)

    @classmethod
    def load(cls, owed: Sequence[Claimed], *, at: datetime) -> Addressees:
        """Read afresh: a key that ended a moment ago counts."""
        contacts = Contact.objects.select_related("user").in_bulk(
            {one.contact_id for one in owed if one.contact_id is not None}
        )
        endpoints = WebhookEndpoint.objects.in_bulk(
            {one.endpoint_id for one in owed if one.endpoint_id is not None}
        )
        wanted = {one.contact_id for one in owed if one.channel in SEALED}
        keys: dict[tuple[int, str], ContactKey] = {}
        if wanted:
            rows = ContactKey.objects.usable_at(at).filter(contact__in=wanted)
            keys = {(row.contact_id, row.kind): row for row in rows}
        return cls(
            contacts,
            endpoints,
            keys,
            _common({row.fingerprint for row in keys.values()}),
            frozenset(channels.ready()) if wanted else frozenset(),
        )

    def route(self, one: Claimed, shared: Shared | None, *, at: datetime) -> Route:
        """The way for one delivery. A key that is of no use makes it a notice without content."""
        if one.contact_id is None:
            return Route(one.channel, To(one.id, endpoint=self._endpoint(one, at=at)))
        contact = self.contacts[one.contact_id]
        plain = To(one.id, contact.name, contact.email)
        if one.channel not in SEALED:
            return Route(one.channel, plain)
        key = self.keys.get((contact.pk, one.channel))
        if one.channel not in self.ready:
            return Route("email", plain, closed=True, trouble=f"{one.channel} is not set up")
        if key is None:
            trouble = f"contact {contact.pk} has no {one.channel} key that can be used"
            return Route("email", plain, closed=True, trouble=trouble)
        if shared is not None and shared.tlp is Tlp.RED and not self._personal(contact, key):
            return Route("email", plain, closed=True)  # TLP:RED is for one person's eyes
        to = To(one.id, contact.name, contact.email, key=bytes(key.material))
        return Route(one.channel, to, key_id=key.pk)

    def _personal(self, contact: Contact, key: ContactKey) -> bool:
        """Whether the key is that of one person, and not of a team."""
        return contact.user_id is not None and key.fingerprint not in self.common

    def _endpoint(self, one: Claimed, *, at: datetime) -> Endpoint:
        assert one.endpoint_id is not None
        if one.endpoint_id not in self._opened:
            self._opened[one.endpoint_id] = opened(self.endpoints[one.endpoint_id], at=at)
        return self._opened[one.endpoint_id]


def opened(row: WebhookEndpoint, *, at: datetime) -> Endpoint:
    """An endpoint with the secrets that sign at `at`, in the clear."""
    secrets = [unseal(row.secret)]
    if row.old_secret_until is not None and row.old_secret_until > at:
        secrets.append(unseal(row.old_secret))
    return Endpoint(id=row.pk, host=row.host, url=row.url, secrets=tuple(secrets))


def _common(fingerprints: Iterable[str]) -> frozenset[str]:
    rows = (
        ContactKey.objects.in_use()
        .filter(fingerprint__in=list(fingerprints))
        .values("fingerprint")
        .annotate(holders=Count("contact", distinct=True))
        .filter(holders__gt=1)
    )
    return frozenset(row["fingerprint"] for row in rows)
