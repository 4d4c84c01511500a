"""Working the outbox until nothing is due: claim, prepare, hand over, settle.

At every moment each message is either settled in the table or will be claimed again: a worker may
die, or the server, or the database, between any two lines.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import SystemRandom
from types import MappingProxyType

from django.db import transaction

from audit.services import Act, record, record_many
from sharing import channels
from sharing.alarms import raise_alarm
from sharing.channels.contract import (
    FRESH_SECONDS,
    Outcome,
    Parcel,
    Result,
    Session,
    Unreachable,
)
from sharing.delivery import circuits, claim
from sharing.delivery.claim import Claimed, Settled, Tries
from sharing.delivery.prepare import Prepared, Sealed, prepare
from sharing.models import Alarm, Delivery, Release

log = logging.getLogger(__name__)

ACTOR = "system:delivery"
GROUP = 100  # mails settled together: what a kill repeats at most
GROUP_SECONDS = 1.0
# Within a lease of 120 s: no mail begins after 60, no answer is awaited after 90.
BEGIN_SECONDS = 60.0
ANSWER_SECONDS = 90.0
BACKOFF = (60, 300, 900, 3600, 4 * 3600)  # seconds, by the number of earlier tries
GIVE_UP = timedelta(hours=48)  # after the first try
REPAIR = timedelta(minutes=5)  # when what broke in our own hands is tried again
SOON = timedelta(seconds=15)  # when a withdrawal looks again whether its notice is gone
BARREN = 5  # sessions in a row that took no mail: the server is not well
# Subjects of the alarm about the other side.
SERVERS = {"email": "mail server", "webhook": "webhooks", "file": "drill folder"}
LEAST_WAIT, LONGEST_WAIT = 5.0, 3600.0  # seconds: how far a wish of the other side's is honoured

Clock = Callable[[], datetime]


def drain(
    *,
    clock: Clock,
    on_backlog: Callable[[], None] | None = None,
    transports: Iterable[str] = channels.TRANSPORTS,
) -> Counter[str]:
    """Deliver everything due; return how many attempts ended in which outcome.

    Safe to run any number of times at once. `on_backlog` is called once for each line of
    transport with work for more than one. When a server cannot be reached nothing of it is claimed: all stays owed as it was.
    """
    tally: Counter[str] = Counter()
    for transport in transports:
        tally.update(_drain(transport, clock=clock, on_backlog=on_backlog))
    return tally


def _drain(transport: str, *, clock: Clock, on_backlog: Callable[[], None] | None) -> Counter[str]:
    """Everything due on one line of transport."""
    tally: Counter[str] = Counter()
    barren = 0
    names = channels.TRANSPORTS[transport]
    while barren < BARREN and claim.anything_due(at=clock(), channels=names):
        before = tally[Outcome.HANDED_OVER]
        try:
            with channels.sender(transport).session() as session:
                _all_well(transport, at=clock())
                on_backlog = _work(session, names, tally, clock=clock, on_backlog=on_backlog)
                if not session.over:
                    return tally
        except Unreachable as error:
            _server_ails(transport, f"cannot be reached: {error}", at=clock())
            return tally
        barren = barren + 1 if tally[Outcome.HANDED_OVER] == before else 0
    if barren:
        _server_ails(transport, f"ended {barren} sessions without taking a mail", at=clock())
    return tally


def _work(
    session: Session,
    names: Sequence[str],
    tally: Counter[str],
    *,
    clock: Clock,
    on_backlog: Callable[[], None] | None,
) -> Callable[[], None] | None:
    """Batch after batch over one session, until nothing is due or the session is over."""
    while not session.over and (batch := claim.claim(at=clock(), channels=names)):
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
    sealed: Sealed = {}
    earlier = claim.tried(batch)
    todo = list(batch)
    moved = True
    while todo and moved and not session.over and time.monotonic() < begun + BEGIN_SECONDS:
        judged = time.monotonic()
        prepared = prepare(todo, releases=releases, at=clock(), sealed=sealed)
        if prepared.broken:
            _own_fault(prepared.broken, at=clock())
        claim.put_back(prepared.too_early, due_at=clock() + SOON)
        for until in {until for _, until in prepared.resting}:
            claim.put_back([one for one, end in prepared.resting if end == until], due_at=until)
        if prepared.ended:
            tally.update(_settle(prepared.ended, releases, at=clock()))
        waiting = {one.key for one in prepared.parcels}
        moved = len(waiting) < len(todo)
        for group in _handed_over(prepared.parcels, session, begun=begun, judged=judged):
            waiting -= {key for key, _ in group}
            moved = True
            at = clock()
            ways = prepared.ways
            ends = [_end(k, r, earlier.get(k.id), at=at, channel=ways[k.id]) for k, r in group]
            tally.update(_settle(ends, releases, at=at, prepared=prepared, results=dict(group)))
        todo = [one for one in todo if one in waiting]
    calls = bool(todo) and todo[0].channel == Delivery.Channel.WEBHOOK
    # A call goes behind what is due already: a slow host's must not be claimed first again.
    claim.put_back(todo, due_at=clock() if calls else None)
    return tally


def _handed_over(
    parcels: Sequence[Parcel[Claimed]], session: Session, *, begun: float, judged: float
) -> Iterator[list[tuple[Claimed, Result]]]:
    """Results in groups as they come in: enough together for one commit, none kept for long."""

    def fresh() -> Iterator[Parcel[Claimed]]:
        for number, one in enumerate(parcels):
            now = time.monotonic()
            if number and (now > judged + FRESH_SECONDS or now > begun + BEGIN_SECONDS):
                return
            yield one

    group: list[tuple[Claimed, Result]] = []
    since = time.monotonic()
    for key, result in session.hand_over(fresh(), stop_at=begun + ANSWER_SECONDS):
        group.append((key, result))
        if len(group) >= GROUP or time.monotonic() > since + GROUP_SECONDS:
            yield group
            group, since = [], time.monotonic()
    if group:
        yield group


def _end(
    claimed: Claimed, result: Result, earlier: Tries | None, *, at: datetime, channel: str
) -> Settled:
    """What a result means for a delivery."""
    status, due_at = Delivery.Status.PENDING, None
    if result.outcome is Outcome.HANDED_OVER:
        status = Delivery.Status.HANDED_OVER
    elif result.outcome is Outcome.REFUSED or (earlier and at - earlier.since >= GIVE_UP):
        status = Delivery.Status.FAILED
    else:
        due_at = _again(result, earlier.count if earlier else 0, at=at, channel=channel)
    return Settled(
        claimed,
        status,
        result.outcome.value,
        result.code,
        result.answer,
        due_at=due_at,
        channel=channel,
    )


def _again(result: Result, tries: int, *, at: datetime, channel: str) -> datetime:
    """When to try again, with a jitter of a fifth. A lost mail connection is tried again at once;
    only a message that loses it again and again waits. A wish of the other side's is honoured."""
    if result.wait is not None:
        return at + timedelta(seconds=min(max(result.wait, LEAST_WAIT), LONGEST_WAIT))
    if result.outcome is Outcome.LOST and channel in claim.MAIL:
        if tries == 0:
            return at
        tries -= 1
    seconds = BACKOFF[min(tries, len(BACKOFF) - 1)] * SystemRandom().uniform(0.8, 1.2)
    return at + timedelta(seconds=seconds)


