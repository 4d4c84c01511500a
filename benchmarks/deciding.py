"""Decisions per second: one by one, many at once, next to Cedar. `python -m benchmarks.deciding`
runs without a database.

Cedar (PyPI `cedarpy`) is measured when it is installed, on the same 500 profiles and five sections;
it must allow exactly what the law allows, or the benchmark stops.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from itertools import product
from typing import Any

import law
from law import (
    Capacity,
    Item,
    PersonalData,
    Predicate,
    Provenance,
    Purpose,
    Question,
    Recipient,
    Scope,
    Territory,
    Tlp,
)

try:
    cedarpy: Any = import_module("cedarpy")
except ImportError:
    cedarpy = None

SEED = 20261125
ORGANISATIONS, KINDS = 10_000, 500
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
BREAKING = {Predicate.SERIOUS_SOCIETAL_CONSEQUENCES_NECESSITY, Predicate.SIGNIFICANT_INCIDENT}
PLAIN = Item(
    scope=frozenset({Scope.PRIMARY}),
    confidential=False,
    traceable=False,
    personal_data=PersonalData.NONE,
    provenance=Provenance.ART_3_1_E,
    tlp=Tlp.AMBER,
    attested=frozenset(Predicate) - BREAKING,
)
SECTIONS = (
    replace(PLAIN, scope=frozenset({Scope.GENERIC}), tlp=Tlp.CLEAR, attested=frozenset()),
    PLAIN,
    replace(PLAIN, confidential=True),
    replace(PLAIN, confidential=True, traceable=True),
    replace(PLAIN, scope=frozenset({Scope.OTHER})),
)
POLICIES = """
permit (principal, action, resource) when { resource.advisory };
permit (principal, action, resource) when { resource.primary && resource.attested };
permit (principal, action, resource) when {
    resource.other && resource.attested && principal.capacity == "cct" };
permit (principal, action, resource) when {
    resource.other && resource.attested && principal.capacity == "csirt"
    && principal.territory != "caribbean" };
