"""The provider through its addresses: who can fetch what, and what is left when it is gone."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from law.vocabulary import Capacity
from recipients.models import Assurance
from sharing.models import CsafDocument
from sharing.services import registry, releasing
from tests.csaf.mirror import METADATA, Mirror, member, published_with_public
from tests.sharing.published import Part, Published

pytestmark = pytest.mark.django_db
ALL = frozenset({Capacity.PUBLIC, Capacity.ESSENTIAL})
LEAD = Part(tlp="clear", body="Werk Voorbeeldproduct bij.")
DETAIL = Part("text", "Zo werkt de aanval.", tlp="green")
SECRETS = Part("indicators", "c2.aanval.example", confidential=True, tlp="amber")
STRICT = Part("systems", "Gateway 7", confidential=True, tlp="amber+strict")
EDITIONS = pytest.mark.parametrize("edition", ["2.0", "2.1"])


@pytest.fixture
def staff() -> Published:
    return published_with_public()


def level(edition: str) -> str:
    return f"/csaf/v{edition}/{'white' if edition == '2.0' else 'clear'}"


def public_name(edition: str) -> str:
    return f"{level(edition)}/2026/ncsc-2026-0001.json"


@EDITIONS
def test_everyone_mirrors_what_is_public_and_members_what_they_may_have_besides(
    staff: Published, edition: str
) -> None:
    keeps = staff.organisation("Waterbedrijf Duinrand")
    tells = staff.organisation("Stadswarmte Zuid", secrecy=False)
    other = staff.organisation("Cyberkring Zeehaven", capacity=Capacity.LINKING)
    staff.publish([LEAD, DETAIL, SECRETS], at=timezone.now(), to=ALL)

    anyone = Mirror(edition=edition)
    assert anyone.texts() == {"NCSC-2026-0001": {LEAD.body, "high", "medium"}}
    own = [t for n, t in member(staff, keeps, edition).texts().items() if n != "NCSC-2026-0001"]
    assert own == [{LEAD.body, DETAIL.body, SECRETS.body, "high", "medium"}]
    less = [t for n, t in member(staff, tells, edition).texts().items() if n != "NCSC-2026-0001"]
    assert less == [{LEAD.body, DETAIL.body, "high", "medium"}]
    assert member(staff, other, edition).texts() == anyone.texts()


@EDITIONS
def test_what_everyone_may_see_is_one_document_for_members_too(
    staff: Published, edition: str
) -> None:
    essential = staff.organisation("Waterbedrijf Duinrand")
    staff.publish([LEAD], at=timezone.now(), to=ALL)
    mirror = member(staff, essential, edition)
    assert mirror.fetch() == Mirror(edition=edition).fetch()
    assert len(mirror.fetch()) == 1


@EDITIONS
def test_what_is_clear_but_not_for_everyone_lies_behind_a_token(
    staff: Published, edition: str
) -> None:
    essential = staff.organisation("Waterbedrijf Duinrand")
    staff.publish([LEAD], at=timezone.now())
    assert Mirror(edition=edition).fetch() == {}
    ((url, body),) = member(staff, essential, edition).fetch().items()
    assert f"/csaf/v{edition}/green/2026/ncsc-2026-0001-" in url
    label = orjson.loads(body)["document"]["distribution"]["tlp"]["label"]
    assert label == ("WHITE" if edition == "2.0" else "CLEAR")
    assert Mirror(edition=edition).get(url).status_code == 401


def test_amber_strict_has_no_form_in_two_zero(staff: Published) -> None:
    essential = staff.organisation("Waterbedrijf Duinrand")
    staff.publish([LEAD, STRICT], at=timezone.now(), to=ALL)
    assert set(member(staff, essential, "2.0").documents()) == {"NCSC-2026-0001"}
    newer = member(staff, essential, "2.1")
    name = next(name for name in newer.documents() if name != "NCSC-2026-0001")
    assert newer.documents()[name]["document"]["distribution"]["tlp"]["label"] == "AMBER+STRICT"
    url = next(url for url in newer.fetch() if "amber+strict" in url)
    for folder in ("amber+strict", "amber"):
        older = url.replace("/v2.1/", "/v2.0/").replace("amber+strict", folder)
        assert newer.get(older).status_code == 404


@EDITIONS
def test_a_withdrawn_advisory_leaves_every_mirror(staff: Published, edition: str) -> None:
    essential = staff.organisation("Waterbedrijf Duinrand")
    outside = staff.organisation("Cyberkring Zeehaven", capacity=Capacity.LINKING)
    release = staff.publish([LEAD, DETAIL], at=timezone.now(), to=ALL)
    mirror, other = member(staff, essential, edition), member(staff, outside, edition)
    (own,) = mirror.fetch().keys() - Mirror(edition=edition).fetch().keys()
    before = Mirror(edition=edition).metadata()["last_updated"]
    releasing.withdraw(release_id=release.pk, reason="Onjuist", by=staff.author, at=timezone.now())

    assert mirror.fetch() == Mirror(edition=edition).fetch() == {}
    assert mirror.get(own).status_code == mirror.get(f"{own}.sha256").status_code == 410
    assert Mirror().get(public_name(edition)).status_code == 410
    for file in ("index.txt", "changes.csv"):
        assert Mirror().get(f"{level(edition)}/{file}").content == b""
    assert Mirror(edition=edition).metadata()["last_updated"] > before
    # who could not see it is told what is told of something that never was
    absent = other.get(own.replace("0001", "0404"))
    assert (absent.status_code, absent.content) == (404, other.get(own).content)


@EDITIONS
def test_a_right_that_ends_leaves_the_mirror_without_a_trace(
    staff: Published, edition: str
) -> None:
    essential = staff.organisation("Waterbedrijf Duinrand")
    staff.publish([LEAD, DETAIL, SECRETS], at=timezone.now(), to=ALL)
    mirror = member(staff, essential, edition)
    (full,) = mirror.fetch().keys() - Mirror(edition=edition).fetch().keys()
    registry.end_fact(
        fact=Assurance.objects.get(organisation=essential),
        valid_until=timezone.now(),
        by=staff.author,
        at=timezone.now(),
    )

    (less,) = mirror.fetch().keys() - Mirror(edition=edition).fetch().keys()
    assert less != full
    assert SECRETS.body.encode() not in mirror.fetch()[less]
    absent = mirror.get(full.replace("0001", "0404"))
    assert (absent.status_code, absent.content) == (404, mirror.get(full).content)


@EDITIONS
def test_a_revision_keeps_its_name_and_its_history(staff: Published, edition: str) -> None:
    essential = staff.organisation("Waterbedrijf Duinrand")
    first = staff.publish([LEAD, DETAIL], at=timezone.now() - timedelta(minutes=5), to=ALL)
    mirror = member(staff, essential, edition)
    before = mirror.documents()
    staff.publish(
        [LEAD, Part("text", "Nu ook misbruikt.", tlp="green")],
        at=timezone.now(),
        advisory=first.version.advisory,
        number=101,
        to=ALL,
    )
    after = mirror.documents()
    assert set(after) == set(before)
    for name, made in after.items():
        tracking = made["document"]["tracking"]
        assert len(tracking["revision_history"]) == 2
        old = before[name]["document"]["tracking"]
        assert tracking["initial_release_date"] == old["initial_release_date"]
        assert tracking["current_release_date"] > old["current_release_date"]


def test_an_earlier_version_that_is_not_shared_leaves_no_trace(staff: Published) -> None:
    essential = staff.organisation("Waterbedrijf Duinrand")
    first = staff.publish([LEAD], at=timezone.now() - timedelta(minutes=5))
    staff.publish([LEAD], at=timezone.now(), advisory=first.version.advisory, number=101, to=ALL)
    (public,) = Mirror().documents().values()
    assert len(public["document"]["tracking"]["revision_history"]) == 1
    own = member(staff, essential).documents()
    (name,) = own.keys() - {"NCSC-2026-0001"}
    assert len(own[name]["document"]["tracking"]["revision_history"]) == 2


@EDITIONS
def test_every_list_of_what_is_public_says_the_same(staff: Published, edition: str) -> None:
    for _ in range(2):
        staff.publish([LEAD], at=timezone.now(), to=ALL)
    staff.publish([Part(tlp="green")], at=timezone.now(), to=ALL)
    anyone, base = Mirror(edition=edition), level(edition)
    names = ["2026/ncsc-2026-0002.json", "2026/ncsc-2026-0001.json"]
    assert anyone.get(f"{base}/index.txt").content.decode().split() == names
    rows = anyone.get(f"{base}/changes.csv").content.decode().splitlines()
    dates = [
        one["document"]["tracking"]["current_release_date"]
        for one in (orjson.loads(anyone.get(f"{base}/{name}").content) for name in names)
    ]
    mark = '"' if edition == "2.0" else ""
    assert rows == [
        f"{mark}{name}{mark},{mark}{date}{mark}" for name, date in zip(names, dates, strict=True)
    ]
    listed = re.findall('href="([^"]+)"', anyone.get(f"{base}/2026/").content.decode())
    assert {name for name in listed if name.endswith(".json")} == {n[5:] for n in names}
    assert "2026/" in re.findall('href="([^"]+)"', anyone.get(f"{base}/").content.decode())
    assert [settings.PUBLIC_URL + f"{base}/{name}" for name in names] == list(anyone.fetch())


def test_the_provider_is_found_at_every_place_where_clients_look(staff: Published) -> None:
    anyone = Mirror()
    told = anyone.get(METADATA["2.0"])
    assert told.content == anyone.get("/.well-known/csaf/v2.0/provider-metadata.json").content
    assert told.headers["Access-Control-Allow-Origin"] == "*"
    text = anyone.get("/.well-known/security.txt")
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = text.content.decode().splitlines()
    assert f"CSAF: {anyone.metadata()['canonical_url']}" in lines
    for edition in ("2.0", "2.1"):
        mirror = Mirror(edition=edition)
        rolie = mirror.metadata()["distributions"][0]["rolie"]
        (service,) = rolie["services"]
        workspaces = orjson.loads(mirror.get(service).content)["service"]["workspace"]
        assert [c["href"] for c in workspaces[0]["collection"]] == [
            feed["url"] for feed in rolie["feeds"]
        ]
        for feed in rolie["feeds"]:
            category = feed["url"].replace("feed-tlp-", "category-")
            assert mirror.get(category).status_code == (
                200 if "token" not in feed["summary"] else 401
            )


def test_without_a_token_every_address_of_a_protected_level_says_the_same(
    staff: Published,
) -> None:
    essential = staff.organisation("Waterbedrijf Duinrand")
    staff.publish([LEAD, DETAIL], at=timezone.now(), to=ALL)
    (own,) = member(staff, essential).fetch().keys() - Mirror().fetch().keys()
    other_scope = Mirror(token=staff.machine(essential, scope="openid").token())
    for mirror, status in ((Mirror(), 401), (Mirror(token="wrong"), 401), (other_scope, 403)):
        for url in (own, own.replace("0001", "0404"), f"{own}.asc"):
            answer = mirror.get(url)
            assert answer.status_code == status
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.content == mirror.get(own).content


@pytest.mark.parametrize(
    "path",
    [
        "/csaf/",
        "/csaf/v2.0/white",
        "/csaf/v2.0/WHITE/index.txt",
        "/csaf/v2.0/purple/index.txt",
        "/csaf/v2.2/white/index.txt",
        "/csaf/v2.0/amber+strict/feed-tlp-amber+strict.json",
        "/csaf/v2.0/white/feed-tlp-green.json",
        "/csaf/v2.0/white/2026/NCSC-2026-0001.json",
        "/csaf/v2.0/white/2026/ncsc-2026-0001.JSON",
        "/csaf/v2.0/white/2025/ncsc-2026-0001.json",
        "/csaf/v2.0/white/2026/ncsc-2026-0001.json.md5",
        "/csaf/v2.0/white/2026/ncsc-2026-0404.json",
        "/csaf/v2.0/white/2026/ncsc-2026-0001-000000000000.json",
        "/csaf/v2.0/white/2026/../index.txt",
        "/csaf/v2.0/white/2026/..%2f..%2fsettings.json",
        "/csaf/v2.0/white/2026/%00.json",
        "/csaf/v2.0/white/2024/",
        "/.well-known/csaf/v2.0/PROVIDER-METADATA.json",
        "/.well-known/csaf/",
    ],
)
def test_what_is_no_address_answers_as_what_is_absent(staff: Published, path: str) -> None:
    staff.publish([LEAD], at=timezone.now(), to=ALL)
    assert Mirror().get(public_name("2.0")).status_code == 200
    answer = Mirror().get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.content == Mirror().get("/csaf/nothing").content


def test_what_is_public_opens_whatever_a_client_sends_along(staff: Published) -> None:
    staff.publish([LEAD], at=timezone.now(), to=ALL)
    plain = Mirror().get(public_name("2.0"))
    for mirror in (Mirror(token="wrong"), Mirror(token="")):
        for accept in ("text/html", "application/xml;q=0.1", ""):
            assert mirror.get(public_name("2.0"), Accept=accept).content == plain.content
    assert Mirror().browser.post(public_name("2.0")).status_code == 405


def test_a_client_that_has_it_already_is_told_so_and_not_sent_it(staff: Published) -> None:
    staff.publish([LEAD], at=timezone.now(), to=ALL)
    answer = Mirror().get(public_name("2.0"))
    again = Mirror().get(public_name("2.0"), **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_was_signed_is_never_changed(staff: Published) -> None:
    staff.publish([LEAD], at=timezone.now(), to=ALL)
    first = Mirror().fetch()
    for statement in (
        "UPDATE sharing_csafdocument SET title = ''",
        "DELETE FROM sharing_csafdocument",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Mirror().fetch() == first
    assert CsafDocument.objects.count() == 2  # one of each edition


def test_gnupg_finds_the_signature_good(staff: Published, tmp_path: Path) -> None:
    if not shutil.which("gpg"):
        pytest.skip("GnuPG is not installed here")
    staff.publish([LEAD], at=timezone.now(), to=ALL)
    anyone: Any = Mirror()
    files = {
        "key": anyone.get("/csaf/openpgp-key.asc"),
        "body": anyone.get(public_name("2.0")),
        "body.asc": anyone.get(f"{public_name('2.0')}.asc"),
    }
    for name, answer in files.items():
        (tmp_path / name).write_bytes(answer.content)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch"]
    subprocess.run([*gpg, "--import", str(tmp_path / "key")], check=True, capture_output=True)
    check = [*gpg, "--verify", str(tmp_path / "body.asc")]
    assert not subprocess.run([*check, str(tmp_path / "body")], capture_output=True).returncode
    (tmp_path / "body").write_bytes(files["body"].content + b" ")
    assert subprocess.run([*check, str(tmp_path / "body")], capture_output=True).returncode


def test_the_csaf_package_finds_the_metadata_and_the_tree_sound(
    staff: Published, tmp_path: Path
) -> None:
    """Its checks of local files only: none of its functions that fetch.

    Its check of changes.csv is left out: it reads the time in the first column, and the standard
    (7.1.13) puts the path there.
    """
    for _ in range(3):
        staff.publish([LEAD], at=timezone.now(), to=ALL)
    anyone = Mirror(edition="2.1")
    metadata = tmp_path / "provider-metadata.json"
    metadata.write_bytes(anyone.get(METADATA["2.1"]).content)
    assert import_module("csaf._distribute").validate_feed(str(metadata), "provider") == (True, [])

    root = tmp_path / "tree"
    (root / "2026").mkdir(parents=True)
    for url, body in anyone.fetch().items():
        name = url.rpartition("/")[2]
        (root / "2026" / name).write_bytes(body)
        told = anyone.get(f"{url}.sha512").content
        (root / "2026" / f"{name}.sha512").write_bytes(told)
        sound, why = import_module("csaf._hash").check(root / "2026" / name, "sha512")
        assert sound, why
    for name in ("index.txt", "changes.csv"):
        (root / name).write_bytes(anyone.get(f"{level('2.1')}/{name}").content)
    audit = import_module("csaf._audit").audit_tree(str(root))
    assert audit.advisory_count == 3
    assert not audit.violations_for("index-txt") + audit.violations_for("year-folders")
    (root / "index.txt").write_text("")
    assert import_module("csaf._audit").audit_tree(str(root)).violations_for("index-txt")


def test_the_addresses_in_the_guide_for_partners_are_answered(staff: Published) -> None:
    essential = staff.organisation("Waterbedrijf Duinrand")
    staff.publish([LEAD, DETAIL], at=timezone.now(), to=ALL)
    guide = (Path(settings.BASE_DIR) / "docs" / "csaf.md").read_text()
    paths = re.findall(r'"\$PORTAL(/csaf/[^"]+)"', guide) + re.findall(r"`(/[^`]+\.\w+)`", guide)
    assert len(paths) >= 9
    mirror = member(staff, essential)
    for path in paths:
        Mirror().get(f"{level('2.0')}/index.txt")
        assert mirror.get(path).status_code == 200, path
