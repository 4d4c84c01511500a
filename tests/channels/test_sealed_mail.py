"""Mail that only its recipient opens: gpg and openssl open what the outbox sent by real SMTP."""

import email.utils
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from advisories.addressing import Addressing
from advisories.services.reviewing import content_digest
from recipients.models import Contact, User
from sharing.channels import sealing as pool
from sharing.delivery.drain import drain
from sharing.models import Alarm, Delivery, DeliveryAttempt
from sharing.services import registry, releasing
from tests.channels import certificates, gnupg, registered
from tests.channels.conftest import SERVICE
from tests.sharing.mailserver import MailServer
from tests.sharing.outbox import BODY, TITLE, Person, World, people, world

pytestmark = [pytest.mark.django_db, gnupg.needs_gpg, pytest.mark.usefixtures("sealing")]
AT = timezone.now()
MINUTE = timedelta(minutes=1)
SECRETS = (TITLE, BODY, "[H/M]", "Voorbeeldproduct")


def at(instant: datetime = AT) -> Callable[[], datetime]:
    return lambda: instant


def contact(number: int = 0) -> Contact:
    return Contact.objects.get(email=people(number + 1)[number].email)


def outside(server: MailServer) -> str:
    """Everything that somebody on the way can read, as any program would show it."""
    shown = []
    for mail in server.mails:
        shown += [mail.as_string(), *(str(value) for value in mail.values())]
        shown += [str(part.get_content()) for part in mail.walk() if not part.is_multipart()]
    return "\n".join(shown)


def says_everything(inside: EmailMessage, envelope: EmailMessage) -> None:
    """The inside is the whole mail; of the outside it tells what could be read there (RFC 9788)."""
    assert inside["Subject"] == f"NCSC-2026-0123 [1.00] [H/M] {TITLE} (TLP:AMBER)"
    assert BODY in inside.get_content()
    assert inside["Message-ID"] == envelope["Message-ID"]
    assert inside["To"] == envelope["To"]
    assert inside["Content-Type"].params["hp"] == "cipher"
    told = [line for line in inside.get_all("HP-Outer", []) if line.startswith("Subject:")]
    assert len(told) == 1
    assert TITLE not in told[0]


def with_key(theirs: gnupg.Home, *, tlp: str = "amber", count: int = 1) -> World:
    one = world(people(count), at=AT)
    address = people(1)[0].email
    if not theirs.public(address):
        theirs.make(address)
    registered.key(one, contact(), theirs.public(address), at=AT)
    one.publish(at=AT, tlp=tlp)
    return one


def test_gpg_opens_what_was_sent_and_knows_who_signed(
    server: MailServer, ours: gnupg.Home, theirs: gnupg.Home
) -> None:
    with_key(theirs)
    assert Delivery.objects.get().channel == "openpgp"
    assert drain(clock=at()) == {"handed_over": 1}
    (mail,) = server.mails
    inside, signer = theirs.opened(mail)
    says_everything(inside, mail)
    assert ours.public(signer)  # the portal's own key
    assert mail["Subject"].startswith("NCSC-2026-0123 [1.00] ")
    assert mail["Message-ID"] == f"<{Delivery.objects.get().pk}@ncsc.example>"
    assert not [secret for secret in SECRETS if secret in outside(server)]
    assert DeliveryAttempt.objects.get().channel == "openpgp"


def test_openssl_opens_what_was_sent_and_verifies_it(server: MailServer, tmp_path: Path) -> None:
    one = world(people(1), at=AT)
    own = certificates.for_mail(people(1)[0].email)
    registered.key(one, contact(), own.pem.encode(), at=AT)
    one.publish(at=AT, tlp="amber")
    assert Delivery.objects.get().channel == "smime"
    assert drain(clock=at()) == {"handed_over": 1}
    (mail,) = server.mails
    assert mail["Content-Type"].params["smime-type"] == "enveloped-data"
    says_everything(certificates.opened(mail, own=own, folder=tmp_path), mail)
    assert not [secret for secret in SECRETS if secret in outside(server)]


def test_a_colleague_without_a_key_gets_the_notice_only(
    server: MailServer, theirs: gnupg.Home
) -> None:
    with_key(theirs, count=2)
    assert drain(clock=at()) == {"handed_over": 2}
    sealed, plain = sorted(server.mails, key=lambda mail: mail["To"])
    assert BODY in theirs.opened(sealed)[0].get_content()
    assert plain.get_content_type() == "text/plain"
    assert not [secret for secret in SECRETS if secret in outside(server)]


def test_the_first_possible_channel_of_the_contacts_order_is_taken(
    server: MailServer, theirs: gnupg.Home
) -> None:
    one = with_key(theirs)
    own = certificates.for_mail(people(1)[0].email)
    registered.key(one, contact(), own.pem.encode(), at=AT)
    for number, order in enumerate((["smime", "openpgp"], ["openpgp", "smime"], ["email"])):
        registry.order_channels(contact=contact(), channels=order, by=one.author, at=AT)
        release = one.publish(at=AT, number=f"NCSC-2026-{number:04d}")
        assert Delivery.objects.get(release=release).channel == order[0]


