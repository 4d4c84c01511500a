"""kill -9 between any two steps of a publish and of a send, and what is there afterwards.

`./portal test -m long tests/kill` runs every step there is (most of an hour); otherwise a sample,
with its seed printed, and the steps where something is decided: around each commit and around the
mail server's answers. KILL_SEED repeats a sample.
"""

import os
import random
from collections.abc import Sequence
from functools import partial
from itertools import product

import pytest

from advisories.models import AdvisoryVersion
from tests.kill.checking import Extent, Sink, accepted, complete, whole
from tests.kill.faults import FAULTS
from tests.kill.ground import AFTER, End, Ground

SAMPLE = 3  # steps at random, beside those of DECISIVE
# The first time that a function is entered, and with it what just happened or did not.
DECISIVE = {
    "publish": (
        "releasing.py:_locked",  # nothing written
        "store.py:store",
        "owing.py:owe_notices",
        "feed.py:announce",
        "tasks.py:wake",  # all written, not committed
        "tasks.py:ring",  # committed
    ),
    "pipelined send": (
        "drain.py:_deliver",
        "smtp.py:_pipelined",
        "smtp.py:_begin",  # content of the mail before is on its way
        "smtp.py:_end",
        "smtp.py:_final",  # 250 read for the first mail, the next one's envelope is answered
        "claim.py:settle",
    ),
    "send": (
        "claim.py:claim",
        "drain.py:_deliver",  # claimed
        "sending.py:for_sending",
        "smtp.py:_one",
        "smtp.py:_final",  # 250 read for the first mail
        "claim.py:settle",
        "drain.py:_settle",
    ),
}
CASES = [
    *product(["publish", "send"], ["itself", "database", "broker"]),
    ("pipelined send", "itself"),  # another way through the same steps, for the worker alone
]
pytestmark = pytest.mark.processes


def steps(ground: Ground, act: str) -> tuple[list[str], Extent]:
    """Every step of the act, from a run in which nobody dies; and what a release writes."""
    version = ground.approved()
    publishing = ground.run("publish", version=version, count=True)
    sending = ground.run("send", count=True, pipelining=act == "pipelined send")
    assert (publishing.end, sending.end) == ("done", "done"), publishing.error + sending.error
    extent = Extent.of(version)
    assert extent.decisions
    assert extent.grants
    assert extent.deliveries == len(ground.people)
    assert (extent.events, extent.records) == (1, 1)
    sink = Sink(ground.state.mail)
    complete(version, sink, extent=extent)
    return (publishing if act == "publish" else sending).steps, extent


def decisive(act: str, found: Sequence[str]) -> set[int]:
    """The numbers of the steps named in DECISIVE, and of the first and the last step."""
    points = {1, len(found)}
    for name in DECISIVE[act]:
        named = [n for n, step in enumerate(found, 1) if f"/{name}:" in step]
        assert named, f"{name} is no step of {act}"
        # What is asked for an answer, and what is made of it, lie on both sides of the call.
        points |= {max(named[0] - 1, 1), named[0]}
    return points


def publish_and_kill(ground: Ground, victim: str, point: int, sink: Sink, extent: Extent) -> None:
    version = ground.approved()
    end = ground.run("publish", version=version, victim=victim, point=point)
    ground.revive(victim)
    assert struck(end, victim, point)
    there = accepted(version)
    if end.end == "done":
        assert there, f"said to be published, but is not: killed at {end.where}"
    if victim == "broker":
        assert end.end == "done", end.error  # a dead broker is no reason to refuse
    if not there:  # nothing in the way of another try
        again = ground.run("publish", version=version)
        assert again.end == "done", again.error
    recover(ground)
    complete(version, sink, extent=extent)


def send_and_kill(
    ground: Ground, victim: str, point: int, sink: Sink, extent: Extent, *, pipelining: bool
) -> None:
    version = ground.approved()
    assert ground.run("publish", version=version).end == "done"
    end = ground.run("send", victim=victim, point=point, pipelining=pipelining)
    ground.revive(victim)
    assert struck(end, victim, point)
    recover(ground)
    complete(version, sink, extent=extent)


def struck(end: End, victim: str, point: int) -> bool:
    assert end.where, f"step {point} was not reached: {end}"
    return end.end == "killed" if victim == "itself" else end.end in {"done", "error"}


def recover(ground: Ground) -> None:
    """What beat rings every minute, when the leases of the dead have ended."""
    end = ground.run("send", ahead=AFTER)
    assert end.end == "done", end.error


def kill_at(ground: Ground, act: str, victim: str, points: Sequence[int], extent: Extent) -> None:
    sink = Sink(ground.state.mail)
    pipelining = act == "pipelined send"
    one = publish_and_kill if act == "publish" else partial(send_and_kill, pipelining=pipelining)
    for point in points:
        one(ground, victim, point, sink, extent)
    whole(sink)
    if victim == "itself" and act != "publish":
        # Some kills fell between a 250 and its settlement: those mails went twice, under one name.
        assert any(len(times) > 1 for times in sink.got.values())


@pytest.mark.parametrize(("act", "victim"), CASES)
def test_a_kill_loses_nothing_and_tells_nobody_under_two_names(
    ground: Ground, act: str, victim: str
) -> None:
    """`itself` is the web process in a publish, and the worker in a send."""
    found, extent = steps(ground, act)
    seed = int(os.environ.get("KILL_SEED") or random.SystemRandom().randrange(2**32))
    chosen = random.Random(seed).sample(range(1, len(found)), SAMPLE)  # noqa: S311 -- no secret
    points = decisive(act, found) | set(chosen)
    if victim == "broker":  # nobody but the bell speaks to it
        points = set(chosen) | {n for n in points if "tasks.py" in found[n - 1]}
    print(f"KILL_SEED={seed}: {act}, {victim}, steps {sorted(points)} of {len(found)}")  # noqa: T201
    kill_at(ground, act, victim, sorted(points), extent)


@pytest.mark.long
@pytest.mark.parametrize(("act", "victim"), CASES)
def test_a_kill_at_any_step_at_all_does_neither(ground: Ground, act: str, victim: str) -> None:
    found, extent = steps(ground, act)
    kill_at(ground, act, victim, range(1, len(found) + 1), extent)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_planted_fault_is_noticed(ground: Ground, fault: str) -> None:
    """A worker with a fault dies holding messages; so does one without, and is found in order."""
    found, extent = steps(ground, "send")
    sink = Sink(ground.state.mail)
    sink.look()
    point = min(n for n, step in enumerate(found, 1) if "/claim.py:settle:" in step)

    def die_and_recover(fault: str) -> AdvisoryVersion:
        version = ground.approved()
        assert ground.run("publish", version=version).end == "done"
        assert ground.run("send", victim="itself", point=point, fault=fault).end == "killed"
        assert ground.run("send", ahead=AFTER, fault=fault).end == "done"
        return version

    complete(die_and_recover(""), sink, extent=extent)
    before = set(sink.seen)
    version = die_and_recover(fault)
    with pytest.raises(AssertionError):
        complete(version, sink, extent=extent)
    for name in sink.seen - before:  # not for the other tests
        (sink.folder / "new" / name).unlink()
    recover(ground)
