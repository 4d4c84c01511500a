"""How long facts about recipients hold: the limits of the sharing rules, §2."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from law.rules import Label
from law.validity import CONSTITUENCY, LIMITS, SECRECY, effective_end
from law.vocabulary import Capacity

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("what", "since", "end"),
    [
        (Capacity.VITAL, "2023-01-01", "2026-08-15"),
        (Capacity.OKTT, "2023-01-01", "2026-08-15"),
        (Capacity.CCT, "2026-08-14", "2026-08-15"),
        (Capacity.GOV, "2025-03-01", "2026-03-01"),
        (Capacity.CSIRT, "2025-03-01", "2026-03-01"),
        (SECRECY, "2025-03-01", "2027-03-01"),
        (CONSTITUENCY, "2025-03-01", "2026-03-01"),
        (SECRECY, "2024-02-29", "2026-02-28"),  # no such day two years later
    ],
)
def test_an_open_fact_ends_where_the_rules_say(what: str, since: str, end: str) -> None:
    assert effective_end(what, day(since), None) == day(end)


@pytest.mark.parametrize("what", [Capacity.ESSENTIAL, Capacity.LINKING, "cooperation", "energy"])
def test_other_facts_stay_open(what: str) -> None:
    assert effective_end(what, day("2020-01-01"), None) is None


@pytest.mark.parametrize("what", LIMITS)
def test_the_earliest_end_counts_and_an_end_never_comes_before_the_beginning(what: str) -> None:
    since = day("2026-08-01")
    sooner = since + timedelta(days=1)
    assert effective_end(what, since, sooner) == sooner
    late = day("2026-09-01")
    assert effective_end(what, late, None) >= late  # type: ignore[operator]  # it has an end


def test_a_term_keeps_the_clock_of_amsterdam_over_a_change_of_clocks() -> None:
    summer = datetime(2026, 7, 1, 9, tzinfo=AMSTERDAM)
    assert effective_end(CONSTITUENCY, summer, None) == datetime(2027, 7, 1, 9, tzinfo=AMSTERDAM)


def test_each_limit_says_by_which_source_it_holds() -> None:
    """The names by which the registry's kinds of fact ask for theirs, too."""
    yearly = "sharing rules §2: re-confirm yearly"
    ended = "art. 106 Cbw; art. 34, 35 Cbb; TK 36 764 nr. 3, art. 16"
    assert {what: (limit.source, limit.label) for what, limit in LIMITS.items()} == {
        Capacity.VITAL: (ended, Label.LAW),
        Capacity.OKTT: (ended, Label.LAW),
        Capacity.CCT: (ended, Label.LAW),
        Capacity.GOV: (yearly, Label.INFERENCE),
        Capacity.CSIRT: (yearly, Label.INFERENCE),
        "secrecy": ("sharing rules §2: terms expire, 24 months at most", Label.INFERENCE),
        "constituency": ("sharing rules §2: stale after 12 months", Label.INFERENCE),
    }
