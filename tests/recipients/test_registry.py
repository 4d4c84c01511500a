"""The registry: what holds and since when we knew, two people for what widens, one for what narrows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Client
from django.db import IntegrityError, transaction

from audit.models import Entry
from law.vocabulary import Capacity, Purpose, Territory
from recipients import services
from recipients.errors import Conflict, NotAllowed
from recipients.models import (
    Assurance,
    Consent,
    ConstituencyMember,
    Contact,
    Designation,
    Establishment,
    MachineClient,
    Organisation,
    RegistryFact,
    Role,
    Sector,
    SectorMembership,
    User,
)
from recipients.roles import roles_of
from tests.builders import AT, SINCE, fact, organisation, reader, staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def clerk() -> User:
    return staff(Role.REGISTRY_MANAGER)


@pytest.fixture
def second() -> User:
    return staff(Role.DUTY_OFFICER)


@pytest.fixture
def company() -> Organisation:
    """Without any fact yet."""
    return organisation(capacities=(), territory=None, secrecy=False)


def designation(
    company: Organisation,
    *,
    since: datetime = SINCE,
    until: datetime | None = None,
    capacity: Capacity = Capacity.ESSENTIAL,
    reference: str = "Stcrt. 2026, 12",
) -> Designation:
    return Designation(
        organisation=company,
        capacity=capacity.value,
        ground="Besluit",
        reference=reference,
        valid_from=since,
        valid_until=until,
    )


def propose(row: RegistryFact, *, by: User, at: datetime = AT) -> Any:
    return services.propose_fact(fact=row, by=by, at=at)


def confirm(row: RegistryFact, *, by: User, at: datetime = AT) -> Any:
    return services.confirm_fact(fact=row, by=by, at=at)


def held(company: Organisation, *, valid: datetime, known: datetime) -> list[str]:
    """The capacities that held at `valid`, as far as the registry knew at `known`."""
    rows = Designation.objects.filter(organisation=company).known_at(known).valid_at(valid)
    return sorted(rows.values_list("capacity", flat=True))


# --- what did we know then ----------------------------------------------------------------------


def test_a_proposed_fact_counts_for_nothing_until_it_is_confirmed(
    company: Organisation, clerk: User, second: User
) -> None:
    row = propose(designation(company), by=clerk, at=AT)
    assert held(company, valid=AT, known=AT + DAY) == []
    confirm(row, by=second, at=AT + 2 * DAY)
    assert held(company, valid=AT, known=AT + 2 * DAY) == ["essential"]
    # It was not known before, however long it held.
    assert held(company, valid=AT, known=AT + 2 * DAY - timedelta(microseconds=1)) == []


def test_ending_a_fact_keeps_what_was_known_before(
    company: Organisation, clerk: User, second: User
) -> None:
    row = confirm(propose(designation(company), by=clerk), by=second)
    ended = services.end_fact(fact=row, valid_until=AT - DAY, by=clerk, at=AT + DAY)
    # What we say now: it was over at AT already.
    assert held(company, valid=AT, known=AT + DAY) == []
    assert held(company, valid=AT - 2 * DAY, known=AT + DAY) == ["essential"]
    # What a decision at AT rested on, and still does.
    assert held(company, valid=AT, known=AT) == ["essential"]
    assert (ended.ended_by, ended.recorded_by, ended.confirmed_by) == (clerk, clerk, second)
    assert Designation.objects.count() == 2


def test_an_end_counts_from_its_very_instant(
    company: Organisation, clerk: User, second: User
) -> None:
    row = confirm(propose(designation(company), by=clerk), by=second)
    services.end_fact(fact=row, valid_until=AT + DAY, by=clerk, at=AT)
    assert held(company, valid=AT + DAY - timedelta(microseconds=1), known=AT) == ["essential"]
    assert held(company, valid=AT + DAY, known=AT) == []


def test_an_end_is_brought_forward_and_never_put_off(
    company: Organisation, clerk: User, second: User
) -> None:
    row = confirm(propose(designation(company, until=AT + 5 * DAY), by=clerk), by=second)
    for later in (AT + 5 * DAY, AT + 6 * DAY):
        with pytest.raises(Conflict):
            services.end_fact(fact=row, valid_until=later, by=clerk, at=AT)
    ended = services.end_fact(fact=row, valid_until=AT + 4 * DAY, by=clerk, at=AT)
    assert ended.valid_until == AT + 4 * DAY


def test_a_fact_that_turns_out_never_to_have_held_ends_where_it_began(
    company: Organisation, clerk: User, second: User
) -> None:
    row = confirm(propose(designation(company), by=clerk), by=second)
    services.end_fact(fact=row, valid_until=SINCE - DAY, by=clerk, at=AT + DAY)
    assert held(company, valid=SINCE, known=AT + DAY) == []
    assert held(company, valid=SINCE, known=AT) == ["essential"]


def test_a_fact_is_ended_once_and_only_when_it_is_in_the_registry(
    company: Organisation, clerk: User, second: User
) -> None:
    row = propose(designation(company), by=clerk)
    with pytest.raises(Conflict):
        services.end_fact(fact=row, valid_until=AT, by=clerk, at=AT)
    row = confirm(row, by=second)
    again = Designation.objects.get(pk=row.pk)
    services.end_fact(fact=row, valid_until=AT + DAY, by=clerk, at=AT + DAY)
    with pytest.raises(Conflict):
        services.end_fact(fact=again, valid_until=AT, by=clerk, at=AT + DAY)


# --- no overlap ---------------------------------------------------------------------------------


def test_a_fact_that_overlaps_another_is_refused_and_the_refusal_names_the_other(
    company: Organisation, clerk: User, second: User
) -> None:
    confirm(
        propose(designation(company, until=AT + DAY, reference="Stcrt. 2026, 7"), by=clerk),
        by=second,
    )
    overlapping = propose(designation(company, since=AT), by=clerk)
    with pytest.raises(Conflict, match=r"2026-08-02 \(Stcrt\. 2026, 7\)"):
        confirm(overlapping, by=second)
    overlapping.refresh_from_db()
    assert overlapping.confirmed_by is None
    following = propose(designation(company, since=AT + DAY), by=clerk)
    assert confirm(following, by=second).confirmed_by == second


def test_facts_that_say_different_things_hold_side_by_side(
    company: Organisation, clerk: User, second: User
) -> None:
    for capacity in (Capacity.ESSENTIAL, Capacity.ISP):
        confirm(propose(designation(company, capacity=capacity), by=clerk), by=second)
    assert held(company, valid=AT, known=AT) == ["essential", "isp"]


def test_after_an_end_the_same_may_be_recorded_anew(
    company: Organisation, clerk: User, second: User
) -> None:
    row = confirm(propose(designation(company), by=clerk), by=second)
    anew = propose(designation(company, since=AT), by=clerk)
    with pytest.raises(Conflict):
        confirm(anew, by=second, at=AT + DAY)
    services.end_fact(fact=row, valid_until=AT, by=clerk, at=AT + DAY)
    confirm(anew, by=second, at=AT + DAY)
    assert held(company, valid=AT - DAY, known=AT + DAY) == ["essential"]
    assert held(company, valid=AT + DAY, known=AT + DAY) == ["essential"]


def sector() -> Sector:
    return Sector.objects.get_or_create(code="energy", defaults={"name_nl": "E", "name_en": "E"})[0]


KEYED: dict[str, Callable[[Organisation], RegistryFact]] = {
    "capacity": lambda o: Designation(capacity=Capacity.CSIRT.value),
    "assurance": lambda o: Assurance(kind="secrecy"),
    "territory": lambda o: Establishment(territory=Territory.NETHERLANDS.value),
    "sector": lambda o: SectorMembership(sector=sector()),
    "member": lambda o: ConstituencyMember(member=o),
}


@pytest.mark.parametrize("kind", KEYED)
def test_no_kind_of_fact_holds_twice_in_the_service_nor_in_the_database(
    kind: str, company: Organisation, clerk: User, second: User
) -> None:
    member = organisation("Achterban BV", capacities=(), territory=None, secrecy=False)
    fact(KEYED[kind](member), organisation=company)
    twice = KEYED[kind](member)
    twice.organisation, twice.valid_from = company, AT
    twice.ground, twice.reference = "Besluit", "Stcrt. 2026, 99"
    twice = propose(twice, by=clerk)  # a proposal may wait beside it
    with pytest.raises(Conflict, match="end that first"):
        confirm(twice, by=second)
    with pytest.raises(IntegrityError, match="_no_overlap"), transaction.atomic():
        type(twice)._default_manager.filter(pk=twice.pk).update(confirmed_by=second)
    row = type(twice)._default_manager.exclude(pk=twice.pk).get()
    services.end_fact(fact=row, valid_until=AT, by=clerk, at=AT + DAY)
    confirm(twice, by=second, at=AT + DAY)


# --- four eyes ----------------------------------------------------------------------------------


def test_a_fact_takes_two_people_in_the_service(company: Organisation) -> None:
    both = (Role.REGISTRY_MANAGER, Role.DUTY_OFFICER)
    one, other = staff(*both), staff(*both)
    row = propose(designation(company), by=one)
    with pytest.raises(NotAllowed, match="Somebody else"):
        confirm(row, by=one)
    assert confirm(row, by=other).confirmed_by == other
    with pytest.raises(Conflict):
        confirm(row, by=other)


def test_a_fact_takes_two_people_in_the_database_too(
    company: Organisation, clerk: User, second: User
) -> None:
    row = propose(designation(company), by=clerk)
    rows = Designation.objects.filter(pk=row.pk)
    with pytest.raises(IntegrityError, match="designation_four_eyes"), transaction.atomic():
        rows.update(confirmed_by=clerk)
    rows.update(confirmed_by=second)
    with pytest.raises(IntegrityError, match="designation_four_eyes"), transaction.atomic():
        rows.update(recorded_by=second)


def test_a_proposal_cannot_come_confirmed(company: Organisation, clerk: User, second: User) -> None:
    row = designation(company)
    row.confirmed_by = second
    assert propose(row, by=clerk).confirmed_by is None
    assert confirm(row, by=second).confirmed_by == second


@pytest.mark.parametrize("role", [*Role])
def test_each_registry_act_asks_for_its_right(
    role: Role, company: Organisation, clerk: User, second: User
) -> None:
    person = staff(role)
    manages = role in (Role.REGISTRY_MANAGER, Role.SECURITY_OFFICER)
    seconds = role in (Role.SECOND_READER, Role.DUTY_OFFICER)
    waiting = propose(designation(company), by=clerk)
    standing = confirm(
        propose(designation(company, capacity=Capacity.COMMUNITY), by=clerk), by=second
    )
    mailbox = add_contact(company, by=clerk)
    acts: list[tuple[bool, Callable[[], object]]] = [
        (manages, lambda: services.register_organisation(name="Nieuw BV", by=person, at=AT)),
        (manages, lambda: propose(designation(company, capacity=Capacity.ISP), by=person)),
        (seconds, lambda: confirm(waiting, by=person)),
        (
            manages or seconds,
            lambda: services.end_fact(fact=standing, valid_until=AT, by=person, at=AT),
        ),
        (manages, lambda: add_contact(company, email="b@lezers.example", by=person)),
        (manages, lambda: services.deactivate_contact(contact=mailbox, by=person, at=AT)),
        (manages, lambda: open_account("c@lezers.example", company, by=person)),
        (manages, lambda: services.close_account(user=reader(company), by=person, at=AT)),
        (manages, lambda: machine(company, by=person)),
        (manages, lambda: services.close_organisation(organisation=company, by=person, at=AT)),
    ]
    for allowed, act in acts:
        if allowed:
            act()
        else:
            before = Entry.objects.count()
            with pytest.raises(NotAllowed):
                act()
            assert Entry.objects.count() == before


def test_a_role_takes_two_other_people_and_is_for_staff(
    company: Organisation, clerk: User, second: User
) -> None:
    person = staff()
    both = staff(Role.REGISTRY_MANAGER, Role.DUTY_OFFICER)

    def assign(user: User, by: User, confirmed_by: User) -> object:
        return services.assign_role(
            user=user, role=Role.AUTHOR, by=by, confirmed_by=confirmed_by, at=AT
        )

    for user, by, confirmed_by in (
        (person, both, both),
        (both, both, second),
        (second, clerk, second),
        (reader(company), clerk, second),
        (person, second, clerk),  # neither has the right for that half
    ):
        with pytest.raises(NotAllowed):
            assign(user, by, confirmed_by)
    assign(person, clerk, second)
    assert roles_of(person, at=AT) == {Role.AUTHOR}


# --- consent ------------------------------------------------------------------------------------


def test_a_consent_is_withdrawn_by_one_person_at_once(
    company: Organisation, clerk: User, second: User
) -> None:
    consent = Consent(
        organisation=company,
        to_capacity=Capacity.CSIRT.value,
        purpose=Purpose.INFORM.value,
        ground="Brief",
        reference="2026-1",
        valid_from=SINCE,
    )
    row = confirm(propose(consent, by=clerk), by=second)
    assert Consent.objects.in_force(AT).exists()
    services.end_fact(fact=row, valid_until=AT, by=clerk, at=AT)
    assert not Consent.objects.in_force(AT).exists()
    assert Consent.objects.get(recorded_until=None).ended_by == clerk


# --- organisations, contacts, accounts, programs --------------------------------------------------


def add_contact(company: Organisation, *, by: User, email: str = "soc@lezers.example") -> Contact:
    return services.add_contact(
        organisation=company, user=None, name="SOC", email=email, language="nl", by=by, at=AT
    )


def open_account(email: str, company: Organisation | None, *, by: User) -> User:
    return services.open_account(
        email=email, name="Lezer", organisation=company, language="nl", by=by, at=AT
    )


def machine(company: Organisation, *, by: User) -> tuple[MachineClient, str]:
    return services.register_machine(
        organisation=company, responsible=reader(company), name="SIEM", by=by, at=AT
    )


def test_names_and_addresses_are_taken_once_whatever_case(
    company: Organisation, clerk: User
) -> None:
    add_contact(company, by=clerk)
    open_account("lezer@lezers.example", company, by=clerk)
    again: list[Callable[[], object]] = [
        lambda: services.register_organisation(name=company.name.upper(), by=clerk, at=AT),
        lambda: add_contact(company, by=clerk, email="SOC@lezers.example"),
        lambda: open_account("LEZER@lezers.example", None, by=clerk),
    ]
    for act in again:
        with pytest.raises(Conflict):
            act()
    other = services.register_organisation(name="Ander BV", by=clerk, at=AT)
    add_contact(other, by=clerk)


def test_an_organisation_has_a_group_of_its_own_and_ends_once(
    company: Organisation, clerk: User
) -> None:
    assert company.group.name == f"organisation:{company.pk}"
    closed = services.close_organisation(organisation=company, by=clerk, at=AT)
    later = services.close_organisation(organisation=company, by=clerk, at=AT + DAY)
    assert closed.active_until == later.active_until == AT
    assert Entry.objects.filter(action="registry.organisation.close").count() == 1


def test_an_account_begins_without_a_password_that_works(
    company: Organisation, clerk: User
) -> None:
    user = open_account("lezer@lezers.example", company, by=clerk)
    assert not user.has_usable_password()
    assert user.is_active
    services.close_account(user=user, by=clerk, at=AT)
    user.refresh_from_db()
    assert not user.is_active


def test_a_program_gets_one_right_to_read_and_its_secret_is_kept_as_a_hash(
    company: Organisation, clerk: User
) -> None:
    row, secret = machine(company, by=clerk)
    client = Client.objects.get(pk=row.client_id)
    assert client.check_secret(secret)
    assert secret not in client.secret
    assert client.type == Client.Type.CONFIDENTIAL
    assert client.get_grant_types() == [Client.GrantType.CLIENT_CREDENTIALS]
    assert client.get_scopes() == ["advisories.read"]
    assert (client.owner, row.organisation) == (reader(company), company)
    assert secret not in str(Entry.objects.latest("pk").detail)


# --- the record ---------------------------------------------------------------------------------


def test_an_act_stands_or_falls_with_its_line_in_the_record(
    company: Organisation, clerk: User, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = propose(designation(company), by=clerk)
    acts: list[Callable[[], object]] = [
        lambda: add_contact(company, by=clerk),
        lambda: open_account("c@lezers.example", company, by=clerk),
        lambda: machine(company, by=clerk),
        lambda: services.register_organisation(name="Nieuw BV", by=clerk, at=AT),
        lambda: confirm(waiting, by=second),
    ]

    def rows() -> list[int]:
        tables = (
            Contact,
            User,
            MachineClient,
            Client,
            Organisation,
            Designation.objects.known_at(AT),
        )
        return [
            table.count() if hasattr(table, "count") else table._default_manager.count()
            for table in tables
        ]

    before = rows()
    with monkeypatch.context() as patch:
        patch.setattr(services, "record", broken)
        for act in acts:
            with pytest.raises(OSError, match="no room"):
                act()
    assert rows() == before
    for act in acts:
        act()
    assert all(now > then for now, then in zip(rows(), before, strict=True))


def broken(**_: object) -> None:
    raise OSError("no room for the record")
