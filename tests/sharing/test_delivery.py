"""From owed to handed over, against a real SMTP server."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from audit.models import Entry
from recipients.models import Contact
from sharing.delivery import claim
from sharing.delivery.drain import drain
from sharing.models import Alarm, Delivery, DeliveryAttempt
from sharing.services import releasing
from tests.sharing.mailserver import HANG_UP, MailServer
from tests.sharing.outbox import BODY, TITLE, Person, World, people, world

pytestmark = pytest.mark.django_db
Status = Delivery.Status
AT = timezone.now()


def at(**later: float) -> Callable[[], datetime]:
    """A clock that stands still."""
    instant = AT + timedelta(**later)
    return lambda: instant


def statuses() -> set[str]:
    return set(Delivery.objects.values_list("status", flat=True))


def test_each_contact_gets_one_mail_of_its_own_under_the_deliverys_id(server: MailServer) -> None:
    world(people(7), at=AT).publish(at=AT)
    tally = drain(clock=at())
    assert tally == {"handed_over": 7}
    assert statuses() == {Status.HANDED_OVER}
    assert sorted(server.recipients) == sorted(p.email for p in people(7))
    assert all(len(recipients) == 1 for recipients, _ in server.got)
    ids = {f"<{d.pk}@ncsc.example>" for d in Delivery.objects.all()}
    assert {mail["Message-ID"] for mail in server.mails} == ids
    assert all(mail["Bcc"] is None for mail in server.mails)
    assert {mail["Auto-Submitted"] for mail in server.mails} == {"auto-generated"}
    attempts = DeliveryAttempt.objects.all()
    assert {(a.number, a.outcome, a.smtp_code) for a in attempts} == {(1, "handed_over", 250)}
    assert Entry.objects.get(action="delivery.settle").detail == {"handed_over": 7}
    assert server.sessions == 1


def test_nothing_is_sent_twice_however_often_workers_are_rung(server: MailServer) -> None:
    world(people(3), at=AT).publish(at=AT)
    for _ in range(3):
        drain(clock=at())
    assert len(server.got) == 3


def test_urgent_mail_goes_before_what_was_due_earlier(server: MailServer) -> None:
    one = world(people(2), at=AT - timedelta(hours=1))
    one.publish(at=AT - timedelta(minutes=5), number="NCSC-2026-0001")
    one.publish(at=AT, number="NCSC-2026-0002", urgent=True)
    drain(clock=at())
    numbers = [mail["Subject"].split()[0] for mail in server.mails]
    assert numbers == ["NCSC-2026-0002"] * 2 + ["NCSC-2026-0001"] * 2


def test_a_deferred_mail_waits_and_goes_later_under_the_same_id(server: MailServer) -> None:
    world(people(3), at=AT).publish(at=AT)
    late = people(3)[1].email
    server.rcpt_answers[late].append("451 4.2.1 mailbox busy")
    assert drain(clock=at()) == {"handed_over": 2, "deferred": 1}
    waiting = Delivery.objects.get(status=Status.PENDING)
    assert timedelta(seconds=45) < waiting.due_at - AT < timedelta(seconds=75)
    assert drain(clock=at(seconds=30)) == {}
    assert drain(clock=at(seconds=90)) == {"handed_over": 1}
    assert server.recipients[-1] == late
    assert server.mails[-1]["Message-ID"] == f"<{waiting.pk}@ncsc.example>"
    tries = waiting.tries.order_by("number")
    assert [(t.outcome, t.smtp_code) for t in tries] == [("deferred", 451), ("handed_over", 250)]
    assert tries[0].answer == "4.2.1 mailbox busy"


def test_what_is_deferred_for_two_days_becomes_a_persons_task(server: MailServer) -> None:
    world(people(2), at=AT).publish(at=AT)
    busy = people(2)[0].email
    server.data_answers[busy] += ["452 full"] * 3
    assert drain(clock=at()) == {"handed_over": 1, "deferred": 1}
    drain(clock=at(hours=47))
    assert not Alarm.objects.exists()
    assert drain(clock=at(hours=52)) == {"deferred": 1}
    failed = Delivery.objects.get(status=Status.FAILED)
    assert Alarm.objects.get().subject == f"delivery {failed.pk} of NCSC-2026-0123 [1.00]"
    assert drain(clock=at(hours=60)) == {}


@pytest.mark.parametrize("stage", ["rcpt_answers", "data_answers"])
def test_a_refused_mail_fails_loudly_and_alone(server: MailServer, stage: str) -> None:
    world(people(3), at=AT).publish(at=AT)
    getattr(server, stage)[people(3)[0].email].append("550 5.1.1 no such mailbox")
    assert drain(clock=at()) == {"handed_over": 2, "refused": 1}
    failed = Delivery.objects.get(status=Status.FAILED)
    assert failed.contact
    assert failed.contact.email == people(3)[0].email
    assert Alarm.objects.get().kind == Alarm.Kind.DELIVERY_FAILED
    assert failed.tries.get().answer == "5.1.1 no such mailbox"


def test_a_refused_sender_fails_nobodys_mail(server: MailServer) -> None:
    world(people(2), at=AT).publish(at=AT)
    server.mail_answers.append("550 sender rejected")
    assert drain(clock=at()) == {"handed_over": 1, "deferred": 1}
    assert statuses() == {Status.HANDED_OVER, Status.PENDING}


@pytest.mark.parametrize("moment", ["rcpt_answers", "data_answers", "after_taking"])
def test_a_lost_connection_repeats_one_mail_under_the_same_id(
    server: MailServer, moment: str
) -> None:
    world(people(5), at=AT).publish(at=AT)
    unlucky = people(5)[2].email
    getattr(server, moment)[unlucky].append(HANG_UP)
    assert drain(clock=at()) == {"handed_over": 5, "lost": 1}
    assert statuses() == {Status.HANDED_OVER}
    assert set(server.recipients) == {p.email for p in people(5)}
    assert len(server.got) == (6 if moment == "after_taking" else 5)
    assert len({mail["Message-ID"] for mail in server.mails}) == 5
    lost = Delivery.objects.get(contact__email=unlucky)
    assert list(lost.tries.order_by("number").values_list("outcome", flat=True)) == [
        "lost",
        "handed_over",
    ]


def test_a_server_that_closes_after_a_few_mails_still_gets_them_all(server: MailServer) -> None:
    world(people(10), at=AT).publish(at=AT)
    server.close_after = 4
    tally = drain(clock=at())
    assert tally["handed_over"] == 10
    assert sorted(server.recipients) == sorted(p.email for p in people(10))


def test_a_mail_that_loses_every_connection_does_not_hold_up_the_rest(server: MailServer) -> None:
    world(people(4), at=AT).publish(at=AT)
    poison = people(4)[0].email
    server.data_answers[poison] += [HANG_UP] * 50
    tally = drain(clock=at())
    assert tally == {"handed_over": 3, "lost": 2}
    assert Delivery.objects.get(status=Status.PENDING).due_at > AT


def test_a_server_that_takes_nothing_is_left_alone_and_reported(server: MailServer) -> None:
    world(people(20), at=AT).publish(at=AT)
    server.mail_answers += [HANG_UP] * 100
    assert drain(clock=at())["handed_over"] == 0
    assert server.sessions == 5
    assert Alarm.objects.get().subject == "mail server"
    assert Status.FAILED not in statuses()


def test_a_server_that_closes_politely_defers_one_and_keeps_the_rest(server: MailServer) -> None:
    world(people(3), at=AT).publish(at=AT)
    server.mail_answers.append("421 4.3.2 closing")
    assert drain(clock=at()) == {"handed_over": 2, "deferred": 1}


def test_without_a_server_all_stays_owed_and_the_alarm_ends_when_it_is_back(
    server: MailServer, settings: Settings
) -> None:
    world(people(3), at=AT).publish(at=AT)
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    assert drain(clock=at()) == {}
    assert drain(clock=at()) == {}
    assert {(d.status, d.attempts) for d in Delivery.objects.all()} == {(Status.PENDING, 0)}
    assert Alarm.objects.get().resolved_at is None
    settings.EMAIL_PORT = there
    assert drain(clock=at(minutes=1)) == {"handed_over": 3}
    assert Alarm.objects.get().resolved_at is not None


def test_green_is_told_and_amber_is_only_announced(server: MailServer) -> None:
    one = world(people(1), at=AT)
    one.publish(at=AT, number="NCSC-2026-0001", tlp="green", urgent=True)
    one.publish(at=AT, number="NCSC-2026-0002", tlp="amber", urgent=True)
    drain(clock=at())
    mails = {mail["Subject"].split()[0]: mail for mail in server.mails}
    green, amber = mails["NCSC-2026-0001"], mails["NCSC-2026-0002"]
    assert green["Subject"] == f"NCSC-2026-0001 [1.00] [H/H] {TITLE} (TLP:GREEN)"
    assert BODY in green.get_content()
    assert "/advisories/NCSC-2026-0001" in green.get_content()
    raw = amber.as_string() + amber.get_content()
    for leak in (TITLE, *TITLE.split(), BODY, "H/H"):
        assert leak in green.as_string() + green["Subject"] + green.get_content()
        assert leak not in raw or leak == "in"
    assert amber["Subject"].startswith("NCSC-2026-0002 [1.00] ")
    assert "TLP:AMBER" in amber["Subject"]
    assert "/advisories/NCSC-2026-0002" in amber.get_content()


def test_what_is_no_longer_lawful_when_sent_is_withheld(server: MailServer) -> None:
    one = world(people(2), at=AT)
    one.publish(at=AT, number="NCSC-2026-0001")
    assert drain(clock=at()) == {"handed_over": 2}
    one.publish(at=AT, number="NCSC-2026-0002")
    one.end_designation(at=AT + timedelta(minutes=1))
    assert drain(clock=at(minutes=2)) == {"withheld": 2}
    assert len(server.got) == 2
    assert statuses() == {Status.HANDED_OVER, Status.WITHHELD}


def test_a_contact_that_left_is_withheld_and_a_colleague_is_not(server: MailServer) -> None:
    world(people(2), at=AT).publish(at=AT)
    Contact.objects.filter(email=people(2)[0].email).update(active=False)
    assert drain(clock=at()) == {"withheld": 1, "handed_over": 1}
    assert server.recipients == [people(2)[1].email]


def withdraw(one: World, release_id: int, minutes: float) -> None:
    releasing.withdraw(
        release_id=release_id,
        reason="Onjuist",
        by=one.author,
        at=AT + timedelta(minutes=minutes),
    )


def test_who_was_told_hears_of_the_withdrawal_and_only_its_number(server: MailServer) -> None:
    one = world(people(2), at=AT)
    release = one.publish(at=AT)
    drain(clock=at())
    withdraw(one, release.pk, 1)
    assert drain(clock=at(minutes=2)) == {"handed_over": 2}
    notice = server.mails[-1]
    assert "NCSC-2026-0123" in notice["Subject"]
    text = notice.as_string() + notice.get_content()
    assert TITLE not in text
    assert BODY not in text
    assert "Onjuist" not in text


def test_who_was_never_told_does_not_hear_of_the_withdrawal(server: MailServer) -> None:
    one = world(people(3), at=AT)
    release = one.publish(at=AT)
    left = Contact.objects.filter(email=people(3)[0].email)
    left.update(active=False)
    server.rcpt_answers[people(3)[1].email].append("451 4.2.1 mailbox busy")
    assert drain(clock=at()) == {"withheld": 1, "handed_over": 1, "deferred": 1}
    left.update(active=True)
    withdraw(one, release.pk, 1)
    assert drain(clock=at(minutes=2)) == {"handed_over": 1}
    assert server.recipients == [people(3)[2].email] * 2


def test_a_notice_withheld_after_the_withdrawal_needs_no_word_of_it(server: MailServer) -> None:
    one = world(people(2), at=AT)
    release = one.publish(at=AT)
    in_hand = claim.claim(at=AT)
    withdraw(one, release.pk, 1)
    assert Delivery.objects.filter(kind=Delivery.Kind.WITHDRAWAL).count() == 2
    withheld, sent = in_hand
    ends = [
        claim.Settled(withheld, Status.WITHHELD, "withheld"),
        claim.Settled(sent, Status.HANDED_OVER, "handed_over", 250),
    ]
    with transaction.atomic():
        claim.settle(ends, at=AT + timedelta(minutes=2))
    assert drain(clock=at(minutes=3)) == {"handed_over": 1, "recalled": 1}
    assert sent.contact_id
    assert server.recipients == [Contact.objects.get(pk=sent.contact_id).email]


def test_a_notice_in_a_dead_workers_hands_is_recalled_with_its_release(server: MailServer) -> None:
    one = world(people(1), at=AT)
    release = one.publish(at=AT)
    Delivery.objects.update(status=Status.SENDING, lease_until=AT, attempts=1)
    withdraw(one, release.pk, 1)
    drain(clock=at(minutes=2))
    recalled = Delivery.objects.get(kind=Delivery.Kind.NOTICE)
    assert recalled.status == Status.RECALLED
    assert recalled.tries.get().outcome == "recalled"
    assert server.got == []  # the withdrawal waited for it
    assert drain(clock=at(minutes=3)) == {"handed_over": 1}
    assert TITLE not in "".join(mail["Subject"] for mail in server.mails)


def test_an_address_that_cannot_be_mailed_fails_loudly_and_alone(server: MailServer) -> None:
    bad = Person("Sjoerd", "sjoerdé@waterschap.example")
    good = Person("Jörg Müller-Çelik", "joerg@bücher.example")
    world([bad, good], at=AT).publish(at=AT)
    assert drain(clock=at()) == {"refused": 1, "handed_over": 1}
    assert server.recipients == ["joerg@xn--bcher-kva.example"]
    assert server.mails[0]["To"].addresses[0].display_name == "Jörg Müller-Çelik"
    assert Alarm.objects.count() == 1


def test_a_bug_in_our_own_hands_leaves_the_message_owed_and_is_loud(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = world(people(2), at=AT)
    one.publish(at=AT)

    def broken(**_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("sharing.delivery.prepare.for_sending", broken)
        assert drain(clock=at()) == {}
    assert statuses() == {Status.PENDING}
    assert "cannot be prepared" in Alarm.objects.get().subject
    assert drain(clock=at(minutes=6)) == {"handed_over": 2}


def test_the_command_drains_without_a_broker(
    server: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    world(people(2), at=AT).publish(at=AT)
    call_command("deliver", "--once")
    assert capsys.readouterr().out == "handed_over: 2\n"
    assert len(server.got) == 2
