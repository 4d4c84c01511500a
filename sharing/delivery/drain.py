"""Working the outbox until nothing is due: claim, prepare, hand over, settle.

At every moment each message is either settled in the table or will be claimed again: a worker may
die, or the server, or the database, between any two lines.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from secrets import SystemRandom

from django.db import transaction

from audit.services import Act, record, record_many
from sharing.alarms import raise_alarm
from sharing.channels.contract import Mail, Outcome, Result, Unreachable
from sharing.channels.email.send import Session
from sharing.delivery import claim
from sharing.delivery.claim import Claimed, Settled, Tries
from sharing.delivery.prepare import prepare
from sharing.models import Alarm, Delivery, Release
from sharing.renditions import mail

log = logging.getLogger(__name__)

ACTOR = "system:delivery"
GROUP = 100  # mails settled together: what a kill repeats at most
GROUP_SECONDS = 1.0
# Within a lease of 120 s: no mail begins after 60, no answer is awaited after 90.
BEGIN_SECONDS = 60.0
ANSWER_SECONDS = 90.0
JUDGED_SECONDS = 2.0  # a mail does not leave on an older verdict
BACKOFF = (60, 300, 900, 3600, 4 * 3600)  # seconds, by the number of earlier tries
GIVE_UP = timedelta(hours=48)  # after the first try
REPAIR = timedelta(minutes=5)  # when what broke in our own hands is tried again
SOON = timedelta(seconds=15)  # when a withdrawal looks again whether its notice is gone
BARREN = 5  # sessions in a row that took no mail: the server is not well
SERVER = "mail server"  # subject of the alarm about it

Clock = Callable[[], datetime]


def drain(*, clock: Clock, on_backlog: Callable[[], None] | None = None) -> Counter[str]:
    """Deliver everything due; return how many attempts ended in which outcome.

    Safe to run any number of times at once. `on_backlog` is called once if there is work for more
    than one. When the server cannot be reached nothing is claimed: all stays owed as it was.
    """
    tally: Counter[str] = Counter()
    barren = 0
    while barren < BARREN and claim.anything_due(at=clock()):
        before = tally[Outcome.HANDED_OVER]
        try:
            with Session(sender=mail.sender()) as session:
                _all_well(at=clock())
                on_backlog = _work(session, tally, clock=clock, on_backlog=on_backlog)
                if not session.over:
                    return tally
        except Unreachable as error:
            _server_ails(f"cannot be reached: {error}", at=clock())
            return tally
        barren = barren + 1 if tally[Outcome.HANDED_OVER] == before else 0
    if barren:
        _server_ails(f"ended {barren} sessions without taking a mail", at=clock())
    return tally


def _work(
    session: Session,
    tally: Counter[str],
    *,
    clock: Clock,
    on_backlog: Callable[[], None] | None,
) -> Callable[[], None] | None:
    """Batch after batch over one session, until nothing is due or the session is over."""
    while not session.over and (batch := claim.claim(at=clock())):
        if on_backlog and len(batch) == claim.BATCH:
            on_backlog()
            on_backlog = None
        tally.update(_deliver(batch, session, clock=clock))
    return on_backlog


def _deliver(batch: Sequence[Claimed], session: Session, *, clock: Clock) -> Counter[str]:
    """One batch: everything in it is settled, or put back."""
    tally: Counter[str] = Counter()
    begun = time.monotonic()
    releases: dict[int, Release] = {}
    earlier = claim.tried(batch)
    todo = list(batch)
    while todo and not session.over and time.monotonic() < begun + BEGIN_SECONDS:
        prepared = prepare(todo, releases=releases, at=clock())
        if prepared.broken:
            _own_fault(prepared.broken, at=clock())
        claim.put_back(prepared.too_early, due_at=clock() + SOON)
        if prepared.ended:
            tally.update(_settle(prepared.ended, releases, at=clock()))
        waiting = {one.key for one in prepared.mails}
        for group in _handed_over(prepared.mails, session, begun=begun):
            waiting -= {key for key, _ in group}
            at = clock()
            ends = [_end(key, result, earlier.get(key.id), at=at) for key, result in group]
            tally.update(_settle(ends, releases, at=at))
        todo = [one for one in todo if one in waiting]
    claim.put_back(todo)
    return tally


def _handed_over(
    mails: Sequence[Mail[Claimed]], session: Session, *, begun: float
) -> Iterator[list[tuple[Claimed, Result]]]:
    """Results in groups as they come in: enough together for one commit, none kept for long."""
    judged = time.monotonic()

    def fresh() -> Iterator[Mail[Claimed]]:
        for number, one in enumerate(mails):
            now = time.monotonic()
            if number and (now > judged + JUDGED_SECONDS or now > begun + BEGIN_SECONDS):
                return
            yield one

    group: list[tuple[Claimed, Result]] = []
    since = judged
    for key, result in session.hand_over(fresh(), stop_at=begun + ANSWER_SECONDS):
        group.append((key, result))
        if len(group) >= GROUP or time.monotonic() > since + GROUP_SECONDS:
            yield group
            group, since = [], time.monotonic()
    if group:
        yield group


def _end(claimed: Claimed, result: Result, earlier: Tries | None, *, at: datetime) -> Settled:
    """What a result means for a delivery."""
    status, due_at = Delivery.Status.PENDING, None
    if result.outcome is Outcome.HANDED_OVER:
        status = Delivery.Status.HANDED_OVER
    elif result.outcome is Outcome.REFUSED or (earlier and at - earlier.since >= GIVE_UP):
        status = Delivery.Status.FAILED
    else:
        due_at = _again(result.outcome, earlier.count if earlier else 0, at=at)
    return Settled(claimed, status, result.outcome.value, result.code, result.answer, due_at=due_at)


def _again(outcome: Outcome, tries: int, *, at: datetime) -> datetime:
    """When to try again, with a jitter of a fifth. A lost connection is tried again at once; only
    a message that loses it again and again waits."""
    if outcome is Outcome.LOST:
        if tries == 0:
            return at
        tries -= 1
    seconds = BACKOFF[min(tries, len(BACKOFF) - 1)] * SystemRandom().uniform(0.8, 1.2)
    return at + timedelta(seconds=seconds)


def _settle(ends: Sequence[Settled], releases: dict[int, Release], *, at: datetime) -> Counter[str]:
    """Outcomes, attempts, alarms and the line in the record, together."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for end in ends:
        counts[end.claimed.release_id][end.outcome] += 1
    with transaction.atomic():
        moved = claim.settle(ends, at=at)
        record_many(
            Act(
                at=at,
                actor=ACTOR,
                action="delivery.settle",
                target=str(releases[release_id]),
                detail=dict(outcomes),
            )
            for release_id, outcomes in counts.items()
        )
        for end in ends:
            if end.status is Delivery.Status.FAILED and end.claimed.id in moved:
                subject = f"delivery {end.claimed.id} of {releases[end.claimed.release_id]}"
                raise_alarm(kind=Alarm.Kind.DELIVERY_FAILED, subject=subject, at=at)
    return sum(counts.values(), Counter())


def _own_fault(broken: Sequence[Claimed], *, at: datetime) -> None:
    """A bug of ours: the messages stay owed, and somebody is told."""
    claim.put_back(broken, due_at=at + REPAIR)
    for release_id in {one.release_id for one in broken}:
        _alarm_once(f"release {release_id} cannot be prepared", at=at)


def _server_ails(what: str, *, at: datetime) -> None:
    log.error("%s %s", SERVER, what)
    _alarm_once(SERVER, at=at)


def _alarm_once(subject: str, *, at: datetime) -> None:
    open_now = Alarm.objects.filter(
        kind=Alarm.Kind.DELIVERY_FAILED, subject=subject, resolved_at=None
    )
    if not open_now.exists():
        raise_alarm(kind=Alarm.Kind.DELIVERY_FAILED, subject=subject, at=at)


def _all_well(*, at: datetime) -> None:
    """The server answers again: its alarm ends, so that the next one is heard."""
    ended = Alarm.objects.filter(
        kind=Alarm.Kind.DELIVERY_FAILED, subject=SERVER, resolved_at=None
    ).update(resolved_at=at)
    if ended:
        record(at=at, actor=ACTOR, action="alarm.resolved", target=SERVER)
