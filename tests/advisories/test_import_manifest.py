"""Each sample file gets what its manifest entry expects; every disagreement is listed here."""

from pathlib import PurePath

from advisories.importing.csaf import read_advisory
from advisories.importing.errors import Refused
from tests.advisories.samples import AT, MAX_BYTES, SAMPLES, manifest

# Accepted by the manifest and refused here, with the test that the csaf package names.
REFUSED_HERE = {
    "cve-2021-0084": "6.1.16, the very fault of official vector 6-1-16-01: version order relies on it",
    "2024-6-1-10-13": "6.1.9: csaf-validator-lib finds the same wrong CVSS v2 score",
    "2024-6-2-27-01": "6.1.36: breaks that mandatory test beside the recommended one it is for",
    "2024-6-2-34-13": "6.1.48: the package knows no private SSVC namespaces",
    "2024-6-2-38-13": "6.1.26: csaf-validator-lib finds the same",
    "2024-6-2-39-02-01": "6.1.27.14: csaf-validator-lib finds the same",
    "2024-6-2-39-03-01": "6.1.27.14: csaf-validator-lib finds the same",
    "2024-6-2-39-04-01": "6.1.27.2: csaf-validator-lib finds it at fault too, by 6.1.26",
    "2024-6-2-46-01": "6.1.55: breaks that mandatory test beside the recommended one it is for",
    "2024-6-2-54-03-01": "6.1.1: csaf-validator-lib finds the same",
    # sound by their own schemas, and no advisories: there is nothing to make sections of
    "csaf_2.0_ROLIE_example-01-feed-tlp-white": "a feed",
    "csaf_2.0_ROLIE_example-01-service": "a service document",
    "csaf_2.0_ROLIE_example-01-category": "a category document",
    "csaf_2.0_provider-metadata_example-01-provider-metadata": "provider metadata",
    "csaf_2.0_aggregator_example-01-aggregator": "an aggregator",
    "csaf_2.1_provider-metadata_example-01-provider-metadata": "provider metadata",
    "csaf_2.1_ROLIE_example-01-feed-tlp-white": "a feed",
}
# Refused by the manifest and accepted here.
ACCEPTED_HERE = {
    "2024-6-1-50-01": "spaces in a version range are tolerated with a flag: real advisories have them",
    "2024-6-1-50-03": "the package finds `vers:all/<V3.1.2.2` sound; real CISA advisories have it",
}
# bad/: (refused with this code) or (accepted with this flag); None: accepted, flags as may be.
BAD_REFUSED = {
    "syntax/truncated": "NOT_JSON",
    "syntax/empty": "EMPTY",
    "syntax/utf16le_bom": "NOT_UTF8",
    "syntax/latin1": "NOT_UTF8",
    "syntax/trailing_garbage": "NOT_JSON",
    "syntax/duplicate_keys": "DUPLICATE_KEY",
    "syntax/array": "NOT_AN_OBJECT",
    "syntax/nan": "NOT_JSON",
    "syntax/html_error_page": "NOT_JSON",
    "syntax/nested_5000": "TOO_DEEP",
    "real/cisa-rolie-feed_as_published_2024-09-09": "NOT_JSON",
    "hostile_url/02": "INVALID",
    "hostile_url/03": "INVALID",
    "ids/01": "BAD_ID",
    "ids/04": "BAD_ID",
    "lifecycle/future_date": "FUTURE_DATE",
    "tlp/01": "UNKNOWN_TLP",
    "tlp/02": "UNKNOWN_TLP",
    "tlp/03": "UNKNOWN_TLP",
    "shape/deep_branches": "UNCHECKABLE",
}
BAD_FLAGGED = {
    "syntax/utf8_bom": "BYTE_ORDER_MARK",
    "hostile_url/01": "UNSAFE_LINK",
    "hostile_url/04": "UNSAFE_LINK",
    "hostile_url/05": "UNSAFE_LINK",
    "ids/05": "UNUSUAL_ID",
    "ids/06": "UNUSUAL_ID",
    "lifecycle/draft": "DRAFT",
    "tlp/text_contradicts_label": "TLP_CONTRADICTED",
    "tlp/no_label_but_text": "TLP_MISSING",
    "shape/long_strings": "LINE_SHORTENED",
    "shape/crlf_in_title": "LINE_CLEANED",
    "shape/bidi_zalgo": "INVISIBLE_REMOVED",
}


def verdict(path: str) -> tuple[str, set[str]]:
    """(code of the refusal or empty, codes of the flags)."""
    data = (SAMPLES / path).read_bytes()
    try:
        read = read_advisory(data=data, at=AT, max_bytes=MAX_BYTES)
    except Refused as refused:
        return refused.code, set()
    assert len(read.title) <= 500
    assert read.sections[0].kind == "lead"
    return "", {flag.code for flag in read.flags}


def listed(path: str, names: dict[str, str]) -> bool:
    stem = PurePath(path).stem
    return any(stem == name or stem.endswith(f"-{name}") for name in names)


def test_every_csaf_sample_gets_what_its_entry_expects() -> None:
    wrong, tried = [], 0
    for entry in manifest():
        path = entry["path"]
        if not (path.startswith("csaf/") and path.endswith(".json")) or entry["expect"] == "n/a":
            continue
        tried += 1
        code, flags = verdict(path)
        accepted = not entry["expect"].startswith("reject")
        if listed(path, REFUSED_HERE):
            accepted = False
        elif listed(path, ACCEPTED_HERE):
            accepted = True
        if accepted is bool(code):
            wrong.append((path, entry["expect"], code))
        elif accepted and entry["expect"].startswith("warn"):
            assert "TOLERATED" in flags, path
    assert not wrong
    assert tried > 700, f"only {tried} samples were found"


def test_every_bad_csaf_sample_gets_the_fault_named() -> None:
    for entry in manifest():
        path = entry["path"]
        if not path.startswith("bad/") or not path.endswith(".json"):
            continue
        name = path.removeprefix("bad/").removesuffix(".json")
        code, flags = verdict(path)
        if name.startswith(("stix/", "misp/")):
            assert code == "NOT_CSAF", path
        else:
            assert code == BAD_REFUSED.get(name, ""), path
            assert BAD_FLAGGED.get(name, "") in {*flags, ""}, path


def test_a_listing_of_test_cases_is_refused_as_no_advisory() -> None:
    manifest()
    for path in ("csaf/oasis_2.0/testcases.json", "csaf/oasis_2.1/testcases.json"):
        assert verdict(path)[0] == "NOT_CSAF"
