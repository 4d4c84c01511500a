"""The interface is complete in Dutch; English is the language of the source."""

import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "nl" / "LC_MESSAGES" / "django.po"
IGNORED = ("tests/*", ".portal/*", "benchmarks/*")


def test_every_message_is_translated_and_none_is_a_guess() -> None:
    catalogue = polib.pofile(str(CATALOGUE))
    assert len(catalogue) > 300
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


@pytest.mark.skipif(not shutil.which("xgettext"), reason="xgettext (GNU gettext) is not installed")
def test_every_string_of_the_source_is_in_the_catalogue(tmp_path: Path) -> None:
    here = tmp_path / "portal"
    shutil.copytree(
        ROOT,
        here,
        ignore=shutil.ignore_patterns(".git", ".portal", "*.mo", "docs", ".mypy_cache", "uv.lock"),
    )
    known = {entry.msgid for entry in polib.pofile(str(CATALOGUE))}
    subprocess.run(
        [
            *(sys.executable, "manage.py", "makemessages", "-l", "nl", "--no-location"),
            *(part for pattern in IGNORED for part in ("-i", pattern)),
        ],
        cwd=here,
        check=True,
        capture_output=True,
    )
    found = polib.pofile(str(here / "locale" / "nl" / "LC_MESSAGES" / "django.po"))
    assert {entry.msgid for entry in found if not entry.obsolete} - known == set()
