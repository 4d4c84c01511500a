"""Fictional organisations of every capacity, with accounts for each role. Names are invented,
addresses and AS numbers reserved (RFC 2606, 5737, 3849, 5398)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from law.validity import effective_end
from law.vocabulary import Capacity, Territory
from recipients.models import (
    Assurance,
    Designation,
    Establishment,
    IdentifierKind,
    Organisation,
    RegistryFact,
    Sector,
    SectorMembership,
    User,
)
from recipients.models.facts import AssuranceKind
from recipients.models.people import Role

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WBNI = datetime(2022, 12, 1, tzinfo=AMSTERDAM)
CBW = datetime(2026, 8, 15, tzinfo=AMSTERDAM)

SECTORS = {
    "energy": ("Energie", "Energy"),
    "water": ("Drinkwater", "Drinking water"),
    "health": ("Gezondheidszorg", "Health"),
    "transport": ("Vervoer", "Transport"),
    "digital": ("Digitale infrastructuur", "Digital infrastructure"),
    "government": ("Overheid", "Public administration"),
    "food": ("Levensmiddelen", "Food"),
    "manufacturing": ("Vervaardiging", "Manufacturing"),
}


@dataclass(frozen=True)
class Entry:
    """One organisation of the demo registry. `before` held under the Wbni, `now` since the Cbw."""

    name: str
    domain: str
    now: tuple[Capacity, ...]
    before: tuple[Capacity, ...] = ()
    sector: str = "government"
    territory: Territory = Territory.NETHERLANDS
    secrecy: bool = True
    cooperation: bool = False
    aliases: tuple[str, ...] = ()


C = Capacity
ENTRIES = (
    Entry(
        "Waterbedrijf Duinrand",
        "duinrand.example",
        (C.ESSENTIAL,),
        (C.VITAL,),
        "water",
        aliases=("Duinrand", "WBD"),
    ),
    Entry(
        "Netbeheer Noorderlicht",
        "noorderlicht.example",
        (C.ESSENTIAL,),
        (C.VITAL,),
        "energy",
        aliases=("NNL",),
    ),
    Entry("Ziekenhuis De Vliet", "devliet.example", (C.ESSENTIAL,), (), "health"),
    Entry("Gemeente Oudewaard", "oudewaard.example", (C.ESSENTIAL,), (), secrecy=False),
    Entry("Ministerie van Voorbeeldzaken", "voorbeeldzaken.example", (C.ESSENTIAL,), (C.GOV,)),
    Entry("Groothandel Polder", "polder.example", (C.IMPORTANT,), (), "food"),
    Entry("Machinefabriek Lelieveld", "lelieveld.example", (C.IMPORTANT,), (), "manufacturing"),
    Entry(
        "Stichting Schakelpunt Maakindustrie",
        "schakelpunt.example",
        (C.LINKING,),
        (C.OKTT,),
        "manufacturing",
    ),
    Entry("Cyberkring Zeehaven", "zeehaven.example", (C.LINKING,), (C.OKTT,), "transport"),
    Entry("CERT Voorbeeldzorg", "certzorg.example", (C.CSIRT,), (C.CCT,), "health"),
    Entry(
        "CSIRT Buurland",
        "csirt-buurland.example",
        (C.CSIRT,),
        (C.CSIRT,),
        territory=Territory.EU,
    ),
    Entry("Inlichtingendienst Voorbeeld", "dienst.example", (C.INTEL, C.ART_51_2), (C.INTEL,)),
    Entry(
        "Internetaanbieder Glasdraad",
        "glasdraad.example",
        (C.ESSENTIAL, C.ISP),
        (C.ISP,),
        "digital",
    ),
    Entry("Toezichthouder Voorbeeldsector", "toezicht.example", (C.SUPERVISOR,), (C.SUPERVISOR,)),
    Entry(
        "Centraal Contactpunt Buurland",
        "contactpunt.example",
        (C.CONTACT_POINT,),
        (C.CONTACT_POINT,),
        territory=Territory.EU,
    ),
    Entry("Loket Digitale Weerbaarheid", "loket.example", (C.EZ,), ()),
    Entry(
        "Nordisk CERT Eksempel",
        "nordisk.example",
        (C.EEA_CSIRT,),
        (C.EEA_CSIRT,),
        territory=Territory.EEA,
    ),
    Entry("Gerechtshof Voorbeeld", "gerechtshof.example", (C.LEGACY,), (C.GOV,)),
    Entry("Cyberpolitie Voorbeeld", "cyberpolitie.example", (C.ART_51_2,), ()),
    Entry("Gemeenschap Ketenveiligheid", "keten.example", (C.COMMUNITY,), (), "transport"),
    Entry(
        "Example Harbour CERT",
        "harbour.example",
        (C.THIRD_COUNTRY_BODY,),
        (C.THIRD_COUNTRY_BODY,),
        territory=Territory.THIRD_COUNTRY,
        cooperation=True,
    ),
    Entry(
        "Nutsbedrijf Zonneland",
        "zonneland.example",
        (C.CARIBBEAN,),
        (C.CARIBBEAN,),
        "energy",
        Territory.CARIBBEAN,
    ),
)

STAFF = (
    ("anna@ncsc.example", "Anna de Wit", (Role.AUTHOR,)),
    ("bram@ncsc.example", "Bram Visser", (Role.SECOND_READER,)),
    ("dana@ncsc.example", "Dana Mulder", (Role.DUTY_OFFICER,)),
    ("leon@ncsc.example", "Leon Prins", (Role.LEGAL_OFFICER,)),
    ("rosa@ncsc.example", "Rosa Vermeer", (Role.REGISTRY_MANAGER,)),
    ("otto@ncsc.example", "Otto Kuiper", (Role.AUDITOR,)),
    ("beheer@ncsc.example", "Bo Smit", (Role.ADMINISTRATOR,)),
)


def facts(entry: Entry, organisation: Organisation) -> Iterator[RegistryFact]:
    """The dated facts of an entry, unsaved: what held under the Wbni, and what holds now.

    What the law lets hold for a term only was said again at each end of it.
    """
    common = {"organisation": organisation, "ground": "Demonstratie", "reference": "DEMO-1"}
    for capacity in entry.before:
        for since, until in _terms(capacity.value, WBNI, CBW):
            yield Designation(
                capacity=capacity.value, valid_from=since, valid_until=until, **common
            )
    for capacity in entry.now:
        yield Designation(capacity=capacity.value, valid_from=CBW, **common)
    yield Establishment(territory=entry.territory.value, valid_from=WBNI, **common)
    yield SectorMembership(sector=Sector.objects.get(pk=entry.sector), valid_from=WBNI, **common)
    if entry.secrecy:
        kind = AssuranceKind.SECRECY
        for since, until in _terms(kind.value, WBNI, CBW):
            yield Assurance(kind=kind, valid_from=since, valid_until=until, **common)
        yield Assurance(kind=kind, valid_from=CBW, **common)
    if entry.cooperation:
        yield Assurance(kind=AssuranceKind.COOPERATION, valid_from=CBW, **common)


def _terms(what: str, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Consecutive terms, none longer than the law allows."""
    while since < until:
        end = min(effective_end(what, since, until) or until, until)
        yield since, end
        since = end


FIRST_AS = 64496  # RFC 5398: sixteen numbers for documentation


def identifiers(entry: Entry) -> Iterator[tuple[IdentifierKind, str]]:
    """By what an entry is recognised: its names, its domain, eight addresses, a /48 and, for the
    first sixteen entries, an AS number."""
    number = ENTRIES.index(entry)
    yield from ((IdentifierKind.ALIAS, alias) for alias in entry.aliases)
    yield IdentifierKind.DOMAIN, entry.domain
    yield IdentifierKind.NETWORK, f"203.0.113.{8 * (number + 1)}/29"
    yield IdentifierKind.NETWORK, f"2001:db8:{number + 1:x}::/48"
    if number < 16:
        yield IdentifierKind.AS_NUMBER, f"AS{FIRST_AS + number}"


def person(email: str) -> User:
    return User.objects.get(email=email)
