"""An independent reading of the Cyberbeveiligingswet as the portal must apply it: one function.

Written from the rules, not from `law`: only its words are imported. Where the text leaves room the
closed reading is taken. Section numbers are those of the sharing rules (§1.4: matrix CBW_2026).
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

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

# CERT-EU and CSIRTs of the EEA are not CSIRTs of a member state: the closed reading.
ABROAD = {Capacity.THIRD_COUNTRY_BODY, Capacity.EEA_CSIRT}


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
        if part.marked and lawful(version, part, org, named=named, at=at)
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


def lawful(version: Version, part: Part, org: Org, *, named: bool, at: datetime) -> bool:
    """Every gate, addressed or not."""
    attested = _attested(version, part, org, at)
    return (
        _handling(part, named=named, at=at)
        and _complete(part)
        and (
            _public(part)
            or (
                _task(part, org, attested, at)
                and (not part.confidential or _secrecy(org, attested, at))
                and _personal(part, org, attested, at)
            )
        )
    )


def _complete(part: Part) -> bool:
    """Unknown is no. Whether it can be traced matters only for what is confidential."""
    return (
        bool(part.scope)
        and part.confidential is not None
        and (part.confidential is False or part.traceable is not None or bool(part.traced))
        and part.personal_data is not None
        and part.tlp is not None
    )


def _secrecy(org: Org, attested: set[Predicate], at: datetime) -> bool:
    """Gate B, art. 66(1): four limbs attested; terms of secrecy in force, for limb c."""
    return attested >= LIMBS and "secrecy" in org.held("assurance", at)


def _handling(part: Part, *, named: bool, at: datetime) -> bool:
    """Gate E. RED is for persons named; art. 34(3) hides the reporter."""
    if part.reporter:
        return False
    if part.embargo_until is not None and at < part.embargo_until:
        return False
    return named or part.tlp is not Tlp.RED


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


EVERYONE = Org("iedereen", UUID(int=0), datetime.min.replace(tzinfo=UTC), None)


def open_to_everyone(version: Version, part: Part, at: datetime) -> bool:
    """Whether it goes to the public: what is not confidential and CLEAR, if it is addressed. Who
    reads is of no place and no sector, and nothing is attested of him by name or capacity."""
    if not version.live(at) or Capacity.PUBLIC not in version.capacities or version.sectors:
        return False
    attested = _attested(version, part, EVERYONE, at)
    return (
        part.marked
        and _handling(part, named=False, at=at)
        and _complete(part)
        and part.confidential is False
        and part.tlp is Tlp.CLEAR
        and _personal(part, EVERYONE, attested, at)
    )


def _task(part: Part, org: Org, attested: set[Predicate], at: datetime) -> bool:
    """Gate A: R2 (own systems), R3 (about others). One capacity that has a task is enough."""
    capacities = org.held("capacity", at)
    if Capacity.CARIBBEAN in capacities or Territory.CARIBBEAN in org.held("territory", at):
        return False  # MANUAL: a person decides
    relevant = P.RELEVANT_TO_RECIPIENT in attested
    necessary = P.NECESSARY in attested
    own = not part.confidential and set(part.about) == {org.id}
    return (
        (bool(capacities & ENTITIES) and (own or relevant))
        or (Capacity.EZ in capacities and P.WBDWB_PURPOSE in attested)
        or (bool(capacities & AUTHORITIES) and necessary)
        or (bool(capacities & BODIES) and necessary and P.RELEVANT_TO_THEIR_TASK in attested)
        or (Capacity.COMMUNITY in capacities and relevant)
        or _other_party(org, attested, at)
    )


def _other_party(org: Org, attested: set[Predicate], at: datetime) -> bool:
    """Bodies of a third country by cooperation relation; whoever the Act does not name may be an
    andere relevante partij, judged per item."""
    capacities = org.held("capacity", at)
    unnamed = not capacities & (OF_THE_ACT | ABROAD)
    abroad = capacities & ABROAD or (
        unnamed and Territory.THIRD_COUNTRY in org.held("territory", at)
    )
    if abroad:
        return "cooperation" in org.held("assurance", at) and P.RELEVANT_TO_RECIPIENT in attested
    return unnamed and P.RELEVANT_PARTY in attested


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
