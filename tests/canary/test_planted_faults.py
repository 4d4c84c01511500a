"""The canary bites: each fault planted here makes it fail, on worlds that pass without the fault."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django import shortcuts
from django.template import loader

import law
from advisories.addressing import Addressing
from advisories.models import Advisory, AdvisoryVersion, Section
from audit.services import record
from law.facts import Question
from law.verdict import Verdict
from law.vocabulary import Code, Outcome, Tlp
from recipients.models import Assurance, Designation, SectorMembership
from sharing import access, objects
from sharing.access import listing, opening, readers, searching, sending, told
from sharing.api import problems, rendering, views
from sharing.delivery import owing
from sharing.facts import attested, matter, profiles
from sharing.granting import store
from sharing.models import CsafDocument, EndedGrant, ServedObject
from sharing.renditions import html, mail, stix
from sharing.services import csaf, registry
from sharing.shared import Shared
from sharing.taxii import cursors
from sharing.taxii import problems as taxii_problems
from sharing.taxii import views as taxii_views
from sharing.views import public
from tests.canary.check import check
from tests.canary.world import rolled_back
from tests.sharing.mailserver import MailServer

SEEDS = tuple(range(11, 21))
Plant = Callable[[pytest.MonkeyPatch], None]

VALID = "AND (g.valid_until IS NULL OR g.valid_until > %(at)s)"


def _worlds(server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    for seed in SEEDS:
        with rolled_back():
            check(seed, server=server, caplog=caplog)


@pytest.mark.django_db
def test_without_a_fault_these_worlds_pass(
    server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    _worlds(server, caplog)


# --- the door ------------------------------------------------------------------------------


def every_group_is_held(patch: pytest.MonkeyPatch) -> None:
    """The group filter, widened."""
    everyone = "SELECT id FROM auth_group"
    for name in ("_PAGE", "_COUNT", "_SECTIONS"):
        patch.setattr(listing, name, getattr(listing, name).replace(readers.HELD, everyone))


def ended_memberships_count(patch: pytest.MonkeyPatch) -> None:
    """An organisation keeps every audience that it ever was in."""
    ends = "AND (m.valid_until IS NULL OR m.valid_until > %(at)s)"
    for name in ("_PAGE", "_COUNT", "_SECTIONS"):
        sql = getattr(listing, name)
        assert ends in sql
        patch.setattr(listing, name, sql.replace(ends, ""))


def personal_grants_of_others(patch: pytest.MonkeyPatch) -> None:
    """What one reader is named for opens to every reader."""
    mine = "g.user_id = %(person)s"
    for name in ("_PAGE", "_COUNT", "_SECTIONS"):
        sql = getattr(listing, name)
        assert mine in sql
        patch.setattr(listing, name, sql.replace(mine, "g.user_id IS NOT NULL"))


def a_search_asks_for_nobody(patch: pytest.MonkeyPatch) -> None:
    """Words are found in what others may see."""
    mine = "g.group_id = ANY(ARRAY(SELECT id FROM held))"
    assert mine in searching._SEARCH
    patch.setattr(searching, "_SEARCH", searching._SEARCH.replace(mine, "TRUE"))


def a_search_looks_in_the_whole_version(patch: pytest.MonkeyPatch) -> None:
    """Who may see one section finds the words of the others."""
    own = "m.section_id IN (g.section_id, 0)"
    assert own in searching._SEARCH
    patch.setattr(searching, "_SEARCH", searching._SEARCH.replace(own, "TRUE"))


def titles_without_lead(patch: pytest.MonkeyPatch) -> None:
    """A list tells the title whether or not the LEAD section is shared."""
    lead = "bool_or(g.lead)"
    assert lead in listing._PAGE
    patch.setattr(listing, "_PAGE", listing._PAGE.replace(lead, "bool_or(true)"))


def page_titles_without_lead(patch: pytest.MonkeyPatch) -> None:
    """An opened advisory tells the title whether or not the LEAD section is shared."""
    build = opening.build

    def telling(subject: Any, verdicts: Any, *, labels: Any) -> Shared:
        return replace(build(subject, verdicts, labels=labels), title=subject.version.title)

    patch.setattr(opening, "build", telling)


def whole_version_past_the_door(patch: pytest.MonkeyPatch) -> None:
    """Who may see one section gets them all."""
    build = opening.build

    def widened(subject: Any, verdicts: Any, *, labels: Any) -> Shared:
        one = next(iter(verdicts.values()))
        everything = {each.section.pk: one for each in subject.subjects}
        return build(subject, everything, labels=labels)

    patch.setattr(opening, "build", widened)
    patch.setattr(sending, "build", widened)


def closed_accounts_read(patch: pytest.MonkeyPatch) -> None:
    """A person who left still gets in."""

    def anyone(user: Any) -> readers.Reader:
        return readers.Reader(user.organisation_id, user.pk, user.actor)

    patch.setattr("sharing.access.reader_of", anyone)


def tombstones_for_all(patch: pytest.MonkeyPatch) -> None:
    """Everybody is told what was withdrawn."""
    start = listing._TOMBSTONES.index("   AND (e.person_id")
    end = listing._TOMBSTONES.index(" ORDER BY")
    patch.setattr(listing, "_TOMBSTONES", listing._TOMBSTONES[:start] + listing._TOMBSTONES[end:])


def the_interface_goes_round_the_door(patch: pytest.MonkeyPatch) -> None:
    """The REST interface reads sections by itself."""

    def straight(shared: Shared) -> dict[str, Any]:
        rows = Section.objects.filter(version=shared.version_id).order_by("position")
        bodies = [{"heading": row.heading, "body": row.body, "data": row.data} for row in rows]
        return {"title": shared.title, "changeNote": shared.change_note, "sections": bodies}

    patch.setattr(rendering, "advisory", straight)


def objects_go_round_the_door(patch: pytest.MonkeyPatch) -> None:
    """What is made of a version for TAXII holds a section that was not asked of the door."""
    render = stix.render

    def straight(shared: Shared, *, first: Any) -> tuple[stix.Rendered, ...]:
        made = render(shared, first=first)
        bodies = Section.objects.filter(version=shared.version_id).values_list("body", flat=True)
        body = made[-1].body.replace(
            b'"report_types"', f'"x_all":{json.dumps([*bodies])},"report_types"'.encode()
        )
        return (*made[:-1], replace(made[-1], body=body))

    patch.setattr(objects, "render", straight)


def collections_for_all(patch: pytest.MonkeyPatch) -> None:
    """Every collection that somebody has something in is listed for every program."""
    told = access.kinds_and_labels

    def everything(reader: readers.Reader, *, at: datetime, versions: Any = None) -> Any:
        if versions is None:
            return {0: ("advisory", Tlp.GREEN), 1: ("advisory", Tlp.RED)}
        return told(reader, at=at, versions=versions)

    patch.setattr(access, "kinds_and_labels", everything)


def absent_objects_hint(patch: pytest.MonkeyPatch) -> None:
    """TAXII says whether an id that it refuses is somebody's."""

    def telling(error: Exception, context: Any) -> Any:
        answer = taxii_problems.answer(error, context)
        if ServedObject.objects.filter(object_id=context["kwargs"].get("object_id", "")).exists():
            answer["X-Known"] = "1"
        return answer

    patch.setattr(taxii_views.Endpoint, "get_exception_handler", lambda self: telling)


