"""Pages through HTTP: readers get exactly their sections, and nothing tells denied from absent."""

import ast
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from law.vocabulary import Capacity
from recipients.models import Organisation, User
from sharing.models import Release
from sharing.renditions.html import markdown
from sharing.services import releasing
from tests.sharing.published import LEAD, SECRETS, Part, Published, browser, published

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = ROOT.parent / "shared" / "data" / "bad" / "hostile_text"
ADVISORY = "/advisories/NCSC-2026-0001"
ABSENT = "/advisories/NCSC-2026-9999"


def reader(organisation: Organisation, name: str = "lezer", **fields: Any) -> User:
    address = f"{name}-{organisation.pk}@readers.example"
    return User.objects.create_user(address, name=name, organisation=organisation, **fields)


@pytest.fixture
def world(db: None) -> Published:
    return published()


@pytest.fixture
def trusted(world: Published) -> Client:
    """At an organisation that keeps secrets."""
    return browser(reader(world.organisation("Waterbedrijf Duinrand")))


@pytest.fixture
def plain(world: Published) -> Client:
    """At an organisation that gave no assurance of secrecy."""
    return browser(reader(world.organisation("Gemeente Oudewaard", secrecy=False)))


@pytest.fixture
def stranger(world: Published) -> Client:
    """At an organisation that is not addressed at all."""
    return browser(reader(world.organisation("Cyberkring Zeehaven", capacity=Capacity.LINKING)))


# --- readers -----------------------------------------------------------------------


def test_a_reader_sees_exactly_its_sections(
    world: Published, trusted: Client, plain: Client
) -> None:
    world.publish([LEAD, SECRETS], at=timezone.now())
    whole, part = trusted.get(ADVISORY), plain.get(ADVISORY)
    assert (whole.status_code, part.status_code) == (200, 200)
    for answer in (whole, part):
        assert LEAD.body in answer.content.decode()
    assert SECRETS.body in whole.content.decode()
    assert SECRETS.body not in part.content.decode()
    assert f"Onderdeel {SECRETS.kind}" not in part.content.decode()
    assert "TLP:AMBER" not in part.content.decode()


def test_denied_is_the_same_bytes_as_absent(
    world: Published, trusted: Client, stranger: Client
) -> None:
    world.publish(at=timezone.now())
    assert trusted.get(ADVISORY).status_code == 200
    denied, absent = stranger.get(ADVISORY), stranger.get(ABSENT)
    assert (denied.status_code, absent.status_code) == (404, 404)
    assert denied.content == absent.content
    assert dict(denied.headers) == dict(absent.headers)


def test_the_desk_looks_absent_to_a_reader(world: Published, trusted: Client) -> None:
    release = world.publish(at=timezone.now())
    staff = browser(world.author)
    absent = trusted.get("/no/such/page").content
    for path in ("/desk/", "/desk/new", f"/desk/releases/{release.pk}/"):
        assert staff.get(path).status_code == 200
        answer = trusted.get(path)
        assert (answer.status_code, answer.content) == (404, absent)


def test_an_inbox_holds_what_may_be_read_newest_first(
    world: Published, trusted: Client, stranger: Client
) -> None:
    world.publish(at=timezone.now(), title="Eerste bericht")
    world.publish(at=timezone.now(), title="Tweede bericht")
    page = trusted.get("/").content.decode()
    assert 0 < page.index("Tweede bericht") < page.index("Eerste bericht")
    other = stranger.get("/")
    assert other.status_code == 200
    assert "bericht</a>" not in other.content.decode()


def test_a_withdrawn_advisory_leaves_its_reason_to_who_had_it(
    world: Published, trusted: Client, stranger: Client
) -> None:
    release = world.publish(at=timezone.now())
    releasing.withdraw(
        release_id=release.pk, reason="Het advies klopte niet.", by=world.author, at=timezone.now()
    )
    gone = trusted.get(ADVISORY)
    assert gone.status_code == 410
    assert "Het advies klopte niet." in gone.content.decode()
    assert LEAD.body not in gone.content.decode()
    assert stranger.get(ADVISORY).content == stranger.get(ABSENT).content


def test_an_inbox_of_five_costs_no_more_queries_than_one_of_one(
    world: Published, trusted: Client
) -> None:
    world.publish(at=timezone.now())
    trusted.get("/")  # what is asked once per process
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert trusted.get("/").content.count(b'class="title"') == 1
    for _ in range(4):
        world.publish(at=timezone.now())
    with CaptureQueriesContext(connection) as five:
        assert trusted.get("/").content.count(b'class="title"') == 5
    assert len(five) <= len(one), "\n".join(query["sql"] for query in five)


# --- everybody ---------------------------------------------------------------------


def test_nobody_goes_on_without_a_second_factor(world: Published) -> None:
    user = reader(world.organisation("Waterbedrijf Duinrand"))
    world.publish(at=timezone.now())
    for path in ("/", ADVISORY, "/desk/"):
        answer = browser(user, second_factor=False).get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/totp/activate/")
    assert browser(user).get(ADVISORY).status_code == 200


def test_pages_of_who_is_signed_in_are_never_kept(world: Published, trusted: Client) -> None:
    world.publish(at=timezone.now())
    for path in ("/", ADVISORY, ABSENT):
        assert "no-store" in trusted.get(path)["Cache-Control"]


def test_a_page_is_in_the_language_of_its_reader_until_they_choose(world: Published) -> None:
    client = browser(reader(world.organisation("Example Harbour"), language="en"))
    assert '<html lang="en">' in client.get("/").content.decode()
    client.post("/language", {"language": "nl", "next": "/"})
    assert '<html lang="nl">' in client.get("/").content.decode()


