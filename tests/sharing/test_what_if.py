"""What if: the answer is what then happens, and asking leaves nothing behind."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from law.vocabulary import Capacity, Tlp
from recipients.errors import Conflict
from recipients.models import Assurance, Designation, Organisation, User
from sharing.comparing import Holding, holdings
from sharing.models import Decision, FeedEvent, Grant, Release
from sharing.services import registry, releasing, what_if
from tests.sharing.published import LEAD, SECRETS, Published, browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def trusted(world: Published) -> Organisation:
    return world.organisation("Waterbedrijf Voorbeeld")


@pytest.fixture
def release(world: Published, trusted: Organisation) -> Release:
    """A summary that is open and indicators that are confidential."""
    return world.publish([LEAD, SECRETS], at=timezone.now())


def rows() -> tuple[int, ...]:
    tables = (Decision, Grant, FeedEvent, Entry, Designation, Assurance)
    return tuple(table.objects.count() for table in tables)


def section(release: Release, position: int) -> int:
    return release.version.sections.get(position=position).pk


def test_ending_the_secrecy_terms_costs_what_is_confidential_and_nothing_else(
    world: Published, trusted: Organisation, release: Release
) -> None:
    fact, at, before = Assurance.objects.get(organisation=trusted), timezone.now(), rows()
    (one,) = what_if.ended(fact, at=at)
    assert one.holding == Holding(section(release, 2), trusted.pk)
    assert (one.gained, one.verdict.code.value) == (False, "DENY_66_1")
    assert rows() == before

    held = holdings(at=at, organisation=trusted.pk)
    registry.end_fact(fact=fact, valid_until=at, by=world.author, at=at)
    assert held - holdings(at=at, organisation=trusted.pk) == {one.holding}


def test_confirming_a_designation_gives_what_is_addressed_to_its_kind(
    world: Published, trusted: Organisation, release: Release
) -> None:
    newcomer = world.organisation("Bakkerij Voorbeeld", capacity=Capacity.COMMUNITY, secrecy=False)
    at = timezone.now()
    fact = registry.propose_fact(
        fact=Designation(
            organisation=newcomer,
            capacity="essential",
            ground="Besluit",
            reference="Stcrt. 2026, 2",
            valid_from=at,
        ),
        by=world.author,
        at=at,
    )
    before = rows()
    (one,) = what_if.confirmed(fact, at=at)
    assert one.holding == Holding(section(release, 1), newcomer.pk)
    assert one.gained
    assert "C.53" in one.verdict.rules
    assert rows() == before

    registry.confirm_fact(fact=fact, by=world.second, at=at)
    assert holdings(at=at, organisation=newcomer.pk) == {one.holding}
    fact.refresh_from_db()
    with pytest.raises(Conflict, match="confirmed or dropped already"):
        what_if.confirmed(fact, at=at)


def test_a_proposal_that_could_not_be_confirmed_is_refused_with_the_reason(
    world: Published, trusted: Organisation, release: Release
) -> None:
    at = timezone.now()
    twice = Designation(
        organisation=trusted, capacity="essential", ground="b", reference="r", valid_from=at
    )
    registry.propose_fact(fact=twice, by=world.author, at=at)
    with pytest.raises(Conflict, match="end that first"):
        what_if.confirmed(twice, at=at)


def test_marking_a_live_section_stricter_shuts_it_and_milder_opens_it(
    world: Published, trusted: Organisation, release: Release
) -> None:
    open_to_few = world.organisation("Bakkerij Voorbeeld", secrecy=False)
    lead, secrets = release.version.sections.order_by("position")
    at, before = timezone.now(), rows()
    lost = what_if.marked(lead, {"tlp": Tlp.RED}, at=at)
    assert {one.holding for one in lost} == {
        Holding(lead.pk, trusted.pk),
        Holding(lead.pk, open_to_few.pk),
    }
    assert {(one.gained, one.verdict.code.value) for one in lost} == {(False, "DENY_TLP")}
    (one,) = what_if.marked(secrets, {"confidential": False}, at=at)
    assert (one.gained, one.holding) == (True, Holding(secrets.pk, open_to_few.pk))
    assert rows() == before
    with pytest.raises(ValueError, match="no facets"):
        what_if.marked(lead, {"colour": "red"}, at=at)
    releasing.withdraw(release_id=release.pk, reason="Dubbel", by=world.author, at=at)
    with pytest.raises(Conflict, match="not live"):
        what_if.marked(lead, {"tlp": Tlp.RED}, at=at)


def test_the_command_answers_in_json(
    world: Published, trusted: Organisation, release: Release
) -> None:
    number = release.version.advisory.number
    out = StringIO()
    call_command("what_if", "marked", number, "1.00", "2", "--tlp", "red", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["gained"], answer["lost"], answer["regime"]) == (0, 1, "CBW_2026")
    (row,) = answer["sections"]
    assert (row["advisory"], row["version"], row["position"]) == (number, "1.00", 2)
    assert row["lost"][0]["organisation"] == "Waterbedrijf Voorbeeld"
    assert row["lost"][0]["code"] == "DENY_TLP"
    out = StringIO()
    call_command("what_if", "law", stdout=out)
    assert json.loads(out.getvalue())["sections"] == []
    with pytest.raises(CommandError, match="Say what would change"):
        call_command("what_if", "marked", number, "1.00", "2")
    with pytest.raises(CommandError, match="The registry has no assurance 0"):
        call_command("what_if", "ended", "assurance", "0")
    with pytest.raises(CommandError, match="offset"):
        call_command("what_if", "--at", "2026-11-01T12:00", "law")


def test_the_desk_shows_it_before_anyone_confirms_or_ends(
    world: Published, trusted: Organisation, release: Release
) -> None:
    fact = Assurance.objects.get(organisation=trusted)
    page = reverse("sharing:consequences", args=["assurance", fact.pk])
    clerk, before = browser(world.author), rows()
    overview = clerk.get(reverse("sharing:organisation", args=[trusted.pk])).content.decode()
    assert page in overview
    shown = clerk.get(page).content.decode()
    assert f"{release.version.advisory.number} [1.00] §2" in shown
    assert "Waterbedrijf Voorbeeld" in shown
    assert "§1" not in shown
    assert rows() == before
    reader = browser(
        User.objects.create_user("lezer@voorbeeld.example", name="Lezer", organisation=trusted)
    )
    assert reader.get(page).status_code == 404
    nobody_knows = reverse("sharing:consequences", args=["assurance", 0])
    assert clerk.get(nobody_knows).status_code == 404


def test_the_desk_shows_what_another_marking_would_do(
    world: Published, trusted: Organisation, release: Release
) -> None:
    analyst, before = browser(world.author, language="en"), rows()
    page = reverse("sharing:suppose", args=[release.pk])
    assert page in analyst.get(reverse("sharing:board", args=[release.pk])).content.decode()
    lead, secrets = release.version.sections.order_by("position")
    shown = analyst.get(page, {"section": str(lead.pk), "tlp": "red"}).content.decode()
    assert "Waterbedrijf Voorbeeld" in shown
    assert "§1" in shown
    same = analyst.get(page, {"section": str(secrets.pk), "tlp": "amber"}).content.decode()
    assert "Nothing would change" in same
    asked_nothing = analyst.get(page, {"section": str(lead.pk)})
    assert asked_nothing.status_code == 422
    assert "Choose what would be marked otherwise" in asked_nothing.content.decode()
    assert rows() == before
    releasing.withdraw(release_id=release.pk, reason="Dubbel", by=world.author, at=timezone.now())
    gone = analyst.get(page, {"section": str(lead.pk), "tlp": "red"})
    assert gone.status_code == 422
    assert "not live" in gone.content.decode()


def test_what_rests_on_a_rule_would_be_lost_with_it_and_nothing_else(
    world: Published, trusted: Organisation, release: Release
) -> None:
    lead, secrets = release.version.sections.order_by("position")
    at, before = timezone.now(), rows()
    (one,) = what_if.suspended("C.53", at=at)
    assert one.release == release
    assert {d.holding for d in one.differences} == {
        Holding(lead.pk, trusted.pk),
        Holding(secrets.pk, trusted.pk),
    }
    assert {d.verdict.code.value for d in one.differences} == {"DENY_RULE_SUSPENDED"}
    assert list(what_if.suspended("W.3.2.OTHER", at=at)) == []
    with pytest.raises(KeyError):
        what_if.resting_on("C.999")
    assert rows() == before

    out = StringIO()
    call_command("what_if", "rule", "C.53", stdout=out)
    assert (json.loads(out.getvalue())["gained"], json.loads(out.getvalue())["lost"]) == (0, 2)
    with pytest.raises(CommandError, match=r"no rule C\.999"):
        call_command("what_if", "rule", "C.999")

    analyst = browser(world.author, language="en")
    page = reverse("sharing:suppose-rule", args=["C.53"])
    assert page in analyst.get(reverse("sharing:law")).content.decode()
    shown = analyst.get(page).content.decode()
    assert "Something of 1 live release rests on it." in shown
    assert "Waterbedrijf Voorbeeld" in shown
    assert analyst.get(reverse("sharing:suppose-rule", args=["C.999"])).status_code == 404
    assert rows() == before
