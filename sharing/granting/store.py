"""Rulings become decisions, and those that open become grants. Set-based: COPY, not rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import connection

from advisories.models import Section
from law.facts import Item, Recipient
from law.regimes import ruleset_hash
from law.verdict import Verdict
from law.vocabulary import Predicate, Tlp
from recipients.models import Organisation
from sharing.facts import profiles
from sharing.facts.linking import Links
from sharing.granting.audiences import audience_for
from sharing.judging import Ruling
from sharing.models import Audience, EndedGrant, FactSheet, Release

# Predicates that are computed from who links to whom.
LINKS = frozenset({Predicate.NO_LINKING_ORGANISATION_FOR_SECTOR.value, "designation_valid"})


@dataclass(frozen=True, slots=True)
class Granted:
    """The holders of new grants."""

    groups: frozenset[int]
    people: frozenset[int]


def _plain(value: Any) -> Any:
    """JSON form of facts: sets sorted, words as their values."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(_plain(v) for v in value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


def facts_json(item: Item, evidence: tuple[int, ...]) -> dict[str, Any]:
    """The facts about a section as they were put before the law."""
    return {"item": _plain(asdict(item)), "attestations": list(evidence)}


def gates_json(verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {
            "gate": gate.gate,
            "outcome": gate.outcome.value,
            "code": gate.code.value,
            "rules": list(gate.rules),
            "predicates": dict(gate.predicates),
        }
        for gate in verdict.gates
    ]


def _bound_by(ruling: Ruling) -> tuple[Any, ...]:
    """What the stored relation depends on: equal ones are serialised once."""
    bond = ruling.bond
    return bond.relation, _links_asked(ruling), bond.constituency, bond.consents


def _links_asked(ruling: Ruling) -> Links | None:
    """The snapshot of who links to the recipient, where a gate looked at it."""
    asked = {name for gate in ruling.verdict.gates for name, _value in gate.predicates}
    return ruling.bond.links if asked & LINKS else None


def relation_json(ruling: Ruling) -> dict[str, Any]:
    """What binds the recipient to the section, with the rows it rests on and the snapshot of the
    candidates: years later it can be shown without computing it again."""
    bond, links = ruling.bond, _links_asked(ruling)
    basis: dict[str, Any] = links.to_json() if links is not None else {}
    if bond.constituency:
        basis["subject_in_constituency"] = list(bond.constituency)
    if bond.consents:
        basis["consent_given"] = list(bond.consents)
    relation: dict[str, Any] = _plain(asdict(ruling.relation))
    return {**relation, "basis": basis} if basis else relation


def _sheet(ruling: Ruling) -> tuple[str, dict[str, Any]]:
    facts = facts_json(ruling.item, ruling.evidence)
    canonical = json.dumps(facts, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest(), facts


def store(release: Release, rulings: Sequence[Ruling], *, at: datetime) -> Granted:
    """Write a decision for each ruling, and a grant for each that opens.

    A holder that has the section already keeps one grant: call `end` first where it is decided
    anew. Personal rulings grant to the person, organisational ones to its own group, the rest to
    the audience.
    """
    if not rulings:
        return Granted(frozenset(), frozenset())
    audiences = _audiences(rulings, at=at)
    own = _own_groups(rulings)
    sheets: dict[tuple[Item, tuple[int, ...]], tuple[str, dict[str, Any]]] = {}
    for ruling in rulings:
        if (ruling.item, ruling.evidence) not in sheets:
            sheets[ruling.item, ruling.evidence] = _sheet(ruling)
    FactSheet.objects.bulk_create(
        [FactSheet(digest=digest, facts=facts) for digest, facts in sheets.values()],
        ignore_conflicts=True,
    )
    ids = _next_ids("sharing_decision", len(rulings))
    ruleset = ruleset_hash()
    texts: dict[Any, Any] = {}

    def jsonb(key: Any, make: Any) -> Any:
        """Equal values are serialised once: profiles repeat, and so do verdicts."""
        if key not in texts:
            texts[key] = json.dumps(make())
        return texts[key]

    _copy(
        "sharing_decision",
        "id section_id release_id audience_id organisation_id person_id purpose instant regime"
        " ruleset outcome code codes gates relation facts_id valid_until",
        (
            (
                pk,
                ruling.section_id,
                release.pk,
                audiences[ruling.profile].pk,
                ruling.organisation_id,
                ruling.person_id,
                release.purpose,
                at,
                ruling.verdict.regime.value,
                ruleset,
                ruling.verdict.outcome.value,
                ruling.verdict.code.value,
                jsonb(
                    ("codes", ruling.verdict.codes),
                    lambda r=ruling: [c.value for c in r.verdict.codes],
                ),
                jsonb(("gates", ruling.verdict.gates), lambda r=ruling: gates_json(r.verdict)),
                jsonb(_bound_by(ruling), lambda r=ruling: relation_json(r)),
                sheets[ruling.item, ruling.evidence][0],
                ruling.valid_until,
            )
            for pk, ruling in zip(ids, rulings, strict=True)
        ),
    )
    opening = [
        (pk, ruling) for pk, ruling in zip(ids, rulings, strict=True) if ruling.verdict.allowed
    ]
    by_group = [(pk, r) for pk, r in opening if r.person_id is None]
    by_person = [(pk, r) for pk, r in opening if r.person_id is not None]

    def group_of(ruling: Ruling) -> int:
        if ruling.organisation_id is not None:
            return own[ruling.organisation_id]
        return audiences[ruling.profile].group_id

    _copy_grants(
        "sharing_grant", "group_id", release, [(pk, r, group_of(r)) for pk, r in by_group], at=at
    )
    _copy_grants(
        "sharing_personalgrant",
        "user_id",
        release,
        [(pk, r, cast("int", r.person_id)) for pk, r in by_person],
        at=at,
    )
    return Granted(
        frozenset(group_of(r) for _, r in by_group),
        frozenset(cast("int", r.person_id) for _, r in by_person),
    )


def _audiences(rulings: Sequence[Ruling], *, at: datetime) -> dict[Recipient, Audience]:
    wanted = {ruling.profile for ruling in rulings}
    by_digest = {profiles.digest(profile): profile for profile in wanted}
    found = {
        by_digest[audience.digest]: audience
        for audience in Audience.objects.filter(digest__in=by_digest)
    }
    for profile in wanted - found.keys():
        found[profile] = audience_for(profile, at=at)[0]
    return found


def _own_groups(rulings: Sequence[Ruling]) -> Mapping[UUID, int]:
    ids = {r.organisation_id for r in rulings if r.organisation_id}
    return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "group_id"))


