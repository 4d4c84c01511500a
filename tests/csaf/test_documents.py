"""What a document says: all that is shared, nothing that hangs on the rest."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import orjson
import pytest
from django.utils import timezone

from advisories.importing.csaf import read_advisory
from advisories.importing.errors import Refused
from law.vocabulary import Capacity
from sharing.renditions import csaf
from sharing.renditions.csaf import EDITIONS, V20, V21, Edition
from sharing.shared import Shared, SharedSection
from tests.advisories.samples import AT, MAX_BYTES, SAMPLES
from tests.canary.world import rolled_back
from tests.csaf.mirror import member, published_with_public
from tests.csaf.redactions import PUBLISHER, imported, reduced
from tests.sharing.published import Part

LEAD = Part(tlp="clear")
DETAIL = Part("text", "Zo werkt de aanval.", tlp="green")
SECRETS = Part("indicators", "c2.aanval.example", confidential=True, tlp="green")
PRODUCTS = {
    "products": [
        {"id": "P1", "name": "PoortOS 2.3", "vendor": "Voorbeeld BV", "version": "2.3",
         "cpe": "", "purl": "pkg:generic/poortos@2.3", "status": {"CVE-2026-1000": "known_affected"}},
    ]
}  # fmt: skip
FOUND = {
    "vulnerabilities": [
        {"id": "CVE-2026-1000", "title": "Overloop", "cwe": ["CWE-787"], "text": "In de parser.",
         "scores": [{"version": "3.1", "score": 9.8, "products": ["P1"],
                     "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
         "exploited": True,
         "remediations": [{"category": "vendor_fix", "details": "Naar 2.4.", "url": "",
                           "products": ["P1"]}]},
    ]
}  # fmt: skip
BOTH = pytest.mark.parametrize("edition", EDITIONS.values(), ids=list(EDITIONS))


def document(shared: Shared, edition: Edition, *, public: bool = False) -> dict[str, Any]:
    made = csaf.render(shared, earlier=(), public=public, edition=edition, publisher=PUBLISHER)
    assert made is not None
    found: dict[str, Any] = orjson.loads(made.body)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("edition", ["2.0", "2.1"])
def test_a_section_that_is_not_shared_leaves_no_trace_in_any_byte(edition: str) -> None:
    """The same advisory, with and without a section that the reader may not see."""
    staff = published_with_public()
    tells = staff.organisation("Stadswarmte Zuid", secrecy=False)
    keeps = staff.organisation("Waterbedrijf Duinrand")
    at, held = timezone.now(), []
    for parts in ([LEAD, DETAIL], [LEAD, SECRETS, DETAIL, SECRETS]):
        with rolled_back():
            release = staff.publish(parts, at=at)
            staff.publish(
                parts,
                at=at + timedelta(microseconds=1),
                advisory=release.version.advisory,
                number=101,
            )
            mirror = member(staff, tells, edition)
            feeds = {
                label: mirror.get(feed["link"][0]["href"]).content
                for label, feed in mirror.feeds().items()
            }
            held.append((feeds, mirror.fetch()))
            assert (SECRETS in parts) == (mirror.fetch() != member(staff, keeps, edition).fetch())
        staff.count -= 1
    assert held[0] == held[1]


@pytest.mark.django_db
def test_every_redaction_has_a_name_of_its_own() -> None:
    staff = published_with_public()
    tells = staff.organisation("Stadswarmte Zuid", secrecy=False)
    keeps = staff.organisation("Waterbedrijf Duinrand")
    staff.publish(
        [LEAD, DETAIL, SECRETS],
        at=timezone.now(),
        to=frozenset({Capacity.PUBLIC, Capacity.ESSENTIAL}),
    )
    names = [set(member(staff, who).documents()) for who in (tells, keeps)]
    assert names[0] & names[1] == {"NCSC-2026-0001"}
    assert all(len(found) == 2 for found in names)


def shared_of(*parts: tuple[str, dict[str, Any]]) -> Shared:
    """A version of which everything is shared."""
    read = read_advisory(data=SOUND, at=AT, max_bytes=MAX_BYTES)
    whole = imported(read, rng=Random(1), number=1)  # noqa: S311 -- to be repeated
    (lead,) = whole.sections
    sections = [lead] + [
        type(lead)(
            **{name: getattr(lead, name) for name in lead.__slots__}
            | {"id": n, "position": n, "kind": kind, "data": data, "body": f"Onderdeel {n}"}
        )
        for n, (kind, data) in enumerate(parts, start=2)
    ]
    return reduced(whole, tuple(sections))


SOUND = orjson.dumps(
    {"document": {
        "category": "csaf_base", "csaf_version": "2.0", "lang": "nl", "title": "PoortOS",
        "distribution": {"tlp": {"label": "GREEN"}},
        "publisher": {"category": "vendor", "name": "V", "namespace": "https://voorbeeld.example"},
        "notes": [{"category": "summary", "text": "Werk bij."}],
        "tracking": {
            "id": "VB-1", "status": "final", "version": "1",
            "current_release_date": "2026-03-01T09:00:00Z",
            "initial_release_date": "2026-03-01T09:00:00Z",
            "revision_history": [{"date": "2026-03-01T09:00:00Z", "number": "1", "summary": "1"}],
        }}}
)  # fmt: skip


@BOTH
def test_products_and_vulnerabilities_are_structured(edition: Edition) -> None:
    made = document(shared_of(("products", PRODUCTS), ("vulnerabilities", FOUND)), edition)
    assert made["document"]["category"] == "csaf_security_advisory"
    (found,) = made["vulnerabilities"]
    assert found["cve"] == "CVE-2026-1000"
    assert found["product_status"] == {"known_affected": ["P1"]}
    assert found["remediations"][0]["product_ids"] == ["P1"]
    assert found["threats"][0]["category"] == "exploit_status"
    score = found["scores"][0] if edition is V20 else found["metrics"][0]["content"]
    assert score["cvss_v3"]["baseSeverity"] == "CRITICAL"
    weakness = found["cwe"] if edition is V20 else found["cwes"][0]
    assert weakness["id"] == "CWE-787"
    assert '"known_affected"' not in orjson.dumps(made["document"]["notes"]).decode()


@BOTH
def test_vulnerabilities_name_no_product_that_is_not_shared(edition: Edition) -> None:
    whole = shared_of(("products", PRODUCTS), ("vulnerabilities", FOUND))
    made = document(reduced(whole, (whole.sections[0], whole.sections[2])), edition)
    (found,) = made["vulnerabilities"]
    assert "P1" not in orjson.dumps(made).decode()
    assert "product_tree" not in made
    assert made["document"]["category"] == "csaf_base"
    assert {"category": "description", "text": "Naar 2.4."} in found["notes"]


@BOTH
def test_what_cannot_be_structured_soundly_is_said_as_text(edition: Edition) -> None:
    odd = {"products": [{"id": "P1", "name": "A", "cpe": "geen cpe"}]}
    made = document(shared_of(("products", odd)), edition)
    assert "product_tree" not in made
    assert any("geen cpe" in note["text"] for note in made["document"]["notes"])


@BOTH
def test_kans_and_schade_and_the_label_are_told(edition: Edition) -> None:
    whole = shared_of()
    head = document(whole, edition)["document"]
    notes = {note.get("title"): note["text"] for note in head["notes"]}
    assert notes["Kans"] in {"high", "medium", "low"}
    assert head["distribution"]["text"].startswith(whole.tlp.label)
    assert head["lang"] == "nl"
    assert head["publisher"]["name"] == "NCSC"


@BOTH
def test_what_the_source_permits_stands_beside_the_label(edition: Edition) -> None:
    """The narrowest of what the originators of the shared sections permit (IEP 2.0)."""
    whole = shared_of(("text", {}))
    strict, mild = "contact-for-instruction", "externally-visible-direct-actions"
    terms = [
        replace(section, permitted_actions=word)
        for section, word in zip(whole.sections, (mild, strict), strict=True)
    ]

    def told(sections: list[SharedSection]) -> str:
        shared = replace(whole, sections=tuple(sections))
        text: str = document(shared, edition)["document"]["distribution"]["text"]
        return text

    assert "IEP" not in told(list(whole.sections))
    assert f"IEP {mild}: " in told([terms[0], whole.sections[1]])
    assert f"IEP {strict}: " in told(terms)


def test_what_was_imported_comes_out_again_as_far_as_it_is_shared() -> None:
    """Identifiers, scores, statuses and remedies of every sample that is sound."""
    folder = SAMPLES / "csaf"
    if not folder.is_dir():
        pytest.skip("the sample documents are not here (../shared/data)")
    paths = sorted((folder / "nl_generated").glob("*.json"))[:12]
    paths += sorted((folder / "cisa" / "2024").rglob("*.json"))[:12]
    structured = 0
    for path in paths:
        try:
            read = read_advisory(data=path.read_bytes(), at=AT, max_bytes=MAX_BYTES)
        except Refused:
            continue
        given = orjson.loads(path.read_bytes())
        whole = imported(read, rng=Random(1), number=1)  # noqa: S311 -- to be repeated
        made = document(whole, V21)
        assert [v.get("cve") for v in given.get("vulnerabilities", [])] == [
            v.get("cve") for v in made.get("vulnerabilities", [])
        ], path.name
        for before, after in zip(
            given.get("vulnerabilities", []), made.get("vulnerabilities", []), strict=True
        ):
            structured += 1
            for status, ids in before.get("product_status", {}).items():
                assert sorted(ids) == sorted(after["product_status"][status]), path.name
            scores = {
                s["cvss_v3"]["vectorString"] for s in before.get("scores", []) if "cvss_v3" in s
            }
            told = {
                m["content"]["cvss_v3"]["vectorString"]
                for m in after.get("metrics", [])
                if "cvss_v3" in m["content"]
            }
            assert told == scores, path.name
            # As remedies, or as text where 2.1 finds that they contradict each other.
            texts = [remedy["details"] for remedy in after.get("remediations", [])]
            texts += [note["text"] for note in after["notes"]]
            shown = {re.sub(r"\W", "", text) for text in texts}
            for remedy in before.get("remediations", []):
                assert re.sub(r"\W", "", remedy["details"]) in shown, path.name
    assert structured


def test_a_document_reads_back_as_what_was_shared() -> None:
    whole = shared_of(("products", PRODUCTS), ("vulnerabilities", FOUND))
    for edition in (V20, V21):
        made = csaf.render(whole, earlier=(), public=False, edition=edition, publisher=PUBLISHER)
        if made is None:
            assert edition is V20
            continue
        at = whole.released_at + timedelta(days=1)
        read = read_advisory(data=made.body, at=at, max_bytes=MAX_BYTES)
        assert read.tlp is whole.tlp
        by_kind = {section.kind: section for section in read.sections}
        assert by_kind["products"].data["products"][0]["name"] == "PoortOS 2.3"
        again = by_kind["vulnerabilities"].data["vulnerabilities"][0]
        assert again["exploited"]
        assert again["scores"][0]["score"] == 9.8
