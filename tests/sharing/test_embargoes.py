"""What an embargo kept shut opens when it is over, and who waited is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from audit.models import Entry
from recipients.models import Contact, Organisation, User
from sharing import access, embargoes
from sharing.models import Delivery, FeedEvent, LiftedEmbargo, Release
from sharing.services import releasing
from tests.sharing.published import LEAD, Part, Published, published

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NUMBER = "NCSC-2026-0001"


class World:
    """A version out for two organisations, whose second section waits for an hour."""

    def __init__(self) -> None:
        self.made: Published = published()
        self.at = timezone.now()
        self.until = self.at + HOUR
        self.water = self.made.organisation("Waterbedrijf Duinrand")
        self.town = self.made.organisation("Gemeente Oudewaard", secrecy=False)
        for organisation in (self.water, self.town):
            Contact.objects.create(
                organisation=organisation,
                name="Postbus",
                email=f"post-{organisation.pk}@mail.example",
                language="nl",
            )
        later = Part("measures", "Werk bij.", terms={"embargo_until": self.until})
        secret = replace(later, kind="indicators", confidential=True, tlp="amber")
        self.release: Release = self.made.publish([LEAD, later, secret], at=self.at)

    def sees(self, organisation: Organisation, *, at: object) -> list[str]:
        person = User.objects.filter(organisation=organisation).first()
        if person is None:
            person = User.objects.create_user(
                f"lezer-{organisation.pk}@readers.example", name="L", organisation=organisation
            )
        reader = access.reader_of(person)
        shared = access.open_advisory(reader, number=NUMBER, at=at)  # type: ignore[arg-type]  # an instant
        return [section.kind for section in shared.sections]

    def widened(self) -> set[Organisation]:
        rows = Delivery.objects.filter(release=self.release, kind=Delivery.Kind.WIDENED)
        return {row.organisation for row in rows.select_related("organisation")}


@pytest.fixture
def world() -> World:
    return World()


def test_it_opens_at_the_instant_for_whom_the_law_lets_it_and_they_are_told(world: World) -> None:
    just_before = world.until - timedelta(microseconds=1)
    assert embargoes.lift(at=just_before) == 0
    assert world.sees(world.water, at=just_before) == ["lead"]
    assert embargoes.lift(at=world.until) == 1
    assert world.sees(world.water, at=world.until) == ["lead", "measures", "indicators"]
    assert world.sees(world.town, at=world.until) == ["lead", "measures"]
    assert world.widened() == {world.water, world.town}
    kinds = FeedEvent.objects.filter(at=world.until).values_list("kind", flat=True)
    assert set(kinds) == {FeedEvent.Kind.GRANTED}
    entry = Entry.objects.get(action="embargo.lift")
    assert (entry.outcome, entry.detail["owed"]) == ("opened", 2)


def test_once_is_enough_however_often_it_is_rung(world: World) -> None:
    assert [embargoes.lift(at=world.until + n * HOUR) for n in range(3)] == [1, 0, 0]
    assert Delivery.objects.filter(kind=Delivery.Kind.WIDENED).count() == 2
    assert LiftedEmbargo.objects.count() == 1


def test_what_was_withdrawn_meanwhile_stays_shut(world: World) -> None:
    releasing.withdraw(
        release_id=world.release.pk, reason="Onjuist.", by=world.made.second, at=world.at + HOUR / 2
    )
    assert embargoes.lift(at=world.until) == 0
    with pytest.raises(access.Withdrawn):
        world.sees(world.water, at=world.until)
    assert world.widened() == set()


def test_an_embargo_that_was_over_at_the_release_is_no_occasion(world: World) -> None:
    over = Part(terms={"embargo_until": world.at - HOUR})
    world.made.publish([over], at=world.at)
    assert embargoes.due(at=world.at + HOUR / 2) == []
    assert embargoes.due(at=world.until) == [world.release.pk]


def test_what_was_lifted_is_never_rewritten(world: World) -> None:
    embargoes.lift(at=world.until)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        LiftedEmbargo.objects.all().delete()
    assert LiftedEmbargo.objects.count() == 1
