"""The exits of the outbox: worked against a real SMTP server and a real endpoint, everything that
arrived opened by its recipient and read, and everything that was readable on the way read too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

from standardwebhooks import Webhook

from law.vocabulary import Tlp
from sharing.delivery.drain import drain
from sharing.models import Delivery
from tests.canary import keys, oracle
from tests.canary.exits import Allowed, Visit, canaries
from tests.canary.people import Org, Person, World
from tests.sharing.mailserver import MailServer


@dataclass(slots=True)
class Postman:
    """Works the outbox when asked, and compares what arrived with what the rules allow."""

    server: MailServer
    visits: list[Visit] = field(default_factory=list)
    read: int = 0
    told: set[tuple[tuple[int | None, int | None], str]] = field(default_factory=set)

    def __call__(self, world: World, at: datetime) -> None:
        due = list(
            Delivery.objects.filter(status=Delivery.Status.PENDING)
            .select_related("contact")
            .order_by("pk")
        )
        drain(clock=lambda: at)
        arrived: dict[UUID, EmailMessage | Call] = {
            _delivery(mail): mail for mail in self.server.mails[self.read :]
        }
        self.read = len(self.server.mails)
        arrived |= {UUID(call[0]["webhook-id"]): call for call in self.server.calls}
        self.server.calls.clear()
        assert arrived.keys() <= {one.pk for one in due}, "a message that nobody owed"
        for delivery in due:
            self.visits += self._visit(world, delivery, arrived.get(delivery.pk), at)

    def _visit(
        self, world: World, delivery: Delivery, got: EmailMessage | Call | None, at: datetime
    ) -> Iterator[Visit]:
        where = f"{delivery.kind} {delivery.pk} by {delivery.channel} at {at:%d %H:%M}"
        org, person = _whose(world, delivery)
        name = canaries(person.name) if person else frozenset()
        outside, inside = _read(delivery, got)
        yield Visit(f"outside of {where}", outside, NOTHING, name)
        who = (delivery.contact_id, delivery.endpoint_id)
        if delivery.kind == Delivery.Kind.WITHDRAWAL:
            number = delivery.release.version.advisory.number
            assert got is None or (who, number) in self.told, where
            yield Visit(where, inside, NOTHING, name)
            return
        expected = _expected(world, delivery, org, person, at)
        assert (got is not None) == (expected is not None), f"{where}: sent {got is not None}"
        if got is None or expected is None:
            return
        self.told.add((who, expected.item.number))
        may = name
        must: frozenset[str] = frozenset()
        if delivery.channel == "webhook":
            must = expected.everything
        elif delivery.channel != "email" or expected.tlp.strictness <= Tlp.GREEN.strictness:
            must = expected.head.union(*({p.heading, p.body} for p in expected.parts))
            may |= expected.everything
        yield Visit(where, inside, must, may)


Call = tuple[dict[str, str], bytes]
NOTHING: frozenset[str] = frozenset()


def _whose(world: World, delivery: Delivery) -> tuple[Org, Person | None]:
    if delivery.endpoint_id is not None:
        return world.endpoints[delivery.endpoint_id], None
    assert delivery.contact_id is not None
    return world.contacts[delivery.contact_id]


def _read(
    delivery: Delivery, got: EmailMessage | Call | None
) -> tuple[frozenset[str], frozenset[str]]:
    """What anybody on the way can read, and what its recipient reads. Plain mail has one reading."""
    if got is None:
        return NOTHING, NOTHING
    if isinstance(got, tuple):
        headers, body = got
        Webhook(keys.SECRET).verify(body, headers)
        return canaries(repr(headers)), canaries(body, repr(json.loads(body)))
    assert keys.is_sealed(got) == (delivery.channel in ("openpgp", "smime")), delivery.channel
    if not keys.is_sealed(got):
        return NOTHING, _seen(got)
    assert delivery.contact is not None
    return _seen(got), _seen(keys.opened(got, delivery.contact.email))


def _delivery(mail: EmailMessage) -> UUID:
    return UUID(str(mail["Message-ID"]).strip("<>").partition("@")[0])


def _seen(mail: EmailMessage | None) -> frozenset[str]:
    """Canaries as sent, and as any mail program would show them."""
    if mail is None:
        return frozenset()
    shown = [str(value) for value in mail.values()]
    shown += [str(part.get_content()) for part in mail.walk() if not part.is_multipart()]
    return canaries(mail.as_bytes(), *shown)


def _expected(
    world: World, delivery: Delivery, org: Org, person: Person | None, at: datetime
) -> Allowed | None:
    for item in world.items:
        for version in item.versions:
            if version.row is not None and version.row.pk == delivery.release.version_id:
                positions = oracle.visible_in(version, org, person, at)
                if not positions:
                    return None
                parts = tuple(p for p in version.parts if p.position in positions)
                return Allowed(item, version, parts)
    raise AssertionError("a delivery of a version that is not in this world")
