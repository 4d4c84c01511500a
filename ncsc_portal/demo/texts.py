"""The demo's own advisories: Dutch, on public facts (CVE-2023-4966, CVE-2021-44228)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from law.vocabulary import Capacity, Predicate


@dataclass(frozen=True)
class Text:
    """One section with its marking, as plain values."""

    kind: str
    heading: str
    body: str
    tlp: str = "green"
    confidential: bool = False
    about: tuple[str, ...] = ()  # names of organisations
    traceable: bool = False
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    title: str
    probability: str
    damage: str
    purpose_text: str
    capacities: tuple[Capacity, ...]
    sections: tuple[Text, ...]
    attested: tuple[tuple[Predicate, str], ...]
    people: tuple[str, ...] = ()  # e-mail addresses, for TLP:RED


EVERYONE = tuple(c for c in Capacity if c is not Capacity.PUBLIC)

NETSCALER = Piece(
    title="Informatielek in NetScaler ADC en Gateway wordt actief misbruikt",
    probability="H",
    damage="H",
    purpose_text="Ontvangers in staat stellen hun NetScaler-systemen te herstellen en misbruik te"
    " herkennen.",
    capacities=EVERYONE,
    sections=(
        Text(
            "lead",
            "Samenvatting",
            "Een kwetsbaarheid in NetScaler ADC en NetScaler Gateway (**CVE-2023-4966**) laat een"
            " aanvaller zonder in te loggen geheugen uitlezen. Daarin staan sessiesleutels. Met zo'n"
            " sleutel neemt de aanvaller een ingelogde sessie over, ook als die met een tweede factor"
            " is beveiligd.\n\nDe kwetsbaarheid wordt misbruikt sinds eind augustus 2023.",
        ),
        Text(
            "measures",
            "Wat moet u doen?",
            "1. Installeer de versie die uw leverancier noemt: 14.1-8.50, 13.1-49.15, 13.0-92.19 of"
            " nieuwer.\n2. Beëindig daarna **alle** actieve en bestaande sessies. Een gestolen sleutel"
            " blijft anders geldig.\n3. Zoek in de logboeken naar sessies die vanaf twee adressen"
            " tegelijk zijn gebruikt.",
        ),
        Text(
            "indicators",
            "Indicatoren",
            "Adressen van waaruit pogingen zijn gezien bij deelnemers.",
            tlp="amber",
            confidential=True,
            data={
                "indicators": [
                    {"type": "ipv4", "value": "192.0.2.44", "seen": "2026-11-19"},
                    {"type": "ipv4", "value": "198.51.100.23", "seen": "2026-11-20"},
                    {"type": "domain", "value": "update-check.invalid", "seen": "2026-11-20"},
                ]
            },
        ),
        Text(
            "systems",
            "Getroffen systemen bij Waterbedrijf Duinrand",
            "Het systeem `vpn.duinrand.example` (203.0.113.10) draaide op 20 november nog een"
            " kwetsbare versie. Er is één verdachte sessie gezien.",
            tlp="amber",
            confidential=True,
            about=("Waterbedrijf Duinrand",),
            traceable=True,
        ),
        Text(
            "text",
            "Duiding voor genoemde personen",
            "De werkwijze lijkt op eerdere pogingen bij dezelfde keten. Deel dit met niemand.",
            tlp="red",
            confidential=True,
        ),
    ),
    attested=(
        (
            Predicate.RELEVANT_TO_RECIPIENT,
            "NetScaler staat bij alle aangeschreven soorten ontvangers.",
        ),
        (Predicate.NECESSARY, "Nodig voor de taak van de aangeschreven organen."),
        (Predicate.RELEVANT_TO_THEIR_TASK, "Valt binnen hun wettelijke taak."),
        (Predicate.RELEVANT_PARTY, "Hun achterban gebruikt NetScaler; zij geven dit advies door."),
        (Predicate.WBDWB_PURPOSE, "Voor het informeren van bedrijven die geen entiteit zijn."),
        (Predicate.NECESSARY_FOR_CBW_TASK, "Zonder de indicatoren is misbruik niet te herkennen."),
        (Predicate.RELEVANT_AND_PROPORTIONATE, "Alleen wat nodig is om te herkennen."),
        (Predicate.CONFIDENTIALITY_GUARANTEED, "Ontvangers tekenden de geheimhoudingsvoorwaarden."),
    ),
    people=("lezer@duinrand.example",),
)

LOG4J = Piece(
    title="Log4j: controleer of oude versies zijn vervangen",
    probability="M",
    damage="H",
    purpose_text="Herinnering aan een bekende kwetsbaarheid.",
    capacities=(Capacity.ESSENTIAL, Capacity.IMPORTANT, Capacity.LINKING),
    sections=(
        Text(
            "lead",
            "Samenvatting",
            "Apache Log4j 2 tot en met versie 2.14.1 voert code uit die in een logregel staat"
            " (**CVE-2021-44228**). Er zijn nog systemen met een oude versie in gebruik.",
        ),
        Text(
            "measures",
            "Wat moet u doen?",
            "Werk bij naar Log4j 2.17.1 of nieuwer, ook in software die Log4j meelevert.",
        ),
    ),
    attested=(
        (Predicate.RELEVANT_TO_RECIPIENT, "Log4j zit in veel gebruikte software."),
        (Predicate.RELEVANT_PARTY, "Hun achterban gebruikt Java-toepassingen."),
    ),
)
