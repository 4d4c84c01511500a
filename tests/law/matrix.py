"""The sharing matrix a second time: cells as the rules print them, read by a dozen lines.

Transcribed from the tables of the sharing rules and not from `law`, whose code it does not import.
A cell lists alternatives, each an outcome and what must hold: "ALLOW base B dienstig; MANUAL base
B" opens if the first three hold, goes to a person if only the last two do, and denies otherwise.
`base` is the cell of row R2b or R3 for the systems concerned; where that is MANUAL, so is the rest.

Where the tables leave room: exceptions (E3, E4a, E4b, art. 19) printed at R6 hold for every row,
since what may go when it is secret may go when it is not. The columns EEA and EZ ("MANUAL") ask a
person only where being a CSIRT, or the list of art. 20(2), matters. A cell that says MANUAL
without conditions is DENY all the same when another gate denies.
"""

from collections.abc import Mapping
from dataclasses import dataclass

EVERY = "every other column"
RANK = {"DENY": 0, "MANUAL": 1, "ALLOW": 2, "MUST": 3}
Table = Mapping[str, Mapping[str, str]]

WBNI_2022: Table = {
    "R2a": {"VITAL": "ALLOW", "GOV": "ALLOW"},
    "R2b": {EVERY: "ALLOW A1"},
    "R3": {
        "VITAL": "DENY",
        "GOV": "DENY",
        "OKTT": "ALLOW A2 achterban",
        "CSIRT": "ALLOW A2",
        "CCT": "ALLOW A2",
        "INTEL": "MANUAL",
        "ISP": "ALLOW A2 isp_purpose; ALLOW A2 bijzonder_geval concerned",  # own systems: as OTHER
        "OTHER": "ALLOW A2 bijzonder_geval concerned",
        "SUPV": "DENY",
        "NONEU": "DENY",
        "CARIB": "MANUAL",
        "PRIV": "DENY",
        "PUBLIC": "DENY",
        "EEA": "MANUAL",
        "EZ": "MANUAL",
        "SCP": "DENY",
    },
    "R4": {EVERY: "ALLOW base B", "PUBLIC": "DENY"},
    "R5": {EVERY: "ALLOW base B", "CARIB": "MANUAL base B", "PUBLIC": "DENY"},
    "R6": {
        EVERY: "DENY",
        "OKTT": "ALLOW base B dienstig subject_other; MANUAL base B dienstig",
        "CSIRT": "ALLOW base B dienstig",
        "CCT": "ALLOW base B dienstig",
        "INTEL": "ALLOW base B dienstig",  # OTHER: base is MANUAL
        "EEA": "MANUAL base B dienstig",
        "EZ": "MANUAL base B dienstig",
    },
    "exceptions": {
        EVERY: "ALLOW necessity consulted B",
        "PUBLIC": "ALLOW necessity consulted statement",
        "SUPV": "ALLOW necessity consulted B; ALLOW E3 B; MUST necessity B",
        "SCP": "ALLOW necessity consulted B; MUST duty B",
    },
}

WBNI_2018: Table = {
    **WBNI_2022,
    "R3": {
        **WBNI_2022["R3"],
        "OKTT": "ALLOW A2 known_task",
        "OTHER": "DENY",
        "ISP": "ALLOW A2 isp_purpose",
        "EZ": "DENY",
    },
    "R6": {**WBNI_2022["R6"], "OKTT": "DENY", "EZ": "DENY"},
}

CBW_2026: Table = {
    "R2": {"EE": "ALLOW", "BE": "ALLOW", "LEG": "ALLOW"},
    "R3": {
        "EE": "ALLOW relevant",
        "BE": "ALLOW relevant",
        "LEG": "ALLOW relevant",
        "EZ": "ALLOW wbdwb",
        "CSIRT": "ALLOW necessary",
        "BA": "ALLOW necessary",
        "CCP": "ALLOW necessary",
        "INTEL": "ALLOW necessary their_task",
        "A51": "ALLOW necessary their_task",
        "COMM": "ALLOW relevant",
        "REL": "ALLOW relevant_party",
        "OKTT": "ALLOW relevant_party",  # designations of the Wbni say nothing any more
        "NONEU": "ALLOW coop relevant",
        "EEA": "ALLOW coop relevant",
        "CARIB": "MANUAL",
        "PUBLIC": "ALLOW clear inform",  # a statement rests on art. 37
    },
    "R4-R6": {EVERY: "ALLOW base C66", "PUBLIC": "DENY"},
    "exceptions": {EVERY: "DENY", "PUBLIC": "ALLOW C37 statement"},
}

