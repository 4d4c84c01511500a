"""By what an organisation is recognised: one spelling, once, with who and when."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction

from audit.models import Entry
from recipients.errors import Conflict, NotAllowed, Refusal
from recipients.models import Alias, Domain, IdentifierKind, Network, Organisation, Role
from sharing.services import registry
from tests.builders import AT, organisation, staff

pytestmark = pytest.mark.django_db


def add(made: Organisation, kind: IdentifierKind, value: str) -> Any:
    clerk = staff(Role.REGISTRY_MANAGER)
    return registry.add_identifier(organisation=made, kind=kind, value=value, by=clerk, at=AT)


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        (IdentifierKind.ALIAS, "  Duin   Rand ", "Duin Rand"),
        (IdentifierKind.DOMAIN, "WWW.Duinrand.Example.", "www.duinrand.example"),
        (IdentifierKind.DOMAIN, "https://bücher.example/pad", "xn--bcher-kva.example"),
        (IdentifierKind.DOMAIN, "*.duinrand.example", "duinrand.example"),
        (IdentifierKind.NETWORK, "192.0.2.7/24", "192.0.2.0/24"),
        (IdentifierKind.NETWORK, "2001:DB8::1", "2001:db8::1/128"),
        (IdentifierKind.AS_NUMBER, "as 64496", "AS64496"),
        (IdentifierKind.AS_NUMBER, "1.10", "AS65546"),
    ],
)
def test_an_identifier_is_kept_in_one_spelling(
    kind: IdentifierKind, written: str, kept: str
) -> None:
    made = add(organisation(), kind, written)
    made.refresh_from_db()
    assert str(made.value) == kept
    assert (made.recorded_at, made.ended_at) == (AT, None)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (IdentifierKind.ALIAS, "!"),
        (IdentifierKind.ALIAS, "x" * 201),
        (IdentifierKind.DOMAIN, "example"),
        (IdentifierKind.DOMAIN, "-a.example"),
        (IdentifierKind.DOMAIN, "a b.example"),
        (IdentifierKind.DOMAIN, "192.0.2.1"),
        (IdentifierKind.NETWORK, "192.0.2.0/33"),
        (IdentifierKind.NETWORK, "0.0.0.0/0"),
        (IdentifierKind.AS_NUMBER, "0"),
        (IdentifierKind.AS_NUMBER, "4294967296"),
        (IdentifierKind.AS_NUMBER, "AS²"),
    ],
)
def test_what_is_no_identifier_of_its_kind_is_refused(kind: IdentifierKind, written: str) -> None:
    with pytest.raises(Refusal):
        add(organisation(), kind, written)


def test_the_same_identifier_is_recorded_once_for_an_organisation_and_again_for_another() -> None:
    first, other = organisation("Een"), organisation("Twee")
    for kind, written, again in (
        (IdentifierKind.ALIAS, "NLD", "nld"),
        (IdentifierKind.DOMAIN, "een.example", "EEN.example"),
        (IdentifierKind.NETWORK, "192.0.2.0/24", "192.0.2.9/24"),
        (IdentifierKind.AS_NUMBER, "AS64496", "64496"),
    ):
        made = add(first, kind, written)
        with pytest.raises(Conflict):
            add(first, kind, again)
        add(other, kind, again)
        registry.end_identifier(identifier=made, by=staff(Role.REGISTRY_MANAGER), at=AT)
        add(first, kind, again)


def test_only_who_keeps_the_registry_records_and_ends_and_both_are_on_record() -> None:
    made = organisation()
    for role in (Role.AUTHOR, Role.DUTY_OFFICER, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            registry.add_identifier(
                organisation=made,
                kind=IdentifierKind.ALIAS,
                value="NLD",
                by=staff(role),
                at=AT,
            )
    alias = add(made, IdentifierKind.ALIAS, "NLD")
    clerk = staff(Role.REGISTRY_MANAGER)
    registry.end_identifier(identifier=alias, by=clerk, at=AT)
    with pytest.raises(Conflict):
        registry.end_identifier(identifier=alias, by=clerk, at=AT)
    lines = Entry.objects.filter(action__startswith="registry.identifier").order_by("pk")
    assert [line.action for line in lines] == ["registry.identifier", "registry.identifier.end"]
    assert lines[0].detail == {"kind": "alias", "identifier": alias.pk}


@pytest.mark.parametrize(
    "row",
    [
        Alias(name=" x"),
        Alias(name="x\ny"),
        Domain(name="Groot.example"),
        Domain(name="bücher.example"),
        Domain(name="example"),
        Network(prefix=ip_network("0.0.0.0/0")),
    ],
    ids=str,
)
def test_the_database_refuses_what_the_services_would_not_write(row: Any) -> None:
    row.organisation, row.recorded_by, row.recorded_at = organisation(), staff(), AT
    with pytest.raises(IntegrityError):
        row.save()


def test_an_identifier_is_ended_once_and_never_changed() -> None:
    alias = add(organisation(), IdentifierKind.ALIAS, "NLD")
    registry.end_identifier(identifier=alias, by=staff(Role.REGISTRY_MANAGER), at=AT)
    rows = Alias.objects.filter(pk=alias.pk)
    for change in (
        lambda: rows.update(name="Ander"),
        lambda: rows.update(ended_at=None, ended_by=None),
        lambda: rows.delete(),
    ):
        with transaction.atomic(), pytest.raises(Error):
            change()


def test_the_database_finds_the_networks_that_hold_an_address() -> None:
    made = organisation()
    for prefix in ("192.0.2.0/24", "192.0.2.64/26", "2001:db8::/32"):
        add(made, IdentifierKind.NETWORK, prefix)
    holding = Network.objects.extra(where=["prefix >>= %s::inet"], params=["192.0.2.70"])
    assert {str(row.prefix) for row in holding} == {"192.0.2.0/24", "192.0.2.64/26"}
