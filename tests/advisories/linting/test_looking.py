"""What the lint finds in a text, what it leaves alone, and what it proposes."""

import pytest

from advisories.linting import Context, Kind, Proposal, look
from law.vocabulary import PersonalData
from tests.advisories.linting.known import DUINRAND, REGISTER, VLIET, found, said

PASSWORD = "Wachtwoord: Welkom2024!"  # fictional


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("bij waterbedrijf duinrand gezien", "waterbedrijf duinrand"),
        ("Waterbedrijf Duinrands netwerk", "Waterbedrijf Duinrands"),
        ("het Waterbedrijf\nDuinrand BV", "Waterbedrijf\nDuinrand"),
        ("**Waterbedrijf** Duinrand", "Waterbedrijf** Duinrand"),
        ("Water\u00adbedrijf Du\u0301inrand", "Water\u00adbedrijf Du\u0301inrand"),
        ("de WBD meldt", "WBD"),
        ("Ziekenhuis De Vliet", "Ziekenhuis De Vliet"),
        ("stichting ziekenhuis de vliet", "stichting ziekenhuis de vliet"),
        ("Vliet & Co.", "Vliet & Co"),
    ],
)
def test_names_are_found_in_whole_words_whatever_their_case_and_legal_form(
    text: str, place: str
) -> None:
    assert said(text) == [("name", place)]


@pytest.mark.parametrize(
    "text",
    [
        "wbd en dr. Jansen",  # a short alias counts as it is written
        "Waterbedrijf. Een zin verder.\n\nDuinrand",
        "waterbedrijven duinranden",
        "het waterbedrijf",
        "De Vliet stroomt",
    ],
)
def test_words_that_are_no_name_are_left_alone(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("op vpn.duinrand.example staat", "domain", "vpn.duinrand.example"),
        ("hxxps://www[.]duinrand[.]example/inloggen", "domain", "www[.]duinrand[.]example"),
        ("duinrand\\[.\\]example", "domain", "duinrand\\[.\\]example"),
        ("duinrand [.] example", "domain", "duinrand [.] example"),
        ("DUINRAND(dot)EXAMPLE", "domain", "DUINRAND(dot)EXAMPLE"),
        ("bücher.example", "domain", "bücher.example"),
        ("xn--bcher-kva.example.", "domain", "xn--bcher-kva.example"),
        ("duinrand.example.Daarna", "domain", "duinrand.example"),
        ("bron 2001:db8:1::7, later", "network", "2001:db8:1::7"),
        ("van AS64496 uit", "as_number", "AS64496"),
        ("ASN 64496", "as_number", "ASN 64496"),
    ],
)
def test_identifiers_are_found_also_under_another_spelling(
    text: str, kind: str, place: str
) -> None:
    assert said(text) == [(kind, place)]


@pytest.mark.parametrize(
    "text",
    [
        "nietduinrand.example",
        "duinrand.example.net",
        "2001:db8:9::g",
        "as 64496 meters",
        "AS644961",
    ],
)
def test_what_only_looks_like_an_identifier_is_left_alone(text: str) -> None:
    assert said(text) == []


def test_an_address_points_to_every_organisation_whose_network_holds_it() -> None:
    holders = [(f.kind, f.organisation) for f in found("203[.]0.113.10")]
    assert holders == [(Kind.NETWORK, DUINRAND), (Kind.NETWORK, VLIET)]
    assert [f.organisation for f in found("203.0.113.77")] == [VLIET]


def test_a_range_points_to_the_organisations_that_lie_in_it() -> None:
    assert {f.organisation for f in found("2001:db8::/32")} == {DUINRAND}
    assert said("0.0.0.0/0") == []


def test_an_address_of_nobody_is_told_apart_from_a_version_and_an_inner_address() -> None:
    assert said("van 198.51.100.7 en 2001:db8:ffff::1") == [
        ("address", "198.51.100.7"),
        ("address", "2001:db8:ffff::1"),
    ]
    assert said("versie 14.1.8.50, v2.3.4.5, firmware ouder dan 1.2.3.4") == []
    assert said("10.0.0.1, 192.168.1.1, 127.0.0.1, fe80::1, 10:30:00, 00:11:22:33:44:55") == []
    assert said("256.1.1.1 en 1.2.3.4.5") == []


