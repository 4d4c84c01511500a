"""Bytes to sections, on documents made here."""

import json
from typing import Any

import pytest

from advisories.importing.csaf import read_advisory
from advisories.importing.document import ImportedAdvisory
from advisories.importing.errors import Refused
from advisories.importing.links import safe_link
from advisories.importing.text import as_text, folded
from advisories.importing.versions import version_key
from law.vocabulary import Tlp
from tests.advisories.samples import AT, MAX_BYTES, document


def read(data: bytes, *, max_bytes: int = MAX_BYTES) -> ImportedAdvisory:
    return read_advisory(data=data, at=AT, max_bytes=max_bytes)


def refusal(data: bytes, *, max_bytes: int = MAX_BYTES) -> str:
    with pytest.raises(Refused) as caught:
        read(data, max_bytes=max_bytes)
    assert len(caught.value.message) <= 400
    return caught.value.code


def codes(advisory: ImportedAdvisory) -> set[str]:
    return {flag.code for flag in advisory.flags}


def test_a_sound_document_becomes_sections_without_flags() -> None:
    advisory = read(document())
    assert advisory.tlp is Tlp.GREEN
    assert [(s.kind, s.body) for s in advisory.sections] == [("lead", "Werk bij.")]
    assert advisory.flags == ()


def test_one_byte_above_the_limit_is_refused_and_the_limit_itself_is_not() -> None:
    data = document()
    assert read(data, max_bytes=len(data)).title
    assert refusal(data, max_bytes=len(data) - 1) == "TOO_BIG"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}", "TOO_DEEP"),
        (b'{"a": 1e999}', "NOT_JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "NOT_JSON"),
        (b'{"a": "\\ud800"}', "NOT_UTF8"),
        (b'{"a": "\\u0000"}', "NOT_UTF8"),
        (b'{"a": {"b": 1, "b": 2}}', "DUPLICATE_KEY"),
        (b'{"document": []}', "NOT_CSAF"),
        (b'{"document": {"csaf_version": ["2.0"]}}', "NOT_CSAF"),
        (b'{"document": {"csaf_version": "2.0"}}', "INVALID"),
        (b'{"document": {"csaf_version": "2.0", "distribution": {"tlp": 1}}}', "UNKNOWN_TLP"),
    ],
)
def test_unsound_json_is_refused_by_name(text: bytes, code: str) -> None:
    assert refusal(text) == code


def test_a_document_without_label_has_none_rather_than_a_wide_one() -> None:
    advisory = read(document(label=None))
    assert advisory.tlp is None
    assert {s.marking.tlp for s in advisory.sections} == {None}
    assert "TLP_MISSING" in codes(advisory)


def test_text_that_is_stricter_than_the_label_unsets_it_and_milder_text_does_not() -> None:
    notes: list[dict[str, Any]] = [{"category": "summary", "text": "TLP:AMBER+STRICT"}]
    assert read(document(notes=notes)).tlp is None
    assert read(document(label="RED", notes=notes)).tlp is Tlp.RED


@pytest.mark.parametrize(
    "marking", ["Stg. GEHEIM", "Stg. CONFIDENTIEEL", "Dep. VERTROUWELIJK", "NATO SECRET"]
)
def test_state_classified_text_is_refused(marking: str) -> None:
    assert refusal(document(title=f"{marking} – advies")) == "DENY_CLASSIFIED"
    hidden = f"{marking[:2]}\u200b{marking[2:]}"
    assert refusal(document(notes=[{"category": "summary", "text": hidden}])) == "DENY_CLASSIFIED"


def test_a_contact_for_secret_management_is_no_classification() -> None:
    assert read(document(title="Secret in configuratie van dep. v1.2 gelekt")).title


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://user@voorbeeld.example/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://localhost/",
        "http://10.0.0.1/",
        "https://good.example\\@evil.example/",
        "http://[",
    ],
)
def test_an_address_that_could_harm_is_no_link(url: str) -> None:
    assert safe_link(url) == ""


def test_a_plain_public_address_is_a_link() -> None:
    url = "https://psirt.voorbeeld.example/a?b=c#d"
    assert safe_link(url) == url


def test_foreign_markdown_shows_as_it_was_written() -> None:
    assert as_text("![x](y) <https://a.example>") == "!\\[x\\](y) \\<https://a.example>"


def test_two_spellings_of_an_id_fold_to_one() -> None:
    assert folded("ＣＶＬ-2026-0100") == folded("cvl-2026-0100") == "cvl-2026-0100"


def test_versions_sort_as_numbers_and_as_semantic_versions() -> None:
    ordered = ["1.0.0-1", "1.0.0-alpha", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2", "10"]
    mixed = [*ordered[4:], *ordered[:4]]
    assert sorted(mixed, key=version_key) == ordered


def test_branches_of_a_product_tree_come_out_flat_with_their_status() -> None:
    data = json.loads(document())
    data["product_tree"] = {
        "branches": [
            {
                "category": "vendor",
                "name": "Voorbeeld",
                "branches": [
                    {
                        "category": "product_version",
                        "name": "7.1",
                        "product": {"name": "PoortOS 7.1", "product_id": "P1"},
                    }
                ],
            }
        ]
    }
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    score = {"version": "3.1", "vectorString": vector, "baseScore": 9.8, "baseSeverity": "CRITICAL"}
    data["vulnerabilities"] = [
        {
            "cve": "CVE-2099-10000",
            "product_status": {"known_affected": ["P1"]},
            "scores": [{"products": ["P1"], "cvss_v3": score}],
            "threats": [{"category": "exploit_status", "details": "Actief misbruikt."}],
        }
    ]
    advisory = read(json.dumps(data).encode())
    products = next(s for s in advisory.sections if s.kind == "products").data["products"]
    assert products[0]["vendor"] == "Voorbeeld"
    assert products[0]["status"] == {"CVE-2099-10000": "known_affected"}
    assert (advisory.probability, advisory.damage) == ("H", "H")


def test_a_history_with_endless_gaps_is_refused_before_it_fills_the_memory() -> None:
    made = json.loads(document(version=2))
    made["$schema"] = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"
    made["document"]["csaf_version"] = "2.1"
    assert read(json.dumps(made).encode()).document_version == "2"
    tracking = made["document"]["tracking"]
    for number in ("2000000000", "1.2000000000.0", "99999999999999999999"):
        tracking["version"] = tracking["revision_history"][1]["number"] = number
        assert refusal(json.dumps(made).encode()) == "INVALID"
