"""Which law applies: by the instant, at local midnight in Europe/Amsterdam."""

import hashlib
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from law import cbw, gates, wbni
from law.answers import unless_suspended
from law.errors import NaiveInstant, NoRegime
from law.facts import Question
from law.rules import RULES
from law.verdict import GateResult
from law.vocabulary import RegimeId

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
Gate = Callable[[Question, RegimeId], GateResult]


@dataclass(frozen=True, slots=True)
class Regime:
    """Wettelijk regime. In force from `starts` up to and excluding `ends` (None: open)."""

    id: RegimeId
    starts: datetime
    ends: datetime | None
    gates: tuple[Gate, ...]  # A to C; D to F are the same for all

    def ask(self, question: Question) -> tuple[GateResult, ...]:
        """Every gate, whatever the others said: a denial names all its reasons."""
        answers = (
            *(gate(question, self.id) for gate in self.gates),
            gates.personal(question, self.id),
            gates.handling(question),
            gates.recipient(question),
            gates.complete(question),
        )
        if question.suspended:
            return tuple(unless_suspended(answer, question.suspended) for answer in answers)
        return answers


_2018 = datetime(2018, 11, 9, tzinfo=AMSTERDAM)
_2022 = datetime(2022, 12, 1, tzinfo=AMSTERDAM)
_2026 = datetime(2026, 8, 15, tzinfo=AMSTERDAM)

REGIMES = (
    Regime(RegimeId.WBNI_2018, _2018, _2022, (wbni.task, wbni.secrecy, wbni.traceable)),
    Regime(RegimeId.WBNI_2022, _2022, _2026, (wbni.task, wbni.secrecy, wbni.traceable)),
    Regime(RegimeId.CBW_2026, _2026, None, (cbw.task, cbw.secrecy)),
)


def regime_at(instant: datetime) -> Regime:
    """The law in force. `NaiveInstant` without an offset, `NoRegime` before 9 November 2018."""
    if instant.utcoffset() is None:
        raise NaiveInstant(f"instant: {instant.isoformat()} has no offset")
    for regime in reversed(REGIMES):
        if instant >= regime.starts:
            return regime
    raise NoRegime(f"instant: nothing could be shared on {instant.isoformat()}")


@cache
def ruleset_hash() -> str:
    """Sha256 over the rule texts and the code that applies them: two equal ones decide alike."""
    digest = hashlib.sha256()
    for rule in sorted(RULES.values(), key=lambda rule: rule.id):
        digest.update(repr(astuple(rule)).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