@pytest.mark.parametrize("fate", ["expired", "ended"])
def test_a_key_that_ended_after_the_release_makes_a_notice_and_a_task(
    server: MailServer, theirs: gnupg.Home, fate: str
) -> None:
    one = world([Person("Eva", f"{fate}@waterschap.example")], at=AT)
    (eva,) = Contact.objects.all()
    theirs.make(eva.email, expires="1d" if fate == "expired" else "never")
    key = registered.key(one, eva, theirs.public(eva.email), at=AT)
    one.publish(at=AT, tlp="amber")
    later = AT
    if fate == "ended":
        registry.end_key(key=key, by=one.second, at=AT)
    else:
        later = AT + timedelta(days=2)  # the key was made some time after AT
    assert Delivery.objects.get().channel == "openpgp"
    assert drain(clock=at(later)) == {"handed_over": 1}
    (mail,) = server.mails
    assert mail.get_content_type() == "text/plain"
    assert "/advisories/NCSC-2026-0123" in mail.get_content()
    assert not [secret for secret in SECRETS if secret in outside(server)]
    assert Alarm.objects.get().kind == Alarm.Kind.KEY_UNUSABLE
    assert DeliveryAttempt.objects.get().channel == "email"


def test_a_green_text_does_not_go_in_the_clear_either_when_the_key_is_gone(
    server: MailServer, theirs: gnupg.Home
) -> None:
    one = with_key(theirs, tlp="green")
    registry.end_key(key=contact().keys.get(), by=one.second, at=AT)
    assert drain(clock=at()) == {"handed_over": 1}
    assert not [secret for secret in SECRETS if secret in outside(server)]


def test_a_key_that_came_in_its_place_is_used(
    server: MailServer, ours: gnupg.Home, theirs: gnupg.Home
) -> None:
    one = with_key(theirs)
    with gnupg.home() as new:
        new.run("--import", stdin=ours.public(SERVICE))
        new.make(contact().email)
        registered.key(one, contact(), new.public(contact().email), at=AT)
        assert drain(clock=at()) == {"handed_over": 1}
        assert BODY in new.opened(server.mails[0])[0].get_content()
    assert not Alarm.objects.exists()


def test_a_portal_that_lost_its_own_key_sends_no_content_and_says_so(
    server: MailServer, theirs: gnupg.Home, settings: Settings
) -> None:
    with_key(theirs)
    settings.OPENPGP_SIGNING_KEY = "no key at all"
    assert drain(clock=at()) == {"handed_over": 1}
    assert not [secret for secret in SECRETS if secret in outside(server)]
    assert Alarm.objects.get().kind == Alarm.Kind.KEY_UNUSABLE


def test_a_withdrawal_is_sealed_as_what_it_takes_back_was(
    server: MailServer, theirs: gnupg.Home
) -> None:
    one = with_key(theirs)
    drain(clock=at())
    release = Delivery.objects.get().release
    releasing.withdraw(release_id=release.pk, reason="Onjuist", by=one.author, at=AT + MINUTE)
    assert drain(clock=at(AT + 2 * MINUTE)) == {"handed_over": 1}
    inside, _ = theirs.opened(server.mails[-1])
    assert "NCSC-2026-0123" in inside["Subject"]
    assert "Onjuist" not in inside.get_content()


def test_a_repeat_goes_under_the_same_name(server: MailServer, theirs: gnupg.Home) -> None:
    with_key(theirs)
    server.after_taking[people(1)[0].email].append("451 stumbled")
    assert drain(clock=at()) == {"deferred": 1}
    assert drain(clock=at(AT + 5 * MINUTE)) == {"handed_over": 1}
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_many_are_sealed_by_children_each_to_its_own_key(
    server: MailServer, theirs: gnupg.Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "WORTHWHILE", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    one = world(people(4), at=AT)
    addresses = [person.email for person in people(4)]
    for number, address in enumerate(addresses[:3]):
        if not theirs.public(address):
            theirs.make(address)
        registered.key(one, contact(number), theirs.public(address), at=AT)
    own = certificates.for_mail(addresses[3])
    registered.key(one, contact(3), own.pem.encode(), at=AT)
    one.publish(at=AT, tlp="amber")
    try:
        assert drain(clock=at()) == {"handed_over": 4}
        assert len(pool._children) == 2
        for mail in server.mails:
            if mail.get_content_type() == "multipart/encrypted":
                inside, _ = theirs.opened(mail)
                assert inside["To"] == mail["To"]
        for child in pool._children:
            child.kill()
            child.wait()
        one.publish(at=AT, tlp="amber", number="NCSC-2026-0124")
        assert drain(clock=at()) == {"handed_over": 4}  # what a dead child had is done here
    finally:
        pool.close()
    senders = {email.utils.parseaddr(mail["From"])[1] for mail in server.mails}
    assert senders == {SERVICE}


@pytest.mark.parametrize("shared", [False, True], ids=["own key", "key of a team"])
def test_red_goes_to_the_named_person_under_a_key_of_her_own_only(
    server: MailServer, theirs: gnupg.Home, shared: bool
) -> None:
    name = f"{'team' if shared else 'eigen'}@waterschap.example"
    one = world([Person("Eva", name), Person("Balie", f"balie-{name}")], at=AT)
    desk, eva = Contact.objects.order_by("email")
    eva.user = User.objects.create_user(eva.email, name="Eva", organisation=one.organisation)
    eva.save(update_fields=["user"])
    theirs.make(eva.email)
    theirs.run("--quick-add-uid", eva.email, desk.email)
    registered.key(one, eva, theirs.public(eva.email), at=AT)
    if shared:
        registered.key(one, desk, theirs.public(eva.email), at=AT)
    version = one.approve(at=AT, tlp="red")
    version.addressing = Addressing(people=frozenset({eva.user.pk})).to_json()
    version.approved_digest = content_digest(version)
    version.save()
    releasing.release(version_id=version.pk, by=one.author, at=AT)
    assert drain(clock=at()) == {"handed_over": 1}
    assert server.recipients == [eva.email]
    (mail,) = server.mails
    assert not [secret for secret in SECRETS if secret in outside(server)]
    if shared:
        assert mail.get_content_type() == "text/plain"
    else:
        assert BODY in theirs.opened(mail)[0].get_content()
    assert not Alarm.objects.exists()
