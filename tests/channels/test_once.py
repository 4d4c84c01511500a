"""Whatever happens to workers, in whatever order, each message is one message to whoever gets it."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from recipients.models import Contact
from sharing import channels
from sharing.delivery import claim
from sharing.delivery import drain as draining
from sharing.delivery.prepare import prepare
from sharing.models import Circuit, Delivery
from tests.canary.world import rolled_back
from tests.channels import certificates, registered
from tests.channels.receiver import Receiver
from tests.sharing.mailserver import HANG_UP, MailServer
from tests.sharing.outbox import people, world

AT = timezone.now()
EVENTS = st.lists(
    st.sampled_from(
        ["wake", "wake", "die", "die after sending", "come back", "lost", "busy", "lease", "hours"]
    ),
    max_size=14,
)


class Play:
    """One history: workers that are rung, die, come back; peers that stumble; time that passes."""

    def __init__(self, server: MailServer, hook: Receiver) -> None:
        self.server, self.hook = server, hook
        self.now = AT
        self.dead: list[tuple[str, list[claim.Claimed]]] = []

    def wake(self) -> None:
        draining.drain(clock=lambda: self.now)

    def die(self, *, sends: bool = False) -> None:
        """A worker takes what is due and is gone: before it sent anything, or after."""
        for transport, names in channels.TRANSPORTS.items():
            batch = claim.claim(at=self.now, channels=names)
            if not batch:
                continue
            self.dead.append((transport, batch))
            if sends:
                self._send(transport, batch)

    def come_back(self) -> None:
        """A worker that was thought dead goes on where it was: it sends and settles."""
        for transport, batch in self.dead:
            with channels.sender(transport).session() as session:
                draining._deliver(batch, session, clock=lambda: self.now)
        self.dead.clear()

    def _send(self, transport: str, batch: list[claim.Claimed]) -> None:
        prepared = prepare(batch, releases={}, at=self.now)
        with channels.sender(transport).session() as session:
            for _ in session.hand_over(prepared.parcels, stop_at=time.monotonic() + 60):
                pass

    def stumble(self, kind: str) -> None:
        for person in people(3):
            if kind == "lost":
                self.server.after_taking[person.email].append(HANG_UP)
            else:
                self.server.data_answers[person.email].append("451 busy")
        self.hook.statuses.append(500)

    def act(self, event: str) -> None:
        if event == "wake":
            self.wake()
        elif event.startswith("die"):
            self.die(sends=event.endswith("sending"))
        elif event == "come back":
            self.come_back()
        elif event in ("lost", "busy"):
            self.stumble(event)
        else:
            self.now += claim.LEASE if event == "lease" else timedelta(hours=2)


@pytest.fixture
def quiet(settings: Settings) -> None:
    """Certificates are made once; hypothesis calls the test often."""
    settings.SMIME_SIGNING_KEY = certificates.service().key_pem + certificates.service().pem


@pytest.mark.django_db
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=EVENTS)
def test_any_history_ends_with_everyone_told_once_or_under_one_name(
    events: list[str], server: MailServer, hook: Receiver, quiet: None
) -> None:
    server.got.clear()
    server.after_taking.clear()
    server.data_answers.clear()
    with rolled_back():
        one = world(people(3), at=AT)
        eva = Contact.objects.order_by("pk")[0]
        own = OWN.setdefault(eva.email, certificates.for_mail(eva.email))
        registered.key(one, eva, own.pem.encode(), at=AT)
        registered.endpoint(one, hook.url, at=AT)
        hook.got.clear()
        hook.statuses.clear()
        one.publish(at=AT)
        play = Play(server, hook)
        for event in events:
            play.act(event)
        faults = bool({"lost", "busy", "die", "die after sending"} & set(events))
        server.after_taking.clear()
        server.data_answers.clear()
        hook.statuses.clear()
        for _ in range(4):
            play.now += timedelta(hours=3)
            play.wake()
        owed = {d.pk: d for d in Delivery.objects.all()}
        assert {d.status for d in owed.values()} == {"handed_over"}
        names = Counter(UUID(mail["Message-ID"][1:37]) for mail in server.mails)
        names += Counter(UUID(headers["webhook-id"]) for headers, _ in hook.got)
        assert set(names) == set(owed)  # everyone, and under no other name
        if not faults:
            assert set(names.values()) == {1}
        for pk, delivery in owed.items():  # each name to its own addressee only
            if delivery.contact_id is None:
                continue
            to = [
                r
                for r, mail in zip(server.recipients, server.mails, strict=True)
                if str(pk) in mail["Message-ID"]
            ]
            assert set(to) == {delivery.contact.email if delivery.contact else ""}
        assert {json.loads(content)["data"]["advisory"] for _, content in hook.got} == {
            "NCSC-2026-0123"
        }
        assert not Circuit.objects.exists()


OWN: dict[str, certificates.Own] = {}
