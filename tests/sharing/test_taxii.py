"""TAXII 2.1: what one program may hold, page by page, and nothing beside it."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from stix2validator import ValidationOptions, validate_string
from taxii2client.v21 import as_pages

from recipients.models import Assurance, Organisation
from sharing.models import Opening
from sharing.services import registry, releasing
from tests.sharing.published import LEAD, SECRETS, Part, Published
from tests.sharing.taxii import MEDIA_TYPE, STATICS, Program, api_root, collection, server

pytestmark = pytest.mark.django_db
ADVISORIES = "collections/advisories/"


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


@pytest.fixture
def trusted(world: Published) -> Organisation:
    return world.organisation("Waterbedrijf Duinrand")


@pytest.fixture
def plain(world: Published) -> Organisation:
    return world.organisation("Gemeente Oudewaard", secrecy=False)


@pytest.fixture
def program(world: Published, trusted: Organisation) -> Program:
    return Program(world.machine(trusted))


def valid(objects: list[Any]) -> None:
    """OASIS's own validator has nothing to say, not even what it would only warn of."""
    bundle = {"type": "bundle", "id": "bundle--0b2d9f3e-5f4c-4f7e-9c1c-0d5f4f7e9c1c"}
    found = validate_string(
        json.dumps(bundle | {"objects": objects}), ValidationOptions(strict=True, version="2.1")
    )
    said = {str(one) for one in (*(found.errors or ()), *(found.warnings or ()))}
    assert found.is_valid, "\n".join(sorted(said))


