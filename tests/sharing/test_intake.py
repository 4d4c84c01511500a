"""What partners post: kept whole, seen by analysts, made into drafts, never shared as it is."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone

from advisories.importing.errors import Refused
from advisories.importing.stix import read_objects
from advisories.models import AdvisoryVersion
from audit.models import Entry
from law.vocabulary import Tlp
from recipients.models import Organisation
from sharing.models import IntakeItem, Release
from tests.advisories.samples import SAMPLES
from tests.sharing.published import Published, browser
from tests.sharing.taxii import MEDIA_TYPE, Program, collection

pytestmark = pytest.mark.django_db
OBJECTS = "collections/intake/objects/"
AMBER = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
UUID = "11111111-1111-4111-8111-11111111111"
LIMIT = 5 * 1024 * 1024


def made(kind: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{UUID}{number}",
        "created": "2026-11-01T00:00:00.000Z",
        "modified": "2026-11-01T00:00:00.000Z",
        **more,
    }


REPORT = made(
    "report",
    name="Aanval op waterschappen",
    description="Er is iets aan de hand.",
    published="2026-11-01T00:00:00Z",
    object_refs=[f"indicator--{UUID}1"],
    object_marking_refs=[CLEAR],
)
INDICATOR = made(
    "indicator",
    name="C2",
    pattern="[ipv4-addr:value = '198.51.100.9']",
    pattern_type="stix",
    valid_from="2026-11-01T00:00:00Z",
    object_marking_refs=[AMBER],
)
SECRET = made(
    "indicator",
    2,
    name="C2",
    description="Slachtoffer: Waterschap Voorbeeldpolder",
    pattern="[domain-name:value = 'c2.aanval.example']",
    pattern_type="stix",
    valid_from="2026-11-01T00:00:00Z",
    object_marking_refs=[CLEAR],
    granular_markings=[{"marking_ref": RED, "selectors": ["description"]}],
)
VULNERABILITY = made("vulnerability", name="CVE-2099-0001", description="Overloop.")
MEASURE = made("course-of-action", name="Werk bij", description="Nu.", object_marking_refs=[CLEAR])
ENVELOPE = {"objects": [REPORT, INDICATOR, SECRET, VULNERABILITY, MEASURE]}


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


@pytest.fixture
def partner(world: Published) -> Organisation:
    return world.organisation("Cyberkring Zeehaven")


@pytest.fixture
def program(world: Published, partner: Organisation) -> Program:
    return Program(world.machine(partner, may_submit=True))


def refused(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == MEDIA_TYPE
    assert answer.json()["http_status"] == str(status)
    assert not IntakeItem.objects.exists()
    return answer.json()


# --- posting -----------------------------------------------------------------------


def test_what_is_posted_is_kept_to_the_byte_and_its_sender_told(
    program: Program, partner: Organisation
) -> None:
    data = json.dumps(ENVELOPE, indent=3).encode()
    answer = program.post(OBJECTS, data)
    assert (answer.status_code, answer["Content-Type"]) == (202, MEDIA_TYPE)
    told = answer.json()
    assert (told["status"], told["total_count"], told["success_count"]) == ("complete", 5, 5)
    assert told["successes"][0] == {"id": REPORT["id"], "version": REPORT["modified"]}
    item = IntakeItem.objects.get()
    assert bytes(item.received) == data
    assert item.client.organisation == partner
    assert program.get(f"status/{told['id']}/").json() == told
    again = program.post(OBJECTS, data).json()
    assert again == told, "the same bytes are kept once"
    text = json.dumps([e.detail for e in Entry.objects.all()])
    assert "Voorbeeldpolder" not in text


def test_a_real_client_posts(world: Published, program: Program, settings: Any) -> None:
    listed = program.get("collections/").json()["collections"]
    (shelf,) = (one for one in listed if one["alias"] == "intake")
    assert (shelf["can_read"], shelf["can_write"]) == (False, True)
    status = collection(program.machine, settings.PUBLIC_URL, shelf["id"]).add_objects(ENVELOPE)
    assert (status.status, status.success_count, status.failure_count) == ("complete", 5, 0)


def test_nothing_posted_can_be_read_or_listed_by_anybody(
    world: Published, program: Program, partner: Organisation
) -> None:
    told = program.post(OBJECTS, ENVELOPE).json()
    for path in (OBJECTS, "collections/intake/manifest/", f"{OBJECTS}{INDICATOR['id']}/"):
        assert program.get(path).status_code == 404
    other = Program(world.machine(partner, may_submit=True))
    assert other.get(f"status/{told['id']}/").status_code == 404
    assert program.get(f"status/{told['id']}/").status_code == 200
    assert not Release.objects.exists()


def test_who_may_not_submit_finds_no_intake(world: Published, partner: Organisation) -> None:
    reader = Program(world.machine(partner))
    absent = refused(reader.post("collections/nowhere/objects/", ENVELOPE), 404)
    assert refused(reader.post(OBJECTS, ENVELOPE), 404) == absent
    assert reader.get("collections/").content == b"{}"


def test_nothing_is_posted_where_there_is_only_reading(world: Published, program: Program) -> None:
    world.publish(at=timezone.now())
    assert program.get("collections/advisories/objects/").status_code == 200
    refused(program.post("collections/advisories/objects/", ENVELOPE), 404)


@pytest.mark.parametrize(
    "kind", ["application/json", "application/stix+json;version=2.1", "text/plain", ""]
)
def test_another_type_is_not_taken(program: Program, kind: str) -> None:
    refused(program.post(OBJECTS, ENVELOPE, content_type=kind), 415)
    assert program.post(OBJECTS, ENVELOPE, content_type="application/taxii+json").status_code == 202


DEEP = b'{"objects":' + b"[" * 5000 + b"]" * 5000 + b"}"


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b" ", 400, "EMPTY"),
        (b"{", 400, "NOT_JSON"),
        (b"[]", 400, "NOT_AN_OBJECT"),
        (b'{"objects": [NaN]}', 400, "NOT_JSON"),
        (b'{"objects": [], "objects": []}', 400, "DUPLICATE_KEY"),
        ('{"objects": ["é"]}'.encode("latin-1"), 400, "NOT_UTF8"),
        (b"{}", 422, "NO_OBJECTS"),
        (b'{"objects": []}', 422, "NO_OBJECTS"),
        (b'{"objects": ["x"]}', 422, "NOT_STIX"),
        (b'{"objects": [{"type": "report", "id": "report--x"}]}', 422, "NOT_STIX"),
        (json.dumps({"objects": [made("report") | {"type": "tool"}]}).encode(), 422, "NOT_STIX"),
        (DEEP, 422, "TOO_DEEP"),
        (b'{"objects": ["' + b"a" * LIMIT + b'"]}', 413, "TOO_BIG"),
        (
            json.dumps({"objects": [made("note", content="Stg. GEHEIM")]}).encode(),
            422,
            "DENY_CLASSIFIED",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_cannot_be_read_is_refused_whole(
    program: Program,
    data: bytes,
    status: int,
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert refused(program.post(OBJECTS, data), status)["error_code"] == code
    assert program.machine.secret not in caplog.text


def test_one_program_cannot_fill_the_queue(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sharing.services.intake.MOST_WAITING", 1)
    assert program.post(OBJECTS, ENVELOPE).status_code == 202
    answer = program.post(OBJECTS, {"objects": [REPORT]})
    assert answer.status_code == 429
    assert IntakeItem.objects.count() == 1


def test_what_was_received_stays_as_it_was(program: Program) -> None:
    program.post(OBJECTS, ENVELOPE)
    for act in (
        lambda: IntakeItem.objects.update(received=b"{}"),
        lambda: IntakeItem.objects.update(received_at=timezone.now()),
        lambda: IntakeItem.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="what was received stays"), transaction.atomic():
            act()


# --- the desk ----------------------------------------------------------------------


def test_an_analyst_makes_a_draft_with_labels_as_the_sender_set_them(
    world: Published, program: Program
) -> None:
    program.post(OBJECTS, ENVELOPE)
    item = IntakeItem.objects.get()
    desk = browser(world.author, language="en")
    page = desk.get("/desk/intake/").content.decode()
    assert "Cyberkring Zeehaven" in page
    assert "Voorbeeldpolder" not in page
    answer = desk.post(f"/desk/intake/{item.pk}/draft")
    version = AdvisoryVersion.objects.get()
    assert answer["Location"] == f"/desk/versions/{version.pk}/"
    assert version.title == REPORT["name"]
    assert version.status == "draft"
    sections = {(s.kind, s.marking.tlp): s for s in version.sections.select_related("marking")}
    assert sections.keys() == {
        ("lead", "clear"),
        ("indicators", "amber"),
        ("indicators", "red"),
        ("vulnerabilities", ""),
        ("measures", "clear"),
    }
    assert sections["indicators", "red"].data["indicators"][0]["pattern"] == SECRET["pattern"]
    editor = desk.get(f"/desk/versions/{version.pk}/").content.decode()
    assert "strictest" in editor, "that parts had labels of their own"
    assert "no TLP label" in editor
    again = desk.post(f"/desk/intake/{item.pk}/draft")
    assert again.status_code == 409
    assert AdvisoryVersion.objects.count() == 1
    assert "NCSC-" in desk.get("/desk/intake/").content.decode()
    assert not Release.objects.exists()


def test_the_exact_bytes_can_be_saved_and_are_never_shown(
    world: Published, program: Program
) -> None:
    data = json.dumps({"objects": [made("note", content="<script>alert(1)</script>")]}).encode()
    program.post(OBJECTS, data)
    item = IntakeItem.objects.get()
    answer = browser(world.author).get(f"/desk/intake/{item.pk}/received")
    assert answer.content == data
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    reader = browser(program.machine.row.responsible)
    assert reader.get(f"/desk/intake/{item.pk}/received").status_code == 404


def test_one_is_set_aside_with_a_reason(world: Published, program: Program) -> None:
    program.post(OBJECTS, ENVELOPE)
    item = IntakeItem.objects.get()
    desk = browser(world.author, language="en")
    assert desk.post(f"/desk/intake/{item.pk}/dismiss", {"reason": " "}).status_code == 409
    assert desk.post(f"/desk/intake/{item.pk}/dismiss", {"reason": "Dubbel"}).status_code == 302
    item.refresh_from_db()
    assert (item.status, item.reason, item.handled_by) == ("dismissed", "Dubbel", world.author)


def test_what_an_analyst_cannot_read_is_said_and_stays(world: Published, program: Program) -> None:
    bad = copy.deepcopy(INDICATOR) | {"object_marking_refs": [f"marking-definition--{UUID}9"]}
    program.post(OBJECTS, {"objects": [bad]})
    item = IntakeItem.objects.get()
    answer = browser(world.author, language="en").post(f"/desk/intake/{item.pk}/draft")
    assert answer.status_code == 409
    assert "nobody" in answer.content.decode()
    item.refresh_from_db()
    assert item.status == "waiting"
    assert not AdvisoryVersion.objects.exists()


# --- reading STIX ------------------------------------------------------------------


def read(*objects: dict[str, Any]) -> Any:
    return read_objects(data=json.dumps({"objects": objects}).encode(), max_bytes=LIMIT)


def definition(**more: Any) -> dict[str, Any]:
    found = made("marking-definition", **more)
    del found["modified"]
    return found


@pytest.mark.parametrize(
    ("objects", "code"),
    [
        ([INDICATOR | {"pattern": "[ipv4-addr:value = '1"}], "BAD_PATTERN"),
        ([INDICATOR | {"pattern": "(" * 3000}], "BAD_PATTERN"),
        ([INDICATOR | {"pattern": "[" * 20_000}], "BAD_PATTERN"),
        ([INDICATOR | {"pattern": None}], "BAD_PATTERN"),
        ([INDICATOR, INDICATOR | {"name": "anders"}], "CONFLICT"),
        ([INDICATOR | {"object_marking_refs": ["marking-definition--x"]}], "UNKNOWN_MARKING"),
        ([INDICATOR | {"object_marking_refs": [{}]}], "NOT_STIX"),
        ([INDICATOR | {"object_marking_refs": AMBER}], "NOT_STIX"),
        ([INDICATOR | {"granular_markings": [{}]}], "NOT_STIX"),
        ([INDICATOR | {"modified": "2020-01-01T00:00:00.000Z"}], "INVALID"),
        (
            [definition(definition_type="tlp", definition={"tlp": "purple"}), INDICATOR],
            "UNKNOWN_TLP",
        ),
    ],
)
def test_the_doubtful_is_refused_with_its_reason(objects: list[Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(*objects)
    assert refusal.value.code == code
    assert len(refusal.value.message) <= 400


def test_a_text_that_is_stricter_than_its_label_unsets_the_label() -> None:
    found = read(REPORT | {"description": "Dit is TLP:RED, deel dit niet."})
    assert found.sections[0].marking.tlp is None
    assert "TLP_CONTRADICTED" in {flag.code for flag in found.flags}
    assert read(REPORT).sections[0].marking.tlp is Tlp.CLEAR


def test_terms_of_the_sender_are_flagged() -> None:
    terms = definition(definition_type="statement", definition={"statement": "Alleen intern"})
    found = read(terms, REPORT | {"object_marking_refs": [terms["id"]]})
    assert {"STATEMENT", "TLP_MISSING"} <= {flag.code for flag in found.flags}
    assert found.sections[0].marking.tlp is None


SOUND = (
    *("stix/generated", "stix/misp_stix", "stix/oasis", "stix/unit42"),
    "bad/stix/hostile_name.json",
)
UNSOUND = {
    "bad/stix/bad_pattern.json": "BAD_PATTERN",
    "bad/stix/dangling_marking.json": "UNKNOWN_MARKING",
    "bad/stix/duplicate_id_conflict.json": "CONFLICT",
    "stix/validator_cases/invalid_braces.json": "NOT_JSON",
}


def sample(name: str) -> Path:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("the sample data (../shared/data) is not beside this repository")
    return path


@pytest.mark.parametrize("folder", SOUND)
def test_real_documents_become_drafts(world: Published, program: Program, folder: str) -> None:
    path = sample(folder)
    desk = browser(world.author)
    for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
        data = file.read_bytes()
        if not json.loads(data).get("objects"):
            continue
        told = program.post(OBJECTS, data)
        assert told.status_code == 202, (file, told.content)
        answer = desk.post(f"/desk/intake/{told.json()['id']}/draft")
        assert answer.status_code == 302, (file, answer.content.decode())
        version = IntakeItem.objects.get(pk=told.json()["id"]).version
        assert version is not None
        shown = desk.get(f"/desk/versions/{version.pk}/")
        assert shown.status_code == 200, file
        assert b"<script>alert" not in shown.content
        assert b"<img src=x" not in shown.content
        patterns = {o["pattern"] for o in json.loads(data)["objects"] if o["type"] == "indicator"}
        kept = {
            row["pattern"]
            for section in version.sections.filter(kind="indicators")
            for row in section.data["indicators"]
        }
        assert kept == patterns, file


@pytest.mark.parametrize("name", UNSOUND)
def test_documents_known_to_be_bad_are_refused(name: str) -> None:
    data = sample(name).read_bytes()
    with pytest.raises(Refused) as refusal:
        read_objects(data=data, max_bytes=LIMIT)
    assert refusal.value.code == UNSOUND[name]