forbid (principal, action, resource) unless { principal.active };
forbid (principal, action, resource) when { resource.confidential } unless { principal.secrecy };
forbid (principal, action, resource) when { resource.confidential && resource.traceable }
unless { ["csirt", "cct", "intel"].contains(principal.capacity) };
"""


def kinds() -> list[Recipient]:
    """500 recipients of which no two are the same to the law."""
    flags = [*product((True, False), repeat=4)]
    everyone = [
        Recipient(
            capacities=frozenset({capacity}),
            territory=territory,
            active=True,
            secrecy_guaranteed=secrecy,
            coop_relation=coop,
            avg_chapter_v_basis=basis,
            objectively_knowable_task=task,
        )
        for capacity, territory, (secrecy, coop, basis, task) in product(
            CAPACITIES, Territory, flags
        )
    ]
    return random.Random(SEED).sample(everyone, KINDS)  # noqa: S311 - no secret


def fastest(work: Callable[[], object], rounds: int) -> float:
    """Processor seconds of the fastest round: what else the machine does counts little."""
    seconds = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
    return min(seconds)


def one_by_one(organisations: Sequence[Recipient], instant: datetime) -> list[bool]:
    """What plain Python would do: a question for each organisation and section."""
    return [
        law.decide(Question(item, organisation, Purpose.INFORM, instant)).allowed
        for item in SECTIONS
        for organisation in organisations
    ]


def many_at_once(organisations: Sequence[Recipient], instant: datetime) -> list[bool]:
    return [
        verdict.allowed
        for item in SECTIONS
        for verdict in law.decide_many(
            item=item, purpose=Purpose.INFORM, instant=instant, recipients=organisations
        )
    ]


def _cedar(profiles: Sequence[Recipient]) -> Callable[[], list[bool]]:
    def entity(kind: str, number: int, attributes: dict[str, object]) -> dict[str, object]:
        return {"uid": {"type": kind, "id": str(number)}, "attrs": attributes, "parents": []}

    entities = [
        entity(
            "Organisation",
            number,
            {
                "capacity": next(iter(profile.capacities)).value,
                "territory": profile.territory.value if profile.territory else "",
                "active": profile.active,
                "secrecy": profile.secrecy_guaranteed,
            },
        )
        for number, profile in enumerate(profiles)
    ]
    entities += [
        entity(
            "Section",
            number,
            {
                "advisory": item.tlp is Tlp.CLEAR,
                "primary": Scope.PRIMARY in item.scope,
                "other": Scope.OTHER in item.scope,
                "attested": bool(item.attested),
                "confidential": bool(item.confidential),
                "traceable": bool(item.traceable),
            },
        )
        for number, item in enumerate(SECTIONS)
    ]
    requests: list[dict[str, Any]] = [
        {
            "principal": f'Organisation::"{profile}"',
            "action": 'Action::"receive"',
            "resource": f'Section::"{section}"',
            "context": {},
        }
        for section in range(len(SECTIONS))
        for profile in range(len(profiles))
    ]
    return lambda: [
        answer.allowed for answer in cedarpy.is_authorized_batch(requests, POLICIES, entities)
    ]


def _next_to_cedar(profiles: Sequence[Recipient], rounds: int) -> list[str]:
    if cedarpy is None:
        return ["Cedar was not measured: `pip install cedarpy` and run again.", ""]
    instant, asked = INSTANTS["WBNI_2022"], KINDS * len(SECTIONS)
    cedar = _cedar(profiles)
    if cedar() != many_at_once(profiles, instant):
        raise SystemExit("Cedar and the law disagree: nothing to compare")
    law_seconds = fastest(lambda: many_at_once(profiles, instant), rounds)
    cedar_seconds = fastest(cedar, rounds)
    return [
        f"{KINDS} profiles × {len(SECTIONS)} sections, WBNI_2022, allowed or not: the law"
        f" {asked / law_seconds:,.0f}/s, with every reason; Cedar {asked / cedar_seconds:,.0f}/s in"
        f" one batch, with seven policies that know only what these sections ask"
        f" ({cedar_seconds / law_seconds:.1f}× the time of the law). They agree on all {asked:,}.",
        "",
    ]


def run(_world: object, *, rounds: int) -> list[str]:
    profiles = kinds()
    organisations = [profiles[number % KINDS] for number in range(ORGANISATIONS)]
    organisations = [
        replace(one, sectors=frozenset({f"s{number % 18}"}))
        for number, one in enumerate(organisations)
    ]
    asked = ORGANISATIONS * len(SECTIONS)
    lines = [
        f"### Deciding a publish: {ORGANISATIONS:,} organisations in {KINDS} profiles ×"
        f" {len(SECTIONS)} sections, one thread",
        "",
        "| regime | one by one | `decide_many` | ratio | no two alike |",
        "|---|---|---|---|---|",
    ]
    for regime, instant in INSTANTS.items():
        if one_by_one(organisations[:KINDS], instant) != many_at_once(
            organisations[:KINDS], instant
        ):
            raise SystemExit("one by one and many at once disagree")

        def single(at: datetime = instant) -> object:
            return one_by_one(organisations, at)

        def many(at: datetime = instant) -> object:
            return many_at_once(organisations, at)

        def unlike(at: datetime = instant) -> object:
            return many_at_once(profiles, at)

        slow, fast = fastest(single, 1), fastest(many, rounds)
        alone = KINDS * len(SECTIONS) / fastest(unlike, rounds)
        lines.append(
            f"| {regime} | {slow:.2f} s, {asked / slow:,.0f}/s | {fast:.3f} s,"
            f" {asked / fast:,.0f}/s | {slow / fast:.1f}× | {alone:,.0f}/s |"
        )
    return ["\n".join([*lines, ""]), *_next_to_cedar(profiles, rounds)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(run(None, rounds=7)))