def pages_repeat(patch: pytest.MonkeyPatch) -> None:
    """A page of objects begins with the last of the page before."""
    told = cursors.cursor

    def behind(place: objects.Place, *, context: bytes) -> str:
        return told(place._replace(rank=place.rank - 1), context=context)

    patch.setattr(cursors, "cursor", behind)


def absent_and_denied_differ(patch: pytest.MonkeyPatch) -> None:
    """A denial names what it denies."""

    def telling(error: Exception, context: Any) -> Any:
        answer = problems.answer(error, context)
        if answer.status_code == 404:
            number = context["kwargs"].get("number", "")
            answer["X-Exists"] = str(Advisory.objects.filter(number=number).exists())
        return answer

    patch.setattr(views.Endpoint, "get_exception_handler", lambda self: telling)


# --- the law and its facts ---------------------------------------------------------------------


def _yes(verdict: Verdict) -> Verdict:
    return replace(verdict, outcome=Outcome.ALLOW, code=Code.OK)


def the_law_says_yes(patch: pytest.MonkeyPatch) -> None:
    """Every decision allows, when granted and when opened."""
    one, many = law.decide, law.decide_many

    def always(question: Question) -> Verdict:
        return _yes(one(question))

    def always_many(**facts: Any) -> list[Verdict]:
        return [_yes(verdict) for verdict in many(**facts)]

    patch.setattr(law, "decide", always)
    patch.setattr(law, "decide_many", always_many)


