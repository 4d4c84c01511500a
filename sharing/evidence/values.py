"""The values in which evidence is told. Words in them are lazy: the reader's language decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from advisories.models import Section
from law.regimes import Regime
from law.rules import Rule
from law.verdict import GateResult, Verdict
from law.vocabulary import Outcome
from recipients.models import Organisation, User
from sharing.models import Decision
from sharing.shared import SharedDecision


class Source(StrEnum):
    """Where the answer to a predicate comes from."""

    ATTESTED = "attested"  # a person vouches for it
    PURPOSE = "purpose"  # stated with the purpose of the release
    REGISTRY = "registry"  # a dated fact of the registry
    MARKING = "marking"  # a facet of the section
    COMPUTED = "computed"  # follows from other facts


class Standing(StrEnum):
    """What became of a piece of evidence at the instant asked about."""

    RELIED = "relied"
    REFUSES = "refuses"  # somebody says no
    OVERRULED = "overruled"  # yes was said, but somebody else says no
    SUPERSEDED = "superseded"  # a later word on the same thing took its place
    LAPSED = "lapsed"  # its term, or the longest that the law allows, was over
    ENDED = "ended"
    NOT_BEGUN = "not_begun"
    NOT_CONFIRMED = "not_confirmed"  # waits for a second person: counts for nothing
    OUT_OF_SCOPE = "out_of_scope"  # for another recipient or purpose
    IN_THE_WAY = "in_the_way"  # a linking organisation that serves it or its sector
    NOT_IN_THE_WAY = "not_in_the_way"
    DRAFT_ONLY = "draft_only"  # named in the draft of the rule, not counted


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row, or one part of a computation, that bears on a predicate."""

    kind: str  # attestation, purpose, registry, marking, addressing, candidate
    ref: str  # names the row, e.g. "Attestation 12"; empty where there is none
    standing: Standing
    says: Any
    of: str = ""  # the organisation that the row is about
    by: str = ""
    role: str = ""
    at: datetime | None = None  # when it was said or recorded
    confirmed_by: str = ""
    ended_by: str = ""
    since: datetime | None = None
    until: datetime | None = None  # itself excluded; None: open
    text: Any = ""  # reasoning, or ground
    reference: str = ""
    regime: str = ""  # the law under which it was attested


@dataclass(frozen=True, slots=True)
class ExplainedPredicate:
    """One thing that a gate asked, the answer, and what the answer rests on."""

    name: str
    value: bool
    word: Any
    source: Source
    evidence: tuple[Evidence, ...]
    missing: Any | None  # said where there is nothing to rely on


@dataclass(frozen=True, slots=True)
class ExplainedGate:
    result: GateResult
    rules: tuple[Rule, ...]
    predicates: tuple[ExplainedPredicate, ...]


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The newest stored decision up to the instant, and whether today's answer is the same."""

    decision: Decision
    outcome: Outcome
    candidates: tuple[Evidence, ...]  # who links to the recipient, as kept with the decision
    same_rules: bool  # taken with the rules and the code of today
    same_answer: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the law says of a section for a recipient at an instant, and on which facts."""

    section: Section
    organisation: Organisation | None  # None: a kind of recipient
    person: User | None  # named for TLP:RED
    profile: Mapping[str, Any]  # its canonical form
    recipient: tuple[Evidence, ...]  # what the registry held of the organisation
    at: datetime
    regime: Regime
    addressed: bool
    verdict: Verdict
    gates: tuple[ExplainedGate, ...]
    on_record: OnRecord | None
    held: bool | None  # whether the recipient could open it; None: a kind
    safe: SharedDecision | None  # what the recipient itself may read of this; None: nothing
