"""Searching among what one may see; what one may not see is not there, whatever one types."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from advisories.models import Advisory
from law.vocabulary import Capacity
from recipients.models import Organisation, User
from sharing.access import Reader, reader_of, search
from sharing.services import releasing
from tests.sharing.published import LEAD, SECRETS, Part, Published, browser, published

pytestmark = pytest.mark.django_db
SECRET = "c2.aanval.example"


def reader(organisation: Organisation) -> User:
    address = f"lezer-{organisation.pk}@readers.example"
    return User.objects.create_user(address, name="Lezer", organisation=organisation)


@pytest.fixture
def world() -> Published:
    made = published()
    at = timezone.now()
    made.organisation("Waterbedrijf Duinrand")
    made.organisation("Gemeente Oudewaard", secrecy=False)
    made.organisation("Cyberkring Zeehaven", capacity=Capacity.LINKING)
    made.publish([LEAD, SECRETS], at=at, title="Lek in de postkamer")
    made.publish([Part(body="Apparaten van de leverancier.")], at=at, title="Oude routers")
    return made


def named(name: str) -> User:
    return reader(Organisation.objects.get(name=name))


def found(who: Reader, words: str) -> list[str]:
    return [item.advisory for item in search(who, words, at=timezone.now())]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("Voorbeeldproduct", ["NCSC-2026-0001"]),
        ("voorbeeldproducten", ["NCSC-2026-0001"]),  # the stem counts
        ('"naar versie 2.4"', ["NCSC-2026-0001"]),
        ("apparaat", ["NCSC-2026-0002"]),
        ("router", ["NCSC-2026-0002"]),  # the title
        ("NCSC-2026-0002", ["NCSC-2026-0002"]),
        ("ncsc-2026", ["NCSC-2026-0002", "NCSC-2026-0001"]),  # newest first
        ("Voorbeeldproduct or leverancier", ["NCSC-2026-0002", "NCSC-2026-0001"]),
        ("-leverancier apparaat", []),
        (SECRET, ["NCSC-2026-0001"]),
        ("nergens", []),
        ("", []),
        ("& | ! ( :* '", []),
    ],
)
def test_words_find_what_one_may_see(world: Published, words: str, numbers: list[str]) -> None:
    assert found(reader_of(named("Waterbedrijf Duinrand")), words) == numbers


def test_what_one_may_not_see_is_not_found_by_its_words(world: Published) -> None:
    trusted, plain = (
        reader_of(named(name)) for name in ("Waterbedrijf Duinrand", "Gemeente Oudewaard")
    )
    stranger = reader_of(named("Cyberkring Zeehaven"))
    assert found(trusted, SECRET) == ["NCSC-2026-0001"]
    assert found(plain, SECRET) == []
    assert found(plain, "Voorbeeldproduct") == ["NCSC-2026-0001"]
    assert found(stranger, "Voorbeeldproduct or router or NCSC-2026-0001") == []


def test_without_the_summary_the_title_is_found_by_nobody(world: Published) -> None:
    at = timezone.now()
    hidden = Part("lead", "Samenvatting.", confidential=True, tlp="amber")
    world.publish([hidden, Part("measures", "Doe iets.")], at=at, title="Geheimzinnig onderwerp")
    trusted, plain = (
        reader_of(named(name)) for name in ("Waterbedrijf Duinrand", "Gemeente Oudewaard")
    )
    assert found(trusted, "geheimzinnig") == ["NCSC-2026-0003"]
    assert found(plain, "geheimzinnig") == []
    (item,) = search(plain, "doe iets", at=timezone.now())
    assert (item.advisory, item.title) == ("NCSC-2026-0003", None)


def test_indicators_are_found_by_their_values_by_who_may_see_them(world: Published) -> None:
    table = {"rows": [{"type": "ipv4", "value": "192.0.2.44"}]}
    secret = Part("indicators", confidential=True, tlp="amber", data=table)
    world.publish([Part(body="Zie de tabel."), secret], at=timezone.now())
    assert found(reader_of(named("Waterbedrijf Duinrand")), "192.0.2.44") == ["NCSC-2026-0003"]
    assert found(reader_of(named("Gemeente Oudewaard")), "192.0.2.44") == []


def test_a_word_that_only_an_older_version_has_finds_nothing(world: Published) -> None:
    at = timezone.now()
    advisory = Advisory.objects.get(number="NCSC-2026-0002")
    world.publish([Part(body="Nieuwe tekst.")], at=at, advisory=advisory, number=101)
    who = reader_of(named("Waterbedrijf Duinrand"))
    assert found(who, "leverancier") == []
    assert found(who, '"nieuwe tekst"') == ["NCSC-2026-0002"]


def test_what_was_withdrawn_is_not_found_any_more(world: Published) -> None:
    who = reader_of(named("Waterbedrijf Duinrand"))
    assert found(who, "leverancier") == ["NCSC-2026-0002"]
    release = Advisory.objects.get(number="NCSC-2026-0002").versions.get().release
    releasing.withdraw(release_id=release.pk, reason="Onjuist.", by=world.second, at=timezone.now())
    assert found(who, "leverancier") == []


def test_the_inbox_is_searched_and_a_miss_looks_the_same_whether_it_exists_or_not(
    world: Published,
) -> None:
    trusted = browser(named("Waterbedrijf Duinrand"), language="en")
    plain = browser(named("Gemeente Oudewaard"), language="en")
    assert "/advisories/NCSC-2026-0001" in page(trusted, SECRET)
    denied, absent = page(plain, SECRET), page(plain, "c9.aanval.example")
    assert denied.replace(SECRET, "…") == absent.replace("c9.aanval.example", "…")
    assert "Nothing that you may read" in denied


def test_hostile_words_are_text_and_too_many_are_refused(world: Published) -> None:
    client = browser(named("Waterbedrijf Duinrand"), language="en")
    assert "<script>alert" not in page(client, "<script>alert(1)</script>")
    assert page(client, "x" * 201).count('role="alert"') == 1
    assert page(client, "nul\x00teken").count('role="alert"') == 1


def page(client: Client, words: str) -> str:
    answer = client.get("/", {"q": words})
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