def addressed_to_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Addressing, "covers", lambda self, profile: True)


def attested_for_any_section(patch: pytest.MonkeyPatch) -> None:
    """What was attested of one section counts for all."""
    concerns = attested.Said.concerns

    def loose(said: Any, section_id: int, profile: Any, organisation_id: Any) -> bool:
        return concerns(said, said.section_id or section_id, profile, organisation_id)

    patch.setattr(attested.Said, "concerns", loose)


def named_for_red_by_kind(patch: pytest.MonkeyPatch) -> None:
    """TLP:RED opens to whoever is addressed."""
    bond = matter.Matter.bond

    def always_named(self: Any, subject: Any, profile: Any, **rest: Any) -> Any:
        return bond(self, subject, profile, **{**rest, "named_for_red": True})

    def kinds(self: Any, subject: Any, profile: Any, **rest: Any) -> Any:
        found = always_named(self, subject, profile, **rest)
        return replace(found, relation=replace(found.relation, named_for_red=True))

    patch.setattr(matter.Matter, "bond", kinds)


def embargo_forgotten(patch: pytest.MonkeyPatch) -> None:
    item_of = matter.item_of
    patch.setattr(
        matter,
        "item_of",
        lambda marking, *, traceable: replace(
            item_of(marking, traceable=traceable), embargo_until=None
        ),
    )


def unconfirmed_facts_count(patch: pytest.MonkeyPatch) -> None:
    """A fact counts before its second person."""
    dossiers = profiles._dossiers

    def loose(ids: Any, *, known_at: datetime) -> Any:
        found = dossiers(ids, known_at=known_at)
        for what, manager, column in profiles_sources():
            rows = manager.filter(organisation_id__in=ids, confirmed_by=None)
            for pk, value, since in rows.values_list("organisation_id", column, "valid_from"):
                found[pk].facts.append(profiles._Dated(what, value, since, None))
        return found

    patch.setattr(profiles, "_dossiers", loose)


def profiles_sources() -> list[tuple[str, Any, str]]:
    return [
        ("capacity", Designation.objects, "capacity"),
        ("assurance", Assurance.objects, "kind"),
        ("sector", SectorMembership.objects, "sector_id"),
    ]


# --- what follows a change -----------------------------------------------------------------------


def withdrawn_grants_stay(patch: pytest.MonkeyPatch) -> None:
    """A withdrawal ends no grant."""
    end = store.end

    def sparing(table: Any, where: str, params: Any, *, reason: Any, at: datetime) -> Any:
        if reason is EndedGrant.Reason.WITHDRAWN:
            return []
        return end(table, where, params, reason=reason, at=at)

    patch.setattr(store, "end", sparing)


def the_registry_is_not_followed(patch: pytest.MonkeyPatch) -> None:
    """A fact ends or begins and nobody moves the grants."""
    patch.setattr(registry, "follow_registry", lambda organisation, *, at: None)


def notices_to_everyone(patch: pytest.MonkeyPatch) -> None:
    """A message is owed to every contact, and sending judges nobody."""
    start, end = (
        owing._NOTICES.index("   AND (o.id IN"),
        owing._NOTICES.index("ON CONFLICT"),
    )
    patch.setattr(owing, "_NOTICES", owing._NOTICES[:start] + owing._NOTICES[end:])
    held = sending.held_sections

    def all_held(release: Any, contacts: Any, *, at: datetime) -> Any:
        found = held(release, contacts, at=at)
        pool = frozenset().union(*found.values())
        return {contact.pk: pool for contact in contacts}

    patch.setattr(sending, "held_sections", all_held)
    patch.setattr("sharing.judging.law", _Yes)


class _Yes:
    """A law that never says no."""

    @staticmethod
    def decide(question: Question) -> Verdict:
        return _yes(law.decide(question))

    @staticmethod
    def decide_many(**facts: Any) -> list[Verdict]:
        return [_yes(verdict) for verdict in law.decide_many(**facts)]


# --- mails and records ---------------------------------------------------------------------------


def mails_tell_amber(patch: pytest.MonkeyPatch) -> None:
    """A mail says at TLP:AMBER what it says at TLP:GREEN."""
    patch.setattr(mail, "_closed_subject", mail._open_subject)
    patch.setattr(mail, "_closed_body", mail._open_body)


def subjects_tell_amber(patch: pytest.MonkeyPatch) -> None:
    """Only the subject line does."""
    patch.setattr(mail, "_closed_subject", mail._open_subject)


