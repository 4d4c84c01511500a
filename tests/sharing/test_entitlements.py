"""A program asks what its organisation counts as, until when, and whether it is up to date."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from recipients.models import Designation
from sharing.services import registry, releasing
from tests.sharing.published import LEAD, SECRETS, Published, Reading, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Published:
    return published()


def lines(reading: Reading) -> str:
    """What a client computes of what it holds."""
    items = reading.get("advisories").json()["items"]
    text = "".join(f"{one['advisory']} {one['version']} {one['tlp']}\n" for one in items)
    return hashlib.sha256(text.encode()).hexdigest()


def test_it_tells_ones_own_facts_with_their_ends_and_what_is_held(world: Published) -> None:
    trusted = world.organisation("Waterbedrijf Duinrand")
    world.organisation("Gemeente Oudewaard", secrecy=False)
    reading = world.machine(trusted).reads()
    world.publish([LEAD, SECRETS], at=timezone.now())
    world.publish([LEAD], at=timezone.now())
    told = reading.get("my-markings").json()
    assert told["organisation"] == "Waterbedrijf Duinrand"
    assert told["capacities"] == [{"what": "essential", "until": None}]
    assert told["territories"] == [{"what": "netherlands", "until": None}]
    assert [one["what"] for one in told["assurances"]] == ["secrecy"]
    assert told["assurances"][0]["until"] is not None  # terms of secrecy last two years
    assert told["held"] == [
        {"tlp": "TLP:GREEN", "versions": 1},
        {"tlp": "TLP:AMBER", "versions": 1},
    ]
    assert "Oudewaard" not in reading.get("my-markings").content.decode()


def test_who_may_see_less_is_told_of_less(world: Published) -> None:
    trusted = world.machine(world.organisation("Waterbedrijf Duinrand")).reads()
    plain = world.machine(world.organisation("Gemeente Oudewaard", secrecy=False)).reads()
    world.publish([LEAD, SECRETS], at=timezone.now())
    assert trusted.get("my-markings").json()["held"] == [{"tlp": "TLP:AMBER", "versions": 1}]
    assert plain.get("my-markings").json()["held"] == [{"tlp": "TLP:GREEN", "versions": 1}]
    assert plain.get("my-markings").json()["assurances"] == []


def test_the_digest_is_what_a_mirror_computes_and_moves_with_what_it_may_hold(
    world: Published,
) -> None:
    reading = world.machine(world.organisation("Waterbedrijf Duinrand")).reads()
    seen = []
    release = world.publish([LEAD], at=timezone.now())
    seen.append(reading.get("my-markings").json()["digest"])
    assert seen[-1] == lines(reading)
    world.publish([LEAD], at=timezone.now(), advisory=release.version.advisory, number=101)
    seen.append(reading.get("my-markings").json()["digest"])
    assert seen[-1] == lines(reading)
    releasing.withdraw(release_id=release.pk, reason="Onjuist.", by=world.second, at=timezone.now())
    seen.append(reading.get("my-markings").json()["digest"])
    assert seen[-1] == lines(reading) == hashlib.sha256(b"").hexdigest()
    assert len(set(seen)) == 3


def test_a_fact_that_ended_is_not_told_any_more(world: Published) -> None:
    organisation = world.organisation("Waterbedrijf Duinrand")
    reading = world.machine(organisation).reads()
    assert reading.get("my-markings").json()["capacities"] != []
    at = timezone.now() - timedelta(seconds=1)
    fact = Designation.objects.get(organisation=organisation)
    registry.end_fact(fact=fact, valid_until=at, by=world.author, at=timezone.now())
    assert reading.get("my-markings").json()["capacities"] == []
