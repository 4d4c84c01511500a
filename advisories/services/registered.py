"""The register of the lint, from the registry's rows: built anew only when these changed."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from advisories.linting import Known, Register
from recipients.models import Alias, AutonomousSystem, Domain, Network, Organisation

# One number for the whole content: ids and names, so that two registries of equal size differ.
_STATE = """
SELECT (SELECT concat(count(*), ':', bit_xor(hashtextextended(concat(id, name), 0)))
          FROM recipients_organisation),
       (SELECT concat(count(*), ':', bit_xor(hashtextextended(concat(id, name), 0)))
          FROM recipients_alias WHERE ended_at IS NULL),
       (SELECT concat(count(*), ':', bit_xor(hashtextextended(concat(id, name), 0)))
          FROM recipients_domain WHERE ended_at IS NULL),
       (SELECT concat(count(*), ':', bit_xor(hashtextextended(concat(id, prefix), 0)))
          FROM recipients_network WHERE ended_at IS NULL),
       (SELECT concat(count(*), ':', bit_xor(hashtextextended(concat(id, number), 0)))
          FROM recipients_autonomoussystem WHERE ended_at IS NULL)
"""


def register() -> Register:
    """Every organisation, also one that has ended: it can still be recognised."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        return _built(tuple(cursor.fetchone()))


@lru_cache(maxsize=1)
def _built(_state: tuple[str, ...]) -> Register:
    return Register.of(known())


def known() -> list[Known]:
    """What the registry knows of every organisation to recognise it by."""
    aliases, domains = _values(Alias, "name"), _values(Domain, "name")
    networks, numbers = _values(Network, "prefix"), _values(AutonomousSystem, "number")
    return [
        Known(
            organisation=pk,
            name=name,
            aliases=tuple(aliases[pk]),
            domains=tuple(domains[pk]),
            networks=tuple(networks[pk]),
            as_numbers=tuple(numbers[pk]),
        )
        for pk, name in Organisation.objects.order_by("pk").values_list("pk", "name")
    ]


def _values(model: type[Any], column: str) -> defaultdict[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    rows = model.objects.filter(ended_at=None).values_list("organisation_id", column)
    for pk, value in rows.order_by("pk"):
        found[pk].append(value)
    return found
