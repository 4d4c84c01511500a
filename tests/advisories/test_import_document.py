"""Importing into the database: drafts only, and nothing half stored."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from advisories.models import Advisory, AdvisoryVersion, ImportedDocument, Marking
from advisories.services.importing import ImportOutcome, import_document
from audit.models import Entry
from recipients.models import Role, RoleAssignment, User
from tests.advisories.samples import AT, SAMPLES, document, manifest

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> User:
    author, second, third = (
        User.objects.create_user(f"{name}@ncsc.example", name=name) for name in ("an", "bo", "cas")
    )
    RoleAssignment.objects.create(
        user=author,
        role=Role.AUTHOR,
        valid_from=AT - timedelta(days=1),
        assigned_by=second,
        confirmed_by=third,
    )
    return author


def take(data: bytes, by: User) -> ImportOutcome:
    return import_document(data=data, filename="advies.json", by=by, at=AT)


def sample(path: str, by: User) -> ImportOutcome:
    return take((SAMPLES / path).read_bytes(), by)


def test_a_document_becomes_a_draft_with_only_its_label_set(author: User) -> None:
    outcome = take(document(), author)
    assert outcome.version is not None
    assert outcome.version.status == "draft"
    assert outcome.version.advisory.number == "NCSC-2026-0001"
    marking = Marking.objects.get()
    assert (marking.tlp, marking.confidential, marking.scope) == ("green", None, [])
    assert Entry.objects.get().outcome == "accepted"


def test_the_same_bytes_again_change_nothing(author: User) -> None:
    take(document(), author)
    assert take(document(), author).result == "unchanged"
    assert AdvisoryVersion.objects.count() == 1


def test_a_refused_document_leaves_only_its_record(author: User) -> None:
    assert take(b"{", author).code == "NOT_JSON"
    assert not Advisory.objects.exists()
    assert Entry.objects.get().outcome == "NOT_JSON"
    accepted = take(document(), author).version
    assert accepted is not None
    assert accepted.advisory.number.endswith("0001")


def test_someone_without_the_right_to_draft_imports_nothing(author: User) -> None:
    stranger = User.objects.create_user("dirk@ncsc.example", name="Dirk")
    assert take(document(), stranger).code == "NOT_ALLOWED"
    assert take(document(), author).result == "accepted"


def test_a_newer_version_renews_an_untouched_draft(author: User) -> None:
    first, second = take(document(), author), take(document(version=2), author)
    assert first.version == second.version
    assert ImportedDocument.objects.count() == 2
    assert take(document(version=3), author).version == first.version


def test_a_newer_version_never_overwrites_what_a_person_edited(author: User) -> None:
    take(document(), author)
    AdvisoryVersion.objects.update(revision=1, title="Bewerkt")
    assert take(document(version=2), author).code == "OPEN_DRAFT"
    assert AdvisoryVersion.objects.get().title == "Bewerkt"


def test_a_newer_version_of_a_released_one_is_a_new_draft(author: User) -> None:
    take(document(), author)
    second = User.objects.get(email="bo@ncsc.example")
    AdvisoryVersion.objects.update(
        status="released", approved_by=second, approved_at=AT, released_at=AT
    )
    outcome = take(document(version=2), author)
    assert outcome.version is not None
    assert (outcome.version.label, outcome.version.status) == ("1.01", "draft")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (document(version=1), "OLDER_VERSION"),
        (document(version=2, title="Andere tekst"), "SAME_VERSION"),
        (document(version=3, tracking_id="vb-1"), "ID_COLLISION"),
    ],
)
def test_a_conflicting_document_is_refused(author: User, data: bytes, code: str) -> None:
    take(document(version=2), author)
    assert take(data, author).code == code
    assert AdvisoryVersion.objects.get().title == "Kwetsbaarheid in PoortOS"


def test_a_lowered_label_waits_unset_for_a_person_and_a_raised_one_counts(author: User) -> None:
    take(document(label="AMBER"), author)
    lowered = take(document(version=2, label="WHITE"), author)
    assert "TLP_LOWERED" in {flag.code for flag in lowered.flags}
    assert set(Marking.objects.values_list("tlp", flat=True)) == {""}
    take(document(tracking_id="VB-2", label="WHITE"), author)
    raised = take(document(tracking_id="VB-2", version=2, label="RED"), author)
    assert "TLP_RAISED" in {flag.code for flag in raised.flags}
    assert Marking.objects.filter(section__version=raised.version, tlp="red").exists()


def test_the_lifecycle_samples_get_what_their_entries_expect(author: User) -> None:
    manifest()
    for number in ("0100", "0101", "0104"):
        assert sample(f"csaf/nl_generated/cvl-2026-{number}.json", author).result == "accepted"
    assert sample("bad/lifecycle/rollback_to_1.0.0.json", author).code == "OLDER_VERSION"
    assert sample("bad/lifecycle/same_version_other_content.json", author).code == "SAME_VERSION"
    assert sample("bad/ids/02.json", author).code == "SAME_VERSION"
    assert sample("bad/ids/03.json", author).code == "ID_COLLISION"
    assert sample("bad/ids/06.json", author).code == "ID_COLLISION"
    raised = sample("bad/lifecycle/tlp_raised_to_red.json", author)
    assert "TLP_RAISED" in {flag.code for flag in raised.flags}
    lowered = sample("bad/lifecycle/tlp_lowered_to_white.json", author)
    assert "TLP_LOWERED" in {flag.code for flag in lowered.flags}


def test_the_command_reads_folders_and_twice_is_once(
    author: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    RoleAssignment.objects.update(valid_from=AT - timedelta(days=9999))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.json").write_bytes(document(current_release_date=None) + b"x")
    (tmp_path / "a" / "2.json").write_bytes(document())
    report = tmp_path / "report.txt"
    call_command("import_csaf", str(tmp_path), by=author.email, report=report)
    assert "1 accepted" in capsys.readouterr().out
    call_command("import_csaf", str(tmp_path), by=author.email)
    shown = capsys.readouterr().out
    assert "NOT_JSON" in shown
    assert "0 accepted (0 with flags), 1 unchanged, 1 refused" in shown
    assert report.exists()


def test_the_command_fails_only_when_nothing_was_readable(author: User, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing could be read"):
        call_command("import_csaf", str(tmp_path / "absent.json"), by=author.email)
