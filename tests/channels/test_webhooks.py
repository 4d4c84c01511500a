"""Calls to endpoints: verified by the other side, guarded on ours, and one host's trouble its own."""

import json
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from recipients.models import Contact, WebhookEndpoint
from sharing.channels.contract import Endpoint, Outcome
from sharing.channels.webhook import guard, send
from sharing.delivery import circuits
from sharing.delivery.drain import drain
from sharing.delivery.preflight import challenge
from sharing.models import Alarm, Circuit, Delivery, DeliveryAttempt
from sharing.services import registry, releasing
from tests.channels import receiver, registered
from tests.channels.receiver import Receiver
from tests.sharing.outbox import BODY, TITLE, World, people, world

pytestmark = pytest.mark.django_db
AT = timezone.now()
MINUTE = timedelta(minutes=1)


def at(instant: datetime = AT) -> Callable[[], datetime]:
    return lambda: instant


def call_out(instant: datetime = AT) -> dict[str, int]:
    return dict(drain(clock=at(instant), transports=["webhook"]))


def connected(hook: Receiver) -> tuple[World, WebhookEndpoint, str]:
    """An organisation whose endpoint is in use; what it got so far is forgotten."""
    one = world([], at=AT)
    endpoint, secret = registered.endpoint(one, hook.url, at=AT)
    hook.got.clear()
    return one, endpoint, secret


def body(hook: Receiver, number: int = -1) -> Any:
    return json.loads(hook.got[number][1])


def test_the_organisation_gets_what_it_may_see_and_verifies_who_sent_it(hook: Receiver) -> None:
    one, _, secret = connected(hook)
    one.publish(at=AT, tlp="amber")
    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.contact_id) == ("webhook", None)
    assert call_out() == {"handed_over": 1}
    ((headers, content),) = hook.got
    told = Webhook(secret).verify(content, headers)
    assert headers["webhook-id"] == str(delivery.pk)
    assert told["type"] == "advisory.released"
    assert told["data"]["title"] == TITLE
    assert [section["body"] for section in told["data"]["sections"]] == [BODY]
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 44).verify(content, headers)
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.outcome, attempt.smtp_code, attempt.channel) == ("handed_over", 204, "webhook")


def test_both_secrets_sign_during_a_rotation_and_the_old_one_not_after(hook: Receiver) -> None:
    one, endpoint, old = connected(hook)
    endpoint, new = registry.rotate_secret(endpoint=endpoint, by=one.author, at=AT)
    for number, later in enumerate((timedelta(), timedelta(days=8))):
        one.publish(at=AT + later, number=f"NCSC-2026-{number:04d}")
        assert call_out(AT + later) == {"handed_over": 1}
    during, after = hook.got
    for secret in (old, new):
        Webhook(secret).verify(during[1], during[0])
    Webhook(new).verify(after[1], after[0])
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(after[1], after[0])


def test_an_endpoint_is_used_only_after_two_people_and_an_answer(hook: Receiver) -> None:
    one = world([], at=AT)
    endpoint, secret = registered.proposed(one, hook.url, at=AT)
    one.publish(at=AT, number="NCSC-2026-0001")
    challenge(at=AT)
    assert hook.got == []
    registry.confirm_endpoint(endpoint=endpoint, by=one.second, at=AT)
    hook.statuses.append(500)
    assert challenge(at=AT) == (1, 1)
    one.publish(at=AT, number="NCSC-2026-0002")
    assert not Delivery.objects.exists()
    assert challenge(at=AT) == (1, 0)
    assert [Webhook(secret).verify(c, h)["type"] for h, c in hook.got] == ["ping", "ping"]
    assert body(hook)["data"] == {}
    one.publish(at=AT, number="NCSC-2026-0003")
    assert Delivery.objects.count() == 1


def test_what_is_no_longer_lawful_is_withheld_from_an_endpoint_too(hook: Receiver) -> None:
    one, _, _ = connected(hook)
    one.publish(at=AT)
    one.end_designation(at=AT + MINUTE)
    assert call_out(AT + 2 * MINUTE) == {"withheld": 1}
    assert hook.got == []


