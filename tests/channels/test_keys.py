"""What constituents upload as a key: taken when it is fit, else refused with the reason."""

from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from recipients.certificates import BadKey, Fault, check
from recipients.errors import Conflict, NotAllowed
from recipients.models import Contact, ContactKey, WebhookEndpoint
from recipients.secrecy import InvalidToken, unseal
from sharing.models import Alarm, Delivery
from sharing.services import registry
from tests.advisories.samples import SAMPLES as SAMPLES_FOLDER
from tests.channels import certificates, gnupg, registered
from tests.sharing.outbox import Person, world

KEYS = SAMPLES_FOLDER / "keys"
AT = timezone.now()
ADDRESS = "soc@netbeheer-oosthoek.example"
SAMPLES = {
    "good_ed25519.asc": None,
    "good_binary.gpg": None,
    "smime_good.pem": None,
    "expired.asc": Fault.EXPIRED,
    "revoked.asc": Fault.REVOKED,
    "sign_only.asc": Fault.CANNOT_ENCRYPT,
    "weak_rsa1024.asc": Fault.WEAK,
    "truncated.asc": Fault.TRUNCATED,
    "two_blocks.asc": Fault.SEVERAL,
    "SECRET_key_uploaded_by_mistake.asc": Fault.SECRET,
    "good_ed25519.secret.asc": Fault.SECRET,
    "good_rsa3072_other_address.asc": Fault.OTHER_ADDRESS,
    "not_a_key.asc": Fault.NOT_A_KEY,
    "smime_good.key": Fault.SECRET,
    "smime_expired.pem": Fault.EXPIRED,
    "smime_other_address.pem": Fault.OTHER_ADDRESS,
    "smime_weak_rsa1024.pem": Fault.WEAK,
    "smime_wrong_eku.pem": Fault.WRONG_USE,
}


def sample(name: str) -> bytes:
    if not KEYS.is_dir():
        pytest.skip("../shared/data/keys is not there")
    return (KEYS / name).read_bytes()


def fault_of(upload: bytes, address: str = ADDRESS) -> Fault | None:
    try:
        check(upload, address=address, at=AT)
    except BadKey as bad:
        return bad.fault
    return None


@pytest.mark.parametrize(("name", "fault"), SAMPLES.items(), ids=list(SAMPLES))
def test_a_sample_is_taken_or_refused_for_its_own_reason(name: str, fault: Fault | None) -> None:
    assert fault_of(sample(name)) is fault


def test_a_damaged_key_is_told_by_its_checksum() -> None:
    """The damaged sample of the set equals the good one, so the damage is done here."""
    good = sample("good_ed25519.asc")
    mark = good.index(b"\n=") + 2
    assert fault_of(good[:mark] + b"AAAA" + good[mark + 4 :]) is Fault.CHECKSUM
    assert fault_of(good) is None


def test_a_certificate_of_a_stranger_is_refused_when_authorities_are_named(
    settings: Settings,
) -> None:
    own = certificates.for_mail(ADDRESS)
    settings.SMIME_TRUST = certificates.authority().pem
    assert fault_of(own.pem.encode()) is None
    settings.SMIME_TRUST = certificates.issue("Ander", by=None).pem
    assert fault_of(own.pem.encode()) is Fault.CHAIN


@gnupg.needs_gpg
@pytest.mark.django_db
def test_a_secret_key_is_not_kept_in_any_form() -> None:
    one = world([Person("Eva", "eva@waterschap.example")], at=AT)
    eva = Contact.objects.get()
    with gnupg.home() as home:
        home.make(eva.email)
        armoured = home.secret(eva.email).encode()
        binary = home.run("--export-secret-keys", eva.email).stdout
        for upload in (armoured, binary):
            with pytest.raises(BadKey) as refused:
                registry.propose_key(contact=eva, upload=upload, by=one.author, at=AT)
            assert refused.value.fault is Fault.SECRET
            assert not ContactKey.objects.exists()
        registry.propose_key(contact=eva, upload=home.public(eva.email), by=one.author, at=AT)
    assert ContactKey.objects.exists()


