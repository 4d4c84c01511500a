"""Decisions per second, one by one and many at once."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import law
from law.facts import Item, Question, Recipient
from law.vocabulary import (
    Capacity,
    PersonalData,
    Predicate,
    Provenance,
    Purpose,
    Scope,
    Territory,
    Tlp,
)

INSTANTS = {
    "WBNI_2022": datetime(2023, 6, 1, tzinfo=UTC),
    "CBW_2026": datetime(2026, 11, 1, tzinfo=UTC),
}
CAPACITIES = (
    Capacity.VITAL,
    Capacity.GOV,
    Capacity.OKTT,
    Capacity.CSIRT,
    Capacity.CCT,
    Capacity.ESSENTIAL,
    Capacity.IMPORTANT,
    Capacity.LEGACY,
    Capacity.INTEL,
    Capacity.THIRD_COUNTRY_BODY,
)
PROFILES = [
    Recipient(
        capacities=frozenset({capacity}),
        territory=Territory.NETHERLANDS,
        sectors=frozenset({f"s{n}"}),
        active=True,
        secrecy_guaranteed=bool(n % 3),
    )
    for n in range(50)
    for capacity in CAPACITIES
]
ITEM = Item(
    scope=frozenset({Scope.PRIMARY}),
    confidential=True,
    traceable=True,
    personal_data=PersonalData.NONE,
    provenance=Provenance.ART_3_1_E,
    tlp=Tlp.AMBER,
    attested=frozenset(Predicate),
)


def run(_world: object, *, rounds: int) -> list[str]:
    lines = [
        "### Decisions per second, one thread",
        "",
        "| regime | `decide`, one by one | `decide_many`, 500 profiles |",
        "|---|---|---|",
    ]
    for regime, instant in INSTANTS.items():
        questions = [Question(ITEM, profile, Purpose.INFORM, instant) for profile in PROFILES]
        began = time.perf_counter()
        for _ in range(rounds):
            for question in questions:
                law.decide(question)
        single = rounds * len(PROFILES) / (time.perf_counter() - began)
        began = time.perf_counter()
        for _ in range(100):
            law.decide_many(item=ITEM, purpose=Purpose.INFORM, instant=instant, recipients=PROFILES)
        many = 100 * len(PROFILES) / (time.perf_counter() - began)
        lines.append(f"| {regime} | {single:,.0f} | {many:,.0f} |")
    return ["\n".join([*lines, ""])]
