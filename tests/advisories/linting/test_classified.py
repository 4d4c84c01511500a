"""The form of a marking decides, not a word that also stands in one."""

import pytest

from advisories.linting.classified import marking_in

MARKINGS = [
    "Stg. GEHEIM",
    "Stg GEHEIM",
    "STG. ZEER GEHEIM",
    "Stg. Confidentieel",
    "Stg.\u00a0ZEER\u00a0GEHEIM",
    "Stg. Z.G.",
    "Staatsgeheim CONFIDENTIEEL",
    "Staatsgeheim zeer geheim",
    "STAATSGEHEIM",
    "Rubricering: staatsgeheim",
    "Departementaal VERTROUWELIJK",
    "DEPARTEMENTAAL VERTROUWELIJK",
    "Departementaal vertrouwelijk",
    "Dep. VERTROUWELIJK",
    "Dep.V.",
    "Dep. V.",
    "NATO SECRET",
    "NATO RESTRICTED",
    "COSMIC TOP SECRET",
    "RESTREINT UE/EU RESTRICTED",
    "CONFIDENTIEL UE/EU CONFIDENTIAL",
    "EU SECRET",
    "TRÈS SECRET UE",
    "R-UE/EU-R",
    "S\u200bt\u202eg. GE\u0301HEIM",
    "Ｓｔｇ. ＧＥＨＥＩＭ",
]
PROSE = [
    "vertrouwelijk",
    "Behandel dit vertrouwelijk; het is strikt vertrouwelijk.",
    "Het departement is vertrouwelijk omgegaan met de melding.",
    "Dep. v1.2 en dep. verouderd",
    "The secret key leaked; keep secrets in a vault. Top secret recipe.",
    "an EU restricted list and the Nato secret service",
    "Het lekken van een staatsgeheim is strafbaar. Staatsgeheimen blijven geheim.",
    "Confidential: contact sales. CONFIDENTIAL",
    "TLP:RED, zeer geheim wachtwoord",
    "postgres, vestg. geheimhouding",
    "RESTRICTED SHELL",
]


@pytest.mark.parametrize("marking", MARKINGS)
def test_a_marking_is_seen_at_the_head_in_a_line_and_in_a_sentence(marking: str) -> None:
    for text in (marking, f"Kop\n{marking}\nTekst", f"# {marking}\n\nTekst."):
        assert marking_in(text), text


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_no_marking(text: str) -> None:
    assert marking_in(text) == ""
