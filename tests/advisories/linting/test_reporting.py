"""The report of the lint over real documents, where these are beside the repository."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from advisories.linting import Kind, Register
from advisories.linting.reporting import Report, known_in, labels_in, report
from tests.advisories.samples import SAMPLES

LABELS = Path(__file__).resolve().parents[3] / "docs" / "lint-labels.csv"


@pytest.fixture(scope="module")
def real() -> Report:
    """Over every CSAF, MISP and STIX document, for the fictional constituents."""
    constituents = SAMPLES / "registry" / "organisations.csv"
    if not constituents.exists():
        pytest.skip("the sample data (../shared/data) is not beside this repository")
    folders = [SAMPLES / name for name in ("csaf", "misp", "stix")]
    return report(folders, register=Register.of(known_in(constituents)))


def test_what_points_to_an_organisation_was_right_each_time(real: Report) -> None:
    rows = {row["kind"]: row for row in real.rows(labels_in(LABELS))}
    for kind in (Kind.NAME, Kind.NETWORK):
        row = rows[kind.value]
        assert row["found"] == row["judged"] == row["right"] > 0


def test_every_finding_was_judged_and_no_real_document_is_taken_for_classified(
    real: Report,
) -> None:
    for row in real.rows(labels_in(LABELS)):
        assert row["judged"] == row["found"], row["kind"]
    assert not [value for kind, value in real.found if kind is Kind.CLASSIFIED]


def test_the_command_counts_per_kind_from_a_list_and_says_what_is_not_judged(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.json").write_text('{"body": "Waterbedrijf Duinrand, AS64496, CVE-2026-1234"}')
    (tmp_path / "bad.json").write_text("{")
    registry = tmp_path / "registry.csv"
    registry.write_text("name,domains,networks,asn\nWaterbedrijf Duinrand,,192.0.2.0/24,64496\n")
    out = StringIO()
    call_command("lint_report", str(tmp_path), registry=registry, values=True, stdout=out)
    text = out.getvalue()
    assert text.startswith("1 documents")
    assert "| name | 1 | 0 of 0 | 1 | 0 of 0 |" in text
    assert "| cve | 1 | 1 of 1 | 1 | 1 of 1 |" in text
    assert "waterbedrijf duinrand" in text
