"""Files to keep: exactly what one may see, in forms that do no harm where they are opened."""

import csv
import io

import pytest
from django.test import Client
from django.utils import timezone

from recipients.models import Organisation, User
from tests.sharing.published import LEAD, Part, Published, browser, published

pytestmark = pytest.mark.django_db
FILE = "/advisories/NCSC-2026-0001/files"
ROWS = [
    {"type": "ipv4", "value": "192.0.2.44"},
    {"type": "name", "value": '=HYPERLINK("http://x.example")'},
    {"type": "pipe", "value": "a|b\nc"},
]
SECRET = Part("indicators", "Zie de tabel.", confidential=True, tlp="amber", data={"rows": ROWS})


@pytest.fixture
def world() -> Published:
    made = published()
    made.organisation("Waterbedrijf Duinrand")
    made.organisation("Gemeente Oudewaard", secrecy=False)
    made.publish([LEAD, SECRET], at=timezone.now(), title="Lek in de postkamer")
    return made


def reader(name: str) -> Client:
    organisation = Organisation.objects.get(name=name)
    address = f"lezer-{organisation.pk}@readers.example"
    person = User.objects.create_user(address, name="Lezer", organisation=organisation)
    return browser(person, language="nl")


def test_the_text_has_the_permitted_sections_and_their_labels(world: Published) -> None:
    answer = reader("Waterbedrijf Duinrand").get(f"{FILE}/md")
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="NCSC-2026-0001_1.00.md"'
    )
    text = answer.content.decode()
    assert text.startswith("# Lek in de postkamer\n\nNCSC-2026-0001 [1.00] · ")
    assert "## Onderdeel indicators (TLP:AMBER)" in text
    assert "| pipe | a\\|b c |" in text
    plain = reader("Gemeente Oudewaard").get(f"{FILE}/md").content.decode()
    assert "Onderdeel lead (TLP:GREEN)" in plain
    assert "**TLP:GREEN**" in plain
    assert "192.0.2.44" not in plain
    assert "indicators" not in plain


def test_the_indicators_are_rows_and_no_formulas(world: Published) -> None:
    text = reader("Waterbedrijf Duinrand").get(f"{FILE}/csv").content.decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [
        ["advisory", "version", "tlp", "type", "value"],
        ["NCSC-2026-0001", "1.00", "TLP:AMBER", "ipv4", "192.0.2.44"],
        ["NCSC-2026-0001", "1.00", "TLP:AMBER", "name", '\'=HYPERLINK("http://x.example")'],
        ["NCSC-2026-0001", "1.00", "TLP:AMBER", "pipe", "a|b\nc"],
    ]


def test_without_indicators_the_file_tells_nothing_of_any(world: Published) -> None:
    client = reader("Gemeente Oudewaard")
    assert client.get(f"{FILE}/csv").content == b"advisory,version,tlp\r\n"
    page = client.get("/advisories/NCSC-2026-0001").content.decode()
    assert f"{FILE}/md" in page
    assert f"{FILE}/csv" not in page
    assert (
        f"{FILE}/csv"
        in reader("Waterbedrijf Duinrand").get("/advisories/NCSC-2026-0001").content.decode()
    )


@pytest.mark.parametrize("path", [f"{FILE}/exe", "/advisories/NCSC-2026-9999/files/md"])
def test_what_is_not_there_is_not_found(world: Published, path: str) -> None:
    client = reader("Waterbedrijf Duinrand")
    assert client.get(path).status_code == 404
    assert client.get(f"{FILE}/md").status_code == 200
