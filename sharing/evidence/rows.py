"""Rows of the registry and attestations as evidence, as they were known at an instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recipients.models import Organisation, RegistryFact
from sharing.desk import says
from sharing.evidence.values import Evidence, Standing
from sharing.facts.attested import Heard
from sharing.words import word


def facts(
    model: type[RegistryFact], where: Q, *, at: datetime, scope: frozenset[int] | None = None
) -> list[Evidence]:
    """The rows on record at `at`, proposals included. With `scope`: rows in force outside it do
    not cover what is asked."""
    rows = model.objects.filter(
        where,
        Q(recorded_until=None) | Q(recorded_until__gt=at),
        recorded_from__lte=at,
    ).select_related("organisation", "recorded_by", "confirmed_by", "ended_by")
    return [fact(row, at=at, scope=scope) for row in rows.order_by("valid_from", "pk")]


def fact(row: Any, *, at: datetime, scope: frozenset[int] | None = None) -> Evidence:
    standing = standing_of(row, at=at)
    if standing is Standing.RELIED and scope is not None and row.pk not in scope:
        standing = Standing.OUT_OF_SCOPE
    return Evidence(
        kind="registry",
        ref=f"{type(row).__name__} {row.pk}",
        standing=standing,
        says=word(says(row)),
        of=row.organisation.name,
        by=row.recorded_by.name,
        at=row.recorded_from,
        confirmed_by=row.confirmed_by.name if row.confirmed_by else "",
        ended_by=row.ended_by.name if row.ended_by else "",
        since=row.valid_from,
        until=row.effective_until,
        text=row.ground,
        reference=row.reference,
    )


def standing_of(row: RegistryFact, *, at: datetime) -> Standing:
    if row.confirmed_by_id is None:
        return Standing.NOT_CONFIRMED
    if row.holds(at):
        return Standing.RELIED
    if row.valid_from > at:
        return Standing.NOT_BEGUN
    ended_by_row = row.valid_until is not None and row.valid_until <= at
    return Standing.ENDED if ended_by_row else Standing.LAPSED


def organisation(row: Organisation, *, at: datetime) -> Evidence:
    """That it is registered, from when until when."""
    over = row.active_until is not None and row.active_until <= at
    begun = row.active_from <= at
    return Evidence(
        kind="registry",
        ref=f"Organisation {row.pk}",
        standing=Standing.ENDED if over else Standing.RELIED if begun else Standing.NOT_BEGUN,
        says=row.name,
        since=row.active_from,
        until=row.active_until,
    )


def names(ids: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Organisation.objects.filter(pk__in=set(ids)).values_list("pk", "name"))


def attestation(heard: Heard, *, relied: frozenset[int], at: datetime) -> Evidence:
    row = heard.row
    return Evidence(
        kind="attestation",
        ref=f"Attestation {row.pk}",
        standing=_heard(heard, relied, at),
        says=_("yes") if row.value else _("no"),
        of=row.organisation.name if row.organisation else "",
        by=row.by.name,
        role=row.get_role_display(),
        at=row.at,
        until=heard.until,
        text=row.text,
        reference=row.evidence,
        regime=row.regime,
    )


def _heard(heard: Heard, relied: frozenset[int], at: datetime) -> Standing:
    if not heard.newest:
        return Standing.SUPERSEDED
    if heard.until is not None and heard.until <= at:
        return Standing.LAPSED
    if not heard.row.value:
        return Standing.REFUSES
    return Standing.RELIED if heard.row.pk in relied else Standing.OVERRULED
