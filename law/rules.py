"""The rules by name: article, short quote, gloss, source, and how sure we are.

Keyed by name, never by article letter: sources disagree on the lettering of 2022. `verified` says
whether the enacted text was read word for word; the others are shown as unverified to the legal
officer.
"""

import hashlib
from dataclasses import astuple, dataclass
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
    """One rule. `confidence`: H read in the enacted text, M one inference, L inference only.

    `quote_nl` is verbatim, with … for what is left out, and empty where nothing can be quoted.
    `in_force` is false where the text read was amended since: arts. 3(2) and 20(2) Wbni were
    read as they stood before 1 December 2022.
    """

    id: str
    article: str
    quote_nl: str
    gloss_en: str
    source: str
    confidence: str
    label: Label
    in_force: bool = True

    @property
    def verified(self) -> bool:
        read = self.label is Label.LAW and self.confidence == "H"
        return read and self.in_force and bool(self.quote_nl)

    @property
    def digest(self) -> str:
        """Sha256 of everything the rule says: who verified it verified these very words."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()


WBNI = "https://wetten.overheid.nl/BWBR0041515"
CBW = "https://zoek.officielebekendmakingen.nl/stb-2026-187.html"
CBB = "https://wetten.overheid.nl/BWBR0052875/2026-08-15"
DRAFT_22 = "consultation draft of bill 36 084"
REPORT_22 = "NCSC, Stand van de uitvoering 2022, chapter 2"
MVT_CBW = "TK 36 764 nr. 3, memorie van toelichting"


def _wbni(
    rule: str,
    article: str,
    quote: str,
    gloss: str,
    source: str = WBNI,
    label: Label = Label.LAW,
    confidence: str = "H",
    *,
    in_force: bool = True,
) -> Rule:
    return Rule(rule, f"{article} Wbni", quote, gloss, source, confidence, label, in_force)


def _cbw(
    rule: str, article: str, quote: str, gloss: str, source: str = CBW, label: Label = Label.LAW
) -> Rule:
    return Rule(rule, f"{article} Cbw", quote, gloss, source, "H", label)


def _ours(rule: str, article: str, gloss: str, source: str, label: Label) -> Rule:
    return Rule(rule, article, "", gloss, source, "M", label)


_ALL = (
    _wbni(
        "W.3.1.c",
        "art. 3(1)(c)",
        "het bijstaan van de in de aanhef bedoelde aanbieders bij het treffen van maatregelen "
        "om de continuïteit van hun diensten te waarborgen of te herstellen",
        "assist vital providers and central government",
    ),
    _wbni(
        "W.3.1.d",
        "art. 3(1)(d)",
        "het informeren en adviseren van deze aanbieders en anderen in en buiten Nederland "
        "over dreigingen en incidenten",
        "inform and advise them, and others in and outside the Netherlands",
    ),
    _wbni(
        "W.3.2",
        "art. 3(2)",
        "ter voorkoming van nadelige maatschappelijke gevolgen in en buiten Nederland … "
        "ingevolge het eerste lid, onder e, verkregen gegevens",
        "supply data on other systems, to a closed list",
        in_force=False,
    ),
    _wbni(
        "W.3.2.OKTT",
        "art. 3(2)",
        "organisaties die objectief kenbaar tot taak hebben om andere organisaties of het "
        "publiek daarover te informeren",
        "linking organisations; designated by regulation since 1 December 2022",
        label=Label.DRAFT,
        confidence="M",
    ),
    _wbni("W.3.2.CSIRT", "arts. 1, 3(2)", "CSIRT's", "CSIRTs of EU member states", in_force=False),
    _wbni(
        "W.3.2.CCT",
        "art. 3(2)",
        "andere computercrisisteams, aangewezen bij regeling van Onze Minister",
        "designated computer crisis teams",
        in_force=False,
    ),
    _wbni(
        "W.3.2.ISP",
        "art. 3(2)",
        "aanbieders van internettoegangs- en internetcommunicatiediensten ten behoeve van het "
        "informeren van gebruikers van die diensten",
        "internet providers, to inform their users",
        in_force=False,
    ),
    _wbni(
        "W.3.2.OTHER",
        "art. 3(2), 2022",
        "aanbieders … indien een dreiging of incident aanzienlijke gevolgen heeft of kan "
        "hebben voor de continuïteit van hun dienstverlening en … een onder a tot en met d "
        "bedoelde organisatie ontbreekt",
        "a provider directly in a special case (bijzonder geval), when no linking "
        "organisation exists",
        source=DRAFT_22,
        label=Label.DRAFT,
        confidence="M",
    ),
    _wbni(
        "W.16.3",
        "art. 16(3)",
        "",
        "forward a voluntary report to another CSIRT or a designated crisis team",
    ),
    _wbni(
        "W.17.1",
        "art. 17(1)",
        "Onze Minister verwerkt gegevens, waaronder persoonsgegevens, ten behoeve van de in "
        "artikel 3 genoemde doeleinden en taken",
        "personal data may be processed for the tasks of art. 3",
    ),
    _wbni(
        "W.19.2-5",
        "art. 19(2)-(5)",
        "",
        "duty to inform the single contact point of another member state",
    ),
    _wbni(
        "W.20.1.a",
        "art. 20(1)(a)",
        "de geheimhouding van die gegevens onvoldoende is gewaarborgd",
        "no confidential data without guaranteed secrecy",
    ),
    _wbni(
        "W.20.1.b",
        "art. 20(1)(b)",
        "onvoldoende is gewaarborgd dat zij uitsluitend worden gebruikt voor het doel "
        "waarvoor zij worden verstrekt",
        "used for the stated purpose only",
    ),
    _wbni(
        "W.20.2.dienstig",
        "art. 20(2)",
        "zonder diens instemming uitsluitend verstrekken voor zover dat dienstig is aan het "
        "bevorderen van maatregelen ter voorkoming of beperking van een verstoring van het "
        "maatschappelijk verkeer",
        "traceable data without consent only where it helps prevent societal disruption",
        in_force=False,
    ),
    _wbni(
        "W.20.2.list",
        "art. 20(2)",
        "Ingevolge de eerste volzin worden uitsluitend gegevens verstrekt aan",
        "closed list: CSIRTs, crisis teams, intelligence services",
        in_force=False,
    ),
    _wbni(
        "W.20.2.self",
        "art. 20(2)",
        "zonder diens instemming",
        "the closed list protects a provider against others, not against itself",
        label=Label.INFERENCE,
        confidence="M",
    ),
    _wbni(
        "W.20.2.consent",
        "art. 20(2)",
        "zonder diens instemming",
        "with the consent of every traced provider the list does not apply",
        label=Label.INFERENCE,
        confidence="M",
    ),
    _wbni(
        "W22.20.2.OKTT",
        "art. 20(2), 2022",
        "uitsluitend mag delen met OKTT's, CSIRT's, andere computercrisisteams",
        "linking organisations joined the list on 1 December 2022",
        source=REPORT_22,
        label=Label.REPORT,
        confidence="M",
    ),
    Rule(
        "W22.WBDWB",
        "Wbdwb, 1 October 2024",
        "de informatieverstrekking vanuit CSIRT's aan de Minister van Economische Zaken",
        "a basis for the Minister of EZ (DTC) exists; its conditions were not read",
        MVT_CBW,
        "M",
        Label.MEMORANDUM,
    ),
    _wbni(
        "W.20.3",
        "art. 20(3)",
        "onvoldoende gevolg geeft aan een … advies",
        "to the competent authority when advice was not followed",
    ),
    _wbni(
        "W.20.4.a",
        "art. 20(4)(a)",
        "verstrekt Onze Minister onverwijld gegevens",
        "duty to supply the competent authority without delay",
    ),
    _wbni(
        "W.20.4.b",
        "art. 20(4)(b)",
        "na raadpleging van de betrokken aanbieder",
        "other organisations or the public, after consulting the provider",
    ),
    _wbni(
        "W.20.5",
        "art. 20(5)",
        "Het eerste lid geldt niet voor de in het vierde lid, onder b, bedoelde mededelingen "
        "aan het publiek",
        "secrecy does not bind a statement to the public",
    ),
    _wbni(
        "W.20.6",
        "art. 20(6)",
        "Het tweede lid geldt niet voor zover dat nodig is ter uitvoering van artikel 19, "
        "tweede tot en met vijfde lid",
        "the closed list does not bind the duties of art. 19",
    ),
    _wbni(
        "W.20.7",
        "art. 20(7)",
        "",
        "data under art. 20(2) are outside the Woo, environmental information excepted",
    ),
    _cbw(
        "C.16.2.b",
        "art. 16(2)(b)",
        "het verspreiden van informatie aan de betrokken essentiële entiteit of belangrijke "
        "entiteit … en andere relevante partijen over cyberdreigingen, kwetsbaarheden en "
        "incidenten",
        "early warnings and information to entities and other relevant parties",
    ),
    _cbw(
        "C.34.3",
        "art. 34(3)",
        "waarborgt de anonimiteit",
        "whoever reports a vulnerability stays anonymous",
    ),
    _cbw(
        "C.37",
        "art. 37",
        "na raadpleging van de betrokken entiteit, het publiek informeren over een "
        "significant incident",
        "tell the public of a significant incident",
    ),
    _cbw("C.39-41", "arts. 39-41", "", "contact points"),
    _cbw(
        "C.51.1",
        "art. 51(1)",
        "wisselen daartoe onderling alle daarvoor noodzakelijke gegevens uit, waaronder "
        "persoonsgegevens",
        "competent authorities, CSIRTs and contact point",
    ),
    _cbw(
        "C.51.2",
        "art. 51(2)",
        "inlichtingen- en veiligheidsdiensten",
        "police, OM, AP, intelligence services and the other bodies listed",
    ),
    _cbw(
        "C.52",
        "art. 52",
        "alle daarvoor noodzakelijke gegevens …, waaronder persoonsgegevens",
        "CSIRTs with each other and those of member states",
    ),
    _cbw(
        "C.53",
        "art. 53",
        "De CSIRT's wisselen relevante informatie uit met essentiële entiteiten, belangrijke "
        "entiteiten",
        "with entities and communities of entities",
    ),
    _cbw(
        "C.54.1",
        "art. 54(1)",
        "Een CSIRT kan een samenwerkingsrelatie tot stand brengen met een gelijkwaardig "
        "orgaan van een derde land",
        "equivalent body of a third country within a cooperation relation",
    ),
    _cbw(
        "C.63-65",
        "arts. 63-65",
        "",
        "personal data; special categories only if necessary and for twelve months at most",
    ),
    _cbw(
        "C.66.1",
        "art. 66(1)",
        "dat noodzakelijk is ter uitvoering van hun taken … relevant zijn voor de ontvangende "
        "partij … gewaarborgd … beschermd",
        "confidential data: four conditions, all of them",
    ),
    _cbw(
        "C.66.2",
        "art. 66(2)",
        "",
        "confidential data are outside the Woo, environmental information excepted",
    ),
    _cbw(
        "C.67",
        "art. 67",
        "Gerubriceerde informatie zal dus niet worden uitgewisseld in het kader van de Cbw",
        "classified information is not exchanged under the Act",
        source=MVT_CBW,
        label=Label.MEMORANDUM,
    ),
    _cbw("C.96", "art. 96", "", "those served under the Wbni who are no entity keep their right"),
    Rule(
        "B.29",
        "art. 29 Cbb",
        "",
        "ordinary personal data go after sixty months",
        CBB,
        "H",
        Label.LAW,
    ),
    _ours(
        "D.AVG.5",
        "art. 5(1)(c) AVG",
        "personal data: necessary and minimised",
        "AVG",
        Label.INFERENCE,
    ),
    _ours(
        "D.AVG.V",
        "arts. 44-49 AVG",
        "transfer outside the EEA needs a basis",
        "AVG",
        Label.INFERENCE,
    ),
    Rule(
        "E.TLP",
        "FIRST TLP 2.0",
        "For the eyes and ears of individual recipients only, no further disclosure.",
        "TLP narrows and never legalises",
        "https://www.first.org/tlp/",
        "H",
        Label.STANDARD,
    ),
    _ours("E.PAP", "PAP", "limits use by the recipient, not who receives", "PAP", Label.STANDARD),
    Rule(
        "E.IEP",
        "FIRST IEP 2.0",
        "",
        "the originator's terms: from when until when, and whether those affected may be told",
        "https://www.first.org/iep/",
        "H",
        Label.STANDARD,
    ),
    _ours(
        "E.EMBARGO",
        "agreement with the source",
        "nothing before the agreed instant",
        "handling",
        Label.INFERENCE,
    ),
    _ours(
        "M.RULING",
        "Wbni, Cbw: where the text leaves it to a person",
        "legal affairs and a second person allowed it for this item and this recipient",
        "decision with reason on record",
        Label.INFERENCE,
    ),
    _ours(
        "F.ACTIVE",
        "arts. 3, 20 Wbni, art. 16 Cbw",
        "only a registered and active recipient",
        "registry",
        Label.INFERENCE,
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _ALL}