def denials_quote_the_title(patch: pytest.MonkeyPatch) -> None:
    """The record of an opening says more than what was opened."""

    def chatty(*, target: str, detail: dict[str, Any], **act: Any) -> None:
        titles = list(AdvisoryVersion.objects.values_list("title", flat=True))
        record(target=target, detail={**detail, "title": titles}, **act)

    patch.setattr(told, "record", chatty)


def openings_are_logged_in_full(patch: pytest.MonkeyPatch) -> None:
    build = opening.build

    def logged(subject: Any, verdicts: Any, *, labels: Any) -> Shared:
        made = build(subject, verdicts, labels=labels)
        logging.getLogger("sharing").warning("opened %s", made)
        return made

    patch.setattr(opening, "build", logged)


def pages_go_round_the_door(patch: pytest.MonkeyPatch) -> None:
    """The advisory page reads sections by itself."""
    page_of = html.advisory_page

    def straight(shared: Shared) -> Any:
        rows = Section.objects.filter(version=shared.version_id).values_list("body", flat=True)
        return replace(page_of(shared), meaning=" ".join(rows))

    patch.setattr("sharing.views.readers.advisory_page", straight)


def inboxes_name_everything(patch: pytest.MonkeyPatch) -> None:
    """The inbox page tells of what is not in it."""

    def telling(request: Any, template: str, context: dict[str, Any], **answer: Any) -> Any:
        made = shortcuts.render(request, template, context, **answer)
        made.write(" ".join(AdvisoryVersion.objects.values_list("title", flat=True)))
        return made

    patch.setattr("sharing.views.readers.render", telling)


def absent_pages_hint(patch: pytest.MonkeyPatch) -> None:
    """The page that says that there is nothing has a header when there is something."""

    def telling(request: Any, template: str, **answer: Any) -> Any:
        made = shortcuts.render(request, template, **answer)
        if Advisory.objects.filter(number=request.path.rpartition("/")[2]).exists():
            made.headers["X-Exists"] = "1"
        return made

    patch.setattr("sharing.views.errors.render", telling)


def pages_count_what_is_denied(patch: pytest.MonkeyPatch) -> None:
    """The number above the inbox is that of all advisories."""
    counting = SimpleNamespace(
        **vars(access) | {"count": lambda *_, **__: Advisory.objects.count()}
    )
    patch.setattr("sharing.views.readers.access", counting)


def older_pages_repeat(patch: pytest.MonkeyPatch) -> None:
    """The button for older advisories leads to the newest once more."""
    patch.setattr(listing, "_position", lambda _: listing.NEWEST)


def the_language_switch_leads_anywhere(patch: pytest.MonkeyPatch) -> None:
    """An address of somebody else's, after ours, in a link that looks like ours."""
    patch.setattr("django.views.i18n.url_has_allowed_host_and_scheme", lambda **_: True)


def the_public_is_an_organisation(patch: pytest.MonkeyPatch) -> None:
    """Nobody in particular reads what any kind of organisation may read."""
    only = f"AND a.digest = '{profiles.PUBLIC_DIGEST}'"
    for name in ("_PAGE", "_COUNT", "_SECTIONS"):
        sql = getattr(listing, name)
        assert only in sql
        patch.setattr(listing, name, sql.replace(only, ""))


def anything_may_be_public(patch: pytest.MonkeyPatch) -> None:
    """What is not confidential is public, whatever its label, for the law and at the door."""
    label, open_to_all = law.gates._tlp, law.answers.allow("A task", "C.16.2.b")

    def forgotten(question: Question) -> Any:
        return () if law.gates.is_public(question) else label(question)

    patch.setattr(law.gates, "_tlp", forgotten)
    patch.setattr(law.cbw, "_public", lambda _: open_to_all)
    patch.setattr(listing, "unclear", lambda *_, **__: False)
    patch.setattr(opening, "only_clear", lambda _, verdicts, *, at: verdicts)


def public_pages_go_round_the_door(patch: pytest.MonkeyPatch) -> None:
    """The public list tells every title."""

    def telling(template: str, context: dict[str, Any]) -> str:
        titles = AdvisoryVersion.objects.values_list("title", flat=True)
        return str(loader.render_to_string(template, context)) + " ".join(titles)

    patch.setattr("sharing.views.public.render_to_string", telling)