def refused(answer: Any, status: int) -> Any:
    """An error in the one shape, with the one type."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == MEDIA_TYPE
    assert answer["Cache-Control"] == "no-store"
    told = answer.json()
    assert told.keys() <= {"title", "description", "http_status", "error_code"}
    assert told["http_status"] == str(status)
    assert told["title"]
    return told


INDICATORS = {
    "indicators": [
        {"type": "ipv4", "value": "192.0.2.44", "seen": "2026-11-19"},
        {"type": "domain", "value": "aan'val.example"},
        {"type": "sha256", "value": "a" * 64},
        {"type": "ja3", "value": "what no pattern says"},
        {"name": "Eigen patroon", "pattern": "[ipv4-addr:value = '192.0.2.1']"},
    ]
}
VULNERABILITIES = {
    "vulnerabilities": [
        {
            "id": "CVE-2099-0001",
            "title": "Overloop",
            "cwe": ["CWE-787"],
            "scores": [{"version": "3.1", "score": 9.8, "vector": "CVSS:3.1/AV:N"}],
            "text": "Op afstand.",
            "remediations": [{"details": "Werk bij."}],
        },
        {"id": "#2"},
    ]
}
PRODUCTS = {
    "products": [{"name": "Poort", "vendor": "Voorbeeld", "status": {"CVE-2099-0001": "x"}}]
}
FULL = (
    LEAD,
    Part("vulnerabilities", "Twee.", data=VULNERABILITIES),
    Part("products", "", data=PRODUCTS, pap="amber"),
    Part("measures", "Werk bij."),
    Part("indicators", "Gezien.", tlp="amber", data=INDICATORS),
    Part("text", "Meer.", data={"references": [{"summary": "x", "link": "https://a.example/"}]}),
    Part("systems", "", data={"rows": [{"value": "vpn.duinrand.example"}]}),
)


# --- what is said ------------------------------------------------------------------


def test_a_strict_validator_finds_nothing_and_nothing_is_lost(
    world: Published, program: Program
) -> None:
    world.publish(FULL, at=timezone.now())
    objects = program.walk("advisories", limit=1000)
    valid(objects)
    assert [o["type"] for o in objects[STATICS:]] == [
        *["vulnerability", "vulnerability", "note", "note", "course-of-action"],
        *["indicator"] * 4,
        *["note", "note", "note", "report"],
    ]
    text = json.dumps(objects, ensure_ascii=False)
    for said in (
        *("CVE-2099-0001", "Overloop", "CWE-787", "9.8", "Op afstand.", "Werk bij.", "Poort"),
        *("192.0.2.44", "aan\\\\'val.example", "a" * 64, "what no pattern says", "Gezien."),
        *("https://a.example/", "vpn.duinrand.example", "Kwetsbaarheid in Voorbeeldproduct", "H/M"),
    ):
        assert said in text, said


def marks_of(objects: list[Any]) -> set[tuple[str, ...]]:
    """The type of each object that is not the same for everyone, with the names of its marks."""
    names = {o["id"]: o["name"] for o in objects if o["type"] == "marking-definition"}
    return {
        (o["type"], *sorted(names[mark] for mark in o["object_marking_refs"]))
        for o in objects[STATICS:]
    }


def test_every_object_bears_the_labels_of_its_section_and_the_report_the_strictest(
    world: Published, program: Program
) -> None:
    world.publish(FULL, at=timezone.now())
    objects = program.walk("advisories", limit=1000)
    worn = marks_of(objects)
    assert ("indicator", "TLP:AMBER") in worn
    assert ("note", "PAP:AMBER", "TLP:GREEN") in worn
    assert ("report", "PAP:AMBER", "TLP:AMBER") in worn
    assert ("vulnerability", "TLP:GREEN") in worn
    assert {o["id"] for o in objects} >= {r for o in objects for r in o.get("object_refs", [])}


def test_what_the_source_permits_is_a_mark_and_the_report_bears_the_narrowest(
    world: Published, program: Program
) -> None:
    iep = {"iep_policy": "TLP-plus", "iep_attribution": "must-not", "iep_source": "CERT Elders"}
    mild, strict = "externally-visible-direct-actions", "contact-for-instruction"
    parts = (
        Part(terms={**iep, "iep_permitted_actions": mild}),
        Part("measures", "Bel eerst.", terms={**iep, "iep_permitted_actions": strict}),
    )
    world.publish(parts, at=timezone.now())
    objects = program.walk("advisories", limit=1000)
    worn = marks_of(objects)
    assert ("report", f"IEP permitted_actions: {strict}", "TLP:GREEN") in worn
    assert ("course-of-action", f"IEP permitted_actions: {strict}", "TLP:GREEN") in worn
    assert "CERT Elders" not in json.dumps(objects)


def test_reading_the_objects_is_opening_them_and_reading_the_manifest_is_not(
    world: Published, program: Program
) -> None:
    world.publish([LEAD], at=timezone.now())
    assert program.walk("advisories", limit=1000, what="manifest")
    assert not Opening.objects.exists()
    program.walk("advisories", limit=1000)
    assert Opening.objects.count() == 1


def test_equal_permissions_are_equal_bytes_and_other_permissions_another_report(
    world: Published, trusted: Organisation, plain: Organisation
) -> None:
    world.publish([LEAD, SECRETS, Part("measures")], at=timezone.now())
    twin = Program(world.machine(world.organisation("Energie Noord")))
    first, second = Program(world.machine(trusted)), Program(world.machine(plain))
    whole = [p.get(f"{ADVISORIES}objects/") for p in (first, twin, second)]
    assert whole[0].content == whole[1].content
    seen, less = (json.loads(w.content)["objects"][STATICS:] for w in whole[1:])
    assert seen[-1]["id"] != less[-1]["id"]
    # What both may see is the same object, whatever stands beside it.
    assert [o for o in less if o["type"] != "report"] == [
        o for o in seen if o["type"] == "course-of-action"
    ]
    text = json.dumps(less)
    assert "c2.aanval.example" not in text
    assert not {o["id"] for o in seen} - {o["id"] for o in less} & set(text.split('"'))


def test_what_is_left_out_moves_no_byte_of_what_is_seen(
    world: Published, plain: Organisation
) -> None:
    """Two versions that differ in a hidden section only: the same ids, the same text."""
    program = Program(world.machine(plain))
    earlier = timezone.now() - timedelta(seconds=9)
    release = world.publish([LEAD, SECRETS, Part("measures")], at=earlier)
    before = program.walk("advisories", limit=1000)[STATICS:]
    other = Part("indicators", "iets anders", confidential=True)
    world.publish(
        [LEAD, other, Part("measures")],
        at=timezone.now(),
        advisory=release.version.advisory,
        number=101,
    )
    after = program.walk("advisories", limit=1000)[STATICS:]
    assert [o["id"] for o in before] == [o["id"] for o in after]
    assert all(b["modified"] < a["modified"] for b, a in zip(before, after, strict=True))
    assert all(b["created"] == a["created"] for b, a in zip(before, after, strict=True))


def test_ids_cannot_be_made_by_who_knows_what_they_are_made_of(
    world: Published, program: Program, settings: Any
) -> None:
    world.publish(at=timezone.now())
    (ours,) = program.walk("advisories", limit=1000)[STATICS:]
    settings.OBJECT_ID_KEY = "another"
    (theirs,) = program.walk("advisories", limit=1000)[STATICS:]
    assert ours["id"] != theirs["id"]


# --- collections -------------------------------------------------------------------


def aliases(program: Program) -> set[str]:
    return {one["alias"] for one in program.get("collections/").json().get("collections", [])}


def test_a_collection_with_nothing_in_it_for_a_program_is_not_there(
    world: Published, program: Program, plain: Organisation
) -> None:
    other = Program(world.machine(plain))
    assert program.get("collections/").content == b"{}"
    world.publish([LEAD, SECRETS], at=timezone.now())
    assert aliases(program) == {"advisories", "tlp-amber"}
    assert aliases(other) == {"advisories", "tlp-green"}
    absent = refused(other.get("collections/tlp-red/objects/"), 404)
    for path in ("", "objects/", "manifest/", "objects/report--x/", "objects/x/versions/"):
        for alias in ("tlp-amber", "nothing", "intake"):
            assert refused(other.get(f"collections/{alias}/{path}"), 404) == absent
    assert program.get("collections/tlp-amber/objects/").status_code == 200


def test_a_collection_of_a_label_holds_whole_advisories(
    world: Published, program: Program, plain: Organisation
) -> None:
    world.publish([LEAD, SECRETS], at=timezone.now())
    amber = program.walk("tlp-amber", limit=1000)[STATICS:]
    green = Program(world.machine(plain)).walk("tlp-green", limit=1000)[STATICS:]
    assert [o["type"] for o in amber] == ["note", "report"]
    assert [o["type"] for o in green] == ["report"]


# --- paging ------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_pages_of_any_size_hold_the_same(world: Published, program: Program, limit: int) -> None:
    for _ in range(3):
        world.publish(FULL, at=timezone.now())
    whole = program.get(f"{ADVISORIES}objects/", limit=1000)
    objects = whole.json()["objects"]
    assert program.walk("advisories", limit=limit) == objects
    listed = program.walk("advisories", limit=limit, what="manifest")
    assert [(m["id"], m["version"]) for m in listed] == [
        (o["id"], o.get("modified", o["created"])) for o in objects
    ]
    dates = [m["date_added"] for m in listed]
    assert dates == sorted(set(dates)), "no two objects were added at one instant"
    assert whole["X-TAXII-Date-Added-First"] == dates[0]
    assert whole["X-TAXII-Date-Added-Last"] == dates[-1]
    assert all(len(d) == len("2026-11-24T09:30:00.000000Z") for d in dates)


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_going_on_by_the_date_of_the_last_object_misses_nothing(
    world: Published, program: Program, limit: int
) -> None:
    for _ in range(2):
        world.publish(FULL, at=timezone.now())
    found, since = [], "2000-01-01T00:00:00Z"
    while True:
        page = program.get(f"{ADVISORIES}objects/", limit=limit, added_after=since)
        if page.content == b"{}":
            break
        found += page.json()["objects"]
        since = page["X-TAXII-Date-Added-Last"]
    assert found == program.walk("advisories", limit=1000)


def test_an_earlier_clock_that_commits_later_is_not_missed(
    world: Published, program: Program
) -> None:
    at = timezone.now()
    world.publish(at=at)
    since = program.get(f"{ADVISORIES}objects/")["X-TAXII-Date-Added-Last"]
    assert program.get(f"{ADVISORIES}objects/", added_after=since).content == b"{}"
    world.publish(at=at - timedelta(minutes=5), title="Van een klok die achterloopt")
    page = program.get(f"{ADVISORIES}objects/", added_after=since)
    (late,) = page.json()["objects"]
    assert "achterloopt" in late["name"]
    assert page["X-TAXII-Date-Added-First"] > since, "dates rise in the order of committing"


def test_filters_choose_among_objects_and_versions(world: Published, program: Program) -> None:
    release = world.publish([LEAD, Part("measures")], at=timezone.now() - timedelta(seconds=9))
    world.publish(
        [LEAD, Part("measures", "Doe dit nu.")],
        at=timezone.now(),
        advisory=release.version.advisory,
        number=101,
    )
    chosen = program.walk("advisories", limit=10, match_type="course-of-action")
    (new,) = chosen
    (old,) = program.walk(
        "advisories", limit=10, match_type="course-of-action", match_version="first"
    )
    assert (new["description"], old["description"]) == ("Doe dit nu.", LEAD.body)
    both = program.walk("advisories", limit=1, match_id=new["id"], match_version="all")
    assert both == [old, new]
    path = f"{ADVISORIES}objects/{new['id']}/"
    assert program.get(path).json()["objects"] == [new]
    assert program.get(path, match_version=old["modified"]).json()["objects"] == [old]
    assert program.get(f"{path}versions/").json() == {
        "versions": [old["modified"], new["modified"]]
    }
    assert program.walk("advisories", limit=10, match_spec_version="2.0") == []
    assert program.walk("advisories", limit=10, match_type="report,note")[-1]["type"] == "report"


# --- what ends ---------------------------------------------------------------------


def test_what_may_be_seen_no_longer_is_not_there_any_more(
    world: Published, trusted: Organisation, program: Program
) -> None:
    world.publish([LEAD, SECRETS], at=timezone.now())
    note, report = program.walk("advisories", limit=10)[STATICS:]
    fact = Assurance.objects.get(organisation=trusted)
    registry.end_fact(fact=fact, valid_until=timezone.now(), by=world.author, at=timezone.now())
    (left,) = program.walk("advisories", limit=10)[STATICS:]
    assert left["type"] == "report"
    assert left["id"] != report["id"]
    for gone in (note, report):
        absent = refused(program.get(f"{ADVISORIES}objects/{gone['id']}/"), 404)
        assert absent == refused(program.get(f"{ADVISORIES}objects/report--nothing/"), 404)


def test_who_comes_to_see_less_or_more_gets_it_after_where_it_was(
    world: Published, trusted: Organisation, program: Program
) -> None:
    """A changed share is added anew: who asks for what came since misses nothing of it."""
    world.publish([LEAD, SECRETS], at=timezone.now())
    world.publish(at=timezone.now(), title="Blijft zoals het was")

    def since_then(since: str) -> Any:
        return program.get(f"{ADVISORIES}objects/", added_after=since)

    all_of_it = since_then("2000-01-01T00:00:00Z")
    whole = all_of_it.json()["objects"][STATICS:-1]
    fact = Assurance.objects.get(organisation=trusted)
    registry.end_fact(fact=fact, valid_until=timezone.now(), by=world.author, at=timezone.now())
    less = since_then(all_of_it["X-TAXII-Date-Added-Last"])
    (report,) = less.json()["objects"]
    assert report["type"] == "report"
    assert report["id"] != whole[-1]["id"]
    fresh = Assurance(
        organisation=trusted,
        kind="secrecy",
        ground="Besluit",
        reference="Stcrt.",
        valid_from=timezone.now(),
    )
    proposed = registry.propose_fact(fact=fresh, by=world.author, at=timezone.now())
    registry.confirm_fact(fact=proposed, by=world.second, at=timezone.now())
    more = since_then(less["X-TAXII-Date-Added-Last"])
    assert more.json()["objects"] == whole
    assert since_then(more["X-TAXII-Date-Added-Last"]).content == b"{}"


def test_after_a_withdrawal_nothing_of_it_is_left(world: Published, program: Program) -> None:
    world.publish(at=timezone.now())
    gone = world.publish([LEAD, SECRETS], at=timezone.now(), title="Wordt teruggeroepen")
    assert len(program.walk("advisories", limit=10)) == STATICS + 3
    releasing.withdraw(release_id=gone.pk, reason="Fout", by=world.author, at=timezone.now())
    for what in ("objects", "manifest"):
        assert len(program.walk("advisories", limit=10, what=what)) == STATICS + 1
    assert aliases(program) == {"advisories", "tlp-green"}


# --- who may come in ---------------------------------------------------------------


def test_basic_and_bearer_open_the_same(world: Published, program: Program) -> None:
    world.publish(at=timezone.now())
    bearer = {"Authorization": f"Bearer {program.machine.token()}"}
    path = f"{ADVISORIES}objects/"
    assert program.get(path).content == program.get(path, headers=bearer).content


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!",
        "Basic bm9ib2R5OnNlY3JldA==",
        "Bearer nothing",
        "Basic /w==",
        "Digest x",
    ],
)
def test_without_a_secret_of_its_own_nobody_comes_in(
    world: Published, program: Program, header: str
) -> None:
    for path in ("/taxii2/", "", "collections/", f"{ADVISORIES}objects/"):
        answer = program.get(path, headers={"Authorization": header})
        refused(answer, 401)
        assert answer["WWW-Authenticate"].startswith('Basic realm="NCSC"')
        assert program.get(path.replace(ADVISORIES, "")).status_code in {200, 404}


def test_a_program_that_was_switched_off_is_not_let_in(
    world: Published, trusted: Organisation, program: Program
) -> None:
    assert program.get("").status_code == 200
    program.machine.row.active = False
    program.machine.row.save()
    refused(program.get(""), 401)
    program.machine.row.active = True
    program.machine.row.save()
    registry.close_account(user=program.machine.row.responsible, by=world.author, at=timezone.now())
    refused(program.get(""), 401)


def test_a_token_that_expired_or_lacks_the_scope_opens_nothing(
    world: Published, trusted: Organisation, program: Program
) -> None:
    world.publish(at=timezone.now())
    bearer = {"Authorization": f"Bearer {program.machine.token()}"}
    assert program.get(f"{ADVISORIES}objects/", headers=bearer).status_code == 200
    Token.objects.update(expires_at=timezone.now())
    refused(program.get(f"{ADVISORIES}objects/", headers=bearer), 401)
    other = Program(world.machine(trusted, scope="something.else"))
    assert other.get("collections/").content == b"{}"
    refused(other.get(f"{ADVISORIES}objects/"), 404)


def test_guessing_a_secret_ends_soon_and_for_the_guesser_only(
    world: Published, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = {"Authorization": "Basic " + _basic(program.machine.row.client_id, "geheim-geraden")}
    answers = [program.get("", headers=wrong) for _ in range(11)]
    assert [a.status_code for a in answers] == [401] * 10 + [429]
    assert refused(answers[-1], 429)
    assert int(answers[-1]["Retry-After"]) > 0
    elsewhere = program.browser.get(
        "/taxii2/portal/", headers=program.headers, REMOTE_ADDR="192.0.2.9"
    )
    assert elsewhere.status_code == 200
    assert "geheim-geraden" not in caplog.text
    assert program.machine.secret not in caplog.text


def _basic(client: str, secret: str) -> str:
    return base64.b64encode(f"{client}:{secret}".encode()).decode()


# --- how it is asked ---------------------------------------------------------------


@pytest.mark.parametrize(
    "accept",
    [
        MEDIA_TYPE,
        "application/taxii+json; version=2.1",
        "application/taxii+json",
        "*/*",
        "text/html, application/taxii+json;version=2.1;q=0.9",
        "Application/TAXII+json",
    ],
)
def test_it_answers_in_its_one_type(program: Program, accept: str) -> None:
    answer = program.get("", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, MEDIA_TYPE)


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "application/taxii+json;version=2.0",
        "application/vnd.oasis.taxii+json",
        "text/html",
        "application/taxii+json;version=2.1;q=0",
        ";;,=",
    ],
)
def test_other_types_are_not_there(program: Program, accept: str) -> None:
    refused(program.get("", headers={"Accept": accept}), 406)


BAD = [
    {"limit": "0"},
    {"limit": "-1"},
    {"limit": "veel"},
    {"limit": "1" * 40},
    {"added_after": "gisteren"},
    {"added_after": "2026-11-24"},
    {"added_after": "2026-13-45T00:00:00Z"},
    {"added_after": "2026-11-24T00:00:00+01:00"},
    {"next": "x"},
    {"next": "A" * 5000},
    {"next": "é"},
    {"match_id": "'; DROP TABLE"},
    {"match_id": ",".join(["report--" + "0" * 36] * 101)},
    {"match_type": "../"},
    {"match_version": "newest"},
    {"match_spec_version": "drie"},
    {"match_relation": "x"},
    {"other": "x"},
]


@pytest.mark.parametrize("query", BAD)
def test_what_is_not_understood_is_refused(
    world: Published, program: Program, query: dict[str, Any]
) -> None:
    world.publish(at=timezone.now())
    for what in ("objects", "manifest"):
        refused(program.get(f"{ADVISORIES}{what}/", **query), 400)
    assert program.get(f"{ADVISORIES}objects/").status_code == 200


def test_a_cursor_is_good_for_who_got_it_and_what_it_asked(
    world: Published, trusted: Organisation, program: Program
) -> None:
    world.publish([LEAD, SECRETS], at=timezone.now())
    path = f"{ADVISORIES}objects/"
    cursor = program.get(path, limit=1).json()["next"]
    assert program.get(path, limit=5, next=cursor).status_code == 200
    twin = Program(world.machine(trusted))
    for answer in (
        twin.get(path, next=cursor),
        program.get("collections/tlp-amber/objects/", next=cursor),
        program.get(path, next=cursor, match_type="report"),
        program.get(path, next=cursor[:-4] + "AAAA"),
    ):
        refused(answer, 400)


def test_a_huge_number_of_events_of_others_is_passed_over(
    world: Published, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that cost enough ends early, and the walk still finds all."""
    for n in range(4):
        world.publish([LEAD] if n == 3 else [LEAD, SECRETS], at=timezone.now())
    monkeypatch.setattr("sharing.objects.EVENTS_AT_ONCE", 1)
    monkeypatch.setattr("sharing.objects.MOST_EVENTS", 1)
    assert len(program.walk("tlp-green", limit=100)) == STATICS + 1


