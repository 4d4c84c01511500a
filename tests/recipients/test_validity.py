"""Facts end by the limits of the law, whatever their rows say; and contradict nobody silently."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from law.vocabulary import Capacity, Territory
from recipients.errors import Conflict
from recipients.models import (
    Assurance,
    ConstituencyMember,
    Designation,
    Establishment,
    Organisation,
    RegistryFact,
    Role,
    User,
)
from sharing import desk
from sharing.facts.profiles import profiles_at, timeline
from sharing.facts.relations import Constituencies
from sharing.models import AudienceMembership
from sharing.services import registry, what_if
from tests.builders import organisation, staff

pytestmark = pytest.mark.django_db
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SINCE = datetime(2025, 3, 1, 9, tzinfo=AMSTERDAM)
WBNI_OVER = datetime(2026, 8, 15, tzinfo=AMSTERDAM)
DAY = timedelta(days=1)


@pytest.fixture
def company() -> Organisation:
    return organisation(
        "Energie Voorbeeld BV", capacities=(), territory=None, secrecy=False, since=SINCE
    )


@pytest.fixture
def member() -> Organisation:
    return organisation(
        "Lid Voorbeeld BV", capacities=(), territory=None, secrecy=False, since=SINCE
    )


@pytest.fixture
def clerk() -> User:
    return staff(Role.REGISTRY_MANAGER, since=SINCE)


@pytest.fixture
def second() -> User:
    return staff(Role.DUTY_OFFICER, since=SINCE)


def filled(row: RegistryFact, company: Organisation, **dates: Any) -> Any:
    row.organisation, row.ground, row.reference = company, "Besluit", "Stcrt. 2025, 7"
    row.valid_from = SINCE
    for name, value in dates.items():
        setattr(row, name, value)
    return row


def recorded(
    row: RegistryFact, company: Organisation, clerk: User, second: User, **dates: Any
) -> Any:
    """Proposed and confirmed on the day that it begins."""
    row = filled(row, company, **dates)
    row = registry.propose_fact(fact=row, by=clerk, at=row.valid_from)
    return registry.confirm_fact(fact=row, by=second, at=row.valid_from)


def as_before_limits(row: RegistryFact, company: Organisation, clerk: User, second: User) -> Any:
    """A confirmed row with an open end, from before ends were laid down."""
    row = filled(row, company, recorded_from=SINCE, recorded_by=clerk, confirmed_by=second)
    row.save()
    return row


# what, the latest end there is, and one that has no limit
LIMITED: list[tuple[Any, datetime]] = [
    (lambda: Designation(capacity=Capacity.VITAL.value), WBNI_OVER),
    (lambda: Designation(capacity=Capacity.OKTT.value), WBNI_OVER),
    (lambda: Designation(capacity=Capacity.CCT.value), WBNI_OVER),
    (lambda: Designation(capacity=Capacity.GOV.value), SINCE.replace(year=2026)),
    (lambda: Designation(capacity=Capacity.CSIRT.value), SINCE.replace(year=2026)),
    (lambda: Assurance(kind="secrecy"), SINCE.replace(year=2027)),
]


@pytest.mark.parametrize(("make", "latest"), LIMITED)
def test_an_open_proposal_gets_the_latest_end_and_a_later_one_is_refused_with_the_date(
    make: Any, latest: datetime, company: Organisation, clerk: User
) -> None:
    row = filled(make(), company)
    assert registry.propose_fact(fact=row, by=clerk, at=SINCE).valid_until == latest
    exact = filled(make(), company, valid_until=latest)
    assert registry.propose_fact(fact=exact, by=clerk, at=SINCE).valid_until == latest
    late = filled(make(), company, valid_until=latest + DAY)
    with pytest.raises(Conflict, match=f"{latest:%Y-%m-%d %H:%M}"):
        registry.propose_fact(fact=late, by=clerk, at=SINCE)


def test_a_membership_of_an_achterban_is_stale_after_a_year(
    company: Organisation, member: Organisation, clerk: User, second: User
) -> None:
    row = recorded(ConstituencyMember(member=member), company, clerk, second)
    end = SINCE.replace(year=2026)
    assert row.valid_until == end
    assert Constituencies.of_members({member.pk}, at=end - DAY).members[company.pk]
    assert not Constituencies.of_members({member.pk}, at=end).members


def test_nothing_is_designated_under_the_wbni_any_more(company: Organisation, clerk: User) -> None:
    row = filled(Designation(capacity=Capacity.OKTT.value), company, valid_from=WBNI_OVER)
    with pytest.raises(Conflict, match="2026-08-15 00:00"):
        registry.propose_fact(fact=row, by=clerk, at=WBNI_OVER)
    other = filled(Designation(capacity=Capacity.LINKING.value), company, valid_from=WBNI_OVER)
    assert registry.propose_fact(fact=other, by=clerk, at=WBNI_OVER).valid_until is None


@pytest.mark.parametrize(("make", "latest"), LIMITED)
def test_a_row_from_before_the_limits_does_not_outlive_them(
    make: Any, latest: datetime, company: Organisation, clerk: User, second: User
) -> None:
    as_before_limits(make(), company, clerk, second)

    def says(at: datetime) -> bool:
        profile, _until = profiles_at([company.pk], at=at)[company.pk]
        return bool(profile.capacities) or profile.secrecy_guaranteed

    last = latest - timedelta(microseconds=1)
    assert says(last)
    assert not says(latest)
    # Its audiences change at that very instant, without anybody doing anything.
    assert [segment.since for segment in timeline(company.pk, at=last)] == [last, latest]


def test_confirming_anew_in_time_leaves_no_gap_even_after_a_row_with_an_open_end(
    company: Organisation, clerk: User, second: User
) -> None:
    as_before_limits(Designation(capacity=Capacity.GOV.value), company, clerk, second)
    end = SINCE.replace(year=2026)
    at = end - 5 * DAY
    again = filled(Designation(capacity=Capacity.GOV.value), company, valid_from=end)
    again = registry.propose_fact(fact=again, by=clerk, at=at)
    assert [one.until for one in desk.ending(at=at)] == [end]
    registry.confirm_fact(fact=again, by=second, at=at)
    assert desk.ending(at=at) == []
    for instant in (end - DAY, end, end + DAY):
        profile, _until = profiles_at([company.pk], at=instant)[company.pk]
        assert profile.capacities == {Capacity.GOV}


def test_the_desk_lists_what_ends_within_thirty_days_and_nothing_else(
    company: Organisation, member: Organisation, clerk: User, second: User
) -> None:
    secrecy = recorded(Assurance(kind="secrecy"), company, clerk, second)
    recorded(Designation(capacity=Capacity.ESSENTIAL.value), company, clerk, second)
    as_before_limits(ConstituencyMember(member=member), company, clerk, second)
    stale, end = SINCE.replace(year=2026), secrecy.valid_until
    assert desk.ending(at=stale - 31 * DAY) == []
    assert [(one.kind, one.until) for one in desk.ending(at=stale - 30 * DAY)] == [
        ("constituency", stale)
    ]
    assert [(one.kind, one.until) for one in desk.ending(at=end - DAY)] == [("assurance", end)]
    registry.close_organisation(organisation=company, by=clerk, at=end - 2 * DAY)
    assert desk.ending(at=end - DAY) == []


def test_what_was_laid_out_before_the_limits_is_laid_out_anew_after_an_upgrade(
    company: Organisation, clerk: User, second: User
) -> None:
    as_before_limits(Designation(capacity=Capacity.OKTT.value), company, clerk, second)
    with patch("sharing.facts.profiles.effective_end", lambda what, since, until: until):
        registry.follow_anew(organisation=company, at=SINCE)
    at = WBNI_OVER + DAY

    def capacities() -> list[str]:
        held = AudienceMembership.objects.valid_at(at).get(organisation=company)
        found: list[str] = held.audience.profile["capacities"]
        return found

    assert capacities() == ["oktt"]
    with patch("django.utils.timezone.now", return_value=at):
        call_command("follow_registry")
    assert capacities() == []


# --- contradictions -------------------------------------------------------------------------------

CONTRARY = [
    (Establishment(territory="netherlands"), Establishment(territory="third_country")),
    (Establishment(territory="netherlands"), Designation(capacity="third_country_body")),
    (Designation(capacity="third_country_body"), Establishment(territory="eu")),
    (Designation(capacity="caribbean"), Establishment(territory="eu")),
    (Establishment(territory="third_country"), Designation(capacity="csirt")),
    (Designation(capacity="essential"), Designation(capacity="important")),
    (Designation(capacity="legacy"), Designation(capacity="essential")),
]


def copy(row: Any) -> Any:
    """A new row that says the same."""
    return type(row)(**{n: getattr(row, n) for n in ("capacity", "territory") if hasattr(row, n)})


@pytest.mark.parametrize(("held", "new"), CONTRARY)
def test_a_fact_that_cannot_hold_beside_another_is_refused_and_both_are_named(
    held: Any, new: Any, company: Organisation, clerk: User, second: User
) -> None:
    held = recorded(copy(held), company, clerk, second)
    waiting = filled(copy(new), company, valid_from=SINCE + DAY)
    waiting = registry.propose_fact(fact=waiting, by=clerk, at=SINCE + DAY)
    with pytest.raises(Conflict, match=r"cannot hold together .*2025-03-01 \(Stcrt\. 2025, 7\)"):
        what_if.confirmed(waiting, at=SINCE + DAY)
    with pytest.raises(Conflict, match=r"cannot hold together .*2025-03-01 \(Stcrt\. 2025, 7\)"):
        registry.confirm_fact(fact=waiting, by=second, at=SINCE + DAY)
    waiting.refresh_from_db()
    assert waiting.confirmed_by is None
    registry.end_fact(fact=held, valid_until=SINCE + DAY, by=clerk, at=SINCE + DAY)
    registry.confirm_fact(fact=waiting, by=second, at=SINCE + DAY)


def test_the_refusal_speaks_the_words_of_the_pages(
    company: Organisation, clerk: User, second: User
) -> None:
    recorded(Establishment(territory=Territory.NETHERLANDS.value), company, clerk, second)
    waiting = filled(Designation(capacity=Capacity.THIRD_COUNTRY_BODY.value), company)
    waiting = registry.propose_fact(fact=waiting, by=clerk, at=SINCE)
    with pytest.raises(Conflict, match=r"“body of a third country”.*“European Netherlands”"):
        registry.confirm_fact(fact=waiting, by=second, at=SINCE)


def test_a_body_abroad_is_at_home_there(company: Organisation, clerk: User, second: User) -> None:
    recorded(Designation(capacity="third_country_body"), company, clerk, second)
    recorded(Establishment(territory="third_country"), company, clerk, second)
    profile, _until = profiles_at([company.pk], at=SINCE)[company.pk]
    assert profile.territory is Territory.THIRD_COUNTRY
