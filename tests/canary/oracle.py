"""An independent reading of the Cyberbeveiligingswet as the portal must apply it: one function.

Written from the rules, not from `law`: only its words are imported. Where the text leaves room the
closed reading is taken. Section numbers are those of the sharing rules (§1.4: matrix CBW_2026).
"""

from __future__ import annotations

from datetime import datetime

from law.vocabulary import Capacity, PersonalData, Predicate, Scope, Territory, Tlp
from tests.canary.people import Org, Part, Person, Version, Who, World

P = Predicate
INSIDE = {Territory.NETHERLANDS, Territory.EU, Territory.EEA}
# Art. 66(1) a to d, all four.
LIMBS = {
    P.NECESSARY_FOR_CBW_TASK,
    P.RELEVANT_AND_PROPORTIONATE,
    P.CONFIDENTIALITY_GUARANTEED,
    P.ENTITY_INTERESTS_PROTECTED,
}


ENTITIES = {Capacity.ESSENTIAL, Capacity.IMPORTANT, Capacity.LEGACY}
AUTHORITIES = {Capacity.CSIRT, Capacity.SUPERVISOR, Capacity.CONTACT_POINT}
BODIES = {Capacity.INTEL, Capacity.ART_51_2}
OF_THE_ACT = {Capacity.EZ, Capacity.COMMUNITY, *ENTITIES, *AUTHORITIES, *BODIES}


def visible(world: World, who: Who, at: datetime) -> dict[tuple[str, str], set[int]]:
    """Positions of the sections that the reader may see, by (advisory number, version label)."""
    account = who.person or who.org.machine_owner  # a program stands on a person's responsibility
    if account is None or not account.active(at):
        return {}
    found = {}
    for item in world.items:
        for version in item.versions:
            positions = visible_in(version, who.org, who.person, at)
            if positions:
                found[item.number, version.label] = positions
    return found


def visible_in(version: Version, org: Org, person: Person | None, at: datetime) -> set[int]:
    """Positions of the sections of one version that may go to an organisation, or to a person
    of it who may be addressed by name."""
    if not version.live(at) or not org.active(at) or (person and not person.active(at)):
        return set()
    named = person is not None and any(one is person for one in version.people)
    if not named and not _addressed(version, org, at):
        return set()
    return {
        part.position
        for part in version.parts
        if part.marked and _law(version, part, org, named=named, at=at)
    }


def _addressed(version: Version, org: Org, at: datetime) -> bool:
    if org.id in version.organisations:
        return True
    if not version.capacities & org.held("capacity", at):
        return False
    return not version.sectors or bool(version.sectors & org.held("sector", at))


def _attested(version: Version, part: Part, org: Org, at: datetime) -> set[Predicate]:
    """Yes was said, and nobody who speaks of the same says no. The newest word on a thing counts."""
    capacities = org.held("capacity", at)
    last: dict[object, tuple[Predicate, bool]] = {}
    for said in sorted(version.said, key=lambda s: s.at):
        if said.part not in (None, part.position):
            continue
        if said.organisation not in (None, org.id):
            continue
        if said.capacity is not None and said.capacity not in capacities:
            continue
        last[said.part, said.predicate, said.organisation, said.capacity] = (
            said.predicate,
            said.value,
        )
    yes = {predicate for predicate, value in last.values() if value}
    return yes - {predicate for predicate, value in last.values() if not value}


def _law(version: Version, part: Part, org: Org, *, named: bool, at: datetime) -> bool:
    attested = _attested(version, part, org, at)
    return (
        _handling(part, named=named, at=at)
        and part.confidential is not None  # §2: unknown is false, false is deny
        and part.personal_data is not None
        and (
            _public(part)
            or (
                _task(part, org, attested, at)
                and (not part.confidential or attested >= LIMBS)
                and _personal(part, org, attested, at)
            )
        )
    )


def _handling(part: Part, *, named: bool, at: datetime) -> bool:
    """Gate E. RED is for persons named; no label counts as RED; art. 34(3) hides the reporter."""
    if part.reporter:
        return False
    if part.embargo_until is not None and at < part.embargo_until:
        return False
    return named or part.tlp not in (None, Tlp.RED)


def _public(part: Part) -> bool:
    """R1: checked on all facets, and open to all."""
    return (
        bool(part.scope)
        and part.scope <= {Scope.GENERIC, Scope.PRIMARY}
        and part.confidential is False
        and part.traceable is False
        and not part.traced
        and part.personal_data is PersonalData.NONE
        and part.tlp is Tlp.CLEAR
    )


def _task(part: Part, org: Org, attested: set[Predicate], at: datetime) -> bool:
    """Gate A: R2 (own systems), R3 (about others). One capacity that has a task is enough."""
    capacities = org.held("capacity", at)
    if Capacity.CARIBBEAN in capacities or Territory.CARIBBEAN in org.held("territory", at):
        return False  # MANUAL: a person decides
    relevant = P.RELEVANT_TO_RECIPIENT in attested
    necessary = P.NECESSARY in attested
    if Capacity.THIRD_COUNTRY_BODY in capacities and not capacities & OF_THE_ACT:
        return "cooperation" in org.held("assurance", at) and relevant
    own = not part.confidential and set(part.about) == {org.id}
    return (
        (bool(capacities & ENTITIES) and (own or relevant))
        or (Capacity.EZ in capacities and P.WBDWB_PURPOSE in attested)
        or (bool(capacities & AUTHORITIES) and necessary)
        or (bool(capacities & BODIES) and necessary and P.RELEVANT_TO_THEIR_TASK in attested)
        or (Capacity.COMMUNITY in capacities and relevant)
        or P.RELEVANT_PARTY in attested  # andere relevante partij, per item
    )


def _personal(part: Part, org: Org, attested: set[Predicate], at: datetime) -> bool:
    """Gate D: necessary and minimised; outside the EU and EEA with a basis of AVG chapter V."""
    if part.personal_data is PersonalData.NONE:
        return True
    if not attested >= {P.PERSONAL_DATA_NECESSARY, P.MINIMISED}:
        return False
    return bool(
        INSIDE & org.held("territory", at)
        or "avg_chapter_v" in org.held("assurance", at)
        or P.AVG_ART_49_GROUND in attested
    )
