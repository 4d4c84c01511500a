"""Who links to an organisation: many at once, each candidate with the reason."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from law.vocabulary import Capacity
from recipients.models import ConstituencyMember, Designation, Organisation, Role
from sharing.facts.linking import Links, Standing, links_of
from sharing.services import registry
from tests import builders
from tests.builders import AMSTERDAM

pytestmark = pytest.mark.django_db
SINCE = datetime(2023, 3, 1, 9, tzinfo=AMSTERDAM)
AT = datetime(2023, 6, 1, 9, tzinfo=AMSTERDAM)
DAY = timedelta(days=1)


def plain(name: str, *sectors: str) -> Organisation:
    return builders.organisation(
        name, capacities=(), territory=None, secrecy=False, sectors=sectors, since=SINCE
    )


def linking(name: str, member: Organisation, capacity: Capacity = Capacity.OKTT) -> Organisation:
    """A linking organisation that serves the member since `SINCE`."""
    made = builders.organisation(
        name, capacities=(capacity,), territory=None, secrecy=False, since=SINCE
    )
    builders.fact(ConstituencyMember(member=member), organisation=made, at=SINCE)
    return made


def found(organisation: Organisation, *, at: datetime = AT) -> Links:
    return links_of([organisation.pk], at=at)[organisation.pk]


def standings(links: Links) -> dict[UUID, Standing]:
    return {one.organisation: one.standing for one in links.candidates}


def test_who_is_served_by_nobody_is_alone_and_who_is_served_is_not() -> None:
    served, alone = plain("Bakkerij Voorbeeld"), plain("Drukkerij Voorbeeld")
    link = linking("Schakel", served)
    assert standings(found(served)) == {link.pk: Standing.SERVES_ORGANISATION}
    assert (found(served).alone, found(alone).alone) == (False, True)
    assert found(alone).candidates == ()
    assert found(alone).looked_at == 1


def test_who_serves_the_sector_stands_in_the_way_too() -> None:
    member, other = plain("Bakkerij Voorbeeld", "food"), plain("Slagerij Voorbeeld", "food")
    elsewhere = plain("Drukkerij Voorbeeld", "manufacturing")
    link = linking("Schakel", member)
    assert standings(found(other)) == {link.pk: Standing.SERVES_SECTOR}
    assert found(other).candidates[0].sector == "food"
    assert not found(other).alone
    assert found(elsewhere).alone


def test_a_candidate_whose_designation_ended_is_listed_and_does_not_count() -> None:
    member = plain("Bakkerij Voorbeeld")
    link = linking("Schakel", member)
    clerk = builders.staff(Role.REGISTRY_MANAGER, since=SINCE)
    row = Designation.objects.get(organisation=link)
    registry.end_fact(fact=row, valid_until=AT - DAY, by=clerk, at=AT - DAY)
    assert standings(found(member)) == {link.pk: Standing.DESIGNATION_ENDED}
    assert found(member).alone
    # What a decision before that rested on is still to be had.
    assert not found(member, at=AT - 2 * DAY).alone


def test_a_membership_that_lapsed_is_listed_and_does_not_count() -> None:
    member = plain("Bakkerij Voorbeeld")
    link = linking("Schakel", member)
    year = SINCE.replace(year=2024)
    assert not found(member, at=year - DAY).alone
    assert standings(found(member, at=year)) == {link.pk: Standing.MEMBERSHIP_LAPSED}
    assert found(member, at=year).alone


def test_an_access_provider_is_named_in_the_draft_only() -> None:
    member = plain("Bakkerij Voorbeeld")
    provider = linking("Glasdraad", member, Capacity.ISP)
    assert standings(found(member)) == {provider.pk: Standing.ONLY_IN_DRAFT}
    assert found(member).alone
    crisis = linking("Crisisteam", member, Capacity.CCT)
    assert standings(found(member))[crisis.pk] is Standing.SERVES_ORGANISATION
    assert not found(member).alone


def test_a_designation_that_ended_names_itself_until_another_begins() -> None:
    link = linking("Schakel", plain("Bakkerij Voorbeeld"))
    assert not found(link).designation_ended
    over = datetime(2026, 8, 15, tzinfo=AMSTERDAM)
    assert not found(link, at=over - DAY).designation_ended
    assert found(link, at=over).designation_ended


def test_five_cost_no_more_queries_than_one() -> None:
    members = [plain(f"Bakkerij {number}", "food") for number in range(5)]
    link = linking("Schakel", members[0])
    with CaptureQueriesContext(
        connection,
    ) as one:
        links_of([members[0].pk], at=AT)
    with CaptureQueriesContext(connection) as five:
        answers = links_of([member.pk for member in members], at=AT)
    assert len(five) <= len(one) <= 4
    assert [answers[m.pk].alone for m in members] == [False] * 5
    assert standings(answers[members[4].pk]) == {link.pk: Standing.SERVES_SECTOR}


def test_asking_about_some_does_not_change_what_is_found_of_others() -> None:
    """A member that one linking organisation serves, a colleague in the sector that another does."""
    first, second = plain("Bakkerij Voorbeeld", "food"), plain("Slagerij Voorbeeld", "food")
    third = plain("Drukkerij Voorbeeld", "manufacturing")
    one, other = linking("Schakel", first), linking("Kring", second)
    together = links_of([first.pk, second.pk, third.pk], at=AT)
    for organisation in (first, second, third):
        assert together[organisation.pk] == found(organisation)
    assert standings(together[first.pk]) == {
        one.pk: Standing.SERVES_ORGANISATION,
        other.pk: Standing.SERVES_SECTOR,
    }
