"""Recipients say that they have it, and staff see who did: the way back."""

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from law.vocabulary import Capacity
from recipients.models import Contact, Organisation, User
from sharing.models import Delivery, Opening, Receipt, Release
from sharing.reception import asking_help, reception
from sharing.services import releasing
from tests.sharing.published import LEAD, SECRETS, Published, browser, published

pytestmark = pytest.mark.django_db
PAGE = "/advisories/NCSC-2026-0001"
ANSWER = f"{PAGE}/answer?version=1.00"
TEXT = "Twee gateways op de noordlocatie, <b>nog niet</b> bijgewerkt."


class World:
    """One advisory for two organisations, and one organisation that it is not for."""

    def __init__(self) -> None:
        self.made = published()
        self.water = self.made.organisation("Waterbedrijf Duinrand")
        self.town = self.made.organisation("Gemeente Oudewaard", secrecy=False)
        self.ring = self.made.organisation("Cyberkring Zeehaven", capacity=Capacity.LINKING)
        self.release = self.made.publish([LEAD, SECRETS], at=timezone.now())

    def reader(self, organisation: Organisation, name: str = "lezer") -> User:
        address = f"{name}-{organisation.pk}@readers.example"
        return User.objects.create_user(address, name=name.title(), organisation=organisation)

    def browser(self, organisation: Organisation, name: str = "lezer") -> Client:
        return browser(self.reader(organisation, name), language="en")


@pytest.fixture
def world() -> World:
    return World()


def said(release: Release) -> list[str]:
    rows = Receipt.objects.filter(version=release.version_id).order_by("pk")
    return list(rows.values_list("answer", flat=True))


def test_one_click_on_the_page_says_that_it_was_seen(world: World) -> None:
    reader = world.browser(world.water)
    page = reader.get(PAGE).content.decode()
    assert "We have seen it" in page
    assert f'action="{ANSWER}"' in page
    answer = reader.post(ANSWER, {"answer": "seen"}, follow=True)
    assert answer.redirect_chain == [(f"{PAGE}?version=1.00", 302)]
    assert "we have seen it" in answer.content.decode()
    assert said(world.release) == ["seen"]
    entry = Entry.objects.get(action="advisory.answer")
    assert (entry.outcome, entry.target) == ("seen", "NCSC-2026-0001 [1.00]")


def test_a_double_click_says_it_once_and_another_answer_is_kept_beside_it(world: World) -> None:
    reader = world.browser(world.water)
    for _ in range(2):
        reader.post(ANSWER, {"answer": "seen"})
    reader.post(ANSWER, {"answer": "affected", "product": "Gateway 13", "text": TEXT})
    reader.post(ANSWER, {"answer": "resolved", "product": "Gateway 13", "text": "Bijgewerkt."})
    assert said(world.release) == ["seen", "affected", "resolved"]
    last = {(one.product, one.answer) for one in reception(world.release).answers}
    assert last == {("", "seen"), ("Gateway 13", "resolved")}