def public_pages_know_the_visitor(patch: pytest.MonkeyPatch) -> None:
    """They look who it is, so that one visitor's page could be kept for another."""
    page = public._page

    def knowing(request: Any, *args: Any, **answer: Any) -> Any:
        assert request.user is not None
        request.session.get("visits")
        return page(request, *args, **answer)

    patch.setattr(public, "_page", knowing)


def labels_are_guessed(patch: pytest.MonkeyPatch) -> None:
    """A label that does not exist opens the newest version."""
    open_advisory = opening.open_advisory

    def guessing(reader: Any, *, version: str | None, **asked: Any) -> Shared:
        known = bool(version) and AdvisoryVersion.objects.filter(number=_number(version)).exists()
        return open_advisory(reader, version=version if known else None, **asked)

    patch.setattr("sharing.views.readers.access.open_advisory", guessing)


def _number(label: str | None) -> int:
    digits = (label or "").replace(".", "")
    return int(digits) if digits.isdecimal() and len(digits) < 9 else -1


def documents_at_their_address(patch: pytest.MonkeyPatch) -> None:
    """A CSAF document is given to whoever knows its address."""

    def anybody(reader: Any, *, edition: Any, path: str, at: datetime) -> CsafDocument:
        found = CsafDocument.objects.filter(edition=edition.number, path=path).first()
        if found is None:
            raise access.NotShared
        return found

    patch.setattr(csaf, "document", anybody)


def feeds_list_what_others_hold(patch: pytest.MonkeyPatch) -> None:
    """A feed of CSAF documents lists all that were ever made."""
    documents = csaf.documents

    def everything(reader: Any, *, edition: Any, at: datetime) -> list[CsafDocument]:
        documents(reader, edition=edition, at=at)
        return list(CsafDocument.objects.filter(edition=edition.number))

    patch.setattr(csaf, "documents", everything)


# Caught by the mirrors of CSAF clients, and by what they say.
OF_PROVIDER: tuple[tuple[Plant, str], ...] = (
    (documents_at_their_address, r"denied is not absent"),
    (feeds_list_what_others_hold, r"/ncsc-.*\.json|shows what may not be seen"),
)
# Caught by the pages themselves, and by what they say.
OF_PAGES: tuple[tuple[Plant, str], ...] = (
    (pages_go_round_the_door, r"page /advisories/.* shows what may not be seen"),
    (inboxes_name_everything, r"inbox page of .* shows what may not be seen"),
    (absent_pages_hint, r"page .*(denied is not absent|\?version=)"),
    (pages_count_what_is_denied, r"inbox page of .* counts"),
    (the_language_switch_leads_anywhere, r"POST /language: to https://elsewhere"),
    (labels_are_guessed, r"page .*\?version="),
    (public_pages_go_round_the_door, r"/public/.* shows what may not be seen"),
    (public_pages_know_the_visitor, r"varies by cookie"),
)
# Caught by the TAXII exit, and by what it says.
OF_TAXII: tuple[tuple[Plant, str], ...] = (
    (objects_go_round_the_door, r"TAXII .* shows what may not be seen"),
    (collections_for_all, r"collections of "),
    (absent_objects_hint, r"denied is not absent|refusals differ"),
    (pages_repeat, r"pages differ from the whole"),
)
FAULTS: tuple[Plant, ...] = (
    every_group_is_held,
    ended_memberships_count,
    personal_grants_of_others,
    a_search_asks_for_nobody,
    a_search_looks_in_the_whole_version,
    titles_without_lead,
    page_titles_without_lead,
    whole_version_past_the_door,
    closed_accounts_read,
    the_interface_goes_round_the_door,
    absent_and_denied_differ,
    tombstones_for_all,
    the_law_says_yes,
    addressed_to_all,
    attested_for_any_section,
    named_for_red_by_kind,
    embargo_forgotten,
    unconfirmed_facts_count,
    withdrawn_grants_stay,
    the_registry_is_not_followed,
    notices_to_everyone,
    mails_tell_amber,
    subjects_tell_amber,
    denials_quote_the_title,
    openings_are_logged_in_full,
    older_pages_repeat,
    the_public_is_an_organisation,
    anything_may_be_public,
)


@pytest.mark.django_db
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_canary_catches(
    fault: Plant,
    server: MailServer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        _worlds(server, caplog)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fault", "said"),
    [*OF_PAGES, *OF_PROVIDER, *OF_TAXII],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_the_exit_itself_catches(
    fault: Plant,
    said: str,
    server: MailServer,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError, match=said):
        _worlds(server, caplog)
