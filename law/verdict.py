"""The answer of the law, with everything needed to explain it."""

from dataclasses import dataclass

from law.vocabulary import Code, Outcome, RegimeId


@dataclass(frozen=True, slots=True)
class GateResult:
    """What one gate said: its name, outcome, code, the rule ids applied, and each predicate asked."""

    gate: str  # "A task", "B secrecy", "C traceable", "D personal", "E handling", "F recipient"
    outcome: Outcome
    code: Code
    rules: tuple[str, ...] = ()
    predicates: tuple[tuple[str, bool], ...] = ()
    also: tuple[Code, ...] = ()  # further reasons for which this gate denies, after `code`


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole answer. `code` is the strictest reason; `codes` names them all, strictest first."""

    outcome: Outcome
    code: Code
    regime: RegimeId
    gates: tuple[GateResult, ...]
    codes: tuple[Code, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.outcome.opens

    @property
    def rules(self) -> tuple[str, ...]:
        """Rule ids in the order of the gates, each once."""
        return tuple(dict.fromkeys(rule for gate in self.gates for rule in gate.rules))