def test_who_was_called_hears_of_the_withdrawal_and_who_was_not_does_not(hook: Receiver) -> None:
    one, _, _ = connected(hook)
    for number, status in enumerate((204, 404)):
        release = one.publish(at=AT, number=f"NCSC-2026-{number:04d}")
        hook.statuses.append(status)
        call_out()
        hook.got.clear()
        WebhookEndpoint.objects.update(status="active", suspended_at=None)
        releasing.withdraw(release_id=release.pk, reason="Onjuist", by=one.author, at=AT + MINUTE)
        call_out(AT + 2 * MINUTE)
        if status == 204:
            assert body(hook)["type"] == "advisory.withdrawn"
            assert body(hook)["data"] == {"advisory": "NCSC-2026-0000"}
        else:
            assert hook.got == []


# --- answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_an_endpoint_that_is_gone_is_suspended_and_somebody_is_told(
    hook: Receiver, status: int
) -> None:
    one, endpoint, _ = connected(hook)
    one.publish(at=AT)
    hook.statuses.append(status)
    assert call_out() == {"refused": 1}
    endpoint.refresh_from_db()
    assert endpoint.status == "suspended"
    kinds = set(Alarm.objects.values_list("kind", flat=True))
    assert kinds == {Alarm.Kind.ENDPOINT_AILS, Alarm.Kind.DELIVERY_FAILED}
    one.publish(at=AT, number="NCSC-2026-0124")
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("asked", "waits"), [("120", 120), ("1", 5), ("999999999", 3600), ("", None)]
)
def test_a_wish_to_wait_is_honoured_within_limits(
    hook: Receiver, asked: str, waits: int | None
) -> None:
    one, _, _ = connected(hook)
    one.publish(at=AT)
    hook.statuses.append(429)
    if asked:
        hook.headers["Retry-After"] = asked
    assert call_out() == {"deferred": 1}
    waited = (Delivery.objects.get().due_at - AT).total_seconds()
    assert waited == waits if waits is not None else 48 <= waited <= 72
    hook.headers.clear()
    assert call_out(AT + timedelta(hours=2)) == {"handed_over": 1}
    first, second = hook.got
    assert first[0]["webhook-id"] == second[0]["webhook-id"]


def test_a_redirect_is_no_answer_and_nobody_goes_there(hook: Receiver, settings: Settings) -> None:
    one, _, _ = connected(hook)
    one.publish(at=AT)
    with receiver.receiving() as elsewhere:
        hook.statuses.append(302)
        hook.headers["Location"] = elsewhere.url.replace("localhost", "127.0.0.1")
        assert call_out() == {"deferred": 1}
        assert elsewhere.got == []
    assert DeliveryAttempt.objects.get().smtp_code == 302


def test_an_answer_without_end_is_not_read(hook: Receiver) -> None:
    one, _, _ = connected(hook)
    one.publish(at=AT)
    hook.behave = receiver.hugely
    begun = time.monotonic()
    assert call_out() == {"handed_over": 1}
    assert time.monotonic() - begun < 5