@pytest.mark.parametrize(
    "text",
    [
        PASSWORD,
        "login: jan pass=Zomer#2026",
        "https://beheer:Geheim12@vpn.voorbeeld.example/",
        "anna@voorbeeld.example:Zomer2026",
        "Authorization: Bearer abcdef0123456789abcdef",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "jan:1001:aad3b435b51404eeaad3b435b51404ee:31d6cfe0d16ae931b73c59d7e0c089c0:::",
        "root:$6$abcdefgh$0123456789abcdefghijklmnop:19000",
        "AKIAABCDEFGHIJKLMNOP",
    ],
)
def test_credentials_of_a_known_form_are_found(text: str) -> None:
    kinds = {f.kind: f.proposal.personal_data for f in found(text)}
    assert kinds.get(Kind.CREDENTIAL) is PersonalData.CREDENTIALS, said(text)


@pytest.mark.parametrize(
    "text",
    [
        "Wachtwoord: minimaal twaalf tekens",
        "password: <your-password>",
        "Gebruik een token: change-me",
        "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "Vervang wachtwoorden die via de gateway zijn gebruikt.",
        "-----BEGIN CERTIFICATE-----",
    ],
)
def test_speaking_of_passwords_and_hashes_is_no_credential(text: str) -> None:
    assert said(text) == []


def test_a_person_has_an_address_and_a_function_a_mailbox() -> None:
    assert said(
        "j.jansen@voorbeeld.example, soc@voorbeeld.example, product-cert@leverancier.example"
    ) == [
        ("email", "j.jansen@voorbeeld.example"),
        ("mailbox", "soc@voorbeeld.example"),
        ("mailbox", "product-cert@leverancier.example"),
    ]


def test_a_cve_is_a_question_until_it_is_known_to_be_public() -> None:
    unknown, public = found(
        "cve-2026-1234 en CVE-2026-9999", public_cves=frozenset({"CVE-2026-9999"})
    )
    assert (unknown.kind, unknown.proposal.question) == (Kind.CVE, True)
    assert (public.kind, public.proposal) == (Kind.PUBLIC_CVE, Proposal())


def test_a_name_with_a_weakness_is_presumed_confidential_and_a_bare_one_is_not() -> None:
    (with_it,) = found("Waterbedrijf Duinrand", happened=True)
    (bare,) = found("Waterbedrijf Duinrand", happened=False)
    assert with_it.proposal == Proposal(subject=DUINRAND, confidential=True, traceable=True)
    assert bare.proposal == Proposal(subject=DUINRAND)
    assert with_it.proposal.downgraded_when_refused
    assert not bare.proposal.downgraded_when_refused


def test_an_unknown_address_blocks_in_a_text_and_informs_in_a_list_of_indicators() -> None:
    assert found("198.51.100.7")[0].proposal.blocks
    assert not found("198.51.100.7", weak_addresses=True)[0].proposal.blocks
    assert found("203.0.113.10", weak_addresses=True)[0].proposal.blocks


def test_nothing_is_found_across_two_parts_and_each_finding_is_placed_in_its_own() -> None:
    parts = {"heading": "Waterbedrijf", "body": "Duinrand en WBD", "data/0": "x 203.0.113.77"}
    findings = look(parts, register=REGISTER, context=Context())
    assert [parts[f.span.part][f.span.start : f.span.end] for f in findings] == [
        "WBD",
        "203.0.113.77",
    ]


def test_a_fingerprint_changes_with_its_line_and_not_with_another() -> None:
    (first,) = found("De WBD is getroffen.\nEen andere regel.")
    (same,) = found("De WBD is getroffen.\nEen heel andere regel.")
    (other,) = found("De WBD is niet getroffen.\nEen andere regel.")
    assert first.fingerprint == same.fingerprint != other.fingerprint
