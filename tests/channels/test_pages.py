"""Keys and webhooks at the desk, in a browser: two people, and what is wrong said in a sentence."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from recipients.models import Contact, ContactKey, WebhookEndpoint
from recipients.secrecy import unseal
from tests.channels import certificates
from tests.sharing.outbox import Person, World, world
from tests.sharing.published import browser

pytestmark = pytest.mark.django_db
AT = timezone.now()
EVA = "eva@waterschap.example"


@pytest.fixture
def one() -> World:
    return world([Person("Eva", EVA)], at=AT)


@pytest.fixture
def clerk(one: World) -> Client:
    return browser(one.author, language="en")


@pytest.fixture
def second(one: World) -> Client:
    return browser(one.second, language="en")


@pytest.fixture
def pem() -> str:
    return certificates.for_mail(EVA).pem


def page(one: World, who: Client) -> str:
    answer = who.get(f"/desk/registry/{one.organisation.pk}")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_one_uploads_a_key_and_another_confirms_it(
    one: World, clerk: Client, second: Client, pem: str
) -> None:
    contact = Contact.objects.get()
    upload = SimpleUploadedFile("eva.pem", pem.encode())
    answer = clerk.post(f"/desk/registry/contacts/{contact.pk}/key", {"file": upload})
    assert answer.status_code == 302
    key = ContactKey.objects.get()
    assert key.fingerprint.upper() in page(one, clerk)
    own = clerk.post(f"/desk/registry/keys/{key.pk}/confirm", follow=True)
    assert "Somebody else than who proposed it" in own.content.decode()
    assert not ContactKey.objects.in_use().exists()
    second.post(f"/desk/registry/keys/{key.pk}/confirm")
    assert ContactKey.objects.in_use().get() == key
    clerk.post(f"/desk/registry/keys/{key.pk}/end")
    assert not ContactKey.objects.in_use().exists()


def test_a_secret_key_is_refused_in_words_and_shown_nowhere(
    one: World, clerk: Client, pem: str
) -> None:
    contact = Contact.objects.get()
    secret = certificates.for_mail(EVA).key_pem
    address = f"/desk/registry/contacts/{contact.pk}/key"
    answer = clerk.post(address, {"text": secret})
    assert answer.status_code == 422
    shown = html.unescape(answer.content.decode())
    assert "This is a SECRET key. It was not kept." in shown
    assert secret.splitlines()[3] not in shown
    assert not ContactKey.objects.exists()
    assert "one of the two" in clerk.post(address, {}).content.decode()
    assert clerk.post(address, {"text": pem}).status_code == 302


def test_the_secret_of_a_webhook_is_shown_once(one: World, clerk: Client, second: Client) -> None:
    address = f"/desk/registry/{one.organisation.pk}/webhooks"
    url = "https://soc.waterschap.example/in"
    refused = clerk.post(address, {"url": "https://a:b@soc.waterschap.example/"})
    assert refused.status_code == 422
    answer = clerk.post(address, {"url": url})
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", html.unescape(answer.content.decode()))
    endpoint = WebhookEndpoint.objects.get()
    assert found
    assert found[0] == unseal(endpoint.secret)
    assert "no-store" in answer.headers["Cache-Control"]
    assert url in page(one, clerk)
    assert "whsec_" not in page(one, clerk)
    second.post(f"/desk/registry/webhooks/{endpoint.pk}/confirm")
    endpoint.refresh_from_db()
    assert endpoint.status == "challenged"
    rotated = html.unescape(
        clerk.post(f"/desk/registry/webhooks/{endpoint.pk}/rotate").content.decode()
    )
    assert "whsec_" in rotated
    assert found[0] not in rotated
    second.post(f"/desk/registry/webhooks/{endpoint.pk}/suspend")
    endpoint.refresh_from_db()
    assert endpoint.status == "suspended"
    assert "Suspended" in html.unescape(page(one, second)) or "suspended" in page(one, second)


def test_the_order_of_channels_is_kept(one: World, clerk: Client) -> None:
    contact = Contact.objects.get()
    address = f"/desk/registry/contacts/{contact.pk}/order"
    clerk.post(address, {"order": "smime,openpgp,email"})
    contact.refresh_from_db()
    assert contact.channels == ["smime", "openpgp", "email"]
    refused = clerk.post(address, {"order": "webhook"}, follow=True)
    assert "Choose one or more" in refused.content.decode()
    contact.refresh_from_db()
    assert contact.channels == ["smime", "openpgp", "email"]
