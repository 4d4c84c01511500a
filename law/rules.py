"""The rules by name: article, short quote, gloss, source, and how sure we are.

Keyed by name, never by article letter: sources disagree on the lettering of 2022. `verified` says
whether the enacted text was read word for word; the others are shown as unverified to the legal
officer.
"""

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """What the text of a rule rests on."""

    LAW = "law"
    DRAFT = "draft"  # consultation draft, not the enacted text
    MEMORANDUM = "memorandum"  # memorie van toelichting, nota n.a.v. het verslag
    REPORT = "report"  # the NCSC's own statement of practice
    INFERENCE = "inference"
    STANDARD = "standard"  # FIRST TLP and the like


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `confidence`: H read in the enacted text, M one inference, L inference only."""

    id: str
    article: str
    quote_nl: str
    gloss_en: str
    source: str
    confidence: str
    label: Label

    @property
    def verified(self) -> bool:
        return self.label is Label.LAW and self.confidence == "H"


WBNI = "Wbni, wetten.overheid.nl/BWBR0041515"
CBW = "Cbw, Stb. 2026, 187"
CBB = "Cbb, Stb. 2026, 189"
_L, _D, _I = Label.LAW, Label.DRAFT, Label.INFERENCE

_ALL = (
    Rule(
        "W.3.1.c",
        "art. 3(1)(c) Wbni",
        "het bijstaan van de in de aanhef bedoelde aanbieders bij het treffen van maatregelen",
        "assist vital providers and central government",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.3.1.d",
        "art. 3(1)(d) Wbni",
        "het informeren en adviseren van deze aanbieders en anderen in en buiten Nederland",
        "inform and advise them, and others in and outside the Netherlands",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.3.2",
        "art. 3(2) Wbni",
        "ter voorkoming van nadelige maatschappelijke gevolgen in en buiten Nederland",
        "supply data on other systems, to a closed list",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.3.2.OKTT",
        "art. 3(2) Wbni",
        "organisaties die objectief kenbaar tot taak hebben om andere organisaties of het publiek"
        " daarover te informeren",
        "linking organisations; designated by regulation since 1 December 2022",
        WBNI,
        "M",
        _D,
    ),
    Rule("W.3.2.CSIRT", "art. 3(2) Wbni", "CSIRT's", "CSIRTs of EU member states", WBNI, "H", _L),
    Rule(
        "W.3.2.CCT",
        "art. 3(2) Wbni",
        "andere computercrisisteams, aangewezen bij regeling van Onze Minister",
        "designated computer crisis teams",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.3.2.ISP",
        "art. 3(2) Wbni",
        "ten behoeve van het informeren van gebruikers van die diensten",
        "internet providers, to inform their users",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.3.2.OTHER",
        "art. 3(2) Wbni (2022)",
        "indien een dreiging of incident aanzienlijke gevolgen heeft of kan hebben voor de"
        " continuïteit van hun dienstverlening",
        "a provider directly in a special case, when no linking organisation exists",
        "consultation draft of bill 36 084",
        "M",
        _D,
    ),
    Rule(
        "W.19.2-5",
        "art. 19(2)-(5) Wbni",
        "centraal contactpunt",
        "duty to inform the single contact point of another member state",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.20.1.a",
        "art. 20(1)(a) Wbni",
        "de geheimhouding van die gegevens onvoldoende is gewaarborgd",
        "no confidential data without guaranteed secrecy",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.20.1.b",
        "art. 20(1)(b) Wbni",
        "uitsluitend worden gebruikt voor het doel waarvoor zij worden verstrekt",
        "used for the stated purpose only",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.20.2.dienstig",
        "art. 20(2) Wbni",
        "zonder diens instemming uitsluitend verstrekken voor zover dat dienstig is aan het"
        " bevorderen van maatregelen",
        "traceable data without consent only where it helps prevent societal disruption",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.20.2.list",
        "art. 20(2) Wbni",
        "Ingevolge de eerste volzin worden uitsluitend gegevens verstrekt aan",
        "closed list: CSIRTs, crisis teams, intelligence services",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W22.20.2.OKTT",
        "art. 20(2) Wbni (2022)",
        "uitsluitend mag delen met OKTT's, CSIRT's, andere computercrisisteams",
        "linking organisations joined the list on 1 December 2022",
        "NCSC, Stand van de uitvoering 2022",
        "M",
        Label.REPORT,
    ),
    Rule(
        "W.20.2.consent",
        "art. 20(2) Wbni",
        "zonder diens instemming",
        "with the consent of every traced provider the list does not apply",
        WBNI,
        "M",
        _I,
    ),
    Rule(
        "W.20.3",
        "art. 20(3) Wbni",
        "onvoldoende gevolg geeft aan een … advies",
        "to the competent authority when advice was not followed",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.20.4.a",
        "art. 20(4)(a) Wbni",
        "verstrekt Onze Minister onverwijld gegevens",
        "duty to supply the competent authority without delay",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.20.4.b",
        "art. 20(4)(b) Wbni",
        "na raadpleging van de betrokken aanbieder",
        "other organisations or the public, after consulting the provider",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.20.5",
        "art. 20(5) Wbni",
        "Het eerste lid geldt niet voor … mededelingen aan het publiek",
        "secrecy does not bind a statement to the public",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "W.20.6",
        "art. 20(6) Wbni",
        "Het tweede lid geldt niet voor zover dat nodig is",
        "the closed list does not bind the duties of art. 19",
        WBNI,
        "H",
        _L,
    ),
    Rule(
        "C.16.2.b",
        "art. 16(2)(b) Cbw",
        "het verspreiden van informatie aan de betrokken essentiële entiteit of belangrijke"
        " entiteit … en andere relevante partijen",
        "early warnings and information to entities and other relevant parties",
        CBW,
        "H",
        _L,
    ),
    Rule(
        "C.34.3",
        "art. 34(3) Cbw",
        "waarborgt de anonimiteit",
        "whoever reports a vulnerability stays anonymous",
        CBW,
        "H",
        _L,
    ),
    Rule(
        "C.37",
        "art. 37 Cbw",
        "na raadpleging van de betrokken entiteit, het publiek informeren",
        "tell the public of a significant incident",
        CBW,
        "H",
        _L,
    ),
    Rule("C.39-41", "arts. 39-41 Cbw", "centraal contactpunt", "contact points", CBW, "H", _L),
    Rule(
        "C.51.1",
        "art. 51(1) Cbw",
        "wisselen daartoe onderling alle daarvoor noodzakelijke gegevens",
        "competent authorities, CSIRTs and contact point",
        CBW,
        "H",
        _L,
    ),
    Rule(
        "C.51.2",
        "art. 51(2) Cbw",
        "inlichtingen- en veiligheidsdiensten",
        "police, OM, AP, intelligence services and the other bodies listed",
        CBW,
        "H",
        _L,
    ),
    Rule(
        "C.52",
        "art. 52 Cbw",
        "alle daarvoor noodzakelijke gegevens, waaronder persoonsgegevens",
        "CSIRTs with each other and those of member states",
        CBW,
        "H",
        _L,
    ),
    Rule(
        "C.53",
        "art. 53 Cbw",
        "De CSIRT's wisselen relevante informatie uit",
        "with entities and communities of entities",
        CBW,
        "H",
        _L,
    ),
    Rule(
        "C.54.1",
        "art. 54(1) Cbw",
        "samenwerkingsrelatie … met een gelijkwaardig orgaan van een derde land",
        "equivalent body of a third country within a cooperation relation",
        CBW,
        "H",
        _L,
    ),
    Rule(
        "C.66.1",
        "art. 66(1) Cbw",
        "dat noodzakelijk is ter uitvoering van hun taken … relevant … gewaarborgd … beschermd",
        "confidential data: four conditions, all of them",
        CBW,
        "H",
        _L,
    ),
    Rule(
        "C.67",
        "art. 67 Cbw",
        "wezenlijke belangen van nationale veiligheid",
        "classified information is not exchanged under the Act",
        CBW,
        "H",
        _L,
    ),
    Rule(
        "C.96",
        "art. 96 Cbw",
        "recht op bijstand, informatie en advies",
        "those served under the Wbni who are no entity keep their right",
        CBW,
        "H",
        _L,
    ),
    Rule(
        "D.AVG.5",
        "art. 17 Wbni, arts. 63-65 Cbw, art. 5(1)(c) AVG",
        "minimale gegevensverwerking",
        "personal data: necessary and minimised",
        "AVG",
        "M",
        _I,
    ),
    Rule(
        "D.AVG.V",
        "arts. 44-49 AVG",
        "doorgifte aan derde landen",
        "transfer outside the EEA needs a basis",
        "AVG",
        "M",
        _I,
    ),
    Rule(
        "E.TLP",
        "FIRST TLP 2.0",
        "For the eyes and ears of individual recipients only",
        "TLP narrows and never legalises",
        "FIRST",
        "H",
        Label.STANDARD,
    ),
    Rule(
        "E.EMBARGO",
        "agreement with the source",
        "embargo",
        "nothing before the agreed instant",
        "handling",
        "M",
        _I,
    ),
    Rule(
        "F.ACTIVE",
        "arts. 3, 20 Wbni, art. 16 Cbw",
        "ontvanger",
        "only a registered and active recipient",
        "registry",
        "M",
        _I,
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _ALL}