def test_a_host_that_drips_is_left_when_time_is_up(
    hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _, _ = connected(hook)
    one.publish(at=AT)
    monkeypatch.setattr(send, "CALL_SECONDS", 1.0)
    hook.behave = receiver.slowly
    begun = time.monotonic()
    assert call_out() == {"lost": 1}  # it may have arrived: it is repeated under the same id
    assert time.monotonic() - begun < 5


def test_a_certificate_for_another_name_is_no_peer(hook: Receiver) -> None:
    with receiver.receiving("elsewhere.example") as other:
        endpoint = Endpoint(1, "localhost", other.url, ("whsec_" + "A" * 44,))
        result = call(endpoint)
        assert result.outcome is Outcome.UNREACHED
        assert other.got == []
    right = Endpoint(1, "localhost", hook.url, ("whsec_" + "A" * 44,))
    assert call(right).outcome is Outcome.HANDED_OVER


def call(endpoint: Endpoint) -> Any:
    return send.call(
        endpoint, b"{}", webhook_id="x", until=time.monotonic() + 5, context=send.tls()
    )


# --- the guard -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1", "2130706433", "0x7f.1", "0", "::1", "::ffff:127.0.0.1"),
        *("10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1"),
        *("fe80::1", "fd00::1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::"),
        *("192.0.2.1", "2001:db8::1", "255.255.255.255", "ff02::1"),
    ],
)
def test_an_address_that_is_not_public_is_never_called(host: str, settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = ""
    with pytest.raises(guard.NotPublic):
        guard.address_of(host, 443)


@pytest.mark.parametrize("host", ["1.1.1.1", "2606:4700:4700::1111"])
def test_a_public_address_is(host: str, settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = ""
    assert guard.address_of(host, 443) == host


def test_only_the_networks_that_the_setting_names_are_excepted(
    hook: Receiver, settings: Settings
) -> None:
    one, _, _ = connected(hook)
    settings.WEBHOOK_NETWORKS = "10.1.0.0/16"
    one.publish(at=AT)
    assert call_out() == {"unreached": 1}
    assert hook.got == []
    assert DeliveryAttempt.objects.get().answer == "the address is not public"


def test_a_name_that_changes_its_meaning_after_the_check_changes_nothing(
    hook: Receiver, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resolver answers a public address once and 127.0.0.1 ever after: only the first, which
    was checked, is connected to."""
    settings.WEBHOOK_NETWORKS = ""
    asked: list[str] = []
    connected_to: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        address = "192.0.2.7" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> Any:
        connected_to.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    monkeypatch.setattr("socket.create_connection", connect)
    monkeypatch.setattr(guard, "_permitted", lambda address: str(address) == "192.0.2.7")
    endpoint = Endpoint(1, "localhost", hook.url, ("whsec_" + "A" * 44,))
    assert call(endpoint).outcome is Outcome.UNREACHED
    assert (asked, connected_to) == (["localhost"], ["192.0.2.7"])
    assert call(endpoint).answer == "the address is not public"
    assert connected_to == ["192.0.2.7"]


def test_one_bad_address_among_good_ones_spoils_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, port)) for address in ("1.1.1.1", "127.0.0.1")]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    with pytest.raises(guard.NotPublic):
        guard.address_of("soc.waterschap.example", 443)


def test_a_proxy_in_the_environment_is_not_asked(
    hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    one, _, _ = connected(hook)
    one.publish(at=AT)
    assert call_out() == {"handed_over": 1}


# --- one host's trouble ----------------------------------------------------------------------


def publish(one: World, count: int) -> None:
    for number in range(count):
        one.publish(at=AT, number=f"NCSC-2026-{number:04d}")


def test_a_dead_host_is_left_alone_and_the_others_are_served(hook: Receiver) -> None:
    one, _, _ = connected(hook)
    with receiver.receiving() as dying:
        url = dying.url.replace("localhost", "localhost.")  # another host to us, the same machine
        other, _ = registered.proposed(one, url, at=AT)
        WebhookEndpoint.objects.filter(pk=other.pk).update(
            status="active", confirmed_at=AT, confirmed_by=one.second
        )
    publish(one, 8)  # nobody listens at the other any more
    assert call_out()["handed_over"] == 8
    tries = DeliveryAttempt.objects.filter(delivery__endpoint=other)
    assert 3 <= tries.count() <= 4  # what was under way when it tripped, and no more
    waiting = Delivery.objects.filter(endpoint=other)
    assert set(waiting.values_list("status", flat=True)) == {"pending"}
    assert all(delivery.due_at > AT for delivery in waiting)
    assert Alarm.objects.get().kind == Alarm.Kind.ENDPOINT_AILS
    assert "localhost" not in Alarm.objects.get().subject
    assert call_out(AT + timedelta(seconds=30)) == {}


def test_a_host_that_is_back_is_called_again_and_its_alarm_ends(hook: Receiver) -> None:
    one, _, _ = connected(hook)
    publish(one, 6)
    hook.statuses += [500] * 4
    assert call_out()["deferred"] >= circuits.OPENS_AT
    assert Circuit.objects.exists()
    assert Alarm.objects.get().resolved_at is None
    later = AT + timedelta(hours=1)
    assert call_out(later)["handed_over"] == 6
    assert not Circuit.objects.exists()
    assert Alarm.objects.get().resolved_at == later


def test_a_host_gets_few_calls_at_once(hook: Receiver) -> None:
    one, _, _ = connected(hook)
    publish(one, 12)
    assert call_out() == {"handed_over": 12}
    assert hook.most_at_once <= send.AT_ONCE_A_HOST


def test_a_mail_does_not_wait_for_a_call(hook: Receiver) -> None:
    one, _, _ = connected(hook)
    Contact.objects.bulk_create(
        Contact(organisation=one.organisation, name=p.name, email=p.email, language="nl")
        for p in people(1)
    )
    one.publish(at=AT)
    assert set(Delivery.objects.values_list("channel", flat=True)) == {"email", "webhook"}
    hook.behave = receiver.slowly
    begun = time.monotonic()
    drain(clock=at(), transports=["email"])
    assert time.monotonic() - begun < 5
    assert hook.got == []
