"""REST for programs: the same door, and nothing beside it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from jsonschema import Draft202012Validator

from advisories.models import Advisory, Section
from audit.models import Entry
from law.vocabulary import RegimeId
from recipients.models import Assurance, Organisation, User
from sharing.api import serializers
from sharing.api.views import DOCUMENT
from sharing.models import FeedEvent
from sharing.services import registry, releasing
from tests.sharing.published import LEAD, SECRETS, Part, Published, Reading

pytestmark = pytest.mark.django_db
OPENAPI = json.loads(DOCUMENT.read_bytes())
LIST, ONE, FEED = "/advisories", "/advisories/{number}", "/changes"


@pytest.fixture
def trusted(world: Published) -> Organisation:
    """Keeps secrets: may see everything that is addressed to it."""
    return world.organisation("Waterbedrijf Duinrand")


@pytest.fixture
def plain(world: Published) -> Organisation:
    """Gave no assurance of secrecy: may not see what is confidential."""
    return world.organisation("Gemeente Oudewaard", secrecy=False)


def body(answer: Any, path: str, status: int = 200) -> Any:
    """The body of an answer, which is what the OpenAPI document promises, and nothing more."""
    assert answer.status_code == status, answer.content
    assert answer["API-Version"] == OPENAPI["info"]["version"]
    assert answer["Cache-Control"] == "no-store"
    assert not answer.has_header("ETag")
    assert not answer.has_header("Set-Cookie")
    promised = OPENAPI["paths"][path]["get"]["responses"][str(status)]["content"]
    (media,) = promised
    assert answer["Content-Type"] == media
    found = json.loads(answer.content)
    validator = Draft202012Validator(
        {"components": OPENAPI["components"]} | promised[media]["schema"],
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    assert not list(validator.iter_errors(found))
    return found


# --- tokens ------------------------------------------------------------------------


def test_a_program_gets_a_token_with_its_secret_and_reads_with_it(
    world: Published, trusted: Organisation
) -> None:
    world.publish(at=timezone.now())
    answer = world.machine(trusted).ask_token()
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["scope"] == "advisories.read"
    assert 0 < answer.json()["expires_in"] <= 3600
    assert answer["Cache-Control"] == "no-store"
    (listed,) = body(Reading(answer.json()["access_token"]).get("advisories"), LIST)["items"]
    assert listed["advisory"] == "NCSC-2026-0001"


def test_a_wrong_secret_gets_no_token(world: Published, trusted: Organisation) -> None:
    machine = world.machine(trusted)
    assert machine.ask_token(secret="wrong").status_code == 401
    assert machine.ask_token().status_code == 200


@pytest.mark.parametrize(
    "grant",
    ["password", "authorization_code", "urn:ietf:params:oauth:grant-type:device_code", "", "\0"],
)
def test_only_client_credentials_get_a_token(
    world: Published, trusted: Organisation, grant: str
) -> None:
    machine = world.machine(trusted)
    answer = machine.ask_token(grant_type=grant)
    assert (answer.status_code, answer.json()) == (400, {"error": "unsupported_grant_type"})
    assert machine.browser.get("/identity/o/api/token").status_code == 405
    assert machine.ask_token().status_code == 200


@pytest.mark.parametrize("resource", ["//", "", "https://elsewhere.example/"])
def test_a_token_for_something_else_is_not_given(
    world: Published, trusted: Organisation, resource: str
) -> None:
    answer = world.machine(trusted).ask_token(resource=resource)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_target"})


def test_a_scope_that_was_not_given_cannot_be_asked(
    world: Published, trusted: Organisation
) -> None:
    assert world.machine(trusted).ask_token(scope="advisories.write").status_code == 400


def refused(reading: Reading) -> None:
    for path, pattern in (("advisories", LIST), ("advisories/NCSC-2026-0001", ONE)):
        answer = reading.get(path)
        body(answer, pattern, 401)
        assert answer["WWW-Authenticate"] == 'Bearer realm="NCSC", error="invalid_token"'
    body(reading.get("changes"), FEED, 401)


def test_a_token_that_expired_opens_nothing(world: Published, trusted: Organisation) -> None:
    reading = world.machine(trusted).reads()
    body(reading.get("advisories"), LIST)
    Token.objects.update(expires_at=timezone.now())
    refused(reading)


def test_a_token_that_was_given_back_opens_nothing(world: Published, trusted: Organisation) -> None:
    machine = world.machine(trusted)
    reading = machine.reads()
    body(reading.get("advisories"), LIST)
    known = {"client_id": machine.row.client_id, "client_secret": machine.secret}
    given_back = machine.browser.post("/identity/o/api/revoke", {"token": reading.token, **known})
    assert given_back.status_code == 200
    refused(reading)


def test_a_program_that_was_switched_off_opens_nothing(
    world: Published, trusted: Organisation
) -> None:
    machine = world.machine(trusted)
    reading = machine.reads()
    body(reading.get("advisories"), LIST)
    machine.row.active = False
    machine.row.save()
    refused(reading)


def test_a_program_whose_responsible_person_left_opens_nothing(
    world: Published, trusted: Organisation
) -> None:
    machine = world.machine(trusted)
    reading = machine.reads()
    body(reading.get("advisories"), LIST)
    User.objects.filter(pk=machine.row.responsible_id).update(is_active=False)
    refused(reading)


def test_a_program_of_an_organisation_that_closed_opens_nothing(
    world: Published, trusted: Organisation
) -> None:
    reading = world.machine(trusted).reads()
    body(reading.get("advisories"), LIST)
    Organisation.objects.filter(pk=trusted.pk).update(active_until=timezone.now())
    refused(reading)


def test_a_token_of_a_person_is_no_token_of_a_program(
    world: Published, trusted: Organisation
) -> None:
    reading = world.machine(trusted).reads()
    body(reading.get("advisories"), LIST)
    Token.objects.update(user=world.author)
    refused(reading)


def test_a_token_without_the_scope_opens_nothing(world: Published, trusted: Organisation) -> None:
    answer = world.machine(trusted, scope="openid").reads().get("advisories")
    body(answer, LIST, 403)
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]
    body(world.machine(trusted).reads().get("advisories"), LIST)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "bearer \0"])
def test_without_a_token_there_is_a_challenge(client: Client, header: str) -> None:
    answer = client.get("/api/v1/advisories", headers={"Authorization": header} if header else {})
    body(answer, LIST, 401)
    assert answer["WWW-Authenticate"].startswith('Bearer realm="NCSC"')


def test_a_token_in_the_address_is_not_looked_at(world: Published, trusted: Organisation) -> None:
    token = world.machine(trusted).token()
    body(Client().get("/api/v1/advisories", {"access_token": token}), LIST, 401)
    body(Reading(token).get("advisories"), LIST)


def test_a_session_of_the_pages_opens_nothing_here(world: Published, trusted: Organisation) -> None:
    person = User.objects.create_user("lezer@duinrand.example", name="L", organisation=trusted)
    browser = Client()
    browser.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    body(browser.get("/api/v1/advisories"), LIST, 401)


# --- what is told ------------------------------------------------------------------


def test_exactly_the_permitted_sections_are_told(
    world: Published, trusted: Organisation, plain: Organisation
) -> None:
    world.publish([LEAD, SECRETS, Part("measures", "Herstart de dienst.")], at=timezone.now())
    path = "advisories/NCSC-2026-0001"
    everything = body(world.machine(trusted).reads().get(path), ONE)
    less = body(world.machine(plain).reads().get(path), ONE)
    kinds = [section["kind"] for section in everything["sections"]]
    assert kinds == ["lead", "indicators", "measures"]
    assert [section["kind"] for section in less["sections"]] == ["lead", "measures"]
    assert (everything["tlp"], less["tlp"]) == ("TLP:AMBER", "TLP:GREEN")
    assert everything["title"] == less["title"] == "Kwetsbaarheid in Voorbeeldproduct"
    assert SECRETS.body in json.dumps(everything)
    assert SECRETS.body not in json.dumps(less)
    assert all(section["ground"]["rules"] for section in less["sections"])


def test_no_number_tells_that_something_was_left_out(world: Published, plain: Organisation) -> None:
    world.publish([LEAD, SECRETS, Part("measures")], at=timezone.now())
    told = body(world.machine(plain).reads().get("advisories/NCSC-2026-0001"), ONE)
    assert set(told) == set(OPENAPI["components"]["schemas"]["Advisory"]["properties"])
    promised = set(OPENAPI["components"]["schemas"]["Section"]["properties"])
    assert [set(section) for section in told["sections"]] == [promised] * 2
    assert not promised & {"id", "position", "number"}


def test_without_the_lead_the_title_stays_behind(
    world: Published, trusted: Organisation, plain: Organisation
) -> None:
    lead = Part(confidential=True, tlp="amber")
    world.publish([lead, Part("measures")], at=timezone.now(), title="Geheime titel")
    for machine, title in ((world.machine(trusted), "Geheime titel"), (world.machine(plain), None)):
        reading = machine.reads()
        (listed,) = body(reading.get("advisories"), LIST)["items"]
        told = body(reading.get("advisories/NCSC-2026-0001"), ONE)
        assert listed["title"] == told["title"] == title
        assert (told["level"], listed["urgent"]) == (("H/M", False) if title else (None, None))


def test_denied_is_byte_for_byte_absent(
    world: Published, trusted: Organisation, plain: Organisation
) -> None:
    world.publish([Part(confidential=True, tlp="amber")], at=timezone.now())
    assert world.machine(trusted).reads().get("advisories/NCSC-2026-0001").status_code == 200
    reading = world.machine(plain).reads()
    denied = reading.get("advisories/NCSC-2026-0001")
    body(denied, ONE, 404)
    others = [
        reading.get("advisories/NCSC-2026-9999"),
        reading.get("advisories/NCSC-2026-0001", version="1.00"),
        reading.get("advisories/ncsc-2026-0001"),
        reading.get("advisories/NCSC-2026-0001/"),
        reading.get("advisories/%00%0A'"),
        reading.get("nothing"),
    ]
    for other in others:
        assert (other.status_code, other.content) == (404, denied.content)
        assert dict(other.headers) == dict(denied.headers)
    assert body(reading.get("advisories"), LIST)["items"] == []
    assert body(reading.get("changes"), FEED) == {"items": [], "next": 0, "more": False}


def test_an_earlier_version_is_told_when_asked_for(world: Published, trusted: Organisation) -> None:
    at = timezone.now()
    world.publish(at=at - timedelta(minutes=2), title="Eerste")
    advisory = Advisory.objects.get()
    world.publish(at=at - timedelta(minutes=1), title="Tweede", advisory=advisory, number=101)
    reading = world.machine(trusted).reads()
    newest = body(reading.get("advisories/NCSC-2026-0001"), ONE)
    assert (newest["version"], newest["title"]) == ("1.01", "Tweede")
    assert newest["versions"] == ["1.01", "1.00"]
    first = body(reading.get("advisories/NCSC-2026-0001", version="1.00"), ONE)
    assert (first["version"], first["title"]) == ("1.00", "Eerste")
    body(reading.get("advisories/NCSC-2026-0001", version="2.00"), ONE, 404)
    for label in ("1", "1.0", "1.000", "", "x", "-1.00", "1.00\n", "١.٠٠"):
        body(reading.get("advisories/NCSC-2026-0001", version=label), ONE, 400)


def test_a_withdrawn_advisory_leaves_a_tombstone_for_those_who_could_see_it(
    world: Published, trusted: Organisation, plain: Organisation
) -> None:
    at = timezone.now()
    release = world.publish([Part(confidential=True)], at=at - timedelta(minutes=1))
    releasing.withdraw(release_id=release.pk, reason="Vals alarm", by=world.author, at=at)
    told = body(world.machine(trusted).reads().get("advisories/NCSC-2026-0001"), ONE, 410)
    assert told["withdrawn"]["reason"] == "Vals alarm"
    body(world.machine(plain).reads().get("advisories/NCSC-2026-0001"), ONE, 404)


# --- pages -------------------------------------------------------------------------


def test_pages_together_hold_everything_once_newest_first(
    world: Published, trusted: Organisation
) -> None:
    at = timezone.now()
    for age in range(7, 0, -1):
        world.publish(at=at - timedelta(minutes=age))
    reading = world.machine(trusted).reads()
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = body(reading.get("advisories", **query), LIST)
        seen += [item["advisory"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == [f"NCSC-2026-{number:04d}" for number in range(7, 0, -1)]


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": ""},
        {"cursor": "x"},
        {"cursor": "W10:1aaaaa:forged"},
        {"cursor": "\0"},
        {"cursor": "é" * 5000},
        {"cursor": "' OR 1=1 --"},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "-1"},
        {"limit": "1e2"},
        {"limit": ""},
        {"limit": "٥"},
        {"limit": "9" * 5000},
    ],
)
def test_a_hostile_page_is_refused_in_a_sentence(
    world: Published, trusted: Organisation, query: dict[str, str]
) -> None:
    reading = world.machine(trusted).reads()
    assert body(reading.get("advisories", **query), LIST, 400)["detail"]
    body(reading.get("advisories", limit=200), LIST)


def test_a_cursor_of_another_reader_gives_nothing_more(
    world: Published, trusted: Organisation, plain: Organisation
) -> None:
    at = timezone.now()
    world.publish([Part(confidential=True)], at=at - timedelta(minutes=3))
    world.publish(at=at - timedelta(minutes=2))
    world.publish(at=at - timedelta(minutes=1))
    cursor = body(world.machine(trusted).reads().get("advisories", limit=1), LIST)["next"]
    rest = body(world.machine(plain).reads().get("advisories", cursor=cursor), LIST)["items"]
    assert [item["advisory"] for item in rest] == ["NCSC-2026-0002"]


def test_a_page_of_fifty_asks_the_database_no_more_than_a_page_of_one(
    world: Published, trusted: Organisation
) -> None:
    at = timezone.now()
    reading = world.machine(trusted).reads()
    counts = []
    for target in (1, 50):
        while world.count < target:
            world.publish(at=at - timedelta(minutes=60 - world.count))
        reading.get("advisories")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = body(reading.get("advisories"), LIST)
        assert len(page["items"]) == target
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3  # token, page, record


def test_every_page_and_every_opening_is_on_record_without_content(
    world: Published, trusted: Organisation, plain: Organisation
) -> None:
    world.publish([Part(confidential=True)], at=timezone.now())
    machine, other = world.machine(trusted), world.machine(plain)
    machine.reads().get("advisories")
    machine.reads().get("advisories/NCSC-2026-0001")
    machine.reads().get("changes")
    other.reads().get("advisories/NCSC-2026-0001")
    rows = Entry.objects.filter(actor__startswith="client:").order_by("id")
    assert [(row.actor, row.action, row.outcome) for row in rows] == [
        (machine.row.actor, "advisory.list", "allow"),
        (machine.row.actor, "advisory.open", "allow"),
        (machine.row.actor, "changes.list", "allow"),
        (other.row.actor, "advisory.open", "NOT_SHARED"),
    ]
    assert rows[0].detail["versions"] == ["NCSC-2026-0001 [1.00]"]
    assert all(LEAD.body not in json.dumps(row.detail) for row in rows)


# --- changes -----------------------------------------------------------------------


def events(reading: Reading, since: int = 0) -> list[tuple[str, str, bool]]:
    found = body(reading.get("changes", since=since), FEED)["items"]
    return [
        (item["event"], f"{item['advisory']} {item['version']}", item["open"]) for item in found
    ]


def test_the_feed_tells_releases_revisions_and_recalls_in_order(
    world: Published, trusted: Organisation, plain: Organisation
) -> None:
    at = timezone.now()
    world.publish([Part(confidential=True)], at=at - timedelta(minutes=5))
    first = world.publish(at=at - timedelta(minutes=4))
    second = Advisory.objects.get(number="NCSC-2026-0002")
    world.publish(at=at - timedelta(minutes=3), advisory=second, number=101)
    machine, other = world.machine(trusted), world.machine(plain)
    released = [
        ("released", "NCSC-2026-0002 1.00", True),
        ("revised", "NCSC-2026-0002 1.01", True),
    ]
    secret = ("released", "NCSC-2026-0001 1.00", True)
    assert events(machine.reads()) == [secret, *released]
    assert events(other.reads()) == released
    followed = body(other.reads().get("changes"), FEED)["next"]
    releasing.withdraw(release_id=first.pk, reason="Fout", by=world.author, at=timezone.now())
    recalled = [
        ("recalled", "NCSC-2026-0002 1.00", False),
        ("recalled", "NCSC-2026-0002 1.01", False),
    ]
    assert events(other.reads(), since=followed) == recalled
    assert events(machine.reads()) == [secret, *recalled]


def test_who_loses_a_right_gets_a_tombstone_and_who_gains_one_is_told(
    world: Published, trusted: Organisation
) -> None:
    world.publish([Part(confidential=True)], at=timezone.now() - timedelta(minutes=5))
    reading = world.machine(trusted).reads()
    followed = body(reading.get("changes"), FEED)["next"]
    assurance = Assurance.objects.get(organisation=trusted, recorded_until=None)
    now = timezone.now()
    registry.end_fact(fact=assurance, valid_until=now, by=world.author, at=now)
    assert events(reading, since=followed) == [("revoked", "NCSC-2026-0001 1.00", False)]
    body(reading.get("advisories/NCSC-2026-0001"), ONE, 404)
    followed = body(reading.get("changes", since=followed), FEED)["next"]
    now = timezone.now()
    again = Assurance.objects.create(
        organisation=trusted,
        kind="secrecy",
        ground="Besluit",
        reference="Stcrt. 2026, 2",
        valid_from=now,
        recorded_from=now,
        recorded_by=world.author,
    )
    registry.confirm_fact(fact=again, by=world.second, at=now)
    assert events(reading, since=followed) == [("granted", "NCSC-2026-0001 1.00", True)]


def test_who_comes_later_hears_nothing_of_what_was_recalled_before(
    world: Published, trusted: Organisation
) -> None:
    release = world.publish(at=timezone.now() - timedelta(minutes=5))
    now = timezone.now()
    releasing.withdraw(release_id=release.pk, reason="Fout", by=world.author, at=now)
    world.start = timezone.now()
    late = world.organisation("Netbeheer Noorderlicht")
    assert events(world.machine(late).reads()) == []
    assert events(world.machine(trusted).reads()) == [("recalled", "NCSC-2026-0001 1.00", False)]


def test_nothing_in_the_feed_is_lost_or_told_twice_whatever_the_page(
    world: Published, trusted: Organisation
) -> None:
    at = timezone.now()
    for age in range(5, 0, -1):
        world.publish(at=at - timedelta(minutes=age))
    reading = world.machine(trusted).reads()
    positions: list[int] = []
    since, more = 0, True
    while more:
        page = body(reading.get("changes", since=since, limit=2), FEED)
        positions += [item["position"] for item in page["items"]]
        since, more = page["next"], page["more"]
    assert positions == list(FeedEvent.objects.values_list("position", flat=True))
    assert body(reading.get("changes", since=since), FEED)["next"] == since


@pytest.mark.parametrize("since", ["-1", "x", "", "1.5", "9" * 19, "\0"])
def test_a_position_that_is_no_position_is_refused(
    world: Published, trusted: Organisation, since: str
) -> None:
    reading = world.machine(trusted).reads()
    body(reading.get("changes", since=since), FEED, 400)
    body(reading.get("changes", since=2**63 - 1), FEED)


# --- form --------------------------------------------------------------------------


def test_only_reading_is_offered(world: Published, trusted: Organisation) -> None:
    reading = world.machine(trusted).reads()
    known = {"Authorization": f"Bearer {reading.token}"}
    for method in ("post", "put", "patch", "delete", "options", "trace"):
        answer = getattr(reading.browser, method)("/api/v1/advisories", headers=known)
        body(answer, LIST, 405)
        assert answer["Allow"] == "GET, HEAD"
    assert reading.browser.head("/api/v1/advisories", headers=known).status_code == 200


def test_another_form_than_json_is_not_offered(world: Published, trusted: Organisation) -> None:
    reading = world.machine(trusted).reads()
    for accept, status in (("text/html", 406), ("application/xml", 406), ("*/*", 200)):
        headers = {"Authorization": f"Bearer {reading.token}", "Accept": accept}
        body(reading.browser.get("/api/v1/advisories", headers=headers), LIST, status)


def test_what_goes_wrong_on_our_side_is_told_in_the_same_shape(
    world: Published, trusted: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret reason")

    reading = Reading(world.machine(trusted).token(), Client(raise_request_exception=False))
    monkeypatch.setattr("sharing.access.inbox", broken)
    answer = reading.get("advisories")
    body(answer, LIST, 500)
    assert b"secret" not in answer.content


def test_the_document_is_public_and_the_file_that_was_checked_in(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.content == DOCUMENT.read_bytes()
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert OPENAPI["openapi"].startswith("3.1")
    assert set(OPENAPI["info"]["contact"]) == {"name", "url", "email"}
    operations = [operation for path in OPENAPI["paths"].values() for operation in path.values()]
    guarded = {
        path
        for path, methods in OPENAPI["paths"].items()
        if all(
            one.get("security") == [{"clientCredentials": ["advisories.read"]}]
            for one in methods.values()
        )
    }
    assert {path for path in OPENAPI["paths"] if not path.startswith("/public/")} == guarded
    assert all(operation["operationId"] and operation["tags"] for operation in operations)


def test_the_checked_in_document_is_what_the_code_says(tmp_path: Any) -> None:
    fresh = tmp_path / "openapi.json"
    call_command(
        "spectacular", "--format", "openapi-json", "--validate", "--fail-on-warn", file=fresh
    )
    assert json.loads(fresh.read_bytes()) == OPENAPI


def test_the_words_of_the_document_are_the_words_of_the_models() -> None:
    assert tuple(Advisory.Kind.values) == serializers.KINDS
    assert tuple(Section.Kind.values) == serializers.SECTION_KINDS
    assert tuple(FeedEvent.Kind.values) == serializers.EVENTS
    assert tuple(RegimeId) == serializers.REGIMES