def _settle(
    ends: Sequence[Settled],
    releases: dict[int, Release],
    *,
    at: datetime,
    prepared: Prepared | None = None,
    results: Mapping[Claimed, Result] = MappingProxyType({}),
) -> Counter[str]:
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
        if prepared is not None:
            _told_without_content(ends, prepared, at=at)
            _calls(results, prepared, at=at)
    return sum(counts.values(), Counter())


def _told_without_content(ends: Sequence[Settled], prepared: Prepared, *, at: datetime) -> None:
    """A key was of no use: the recipient got a notice, and a person must see to the key."""
    for trouble in sorted(
        {prepared.trouble[e.claimed.id] for e in ends if e.claimed.id in prepared.trouble}
    ):
        _alarm_once(trouble, at=at, kind=Alarm.Kind.KEY_UNUSABLE)


def _calls(results: Mapping[Claimed, Result], prepared: Prepared, *, at: datetime) -> None:
    hosts = {p.key: p.endpoint.host for p in prepared.parcels if p.endpoint is not None}
    called = [one for one in results if one in hosts and one.channel == Delivery.Channel.WEBHOOK]
    if called:
        circuits.note([(hosts[one], results[one].outcome) for one in called], at=at)
    for one in called:
        if results[one].outcome is Outcome.REFUSED and one.endpoint_id is not None:
            circuits.suspend(one.endpoint_id, code=results[one].code, at=at)


def _own_fault(broken: Sequence[Claimed], *, at: datetime) -> None:
    """A bug of ours: the messages stay owed, and somebody is told."""
    claim.put_back(broken, due_at=at + REPAIR)
    for release_id in {one.release_id for one in broken}:
        _alarm_once(f"release {release_id} cannot be prepared", at=at)


def _server_ails(transport: str, what: str, *, at: datetime) -> None:
    log.error("%s %s", SERVERS[transport], what)
    _alarm_once(SERVERS[transport], at=at)


def _alarm_once(
    subject: str, *, at: datetime, kind: Alarm.Kind = Alarm.Kind.DELIVERY_FAILED
) -> None:
    if not Alarm.objects.filter(kind=kind, subject=subject, resolved_at=None).exists():
        raise_alarm(kind=kind, subject=subject, at=at)


def _all_well(transport: str, *, at: datetime) -> None:
    """The server answers again: its alarm ends, so that the next one is heard."""
    ended = Alarm.objects.filter(
        kind=Alarm.Kind.DELIVERY_FAILED, subject=SERVERS[transport], resolved_at=None
    ).update(resolved_at=at)
    if ended:
        record(at=at, actor=ACTOR, action="alarm.resolved", target=SERVERS[transport])
