"""What the law leaves to a person: decided by legal affairs, confirmed by another, ended by one."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import law
from advisories.addressing import Addressing
from advisories.errors import Incomplete, NotAllowed, Refusal, WrongStatus
from advisories.models import AdvisoryVersion
from advisories.services import drafting
from audit.models import Entry
from law.facts import Question
from law.vocabulary import Capacity, Code, Outcome, Territory
from recipients.models import Assurance, Designation, Organisation, Role, User
from recipients.models.facts import AssuranceKind
from sharing import manual
from sharing.delivery.drain import drain
from sharing.granting.reassessing import work
from sharing.models import Delivery, FeedEvent, LegalRuling, Release
from sharing.services import reassessing, registry, releasing, ruling
from sharing.words import LEAVES_OPEN
from tests import builders
from tests.law.test_cases import CASES, LIMBS, MEMBER_IPS, ask, to
from tests.scenario import Scenario, rule
from tests.sharing.mailserver import MailServer
from tests.sharing.published import browser

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUEUE = "/desk/law/manual/"

LEFT = {
    "20": CASES["20"][0],
    "38": CASES["38"][0],
    "intelligence service, other systems": ask(MEMBER_IPS, to(Capacity.INTEL)),
}


def test_whatever_the_law_leaves_open_is_said_in_words() -> None:
    """From the source of the law: every rule that it passes to `manual(…)`."""
    rules = set()
    for path in Path(law.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "manual":
                given = [n for argument in call.args for n in ast.walk(argument)]
                rules |= {n.value for n in given if isinstance(n, ast.Constant)}
    assert rules == set(LEAVES_OPEN)


def ruled(question: Question) -> Question:
    return replace(question, relation=replace(question.relation, legal_ruling=True))


@pytest.mark.parametrize("case", LEFT)
def test_a_ruling_opens_what_the_law_leaves_to_a_person(case: str) -> None:
    made = builders.scenario(ruled(LEFT[case]))
    assert (made.decision.outcome, made.decision.code) == (Outcome.ALLOW, Code.LEGAL_RULING)
    assert "M.RULING" in made.rules
    assert (made.over_web(), made.over_api()) == (True, True)


@pytest.mark.parametrize("case", LEFT)
def test_without_one_it_stays_shut(case: str) -> None:
    made = builders.scenario(LEFT[case])
    assert (made.decision.outcome, made.decision.code) == (Outcome.MANUAL, Code.MANUAL_LEGAL)
    assert (made.over_web(), made.over_api()) == (False, False)


@pytest.mark.parametrize("case", LEFT)
def test_a_ruling_lifts_nothing_that_the_law_forbids(case: str) -> None:
    made = builders.scenario(ruled(LEFT[case]))
    later = made.question.instant + HOUR
    assert made.over_web() is True
    terms = Assurance.objects.get(
        organisation=made.recipient, kind=AssuranceKind.SECRECY, recorded_until=None
    )
    clerk = builders.staff(Role.REGISTRY_MANAGER, since=later - DAY)
    registry.end_fact(fact=terms, valid_until=later, by=clerk, at=later)
    assert made.decision.code == Code.DENY_20_1_A_SECRECY
    assert (made.over_web(at=later), made.over_api(at=later)) == (False, False)
    # The ruling still stands: with new terms it opens again.
    again = later + HOUR
    builders.fact(Assurance(kind=AssuranceKind.SECRECY), organisation=made.recipient, at=again)
    assert (made.over_web(at=again), made.over_api(at=again)) == (True, True)


def test_nobody_can_rule_on_what_the_law_forbids() -> None:
    question = replace(
        LEFT["38"], recipient=replace(LEFT["38"].recipient, secrecy_guaranteed=False)
    )
    made = builders.scenario(ruled(question))
    assert made.decision.code == Code.DENY_20_1_A_SECRECY
    with pytest.raises(WrongStatus, match="no longer leaves it to a person"):
        rule(made.release.version, made.recipient, at=question.instant, since=_since(made))
    assert made.over_web() is False


def _since(made: Scenario) -> datetime:
    return made.question.instant - 30 * DAY


@pytest.mark.parametrize("case", LEFT)
def test_a_ruling_that_is_ended_closes_the_page_at_once(case: str) -> None:
    made = builders.scenario(ruled(LEFT[case]))
    later = made.question.instant + HOUR
    assert (made.over_web(), made.over_api()) == (True, True)
    row = LegalRuling.objects.get()
    ruling.end(ruling_id=row.pk, by=builders.staff(Role.LEGAL_OFFICER, since=later - DAY), at=later)
    assert (made.over_web(at=later), made.over_api(at=later)) == (False, False)
    assert FeedEvent.objects.latest("position").kind == FeedEvent.Kind.REVOKED
    (question,) = manual.queue(at=later)
    assert [group.organisations for group in question.groups] == [(made.recipient,)]


def test_a_ruling_with_a_last_day_ends_by_itself() -> None:
    made = builders.scenario(LEFT["38"])
    begin = made.question.instant + HOUR
    until = begin + DAY
    rule(made.release.version, made.recipient, at=begin, since=_since(made), until=until)
    assert made.over_web(at=until - HOUR) is True
    assert made.over_web(at=until) is False
    assert made.over_api(at=until) is False
    (question,) = manual.queue(at=until)
    assert question.organisations == 1, "it is asked again"
    rule(made.release.version, made.recipient, at=until, since=_since(made))
    assert made.over_web(at=until) is True


def test_a_ruling_of_the_wbni_counts_for_nothing_under_the_cbw() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    last_day, first_day = (
        datetime(2026, 8, 14, 12, tzinfo=amsterdam),
        datetime(2026, 8, 15, tzinfo=amsterdam),
    )
    item = replace(LEFT["38"].item, attested=LEFT["38"].item.attested | LIMBS)
    made = builders.scenario(ruled(replace(LEFT["38"], item=item, instant=last_day)))
    assert (made.over_web(), made.over_api()) == (True, True)
    assert made.over_web(at=first_day - timedelta(seconds=1)) is True
    assert (made.over_web(at=first_day), made.over_api(at=first_day)) == (False, False)
    assert manual.queue(at=first_day) == [], "it stands under the earlier law: reassess first"
    # Two people have it assessed under the law of now: still nothing, and the question is asked.
    legal, second = (builders.staff(Role.LEGAL_OFFICER, since=_since(made)) for _ in "ab")
    asked = reassessing.propose(reason="De Cbw geldt.", by=legal, at=first_day)
    reassessing.approve(reassessment_id=asked.pk, by=second, at=first_day)
    work(at=first_day)
    assert (made.over_web(at=first_day), made.over_api(at=first_day)) == (False, False)
    (question,) = manual.queue(at=first_day)
    assert question.organisations == 1
    with pytest.raises(WrongStatus):
        ruling.confirm(ruling_ids=[LegalRuling.objects.get().pk], by=second, at=first_day)
    rule(made.release.version, made.recipient, at=first_day, since=_since(made))
    assert (made.over_web(at=first_day), made.over_api(at=first_day)) == (True, True)


# --- a release addressed to bodies in the Caribbean part of the Kingdom, under the Cbw -----------


def island(name: str) -> Organisation:
    return builders.organisation(
        name, capacities=[Capacity.CARIBBEAN], territory=Territory.CARIBBEAN
    )


def waiting(*, at: datetime | None = None) -> AdvisoryVersion:
    """A version for such bodies that waits for publication."""
    at = at or timezone.now()
    author = builders.staff(Role.AUTHOR)
    version = builders.draft(
        by=author,
        sections=[{"body": "Geheime kanarie in de tekst."}],
        addressing=Addressing(capacities=frozenset({Capacity.CARIBBEAN})),
        at=at,
    )
    return builders.approved(version, at=at)


def released(version: AdvisoryVersion, *, at: datetime | None = None) -> Release:
    return releasing.release(
        version_id=version.pk, by=builders.staff(Role.DUTY_OFFICER), at=at or timezone.now()
    )


def decide(
    version: AdvisoryVersion,
    *organisations: Organisation,
    allows: bool = True,
    by: User | None = None,
    reason: str = "De wet verbiedt het niet.",
    at: datetime | None = None,
) -> list[LegalRuling]:
    return ruling.decide(
        section_id=version.sections.get().pk,
        organisation_ids=[one.pk for one in organisations],
        allows=allows,
        reason=reason,
        evidence="",
        valid_until=None,
        by=by or builders.staff(Role.LEGAL_OFFICER),
        at=at or timezone.now(),
    )


def test_on_what_is_out_a_ruling_opens_at_once_and_its_contacts_alone_are_told(
    server: MailServer,
) -> None:
    near, far, early = (
        island(f"{name} Eiland") for name in ("Waterbedrijf", "Haven", "Luchthaven")
    )
    at = timezone.now()
    version = waiting(at=at)
    rule(version, early, at=at, since=builders.SINCE)
    release = released(version, at=at)
    assert Delivery.objects.get().organisation == early
    drain(clock=lambda: at)
    server.got.clear()
    (made,) = decide(version, near, at=at)
    assert browser(builders.reader(near)).get(_path(version)).status_code == 404, "one is not two"
    ruling.confirm(ruling_ids=[made.pk], by=builders.staff(Role.DUTY_OFFICER), at=at)
    assert "Geheime kanarie" in _shown(near, version)
    assert browser(builders.reader(far)).get(_path(version)).status_code == 404
    owed = Delivery.objects.exclude(organisation=early).get()
    assert Delivery.objects.count() == 2, "who had it already is not written to again"
    assert (owed.organisation, owed.kind, owed.release) == (near, Delivery.Kind.WIDENED, release)
    event = FeedEvent.objects.latest("position")
    assert (event.kind, event.group) == (FeedEvent.Kind.GRANTED, near.group)
    assert drain(clock=lambda: at) == {"handed_over": 1}
    assert server.recipients == [builders.reader(near).email]


def test_what_is_queued_when_a_ruling_ends_is_not_sent(server: MailServer) -> None:
    near, at = island("Waterbedrijf Eiland"), timezone.now()
    version = waiting(at=at)
    released(version, at=at)
    (made,) = decide(version, near, at=at)
    ruling.confirm(ruling_ids=[made.pk], by=builders.staff(Role.DUTY_OFFICER), at=at)
    ruling.end(ruling_id=made.pk, by=builders.staff(Role.LEGAL_OFFICER), at=at)
    assert drain(clock=lambda: at) == {"withheld": 1}
    assert server.got == []
    # Allowed once more, another message is owed: the withheld one does not stand in its way.
    (again,) = decide(version, near, at=at + HOUR)
    ruling.confirm(ruling_ids=[again.pk], by=builders.staff(Role.DUTY_OFFICER), at=at + HOUR)
    assert drain(clock=lambda: at + HOUR) == {"handed_over": 1}


def _path(version: AdvisoryVersion) -> str:
    return f"/advisories/{version.advisory.number}"


def _shown(organisation: Organisation, version: AdvisoryVersion) -> str:
    return str(browser(builders.reader(organisation)).get(_path(version)).content.decode())


def test_an_allowance_takes_somebody_else_who_did_not_work_on_the_text() -> None:
    near, version = island("Waterbedrijf Eiland"), waiting()
    legal, other = builders.staff(Role.LEGAL_OFFICER), builders.staff(Role.SECOND_READER)
    author = version.author
    builders.staff(Role.SECOND_READER)
    with pytest.raises(NotAllowed, match="legal affairs"):
        decide(version, near, by=other)
    (made,) = decide(version, near, by=legal)
    at = timezone.now()
    with pytest.raises(NotAllowed, match="Somebody else"):
        ruling.confirm(ruling_ids=[made.pk], by=legal, at=at)
    _also(author, Role.LEGAL_OFFICER)
    with pytest.raises(NotAllowed, match="worked on this version"):
        ruling.confirm(ruling_ids=[made.pk], by=author, at=at)
    for role in (Role.REGISTRY_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR, Role.AUTHOR):
        with pytest.raises(NotAllowed):
            ruling.confirm(ruling_ids=[made.pk], by=builders.staff(role), at=at)
        with pytest.raises(NotAllowed):
            ruling.end(ruling_id=made.pk, by=builders.staff(role), at=at)
    ruling.confirm(ruling_ids=[made.pk], by=other, at=at)
    with pytest.raises(WrongStatus, match="nothing to confirm"):
        ruling.confirm(ruling_ids=[made.pk], by=other, at=at)
    line = Entry.objects.get(action="ruling.confirm")
    assert (line.actor, line.target) == (other.actor, str(version))
    assert line.detail["rulings"] == [[made.pk, made.section_id, str(near.pk)]]


def _also(user: User, role: Role) -> None:
    first, second = builders.staff(), builders.staff()
    user.role_assignments.create(
        role=role, valid_from=builders.SINCE, assigned_by=first, confirmed_by=second
    )


def test_a_refusal_takes_one_person_and_ends_the_question_until_it_is_ended() -> None:
    near, version = island("Waterbedrijf Eiland"), waiting()
    (refused,) = decide(version, near, allows=False)
    at = timezone.now()
    assert manual.queue(at=at) == []
    with pytest.raises(WrongStatus, match="nothing to confirm"):
        ruling.confirm(ruling_ids=[refused.pk], by=builders.staff(Role.LEGAL_OFFICER), at=at)
    with pytest.raises(WrongStatus, match="decision already"):
        decide(version, near)
    released(version)
    assert browser(builders.reader(near)).get(_path(version)).status_code == 404
    ruling.end(ruling_id=refused.pk, by=builders.staff(Role.LEGAL_OFFICER), at=timezone.now())
    assert len(manual.queue(at=timezone.now())) == 1
    assert _shown(near, version).count("Geheime kanarie") == 0


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"reason": "  "}, "sentence of reasoning"),
        ({"organisation_ids": []}, "at least one organisation"),
        ({"valid_until": builders.AT}, "lies in the past"),
    ],
)
def test_what_is_missing_is_said(wrong: dict[str, Any], refusal: str) -> None:
    near, version = island("Waterbedrijf Eiland"), waiting()
    given: dict[str, Any] = {
        "section_id": version.sections.get().pk,
        "organisation_ids": [near.pk],
        "allows": True,
        "reason": "De wet verbiedt het niet.",
        "evidence": "",
        "valid_until": None,
        "by": builders.staff(Role.LEGAL_OFFICER),
        "at": timezone.now(),
    }
    with pytest.raises(Incomplete, match=refusal):
        ruling.decide(**{**given, **wrong})
    assert ruling.decide(**given)


def test_other_words_make_another_question() -> None:
    near, version = island("Waterbedrijf Eiland"), waiting()
    (made,) = decide(version, near)
    ruling.confirm(ruling_ids=[made.pk], by=builders.staff(Role.LEGAL_OFFICER), at=timezone.now())
    assert manual.queue(at=timezone.now()) == []
    section = version.sections.get()
    drafting.put_section(
        version_id=version.pk,
        revision=builders.fresh(version).revision,
        section_id=section.pk,
        kind=section.kind,
        heading=section.heading,
        body="Geheime kanarie in heel andere tekst.",
        data={},
        by=version.author,
        at=timezone.now(),
    )
    version = builders.approved(builders.fresh(version), at=timezone.now())
    (question,) = manual.queue(at=timezone.now())
    assert question.organisations == 1
    released(version)
    assert browser(builders.reader(near)).get(_path(version)).status_code == 404
    (again,) = decide(version, near)
    ruling.confirm(ruling_ids=[again.pk], by=builders.staff(Role.LEGAL_OFFICER), at=timezone.now())
    assert "heel andere tekst" in _shown(near, version)


def test_what_was_decided_about_a_draft_stays_with_it() -> None:
    near, version = island("Waterbedrijf Eiland"), waiting()
    decide(version, near, allows=False)
    with pytest.raises(Refusal, match="stays on record"):
        drafting.discard_draft(
            version_id=version.pk,
            revision=builders.fresh(version).revision,
            by=version.author,
            at=timezone.now(),
        )
    assert version.sections.exists()


def test_the_table_refuses_what_the_acts_never_do() -> None:
    near, version = island("Waterbedrijf Eiland"), waiting()
    (made,) = decide(version, near)
    other = builders.staff(Role.LEGAL_OFFICER)
    rows = LegalRuling.objects.filter(pk=made.pk)

    def refused(act: Callable[[], Any], error: type[Exception], match: str) -> None:
        with pytest.raises(error, match=match), transaction.atomic():
            act()

    at = timezone.now()
    refused(
        lambda: rows.update(confirmed_by=made.decided_by, confirmed_at=at),
        IntegrityError,
        "ruling_four_eyes",
    )
    refused(lambda: rows.update(reason="Toch anders"), DatabaseError, "changes in nothing else")
    refused(lambda: rows.update(allows=False), DatabaseError, "changes in nothing else")
    refused(lambda: rows.delete(), DatabaseError, "append-only")
    copy = LegalRuling(**{**_columns(made), "id": None})
    refused(copy.save, IntegrityError, "ruling_one_standing")
    refused(
        LegalRuling(**{**_columns(made), "id": None, "reason": ""}).save,
        IntegrityError,
        "ruling_has_reason",
    )
    elsewhere = waiting(at=timezone.now()).sections.get()
    refused(
        LegalRuling(**{**_columns(made), "id": None, "section_id": elsewhere.pk}).save,
        DatabaseError,
        "section of its version",
    )
    rows.update(confirmed_by=other, confirmed_at=at)
    refused(lambda: rows.update(confirmed_at=at + HOUR), DatabaseError, "changes in nothing else")
    rows.update(ended_by=other, ended_at=at)
    refused(
        lambda: rows.update(ended_by=None, ended_at=None), DatabaseError, "changes in nothing else"
    )


def _columns(row: LegalRuling) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


# --- the room -------------------------------------------------------------------------------------


def test_it_is_asked_decided_and_confirmed_on_screen() -> None:
    near, far = island("Waterbedrijf Eiland"), island("Haven Eiland")
    version = waiting()
    section = version.sections.get()
    legal = browser(builders.staff(Role.LEGAL_OFFICER), language="en")
    second = browser(builders.staff(Role.DUTY_OFFICER), language="en")
    assert "leaves 2 questions to you" in legal.get("/desk/").content.decode()
    page = legal.get(QUEUE).content.decode()
    assert "Waterbedrijf Eiland" in page
    assert "C.16.2.b" in page
    ask_at = reverse("sharing:manual-section", args=[section.pk])
    assert ask_at in page
    asked = legal.get(ask_at).content.decode()
    assert "What it leaves open" in asked
    assert "Geheime kanarie" in asked
    given = {"organisations": [str(near.pk)], "allows": "yes", "reason": "", "evidence": "A 1"}
    assert legal.post(ask_at, given).status_code == 422
    given["reason"] = "Het verdrag laat het toe."
    assert second.post(ask_at, given).status_code == 404
    assert legal.post(ask_at, given).status_code == 302
    made = LegalRuling.objects.get()
    assert "leaves 1 question to you" in legal.get("/desk/").content.decode()
    assert "waits for a second person" in second.get("/desk/").content.decode()
    confirm = reverse("sharing:confirm-rulings")
    assert "Het verdrag laat het toe." in second.get(QUEUE).content.decode()
    legal.post(confirm, {"ruling": made.pk})
    assert not LegalRuling.objects.filter(confirmed_at__isnull=False).exists()
    second.post(confirm, {"ruling": made.pk})
    assert LegalRuling.objects.filter(confirmed_at__isnull=False).exists()
    legal.post(ask_at, {**given, "organisations": [str(far.pk)], "allows": "no"})
    done = legal.get(QUEUE).content.decode()
    assert "Nothing waits" in done
    assert "refused" in done
    assert "question to you" not in legal.get("/desk/").content.decode()
    released(version)
    explained = legal.get(reverse("sharing:explain", args=[section.pk, near.pk]))
    assert "lawful by decision of legal affairs" in explained.content.decode()
    assert browser(builders.reader(far)).get(_path(version)).status_code == 404
    assert "Geheime kanarie" in _shown(near, version)
    legal.post(reverse("sharing:end-ruling", args=[made.pk]))
    assert "Geheime kanarie" not in _shown(near, version)


def test_what_facts_settle_leaves_the_queue_by_itself() -> None:
    near, version = island("Waterbedrijf Eiland"), waiting()
    released(version)
    assert len(manual.queue(at=timezone.now())) == 1
    place = Designation.objects.get(organisation=near)
    registry.end_fact(
        fact=place,
        valid_until=timezone.now(),
        by=builders.staff(Role.REGISTRY_MANAGER),
        at=timezone.now(),
    )
    assert manual.queue(at=timezone.now()) == []


def test_a_ruling_holds_again_when_the_facts_it_was_about_are_back() -> None:
    near, version = island("Waterbedrijf Eiland"), waiting()
    released(version)
    rule(version, near, at=timezone.now(), since=builders.SINCE)
    assert "Geheime kanarie" in _shown(near, version)
    at = timezone.now()
    registry.end_fact(
        fact=Designation.objects.get(organisation=near),
        valid_until=at,
        by=builders.staff(Role.REGISTRY_MANAGER),
        at=at,
    )
    assert "Geheime kanarie" not in _shown(near, version)
    builders.fact(
        Designation(capacity=Capacity.CARIBBEAN.value), organisation=near, at=timezone.now()
    )
    assert "Geheime kanarie" in _shown(near, version)


def test_readers_and_others_find_nothing_there() -> None:
    near, version = island("Waterbedrijf Eiland"), waiting()
    (made,) = decide(version, near)
    reader, clerk = (
        browser(builders.reader(near)),
        browser(builders.staff(Role.REGISTRY_MANAGER)),
    )
    legal = browser(builders.staff(Role.LEGAL_OFFICER))
    asked = reverse("sharing:manual-section", args=[version.sections.get().pk])
    for path in (QUEUE, asked):
        assert (reader.get(path).status_code, clerk.get(path).status_code) == (404, 404)
        assert legal.get(path).status_code == 200
    for path in (
        reverse("sharing:confirm-rulings"),
        reverse("sharing:end-ruling", args=[made.pk]),
    ):
        assert (reader.post(path).status_code, clerk.post(path).status_code) == (404, 404)
        assert legal.post(path).status_code == 302


@pytest.mark.parametrize("allowed", [False, True], ids=["left open", "asked by name"])
def test_five_organisations_cost_no_more_queries_than_one(*, allowed: bool) -> None:
    at = timezone.now()
    first, open_still = island("Eiland 0"), island("Haven 0")
    version = waiting(at=at)
    released(version, at=at)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            (question,) = manual.queue(at=timezone.now())
        assert open_still in question.groups[0].organisations
        return len(asked)

    if allowed:
        rule(version, first, at=at, since=builders.SINCE)
    one = queries()
    for n in range(1, 6):
        made = island(f"Eiland {n}")
        if allowed:
            rule(version, made, at=timezone.now(), since=builders.SINCE)
    assert queries() <= one