# --- a real client -----------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_taxii2_client_walks_everything_while_releases_happen(
    world: Published, program: Program, limit: int
) -> None:
    for _ in range(2):
        world.publish(FULL, at=timezone.now())
    there = {o["id"] for o in program.walk("advisories", limit=1000)}
    url = settings.PUBLIC_URL
    found = server(program.machine, url)
    assert found.title == "NCSC"
    root = api_root(program.machine, found.default.url)
    assert [one.url for one in found.api_roots] == [root.url]
    assert root.title == "NCSC portal"
    names = {one.title for one in root.collections}
    assert names == {"Security advisories", "TLP:AMBER"}
    (shelf,) = (one for one in root.collections if one.title == "Security advisories")
    assert (shelf.can_read, shelf.can_write) == (True, False)
    held: list[str] = []
    for number, page in enumerate(as_pages(shelf.get_objects, per_request=limit)):
        held += [o["id"] for o in page.get("objects", [])]
        if number < 3:
            world.publish([LEAD, SECRETS], at=timezone.now())
    assert there <= set(held)
    assert len(held) == len(set(held)), "nothing comes twice"
    final = [
        m["id"] for page in as_pages(shelf.get_manifest, per_request=limit) for m in page["objects"]
    ]
    assert set(held) == set(final) or limit == 1000
    one = shelf.get_object(final[-1])["objects"][0]
    assert one["type"] == "report"
    assert shelf.object_versions(final[-1])["versions"] == [one["modified"]]
    assert collection(program.machine, url, shelf.id).title == "Security advisories"