def test_every_file_that_a_page_names_is_there(world: Published, trusted: Client) -> None:
    named = {
        name
        for answer in pages(world, trusted, world.publish(at=timezone.now()))
        for name in re.findall(r'(?:src|href)="/static/([^"]+)"', answer.content.decode())
    }
    assert any("htmx" in name for name in named)
    assert [name for name in named if not finders.find(name)] == []


class Inline(HTMLParser):
    """Gathers what a strict policy forbids, and what would leave the site."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open = tag
        if tag == "style":
            self.found.append("<style>")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.found.append(f"{tag} {name}")
            loads = tag in ("script", "link", "img", "iframe", "form") and name in (
                "src", "href", "action",
            )  # fmt: skip
            if loads and not (value or "").startswith(("/", "data:image/svg+xml")):
                self.found.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if self.open == "script" and data.strip():
            self.found.append("<script> with text")

    def handle_endtag(self, tag: str) -> None:
        self.open = ""


def forbidden(content: bytes) -> list[str]:
    parser = Inline()
    parser.feed(content.decode())
    return parser.found


def pages(world: Published, client: Client, release: Release) -> Iterator[Any]:
    """One page of each kind."""
    staff = browser(world.author)
    yield Client().get("/accounts/login/")
    yield from (client.get(path) for path in ("/", ADVISORY, ABSENT))
    version = f"/desk/versions/{release.version_id}/"
    for path in (
        "/desk/",
        "/desk/new",
        version,
        f"/desk/releases/{release.pk}/",
        "/desk/registry/",
    ):
        answer = staff.get(path)
        assert answer.status_code == 200, path
        yield answer


def test_every_page_holds_to_a_strict_policy(world: Published, trusted: Client) -> None:
    for answer in pages(world, trusted, world.publish(at=timezone.now())):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert forbidden(answer.content) == [], answer.request["PATH_INFO"]


def test_who_looks_for_what_is_forbidden_finds_it() -> None:
    planted = b"<p style='x'></p><a onclick='x'></a><script>x</script><img src='//a.example/x'>"
    assert len(forbidden(planted)) == 3
    assert len(forbidden(b"<img src='https://a.example/x'><style>p{}</style>")) == 2


def test_everything_works_without_scripts(world: Published, trusted: Client) -> None:
    """What htmx would fetch is in the page already, and asking for it alone gives a fragment."""
    release = world.publish(at=timezone.now())
    staff = browser(world.author)
    preview = f"/desk/versions/{release.version_id}/preview"
    for client, path in (
        (trusted, "/"),
        (staff, preview),
        (staff, f"/desk/releases/{release.pk}/"),
    ):
        page = client.get(path)
        fragment = client.get(path, headers={"HX-Request": "true"})
        assert (page.status_code, fragment.status_code) == (200, 200), path
        assert b"<html" in page.content
        assert b"<html" not in fragment.content
        assert "".join(fragment.content.decode().split()) in "".join(page.content.decode().split())


# --- text of others ----------------------------------------------------------------

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[klik](javascript:alert(1))",
    "[klik](data:text/html;base64,PHNjcmlwdD4=)",
    "![spion](https://spion.example/pixel.png)",
    "<a href='https://a.example' style='position:fixed' onclick=alert(1)>x</a>",
)


class Tags(HTMLParser):
    """The tags and attributes that a browser would act on; text is only text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def harmless(text: str) -> bool:
    parser = Tags()
    parser.feed(markdown(text))
    links = [value for name, value in parser.attributes if name == "href"]
    return (
        not {"script", "img", "style", "iframe", "svg", "form", "input"} & set(parser.tags)
        and {name for name, _ in parser.attributes} <= {"href", "rel"}
        and all(link.startswith(("http://", "https://")) for link in links)
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_is_shown_and_never_obeyed(attack: str) -> None:
    assert harmless(attack)


def test_an_honest_link_stays_a_link() -> None:
    shown = markdown("[NCSC](https://ncsc.example/advies)")
    assert 'href="https://ncsc.example/advies"' in shown
    assert "noopener" in shown
    assert "nofollow" in shown


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else ():
        yield from strings(inner)
    for inner in value if isinstance(value, list) else ():
        yield from strings(inner)


def test_hostile_documents_that_others_sent_do_no_harm() -> None:
    files = sorted(HOSTILE.glob("*.json"))
    if not files:
        pytest.skip("the folder with hostile documents is not beside this checkout")
    texts = [text for file in files for text in strings(json.loads(file.read_bytes()))]
    assert texts
    assert [text[:80] for text in texts if not harmless(text)] == []


def test_an_advisory_with_hostile_text_is_a_safe_page(world: Published, trusted: Client) -> None:
    body = "\n\n".join(ATTACKS)
    world.publish([Part(body=body)], at=timezone.now(), title=ATTACKS[0])
    for path in ("/", ADVISORY):
        answer = trusted.get(path)
        assert answer.status_code == 200
        assert forbidden(answer.content) == []
        assert b"alert(1)" in answer.content  # shown as text: the reader sees what was written


# --- the shape of the code ---------------------------------------------------------


def test_neither_views_nor_api_ask_the_database_themselves() -> None:
    files = [
        *sorted((ROOT / "sharing" / "views").glob("*.py")),
        *sorted((ROOT / "sharing" / "api").glob("*.py")),
    ]
    assert len(files) > 8
    managers = {"objects", "_default_manager", "_base_manager"}
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in managers
    ]
    assert found == []
