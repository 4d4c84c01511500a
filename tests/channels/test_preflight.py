"""Before it matters: keys and endpoints are tried every day, and whoever must act is told."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import checks
from django.core.management import call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from audit.models import Entry
from recipients.models import Contact, ContactKey, KeyReminder
from sharing.checks import channels_are_set_up
from sharing.delivery.drain import drain
from sharing.delivery.preflight import preflight
from sharing.models import Alarm, Delivery, DeliveryAttempt
from sharing.services import releasing
from tests.channels import certificates, registered
from tests.channels.receiver import Receiver
from tests.sharing.mailserver import MailServer
from tests.sharing.outbox import BODY, TITLE, Person, World, world

pytestmark = pytest.mark.django_db
AT = timezone.now()
EVA = Person("Eva", "eva@waterschap.example", "en")


def with_key(*, days: float) -> tuple[World, ContactKey]:
    one = world([EVA], at=AT)
    upload = certificates.for_mail(EVA.email, days=days).pem.encode()
    return one, registered.key(one, Contact.objects.get(), upload, at=AT)


def test_a_contact_is_reminded_once_at_each_of_three_moments(server: MailServer) -> None:
    with_key(days=100)
    for day, mails in ((0, 0), (39, 0), (41, 1), (42, 1), (71, 2), (94, 3), (95, 3)):
        preflight(at=AT + timedelta(days=day))
        assert len(server.got) == mails, day
    last = server.mails[-1]
    assert server.recipients == [EVA.email] * 3
    assert "ends within 7 days" in last.get_content()
    assert len({mail["Message-ID"] for mail in server.mails}) == 3
    assert Alarm.objects.filter(kind=Alarm.Kind.KEY_EXPIRES).count() == 3
    assert Entry.objects.filter(action="key.remind").count() == 3


def test_a_reminder_that_could_not_be_sent_stays_owed(
    server: MailServer, settings: Settings
) -> None:
    with_key(days=5)
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    assert preflight(at=AT).reminded == 0
    assert KeyReminder.objects.get().sent_at is None
    settings.EMAIL_PORT = there
    assert preflight(at=AT + timedelta(days=1)).reminded == 1
    assert preflight(at=AT + timedelta(days=1)).reminded == 0


def test_a_key_that_is_no_longer_trusted_is_found_and_not_chosen(
    server: MailServer, settings: Settings
) -> None:
    settings.SMIME_SIGNING_KEY = certificates.service().key_pem + certificates.service().pem
    one, key = with_key(days=200)
    assert preflight(at=AT).faulty == 0
    settings.SMIME_TRUST = certificates.issue("Ander", by=None).pem
    assert preflight(at=AT).faulty == 1
    assert preflight(at=AT).faulty == 1
    key.refresh_from_db()
    assert key.fault == "chain"
    assert Alarm.objects.get().kind == Alarm.Kind.KEY_UNUSABLE
    one.publish(at=AT)
    assert Delivery.objects.get().channel == "email"
    settings.SMIME_TRUST = ""
    assert preflight(at=AT).faulty == 0
    release = one.publish(at=AT, number="NCSC-2026-0124")
    assert Delivery.objects.get(release=release).channel == "smime"


def test_the_command_says_what_it_found(
    server: MailServer, hook: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    one, _ = with_key(days=200)
    registered.endpoint(one, hook.url, at=AT)
    hook.statuses.append(503)
    call_command("preflight")
    said = capsys.readouterr().out.splitlines()
    assert said == ["keys: 1", "faulty: 0", "reminded: 0", "endpoints: 1", "silent: 1"]


def test_in_a_drill_everything_is_written_down_and_nothing_sent(
    server: MailServer, hook: Receiver, settings: Settings, tmp_path: Path
) -> None:
    one, _ = with_key(days=200)
    registered.endpoint(one, hook.url, at=AT)
    hook.got.clear()
    settings.DRILL_FOLDER = str(tmp_path)
    release = one.publish(at=AT, tlp="amber")
    one.publish(at=AT, tlp="green", number="NCSC-2026-0124")
    assert set(Delivery.objects.values_list("channel", flat=True)) == {"file"}
    assert drain(clock=lambda: AT) == {"handed_over": 4}
    assert server.got == []
    assert hook.got == []
    written = {path.stem: path.read_text() for path in tmp_path.glob("*.eml")}
    assert set(written) == {str(one.pk) for one in Delivery.objects.all()}
    for delivery in Delivery.objects.all():
        green = delivery.release_id != release.pk
        assert (TITLE.split()[0] in written[str(delivery.pk)]) is green
        assert (BODY in written[str(delivery.pk)]) is green
    assert set(DeliveryAttempt.objects.values_list("channel", "answer")) == {
        ("file", "written, not sent")
    }
    releasing.withdraw(release_id=release.pk, reason="Onjuist", by=one.author, at=AT)
    assert drain(clock=lambda: AT + timedelta(minutes=1)) == {"handed_over": 2}
    assert hook.got == []


def test_a_drill_is_refused_where_people_rely_on_it(settings: Settings, tmp_path: Path) -> None:
    settings.DRILL_FOLDER, settings.DEMO = str(tmp_path), False
    assert [found.id for found in channels_are_set_up(None)] == ["channels.E001"]
    assert "channels.E001" in {found.id for found in checks.run_checks()}
    settings.DEMO = True
    assert "channels.E001" not in {found.id for found in checks.run_checks()}
