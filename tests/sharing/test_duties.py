"""A legal duty that is not met in time is an alarm, until it is met. Instants are given, not waited for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from audit.models import Entry
from law.vocabulary import Capacity, Predicate
from recipients.models import Contact, Role
from sharing import tasks
from sharing.duties import watch
from sharing.models import Alarm, Delivery, Release
from sharing.services import releasing
from tests import builders
from tests.sharing.test_exceptional import CASES, HOUR, WBNI, Stage

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def stage() -> Stage:
    """A duty towards a competent authority, confirmed by two persons at `WBNI`."""
    made = Stage(CASES["duty"])
    made.propose()
    made.confirm()
    return made


def alarms() -> list[str]:
    return list(Alarm.objects.filter(resolved_at=None).values_list("kind", flat=True))


def hand_over(release: Release) -> None:
    Delivery.objects.filter(release=release).update(
        status=Delivery.Status.HANDED_OVER, handed_over_at=WBNI + HOUR, lease_until=None
    )


def test_a_must_not_handed_over_within_the_hour_is_an_alarm_until_it_is(stage: Stage) -> None:
    stage.publish()
    release = Release.objects.get()
    assert watch(at=WBNI + 59 * MINUTE, minutes=60) == 0
    assert alarms() == []
    assert watch(at=WBNI + HOUR, minutes=60) == 1
    assert watch(at=WBNI + HOUR + MINUTE, minutes=60) == 1  # the same one
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.release, alarm.raised_at) == (
        Alarm.Kind.MUST_OVERDUE,
        release,
        WBNI + HOUR,
    )
    assert str(stage.recipient.pk) in alarm.subject  # type: ignore[union-attr]  # it has one
    person = stage.people[Role.DUTY_OFFICER]
    for path in ("/desk/", f"/desk/releases/{release.pk}/"):
        assert "a legal duty to supply is overdue" in stage.get(person, path)
    hand_over(release)
    assert watch(at=WBNI + 2 * HOUR, minutes=60) == 0
    alarm.refresh_from_db()
    assert alarm.resolved_at == WBNI + 2 * HOUR
    for path in ("/desk/", f"/desk/releases/{release.pk}/"):
        assert "a legal duty to supply is overdue" not in stage.get(person, path)
    told = Entry.objects.filter(action="alarm.must_overdue").order_by("pk")
    assert list(told.values_list("outcome", flat=True)) == ["", "resolved"]


def test_what_was_handed_over_in_time_is_no_alarm(stage: Stage) -> None:
    stage.publish()
    hand_over(Release.objects.get())
    assert watch(at=WBNI + 5 * HOUR, minutes=60) == 0


def test_who_has_no_mailbox_has_to_be_told_otherwise(stage: Stage) -> None:
    Contact.objects.update(active=False)
    stage.publish()
    assert not Delivery.objects.exists()
    assert watch(at=WBNI + HOUR, minutes=60) == 1


def test_an_attested_necessity_that_is_not_released_within_the_hour_is_an_alarm(
    stage: Stage,
) -> None:
    assert watch(at=WBNI + 59 * MINUTE, minutes=60) == 0
    assert watch(at=WBNI + HOUR, minutes=60) == 1
    assert Alarm.objects.get().subject == f"{stage.version}, not released"
    stage.now = WBNI + HOUR + MINUTE
    stage.publish()
    assert watch(at=stage.now + MINUTE, minutes=60) == 0
    assert alarms() == []
    assert watch(at=stage.now + HOUR, minutes=60) == 1  # and now it must be handed over
    assert Alarm.objects.filter(resolved_at=None).get().release is not None


@pytest.mark.parametrize("released", [True, False])
def test_a_duty_that_somebody_ended_is_due_no_longer(stage: Stage, *, released: bool) -> None:
    if released:
        stage.publish()
    assert watch(at=WBNI + HOUR, minutes=60) == 1
    stage.now = WBNI + HOUR + MINUTE
    stage.act("end", stage.people[Role.SECOND_READER])
    assert watch(at=stage.now, minutes=60) == 0
    assert alarms() == []


def test_a_duty_that_ran_out_unmet_stays_an_alarm(stage: Stage) -> None:
    stage.publish()
    assert watch(at=WBNI + HOUR, minutes=60) == 1
    assert watch(at=WBNI + 30 * HOUR, minutes=60) == 1


def test_a_withdrawal_ends_it(stage: Stage) -> None:
    stage.publish()
    assert watch(at=WBNI + HOUR, minutes=60) == 1
    releasing.withdraw(
        release_id=Release.objects.get().pk,
        reason="Onjuist.",
        by=stage.people[Role.DUTY_OFFICER],
        at=WBNI + HOUR + MINUTE,
    )
    assert watch(at=WBNI + 2 * HOUR, minutes=60) == 0


@pytest.mark.parametrize("capacity", [Capacity.SUPERVISOR, Capacity.VITAL])
def test_only_necessity_towards_a_competent_authority_makes_a_duty(capacity: Capacity) -> None:
    """The same words attested for a kind of recipient: without a guided form."""
    stage = Stage(CASES["duty"])
    stage.post(
        stage.people[Role.DUTY_OFFICER],
        f"/desk/versions/{stage.version.pk}/attest",
        {
            "predicate": Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY.value,
            "capacity": capacity.value,
            "text": "Landelijke uitval dreigt.",
            "role": "duty_officer",
        },
    )
    expected = 1 if capacity is Capacity.SUPERVISOR else 0
    assert watch(at=WBNI + HOUR, minutes=60) == expected


def test_the_worker_watches_every_minute_by_the_setting(stage: Stage, settings: Settings) -> None:
    scheduled = settings.CELERY_BEAT_SCHEDULE["watch-duties"]
    assert (scheduled["task"], scheduled["schedule"]) == ("sharing.tasks.watch_duties", 60.0)
    stage.now = WBNI + 20 * MINUTE
    with stage.clock():
        tasks.watch_duties()
    assert alarms() == []
    settings.MUST_OVERDUE_MINUTES = 20
    with stage.clock():
        tasks.watch_duties()
    assert alarms() == [Alarm.Kind.MUST_OVERDUE]


def test_the_duty_of_a_kind_is_owed_by_each_of_that_kind() -> None:
    """Art. 20(4)(a) attested for every competent authority: each one has to be told."""
    stage = Stage(CASES["duty"])
    since = WBNI - 30 * 24 * HOUR
    other = builders.organisation("Toezicht Twee", capacities=[Capacity.SUPERVISOR], since=since)
    stage.post(
        stage.people[Role.DUTY_OFFICER],
        f"/desk/versions/{stage.version.pk}/attest",
        {
            "predicate": Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY.value,
            "capacity": "supervisor",
            "text": "Landelijke uitval dreigt.",
            "role": "duty_officer",
        },
    )
    stage.address(capacity=Capacity.SUPERVISOR)
    stage.publish()
    assert watch(at=WBNI + HOUR, minutes=60) == 2
    hand_over(Release.objects.get())
    assert watch(at=WBNI + HOUR, minutes=60) == 0
    assert other.contacts.exists()
