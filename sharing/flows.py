"""Which exceptional supplies the law of a moment knows, and exactly what each of them asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from law.regimes import regime_at
from law.rules import RULES, Rule
from law.vocabulary import Predicate, Purpose, RegimeId
from recipients.models import Role
from sharing.models import ExceptionalSupply

Kind = ExceptionalSupply.Kind
P = Predicate
WBNI = frozenset({RegimeId.WBNI_2018, RegimeId.WBNI_2022})
CBW = frozenset({RegimeId.CBW_2026})
SHORT, LONG = 72, 30 * 24  # hours


class To(StrEnum):
    """Who can be the recipient."""

    SUBJECT = "subject"  # an organisation that a section is about
    ORGANISATION = "organisation"
    SUPERVISOR = "supervisor"  # an organisation with that capacity in force
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Flow:
    """One exceptional supply as a law knows it: its rule, and the predicates that it asks for."""

    kind: ExceptionalSupply.Kind
    regimes: frozenset[RegimeId]
    rule_id: str
    to: To
    predicates: tuple[Predicate, ...]
    hours: int  # at most, from the confirmation
    override: Predicate | None = None  # vouched for only where the registry says otherwise
    roles: frozenset[Role] = frozenset()  # of the two persons, one each; empty: as predicates ask
    advice: bool = False  # asks for the reference of the advice
    grounds: tuple[str, ...] = ()  # asks which ground

    @property
    def rule(self) -> Rule:
        return RULES[self.rule_id]

    @property
    def asked(self) -> tuple[Predicate, ...]:
        """All that may be vouched for."""
        return self.predicates if self.override is None else (*self.predicates, self.override)

    @property
    def consults(self) -> bool:
        """Asks who was consulted, when, and with what view."""
        return Predicate.PROVIDER_CONSULTED in self.predicates

    @property
    def purpose(self) -> Purpose | None:
        """The purpose that the version must have."""
        return Purpose.PUBLIC_STATEMENT if self.to is To.PUBLIC else None


# Breaking the glass takes the duty officer and legal affairs, whoever of them begins.
GLASS = frozenset({Role.DUTY_OFFICER, Role.LEGAL_OFFICER})

FLOWS = (
    Flow(
        Kind.SPECIAL_CASE,
        frozenset({RegimeId.WBNI_2022}),
        "W.3.2.OTHER",
        To.SUBJECT,
        (P.SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES, P.PREVENTS_ADVERSE_SOCIETAL_CONSEQUENCES),
        LONG,
        override=P.NO_LINKING_ORGANISATION_FOR_SECTOR,
    ),
    Flow(
        Kind.BREAK_GLASS,
        WBNI,
        "W.20.4.b",
        To.ORGANISATION,
        (P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY, P.PROVIDER_CONSULTED),
        SHORT,
        roles=GLASS,
    ),
    Flow(
        Kind.STATEMENT,
        WBNI,
        "W.20.4.b",
        To.PUBLIC,
        (P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY, P.PROVIDER_CONSULTED),
        SHORT,
        roles=GLASS,
    ),
    Flow(
        Kind.STATEMENT,
        CBW,
        "C.37",
        To.PUBLIC,
        (P.SIGNIFICANT_INCIDENT, P.PROVIDER_CONSULTED, P.GROUND_ART_37),
        SHORT,
        roles=GLASS,
        grounds=("a", "b", "c"),
    ),
    Flow(
        Kind.ADVICE,
        WBNI,
        "W.20.3",
        To.SUPERVISOR,
        (P.ADVICE_INSUFFICIENTLY_FOLLOWED, P.DATA_WITHIN_THAT_ADVICE),
        LONG,
        advice=True,
    ),
    Flow(
        Kind.DUTY,
        WBNI,
        "W.20.4.a",
        To.SUPERVISOR,
        (P.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY,),
        SHORT,
        roles=GLASS,
    ),
    Flow(Kind.EXCHANGE, CBW, "C.51.1", To.SUPERVISOR, (P.NECESSARY,), LONG),
)


def offered(*, at: datetime) -> tuple[Flow, ...]:
    """The exceptional supplies that the law in force at `at` knows."""
    regime = regime_at(at).id
    return tuple(flow for flow in FLOWS if regime in flow.regimes)


def flow_of(kind: str, *, at: datetime) -> Flow | None:
    """The one of this kind, if the law in force at `at` knows it."""
    return next((flow for flow in offered(at=at) if flow.kind == kind), None)
