"""Keys and endpoints in the registry, by two persons as everywhere."""

from __future__ import annotations

from datetime import datetime

from recipients.models import Contact, ContactKey, Organisation, WebhookEndpoint
from sharing.delivery.preflight import challenge
from sharing.services import registry
from tests.sharing.outbox import World


def key(world: World, contact: Contact, upload: bytes, *, at: datetime) -> ContactKey:
    """The key, in use."""
    made = registry.propose_key(contact=contact, upload=upload, by=world.author, at=at)
    return registry.confirm_key(key=made, by=world.second, at=at)


def proposed(
    world: World, url: str, *, at: datetime, organisation: Organisation | None = None
) -> tuple[WebhookEndpoint, str]:
    return registry.propose_endpoint(
        organisation=organisation or world.organisation, url=url, by=world.author, at=at
    )


def endpoint(world: World, url: str, *, at: datetime) -> tuple[WebhookEndpoint, str]:
    """The endpoint, in use because it answered, and its secret."""
    made, secret = proposed(world, url, at=at)
    registry.confirm_endpoint(endpoint=made, by=world.second, at=at)
    challenge(at=at)
    made.refresh_from_db()
    assert made.status == "active", made.why
    return made, secret