@pytest.mark.django_db
def test_a_key_takes_two_people_and_ending_it_takes_one() -> None:
    one = world([Person("Eva", "eva@waterschap.example")], at=AT)
    eva = Contact.objects.get()
    upload = certificates.for_mail(eva.email).pem.encode()
    key = registry.propose_key(contact=eva, upload=upload, by=one.author, at=AT)
    with pytest.raises(NotAllowed):
        registry.confirm_key(key=key, by=one.author, at=AT)
    with pytest.raises(Error), transaction.atomic():
        ContactKey.objects.update(confirmed_by=one.author, confirmed_at=AT)
    assert not ContactKey.objects.in_use().exists()
    registry.confirm_key(key=key, by=one.second, at=AT)
    assert ContactKey.objects.in_use().exists()
    registry.end_key(key=key, by=one.author, at=AT)
    assert not ContactKey.objects.in_use().exists()


@pytest.mark.django_db
def test_what_was_confirmed_is_never_another_key_afterwards() -> None:
    one = world([Person("Eva", "eva@waterschap.example")], at=AT)
    eva = Contact.objects.get()
    registered.key(one, eva, certificates.for_mail(eva.email).pem.encode(), at=AT)
    registered.proposed(one, "https://soc.waterschap.example/in", at=AT)
    for change in (
        lambda: ContactKey.objects.update(material=b"another"),
        lambda: ContactKey.objects.all().delete(),
        lambda: WebhookEndpoint.objects.update(url="https://elsewhere.example/"),
    ):
        with pytest.raises(Error), transaction.atomic():
            change()
    ContactKey.objects.update(checked_at=AT)  # what may change does


@gnupg.needs_gpg
@pytest.mark.django_db
def test_a_key_in_use_that_comes_back_revoked_ends_at_once() -> None:
    one = world([Person("Eva", "eva@waterschap.example")], at=AT)
    eva = Contact.objects.get()
    with gnupg.home() as home:
        fingerprint = home.make(eva.email)
        registered.key(one, eva, home.public(eva.email), at=AT)
        upload = home.revoked(fingerprint)
    with pytest.raises(BadKey) as refused:
        registry.propose_key(contact=eva, upload=upload, by=one.author, at=AT)
    assert refused.value.fault is Fault.REVOKED
    assert registry.end_revoked(contact=eva, upload=upload, by=one.author, at=AT)
    assert not ContactKey.objects.in_use().exists()


@pytest.mark.django_db
def test_secrets_of_endpoints_are_sealed_at_rest(settings: Settings) -> None:
    one = world([], at=AT)
    endpoint, secret = registered.proposed(one, "https://soc.waterschap.example/in", at=AT)
    endpoint.refresh_from_db()
    assert secret not in endpoint.secret
    assert unseal(endpoint.secret) == secret
    old = settings.CHANNEL_KEYS
    settings.CHANNEL_KEYS = "S2V5IG9mIHNvbWVib2R5IGVsc2UgYWx0b2dldGhlcj0="
    with pytest.raises(InvalidToken):
        unseal(endpoint.secret)
    settings.CHANNEL_KEYS += f"\n{old}"  # a new key in front: what the old one sealed still opens
    assert unseal(endpoint.secret) == secret


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "http://soc.waterschap.example/in",
        "https://name:word@soc.waterschap.example/in",
        "https:///in",
        "https://soc.waterschap.example:99999/",
        "https://söc.waterschap.example/",
        "https://soc.waterschap.example/#part",
    ],
)
def test_an_address_that_hides_something_is_refused(url: str) -> None:
    one = world([], at=AT)
    with pytest.raises(Conflict):
        registered.proposed(one, url, at=AT)
    registered.proposed(one, "https://soc.waterschap.example:8443/in?unit=3", at=AT)


@pytest.mark.django_db
def test_an_unconfirmed_or_expired_key_is_not_chosen_at_the_release(settings: Settings) -> None:
    settings.SMIME_SIGNING_KEY = certificates.service().key_pem + certificates.service().pem
    one = world([Person("Eva", "eva@waterschap.example")], at=AT)
    eva = Contact.objects.get()
    upload = certificates.for_mail(eva.email, days=5).pem.encode()
    key = registry.propose_key(contact=eva, upload=upload, by=one.author, at=AT)

    def chosen(number: int, at: timedelta = timedelta()) -> str:
        release = one.publish(at=AT + at, number=f"NCSC-2026-{number:04d}")
        return Delivery.objects.get(release=release).channel

    assert chosen(1) == "email"
    registry.confirm_key(key=key, by=one.second, at=AT)
    assert chosen(2) == "smime"
    assert chosen(3, timedelta(days=6)) == "email"
    settings.SMIME_SIGNING_KEY = ""
    assert chosen(4) == "email"
    assert not Alarm.objects.exists()