def _next_ids(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _copy(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(columns.split())
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,  # constants of this module
    ):
        for row in rows:
            copy.write_row(row)


def _copy_grants(
    table: str,
    holder: str,
    release: Release,
    rows: Sequence[tuple[int, Ruling, int]],
    *,
    at: datetime,
) -> None:
    permission = Permission.objects.get(
        codename="view_section", content_type__app_label="advisories"
    )
    version = release.version
    lead = set(
        Section.objects.filter(version=version, kind=Section.Kind.LEAD).values_list("pk", flat=True)
    )
    _copy(
        table,
        f"permission_id {holder} section_id decision_id outcome release_id version_id advisory_id"
        " released_at valid_from valid_until lead strictness newest",
        (
            (
                permission.pk,
                who,
                ruling.section_id,
                decision,
                ruling.verdict.outcome.value,
                release.pk,
                version.pk,
                version.advisory_id,
                release.released_at,
                at,
                ruling.valid_until,
                ruling.section_id in lead,
                (ruling.item.tlp or Tlp.RED).strictness,
                True,
            )
            for decision, ruling, who in rows
        ),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """One of the two tables of grants: where the holder stands, here and in the history."""

    name: str
    holder: str
    ended_holder: str


BY_GROUP = Table("sharing_grant", "group_id", "group_id")
BY_PERSON = Table("sharing_personalgrant", "user_id", "person_id")


@dataclass(frozen=True, slots=True)
class Ended:
    """One grant that ended."""

    holder: int
    version_id: int
    section_id: int
    advisory_id: int


def end(
    table: Table, where: str, params: Mapping[str, Any], *, reason: EndedGrant.Reason, at: datetime
) -> list[Ended]:
    """End the grants that match; they move to the history.

    `where` is a condition on the alias `g`, a constant of the caller.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH gone AS (DELETE FROM {table.name} g WHERE {where} RETURNING g.*),
            kept AS (
              INSERT INTO sharing_endedgrant
                (decision_id, section_id, version_id, advisory_id, {table.ended_holder},
                 valid_from, ended_at, reason)
              SELECT decision_id, section_id, version_id, advisory_id, {table.holder}, valid_from,
                     least(%(ended_at)s, coalesce(valid_until, %(ended_at)s)), %(reason)s
                FROM gone)
            SELECT {table.holder}, version_id, section_id, advisory_id FROM gone
            """,  # noqa: S608 (table names and conditions are constants of our own modules)
            {**params, "ended_at": at, "reason": reason.value},
        )
        return [Ended(*row) for row in cursor.fetchall()]


def settle_newest(table: Table, *, advisories: Iterable[int], holders: Iterable[int]) -> None:
    """Mark, per advisory and holder, the grants of the newest version held: lists show those."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {table.name} g SET newest = (g.version_id = top.version_id)
              FROM (SELECT advisory_id, {table.holder}, max(version_id) AS version_id
                      FROM {table.name}
                     WHERE advisory_id = ANY(%(advisories)s) AND {table.holder} = ANY(%(holders)s)
                     GROUP BY advisory_id, {table.holder}) top
             WHERE g.advisory_id = top.advisory_id AND g.{table.holder} = top.{table.holder}
               AND g.newest <> (g.version_id = top.version_id)
            """,  # noqa: S608 (table names are constants of this module)
            {"advisories": list(advisories), "holders": list(holders)},
        )