def test_help_without_saying_which_comes_back_as_it_was_typed(world: World) -> None:
    reader = world.browser(world.water)
    answer = reader.post(ANSWER, {"answer": "needs_help", "product": "Gateway 13"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Say which help you need." in page
    assert 'value="Gateway 13"' in page
    assert said(world.release) == []
    assert reader.post(ANSWER, {"answer": "needs_help", "text": TEXT}).status_code == 302


@pytest.mark.parametrize(
    "sent", [{}, {"answer": "hacked"}, {"answer": "affected", "text": "x" * 4001}]
)
def test_a_forged_answer_is_refused_beside_the_field(world: World, sent: dict[str, str]) -> None:
    reader = world.browser(world.water)
    answer = reader.post(ANSWER, sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert said(world.release) == []
    assert reader.post(ANSWER, {**sent, "answer": "seen", "text": ""}).status_code == 302


def test_state_classified_text_is_kept_out_of_an_answer_and_the_refusal_is_on_record(
    world: World,
) -> None:
    reader = world.browser(world.water)
    marked = {"answer": "affected", "text": "Stg. GEHEIM\nZie de bijlage."}
    answer = reader.post(ANSWER, marked)
    assert answer.status_code == 422
    assert "state-classified" in answer.content.decode()
    assert said(world.release) == []
    assert Entry.objects.filter(action="advisory.refuse", target__startswith="NCSC").count() == 1
    assert reader.post(ANSWER, {**marked, "text": "Zie de bijlage."}).status_code == 302


def test_who_may_not_read_it_cannot_answer_and_sees_nothing(world: World) -> None:
    allowed, stranger = world.browser(world.water), world.browser(world.ring)
    absent = "/advisories/NCSC-2026-9999/answer"
    for client, address in ((stranger, ANSWER), (stranger, absent), (allowed, absent)):
        assert client.post(address, {"answer": "seen"}).status_code == 404
    assert stranger.post(ANSWER, {"answer": "seen"}).content == (
        stranger.post(absent, {"answer": "seen"}).content
    )
    assert Client().post(ANSWER, {"answer": "seen"}).status_code == 302
    assert said(world.release) == []
    assert allowed.post(ANSWER, {"answer": "seen"}).status_code == 302


def test_an_answer_is_for_its_own_organisation_and_for_staff_only(world: World) -> None:
    first, colleague = world.browser(world.water), world.browser(world.water, "collega")
    other = world.browser(world.town)
    first.post(ANSWER, {"answer": "affected", "text": TEXT})
    shown = "Twee gateways op de noordlocatie, &lt;b&gt;nog niet&lt;/b&gt; bijgewerkt."
    assert shown in colleague.get(PAGE).content.decode()
    assert "noordlocatie" not in other.get(PAGE).content.decode()
    board = browser(world.made.author, language="en")
    assert shown in board.get(f"/desk/releases/{world.release.pk}/").content.decode()
    assert not Entry.objects.filter(detail__icontains="noordlocatie").exists()


def test_after_a_withdrawal_nothing_can_be_answered_and_what_was_said_stays(world: World) -> None:
    reader = world.browser(world.water)
    assert reader.post(ANSWER, {"answer": "seen"}).status_code == 302
    releasing.withdraw(
        release_id=world.release.pk, reason="Onjuist.", by=world.made.second, at=timezone.now()
    )
    assert reader.post(ANSWER, {"answer": "affected"}).status_code == 404
    assert said(world.release) == ["seen"]


def test_the_board_tells_who_was_told_opened_and_answered(world: World) -> None:
    for organisation in (world.water, world.town):
        _told(world.made, world.release, organisation)
    assert reception(world.release).steps == (("told", 2), ("opened", 0), ("answered", 0))
    reader = world.browser(world.water)
    for _ in range(2):
        reader.get(PAGE)
    assert Opening.objects.count() == 1
    assert reception(world.release).steps == (("told", 2), ("opened", 1), ("answered", 0))
    reader.post(ANSWER, {"answer": "seen"})
    found = reception(world.release)
    assert found.steps == (("told", 2), ("opened", 1), ("answered", 1))
    assert found.silent == [world.town]


def test_a_program_that_opens_it_counts_for_its_organisation(world: World) -> None:
    assert reception(world.release).opened == 0
    reading = world.made.machine(world.water).reads()
    assert reading.get("advisories/NCSC-2026-0001").status_code == 200
    assert reception(world.release).opened == 1


def test_the_desk_shows_who_asks_for_help_until_they_say_otherwise(world: World) -> None:
    reader, desk = world.browser(world.water), browser(world.made.author, language="en")
    reader.post(ANSWER, {"answer": "needs_help", "text": "Wie kan meekijken?"})
    assert [one.organisation for one in asking_help(at=timezone.now())] == [world.water]
    assert "Wie kan meekijken?" in desk.get("/desk/").content.decode()
    reader.post(ANSWER, {"answer": "resolved"})
    assert asking_help(at=timezone.now()) == []
    assert "Wie kan meekijken?" not in desk.get("/desk/").content.decode()


def test_a_card_is_new_until_this_person_opened_it(world: World) -> None:
    first, colleague = world.browser(world.water), world.browser(world.water, "collega")
    new = 'class="badge new"'
    assert new in first.get("/").content.decode()
    first.get(PAGE)
    assert new not in first.get("/").content.decode()
    assert new in colleague.get("/").content.decode()


@pytest.mark.parametrize("model", [Receipt, Opening])
def test_neither_answers_nor_openings_are_ever_changed(
    world: World, model: type[Receipt] | type[Opening]
) -> None:
    world.browser(world.water).post(ANSWER, {"answer": "seen"})
    for change in (
        lambda: model.objects.update(at=timezone.now()),
        lambda: model.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()
    assert said(world.release) == ["seen"]


def _told(made: Published, release: Release, organisation: Organisation) -> None:
    """A message about the release was handed over to a contact of the organisation."""
    contact = Contact.objects.create(
        organisation=organisation,
        name="Postbus",
        email=f"{organisation.pk}@mail.example",
        language="nl",
    )
    Delivery.objects.create(
        release=release,
        contact=contact,
        organisation=organisation,
        status=Delivery.Status.HANDED_OVER,
        due_at=release.released_at,
        handed_over_at=release.released_at,
    )
