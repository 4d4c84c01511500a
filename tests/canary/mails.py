"""The mail exit: the outbox worked against a real SMTP server, every header and body read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

from law.vocabulary import Tlp
from sharing.delivery.drain import drain
from sharing.models import Delivery
from tests.canary import oracle
from tests.canary.exits import Allowed, Visit, canaries
from tests.canary.people import Org, Person, World
from tests.sharing.mailserver import MailServer


@dataclass(slots=True)
class Postman:
    """Works the outbox when asked, and compares what arrived with what the rules allow."""

    server: MailServer
    visits: list[Visit] = field(default_factory=list)
    read: int = 0
    told: set[tuple[int, str]] = field(default_factory=set)  # contact, advisory

    def __call__(self, world: World, at: datetime) -> None:
        due = list(Delivery.objects.filter(status=Delivery.Status.PENDING).order_by("pk"))
        drain(clock=lambda: at)
        arrived = {_delivery(mail): mail for mail in self.server.mails[self.read :]}
        self.read = len(self.server.mails)
        assert arrived.keys() <= {one.pk for one in due}, "a mail that nobody owed"
        for delivery in due:
            self.visits += self._visit(world, delivery, arrived.get(delivery.pk), at)

    def _visit(
        self, world: World, delivery: Delivery, mail: EmailMessage | None, at: datetime
    ) -> Iterator[Visit]:
        where = f"{delivery.kind} {delivery.pk} at {at:%d %H:%M}"
        org, person = world.contacts[delivery.contact_id]
        name = canaries(person.name) if person else frozenset()
        if delivery.kind not in Delivery.TELLS:  # that something ended: to who was told of it
            number = delivery.release.version.advisory.number
            assert mail is None or (delivery.contact_id, number) in self.told, where
            yield Visit(where, _seen(mail), frozenset(), name)
            return
        expected = _expected(world, delivery, org, person, at)
        assert (mail is not None) == (expected is not None), f"{where}: sent {mail is not None}"
        if mail is None or expected is None:
            return
        self.told.add((delivery.contact_id, expected.item.number))
        may = name
        must: frozenset[str] = frozenset()
        if expected.tlp.strictness <= Tlp.GREEN.strictness:
            must = expected.head.union(*({p.heading, p.body} for p in expected.parts))
            may |= expected.everything
        yield Visit(where, _seen(mail), must, may)


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
