"""What the parts of a world draw from: one source of chance, one mint of strings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from law.vocabulary import (
    Capacity,
    Purpose,
)
from tests.canary.people import (
    Mint,
    World,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CBW = datetime(2026, 9, 1, 9, tzinfo=AMSTERDAM)
WBNI = datetime(2023, 3, 1, 9, tzinfo=AMSTERDAM)
HOUR = timedelta(hours=1)

SECTORS = ("energy", "health", "digital")
PURPOSES = (
    Purpose.INFORM,
    Purpose.INFORM,
    Purpose.ASSIST,
    Purpose.PREVENT_SOCIETAL_HARM,
    Purpose.INFORM_USERS,
    Purpose.SUPERVISION,
)
CAPACITIES = [c for c in Capacity if c is not Capacity.PUBLIC]
COMMON = [Capacity.ESSENTIAL, Capacity.IMPORTANT, Capacity.CSIRT, Capacity.LINKING, Capacity.OKTT]
# What happens when, in hours after `start`: facts hold from before 0; releases 10 to 60;
# changes between 20 and 90; everything is read at 100.
NOW = 100


@dataclass(slots=True)
class Maker:
    """One world in the making."""

    seed: int
    start: datetime
    rng: Random
    mint: Mint
    world: World
    # A word against a capacity or an organisation makes losing that capacity a gain; worlds
    # for the property "ending a fact never widens" leave such words out.
    refusals: bool

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def hours(self, low: int, high: int) -> datetime:
        return self.start + HOUR * self.rng.randint(low, high)

    def some(self, values: Any, most: int) -> list[Any]:
        return self.rng.sample(list(values), self.rng.randint(0, most))