TABLES = {"WBNI_2018": WBNI_2018, "WBNI_2022": WBNI_2022, "CBW_2026": CBW_2026}


@dataclass(frozen=True, slots=True)
class Situation:
    """Who asks for what, and which conditions of the tables hold."""

    regime: str
    column: str
    systems: frozenset[str]  # PRIMARY, OTHER, GENERIC
    confidential: bool
    traceable: bool
    consent: bool
    own: bool  # SELF
    clear: bool  # TLP:CLEAR, and no personal data
    holds: frozenset[str]


def expected(situation: Situation) -> str:
    """ALLOW, MUST, MANUAL or DENY."""
    if situation.column == "PUBLIC" and not situation.clear:
        return "DENY"
    if _public_advisory(situation):
        return _best("ALLOW", _exception(situation))
    return _best(_row(situation), _exception(situation))


def _public_advisory(s: Situation) -> bool:
    """R1: nobody's systems, or those of art. 3(1); nothing secret, nothing to trace."""
    return s.clear and not (s.confidential or s.traceable) and "OTHER" not in s.systems


def _row(s: Situation) -> str:
    return _row_cbw(s) if s.regime == "CBW_2026" else _row_wbni(s)


def _row_wbni(s: Situation) -> str:
    table = TABLES[s.regime]
    if s.own and s.column in table["R2a"] and "PRIMARY" in s.systems:
        return table["R2a"][s.column]
    primary = _cell(s, "R2b", "") if s.systems & {"PRIMARY", "GENERIC"} else "DENY"
    other = _cell(s, "R3", "") if "OTHER" in s.systems else "DENY"
    base = _best(primary, other)
    if not s.confidential:
        return base
    if not s.traceable or s.own:  # art. 20(2) protects a provider against others
        return _cell(s, "R4", base)
    return _cell(s, "R5" if s.consent else "R6", base)


def _row_cbw(s: Situation) -> str:
    if s.own and not s.confidential and s.column in CBW_2026["R2"]:
        return "ALLOW"
    base = _cell(s, "R3", "")
    return _cell(s, "R4-R6", base) if s.confidential else base


def _exception(s: Situation) -> str:
    return _cell(s, "exceptions", "")


def _cell(s: Situation, row: str, base: str) -> str:
    cells = TABLES[s.regime][row]
    cell = cells[s.column] if s.column in cells else cells[EVERY]
    return _best(*(_alternative(s, one.split(), base) for one in cell.split("; ")))


def _alternative(s: Situation, words: list[str], base: str) -> str:
    outcome, *needed = words
    if "base" in needed and RANK[base] < RANK[outcome]:
        outcome = base
    return outcome if all(word == "base" or _holds(s, word) for word in needed) else "DENY"


def _holds(s: Situation, word: str) -> bool:
    if word == "clear":
        return s.clear
    if word == "B":
        # Towards a vital provider's or ministry's own contact, gate B is met (note 4). What is
        # not confidential does not ask for it.
        met = s.own and s.column in {"VITAL", "GOV"}
        return not s.confidential or met or {"secrecy", "purpose_bound"} <= s.holds
    if word == "subject_other":  # said to be another's systems, and nobody vital among them
        vital = "PRIMARY" in s.systems or "subject_vital" in s.holds
        return "OTHER" in s.systems and not vital
    if word in BUNDLES:
        return BUNDLES[word] <= s.holds
    return word in s.holds


# Bundles as the rules define them under the matrix.
BUNDLES = {
    "A1": frozenset({"concerns_primary", "purpose_art_3_1"}),
    "A2": frozenset({"provenance", "prevents_adverse"}),
    "bijzonder_geval": frozenset({"serious", "no_linking"}),
    "isp_purpose": frozenset({"inform_users", "customers"}),
    "E3": frozenset({"subject_vital", "not_followed", "within_advice"}),
    # Limb c rests on the registry's assurance as well as on what was attested.
    "C66": frozenset({"limb_a", "limb_b", "limb_c", "limb_d", "secrecy"}),
    "C37": frozenset({"significant", "consulted", "ground"}),
}


def _best(*outcomes: str) -> str:
    return max(outcomes, key=RANK.__getitem__)
