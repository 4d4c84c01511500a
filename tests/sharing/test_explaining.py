"""Why, with evidence: for the desk, as a command, and in the form that a recipient may read."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

import law
from advisories.services import drafting
from law.facts import Question
from law.vocabulary import Capacity, Code, Outcome, Predicate
from recipients.models import Assurance, ConstituencyMember, Organisation, Role, User
from sharing.evidence.names import known
from sharing.evidence.values import Evidence, ExplainedPredicate, Explanation, Standing
from sharing.facts import profiles
from sharing.models import Decision
from sharing.services import registry
from sharing.services.explaining import explain, explain_kind
from tests import builders
from tests.law.test_cases import CASES
from tests.scenario import BODY
from tests.sharing.published import LEAD, SECRETS, Published, browser

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def set_up(question: Question) -> Any:
    """A scenario that goes out: not one of those that are refused at the door."""
    return builders.scenario(question)


def asked(made: Any, **given: Any) -> Explanation:
    return explain(
        section_id=made.release.version.sections.get().pk,
        organisation_id=made.recipient.pk,
        **{"at": made.question.instant, **given},
    )


def predicate(found: Explanation, name: str) -> ExplainedPredicate:
    return next(p for gate in found.gates for p in gate.predicates if p.name == name)


def relied(found: ExplainedPredicate) -> Evidence:
    (one,) = [e for e in found.evidence if e.standing is Standing.RELIED]
    return one


def test_there_are_words_for_every_predicate_that_the_law_asks_in_any_case() -> None:
    names = {
        name
        for question, *_ in CASES.values()
        for gate in law.decide(question).gates
        for name, _value in gate.predicates
    }
    assert len(names) > 30
    assert {name for name in names if not known(name)} == set()


@pytest.mark.parametrize("case", ["2 to A", "9", "12", "17", "22"])
def test_the_explanation_of_a_case_is_its_decision(case: str) -> None:
    question, outcome, code, rules = CASES[case]
    found = asked(set_up(question))
    assert (found.verdict.outcome, found.verdict.code) == (outcome, code)
    assert set(rules.split()) <= {rule.id for gate in found.gates for rule in gate.rules}
    assert found.on_record is not None
    assert (found.on_record.same_answer, found.on_record.same_rules) == (True, True)
    assert found.held is outcome.opens


# --- evidence -------------------------------------------------------------------------------------


def test_what_people_vouch_for_says_who_as_what_when_and_why() -> None:
    found = predicate(
        asked(set_up(CASES["12"][0])), "contributes_to_preventing_societal_disruption"
    )
    one = relied(found)
    assert found.value
    assert one.text == "Vastgesteld bij de beoordeling."
    assert one.by.startswith("Medewerker")
    assert (one.regime, one.at) == ("WBNI_2022", CASES["12"][0].instant)
    assert one.role


def test_what_nobody_attested_is_said_so() -> None:
    found = predicate(asked(set_up(CASES["9"][0])), "secrecy_guaranteed")
    assert (found.value, found.evidence) == (False, ())
    assert str(found.missing) == "The registry held no such fact at that moment."
    author = builders.staff(Role.AUTHOR)
    target = builders.organisation()
    version = builders.draft(by=author)
    explained = explain(
        section_id=version.sections.get().pk, organisation_id=target.pk, at=builders.AT
    )
    relevant = predicate(explained, Predicate.RELEVANT_TO_RECIPIENT)
    assert (relevant.value, relevant.evidence) == (False, ())
    assert str(relevant.missing) == "Nobody attested this."


def test_a_fact_of_the_registry_says_its_ground_its_dates_and_both_people() -> None:
    made = set_up(CASES["5"][0])
    one = relied(predicate(asked(made), "secrecy_guaranteed"))
    row = Assurance.objects.select_related("confirmed_by").get(organisation=made.recipient)
    assert row.confirmed_by is not None
    assert (one.text, one.reference) == (row.ground, row.reference)
    assert (one.since, one.until) == (row.valid_from, row.valid_until)
    assert (one.by, one.confirmed_by) == (row.recorded_by.name, row.confirmed_by.name)
    consent = relied(predicate(asked(made), "consent_given"))
    assert consent.of == "Onderwerp"


def test_the_past_is_told_as_it_was_known_then() -> None:
    made = set_up(CASES["5"][0])
    at = made.question.instant
    clerk = builders.staff(Role.REGISTRY_MANAGER, since=at - 30 * DAY)
    row = Assurance.objects.get(organisation=made.recipient)
    # Somebody finds out a month later that it never held.
    registry.end_fact(fact=row, valid_until=row.valid_from, by=clerk, at=at + 30 * DAY)
    then, now = asked(made), asked(made, at=at + 31 * DAY)
    assert relied(predicate(then, "secrecy_guaranteed")).ref == f"Assurance {row.pk}"
    assert then.verdict.allowed
    later = predicate(now, "secrecy_guaranteed")
    assert not later.value
    assert [e.standing for e in later.evidence] == [Standing.ENDED]
    assert later.evidence[0].ended_by == clerk.name
    assert (then.held, now.held) == (True, False)


def test_words_that_were_replaced_refused_or_lapsed_stay_visible() -> None:
    author = builders.staff(Role.AUTHOR)
    senior, target = builders.staff(Role.SECOND_READER), builders.organisation()
    version = builders.draft(by=author)

    def attest(text: str, at: datetime, *, value: bool = True, **whom: Any) -> None:
        drafting.attest(
            version_id=version.pk,
            section_id=None,
            predicate=Predicate.RELEVANT_TO_RECIPIENT,
            value=value,
            text=text,
            evidence="",
            organisation_id=whom.get("organisation_id"),
            capacity=whom.get("capacity"),
            role=Role.SECOND_READER,
            by=senior,
            at=at,
        )

    def told() -> tuple[bool, list[tuple[str, Standing]]]:
        found = predicate(
            explain(
                section_id=version.sections.get().pk,
                organisation_id=target.pk,
                at=builders.AT + DAY,
            ),
            "relevant_to_recipient",
        )
        return found.value, [(e.text, e.standing) for e in found.evidence]

    attest("eerst", builders.AT)
    attest("daarna", builders.AT + timedelta(hours=1))
    assert told() == (True, [("eerst", Standing.SUPERSEDED), ("daarna", Standing.RELIED)])
    attest(
        "niet voor hen",
        builders.AT + timedelta(hours=2),
        value=False,
        organisation_id=target.pk,
    )
    assert told() == (
        False,
        [
            ("eerst", Standing.SUPERSEDED),
            ("daarna", Standing.OVERRULED),
            ("niet voor hen", Standing.REFUSES),
        ],
    )


def test_what_is_stated_with_the_purpose_says_the_purpose_and_who_released() -> None:
    made = set_up(CASES["5"][0])
    one = relied(predicate(asked(made), "purpose_bound"))
    assert (one.kind, one.text) == ("purpose", "Informeren over een kwetsbaarheid")
    assert one.by == made.release.released_by.name


def test_a_facet_says_how_it_was_marked_and_by_whom() -> None:
    author = builders.staff(Role.AUTHOR, name="Auteur Voorbeeld")
    version = builders.draft(by=author)
    found = explain(
        section_id=version.sections.get().pk,
        organisation_id=builders.organisation().pk,
        at=builders.AT,
    )
    one = relied(predicate(found, "confidential"))
    assert (one.by, one.at) == ("Auteur Voorbeeld", builders.AT)
    assert one.text == "https://voorbeeld.example/bericht"


# --- who links, kept with the decision ------------------------------------------------------------


def test_the_candidates_are_told_and_kept_with_the_decision() -> None:
    made = set_up(CASES["22"][0])
    link = Organisation.objects.get(name="Schakel")
    told = predicate(asked(made), "no_linking_organisation_for_sector")
    assert (told.value, [(e.says, e.standing) for e in told.evidence]) == (
        False,
        [("Schakel", Standing.IN_THE_WAY)],
    )
    kept = made.decision.relation["basis"]["no_linking_organisation"]
    assert (kept["holds"], kept["looked_at"]) == (False, 1)
    assert [(c["organisation"], c["standing"]) for c in kept["candidates"]] == [
        (str(link.pk), "serves_organisation")
    ]
    at = made.question.instant + DAY
    clerk = builders.staff(Role.REGISTRY_MANAGER, since=at - 30 * DAY)
    row = ConstituencyMember.objects.get(organisation=link)
    registry.end_fact(fact=row, valid_until=at, by=clerk, at=at)
    later = predicate(asked(made, at=at), "no_linking_organisation_for_sector")
    assert (later.value, [e.standing for e in later.evidence]) == (True, [Standing.NOT_IN_THE_WAY])
    # Years later the decision still shows what it rested on.
    old = Decision.objects.get(pk=made.release.decisions.earliest("pk").pk)
    assert old.relation["basis"]["no_linking_organisation"] == kept
    shown = asked(made).on_record
    assert shown is not None
    assert [(e.says, e.standing) for e in shown.candidates] == [("Schakel", Standing.IN_THE_WAY)]


def test_a_decision_of_an_act_that_does_not_ask_keeps_no_candidates() -> None:
    made = set_up(CASES["56"][0])
    assert "no_linking_organisation" not in made.decision.relation.get("basis", {})


# --- the command ----------------------------------------------------------------------------------


def said(made: Any, *options: str) -> str:
    out = StringIO()
    at = made.question.instant.isoformat()
    number = made.release.version.advisory.number
    call_command(
        "explain_decision", number, "1.00", "1", "Ontvanger", "--at", at, *options, stdout=out
    )
    return out.getvalue()


def test_the_command_explains_in_dutch_in_english_and_for_programs() -> None:
    made = set_up(CASES["9"][0])
    dutch, english = said(made), said(made, "--language", "en")
    assert dutch.startswith("Ontvanger mag onderdeel 1 van ")
    assert "Het register bevatte op dat moment geen feit hierover." in dutch
    assert english.startswith("Ontvanger may not receive section 1 of ")
    for told in (dutch, english):  # the law speaks Dutch, and is glossed in English
        assert "W.20.1.a" in told
        assert "geheimhouding van die gegevens onvoldoende is gewaarborgd" in told
    found = json.loads(said(made, "--json", "--language", "en"))
    assert (found["outcome"], found["code"]) == ("deny", Code.DENY_20_1_A_SECRECY)
    asked_of = {p["name"]: p for gate in found["gates"] for p in gate["predicates"]}
    assert asked_of["secrecy_guaranteed"]["missing"]
    assert asked_of["consent_given"]["evidence"][0]["of"] == "Onderwerp"
    with pytest.raises(CommandError, match="nothing here"):
        said(made, "--recipient-safe")


def test_what_a_recipient_may_read_names_nobody_else() -> None:
    made = set_up(CASES["5"][0])
    whole, safe = said(made, "--json"), said(made, "--json", "--recipient-safe")
    assert "W.20.2.consent" in safe
    for name in ("Onderwerp", "Medewerker", "consent_given", "Vastgesteld", "purpose_bound"):
        assert name in whole
        assert name not in safe
    assert set(json.loads(safe)) == {"kind", "heading", "tlp", "regime", "purpose", "rules"}
    assert "Onderwerp" not in said(made, "--recipient-safe")


# --- the recipient itself -------------------------------------------------------------------------


@pytest.fixture
def trusted(world: Published) -> Organisation:
    return world.organisation("Waterbedrijf Duinrand")


@pytest.fixture
def plain(world: Published) -> Organisation:
    """Gave no assurance of secrecy: may not see what is confidential."""
    return world.organisation("Gemeente Oudewaard", secrecy=False)


def test_a_reader_finds_why_per_section_and_nothing_of_what_is_denied(
    world: Published, trusted: Organisation, plain: Organisation
) -> None:
    release = world.publish([LEAD, SECRETS], at=timezone.now())
    path = f"/advisories/{release.version.advisory.number}"
    whole, part = (
        browser(_reader(who)).get(f"{path}/why").content.decode() for who in (trusted, plain)
    )
    for page in (whole, part):
        assert "Onderdeel lead" in page
        assert "C.53" in page
        assert world.second.name not in page
        assert LEAD.body not in page
    assert "Onderdeel " + SECRETS.kind in whole
    assert "C.66.1" in whole
    for hidden in ("Onderdeel " + SECRETS.kind, "C.66.1", "TLP:AMBER", "Duinrand"):
        assert hidden not in part
    program = [world.machine(who).reads().get(f"{path[1:]}/decisions") for who in (trusted, plain)]
    assert [len(answer.json()["decisions"]) for answer in program] == [2, 1]
    (decision,) = program[1].json()["decisions"]
    assert decision["heading"] == "Onderdeel lead"
    assert {rule["id"] for rule in decision["rules"]} >= {"C.16.2.b", "C.53"}


def test_who_may_not_see_it_cannot_ask_why(world: Published, trusted: Organisation) -> None:
    release = world.publish(at=timezone.now())
    stranger = world.organisation("Cyberkring Zeehaven", capacity=Capacity.LINKING)
    path = f"/advisories/{release.version.advisory.number}/why"
    assert browser(_reader(trusted)).get(path).status_code == 200
    outside = browser(_reader(stranger))
    denied, absent = outside.get(path), outside.get("/advisories/NCSC-2020-0001/why")
    assert (denied.status_code, denied.content) == (404, absent.content)
    program = world.machine(stranger).reads()
    refused = program.get(f"advisories/{release.version.advisory.number}/decisions")
    nowhere = program.get("advisories/NCSC-2020-0001/decisions")
    assert (refused.status_code, refused.content) == (404, nowhere.content)


def test_people_of_an_ended_organisation_are_told_so_and_nothing_else(
    world: Published, trusted: Organisation
) -> None:
    at = timezone.now()
    release = world.publish(at=at)
    number = release.version.advisory.number
    page = browser(_reader(trusted), language="en")
    assert number in page.get("/").content.decode()
    registry.close_organisation(organisation=trusted, by=world.author, at=at)
    answer = page.get("/")
    assert answer.status_code == 200
    assert "no longer receives information" in answer.content.decode()
    assert number not in answer.content.decode()
    assert page.get(f"/advisories/{number}").status_code == 404


def _reader(organisation: Organisation) -> Any:
    return User.objects.create_user(
        f"lezer-{organisation.pk}@readers.example", name="lezer", organisation=organisation
    )


# --- the desk -------------------------------------------------------------------------------------


@pytest.fixture
def page() -> Callable[..., Any]:
    """The explanation page of a made case, as a legal officer sees it."""

    def look(made: Any, *, kind: bool = False, **query: str) -> Any:
        section = made.release.version.sections.get().pk
        profile = profiles.profiles_at([made.recipient.pk], at=made.question.instant)
        end = (
            f"kind/{profiles.digest(profile[made.recipient.pk][0])}" if kind else made.recipient.pk
        )
        officer = builders.staff(Role.LEGAL_OFFICER, since=made.question.instant - DAY)
        with patch("django.utils.timezone.now", return_value=made.question.instant + DAY):
            return browser(officer, language="nl").get(f"/desk/explain/{section}/{end}", query)

    return look


def test_the_page_says_it_in_one_sentence_first_and_then_why(page: Callable[..., Any]) -> None:
    made = set_up(CASES["9"][0])
    text = page(made, at=made.question.instant.isoformat(), language="en").content.decode()
    assert '<html lang="en">' in text
    verdict = text.index("Ontvanger may not receive section 1 of ")
    assert verdict < text.index("B. Is secrecy guaranteed?") < text.index("W.20.1.a")
    assert "The registry held no such fact at that moment." in text
    assert BODY not in text
    dutch = page(made, at="2023-06-01T14:00:00").content.decode()
    assert "mag onderdeel 1 van" in dutch
    assert "Niets: de ontvanger vindt hetzelfde als waar niets is." in dutch


def test_the_page_answers_for_a_kind_of_recipient(page: Callable[..., Any]) -> None:
    made = set_up(CASES["2 to A"][0])
    answer = page(made, kind=True, language="en")
    assert answer.status_code == 200
    assert "every organisation of this kind" in answer.content.decode()
    (digest,) = {
        profiles.digest(p)
        for p, _ in profiles.profiles_at([made.recipient.pk], at=made.question.instant).values()
    }
    section = made.release.version.sections.get().pk
    kind = explain_kind(section_id=section, digest=digest, at=made.question.instant)
    assert kind.verdict.outcome is Outcome.ALLOW
    assert kind.organisation is None


@pytest.mark.parametrize("at", ["yesterday", "2023-99-01T10:00", "2001-01-01T10:00"])
def test_a_moment_that_cannot_be_asked_about_is_said_so(at: str, page: Callable[..., Any]) -> None:
    made = set_up(CASES["2 to A"][0])
    answer = page(made, at=at)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert page(made).status_code == 200
