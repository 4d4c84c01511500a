"""The sharing matrix a second time: cells as the rules print them, read by a few dozen lines.

Transcribed from the tables of the sharing rules and not from `law`, whose code it does not import.
A cell lists alternatives, each an outcome and what must hold: "ALLOW base B dienstig; MANUAL base
B" opens if the first three hold, goes to a person if only the last two do, and denies otherwise.
`base` is the cell of row R2b or R3 for the systems concerned; where that is MANUAL, so is the rest.

Where the tables leave room, and how it was read:

- Exceptions (E3, E4a, E4b, art. 19) printed at R6 hold for every row, since what may go when it is
  secret may go when it is not.
- The columns EEA and EZ ("MANUAL") ask a person only where being a CSIRT, or the list of art. 20(2),
  matters: art. 3(1)(d) reaches "anderen".
- A cell that says MANUAL without conditions is DENY all the same when another gate denies.
- Where a cell and the machine-readable core differ, the stricter holds: CARIB under the Cbw is
  MANUAL throughout; REL needs `relevant_party` also for its own systems (R2), `relevant` does not do.
- R6 INTEL prints no A1 for PRIMARY; all gates must pass, so gate A is asked there too.
- R7 NONEU "necessity of 54(1)" is what `personal_data_necessary` attests.
- Who reported a vulnerability, and what is classified, is withheld under every regime.
- Police, OM and AP have no basis in art. 3(2): column A51 of the Wbni is DENY at R3. Capacities of
  the Cbw that are providers (EE, BE, LEG) are column OTHER under the Wbni, and those of the Wbni
  that the Cbw does not know are column REL.
- Whose designation ended is a provider like any other (OTHER), told why it is no OKTT any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

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
        "EXOKTT": "ALLOW A2 bijzonder_geval concerned",
        "A51": "DENY",
        "COMM": "DENY",
        "EE": "ALLOW A2 bijzonder_geval concerned",
        "BE": "ALLOW A2 bijzonder_geval concerned",
        "LEG": "ALLOW A2 bijzonder_geval concerned",
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
        "EXOKTT": "DENY",
        "EE": "DENY",
        "BE": "DENY",
        "LEG": "DENY",
    },
    "R6": {**WBNI_2022["R6"], "OKTT": "DENY", "EZ": "DENY"},
}

# Until 1 October 2024 the Wbdwb gave the Minister of EZ nothing.
WBNI_2022_BEFORE_WBDWB: Table = {
    **WBNI_2022,
    "R3": {**WBNI_2022["R3"], "EZ": "DENY"},
    "R6": {**WBNI_2022["R6"], "EZ": "DENY"},
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
        # Designations of the Wbni say nothing any more.
        "OKTT": "ALLOW relevant_party",
        "EXOKTT": "ALLOW relevant_party",
        "VITAL": "ALLOW relevant_party",
        "GOV": "ALLOW relevant_party",
        "CCT": "ALLOW relevant_party",
        "ISP": "ALLOW relevant_party",
        "NONEU": "ALLOW coop relevant",
        "EEA": "ALLOW coop relevant",
        "CARIB": "MANUAL",
        "PUBLIC": "ALLOW clear inform",  # a statement rests on art. 37
    },
    "R4-R6": {EVERY: "ALLOW base C66", "PUBLIC": "DENY"},
    "exceptions": {EVERY: "DENY", "PUBLIC": "ALLOW C37 statement"},
}

TABLES = {
    "WBNI_2018": WBNI_2018,
    "WBNI_2022_BEFORE_WBDWB": WBNI_2022_BEFORE_WBDWB,
    "WBNI_2022": WBNI_2022,
    "CBW_2026": CBW_2026,
}

# What falls with a rule on which nothing may be based: row, column, and the word of the alternative
# that rests on it (empty: the whole cell).
FALLS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "W.3.1.c": (("R2a", "VITAL", ""), ("R2a", "GOV", "")),
    "W.3.1.d": (("R2a", "VITAL", ""), ("R2a", "GOV", ""), ("R2b", EVERY, "")),
    "W.3.2.OKTT": (("R3", "OKTT", ""),),
    "W.3.2.CSIRT": (("R3", "CSIRT", ""),),
    "W.3.2.CCT": (("R3", "CCT", ""),),
    "W.3.2.ISP": (("R3", "ISP", "isp_purpose"),),
    "W.3.2.OTHER": tuple(
        ("R3", c, "bijzonder_geval") for c in ("ISP", "OTHER", "EXOKTT", "EE", "BE", "LEG")
    ),
    "W.20.2.consent": (("R5", EVERY, ""), ("R5", "CARIB", "")),
    "W.20.2.list": tuple(("R6", column, "") for column in ("CSIRT", "CCT", "INTEL", "EEA")),
    "W.20.2.dienstig": tuple(("R6", c, "ALLOW") for c in ("CSIRT", "CCT", "INTEL", "OKTT")),
    "W22.20.2.OKTT": (("R6", "OKTT", ""),),
    "W22.WBDWB": (("R3", "EZ", ""), ("R6", "EZ", "")),
    "W.19.2-5": (("exceptions", "SCP", "duty"),),
    "W.20.3": (("exceptions", "SUPV", "E3"),),
    "W.20.4.a": (("exceptions", "SUPV", "MUST"),),
    "W.20.4.b": tuple(("exceptions", c, "consulted") for c in (EVERY, "PUBLIC", "SUPV", "SCP")),
    "C.16.2.b": tuple(
        (row, column, "")
        for row in ("R2", "R3")
        for column in (*CBW_2026["R3"],)
        if not {column} & {"LEG", "CSIRT", "BA", "CCP", "INTEL", "A51", "COMM", "NONEU", "EEA"}
    ),
    "C.37": (("exceptions", "PUBLIC", ""),),
    "C.51.1": (("R3", "BA", ""),),
    "C.51.2": (("R3", "INTEL", ""), ("R3", "A51", "")),
    "C.52": (("R3", "CSIRT", ""),),
    "C.53": (("R3", "EE", ""), ("R3", "BE", ""), ("R3", "COMM", "")),
    "C.54.1": (("R3", "NONEU", ""), ("R3", "EEA", "")),
    "C.39-41": (("R3", "CCP", ""),),
    "C.66.1": (("R4-R6", EVERY, ""),),
    "C.96": (("R2", "LEG", ""), ("R3", "LEG", "")),
    "M.RULING": (),
}

# Bundles as the rules define them under the matrix.
BUNDLES = {
    "A1": frozenset({"concerns_primary", "purpose_art_3_1"}),
    "A2": frozenset({"provenance", "prevents_adverse"}),
    "isp_purpose": frozenset({"inform_users", "customers"}),
    "E3": frozenset({"subject_vital", "not_followed", "within_advice"}),
    # Limb c rests on the registry's assurance as well as on what was attested.
    "C66": frozenset({"limb_a", "limb_b", "limb_c", "limb_d", "secrecy"}),
    "C37": frozenset({"significant", "consulted", "ground"}),
}
B = frozenset({"secrecy", "purpose_bound"})
# Computed from the registry, or overridden by legal affairs: either will do.
NO_LINKING = frozenset({"no_linking", "no_linking_said"})


@dataclass(frozen=True, slots=True)
class Situation:
    """Who asks for what, and which conditions of the tables hold."""

    regime: str
    column: str
    systems: frozenset[str]  # PRIMARY, OTHER, GENERIC; empty: nobody said
    confidential: bool | None
    traceable: bool | None
    consent: bool
    own: bool  # SELF
    holds: frozenset[str]
    tlp: str | None = "AMBER"
    personal_data: str | None = "NONE"
    suspended: str | None = None  # a rule of `FALLS`; then only the outcome is told, not the code

    @property
    def clear(self) -> bool:
        return self.tlp == "CLEAR" and self.personal_data == "NONE"


def expected(situation: Situation) -> tuple[str, str]:
    """ALLOW, MUST, MANUAL or DENY, and the code that is told first."""
    reasons = [*_law(situation), *_overlay(situation)]
    if reasons:
        return "DENY", min(reasons, key=FIRST_TOLD.index)
    row, exception = _outcomes(situation)
    outcome = _best(row, exception)
    if outcome == "DENY":
        return "DENY", "DENY_RULE_SUSPENDED"
    if outcome == "MANUAL" and "ruling" in situation.holds and situation.suspended != "M.RULING":
        return "ALLOW", "LEGAL_RULING"
    if outcome == "MUST":
        return "MUST", "MUST_W_19" if situation.column == "SCP" else "MUST_W_20_4_A"
    if outcome == "ALLOW" and row != "ALLOW":
        third_limb = _holds(situation, "E3") and situation.column == "SUPV"
        return "ALLOW", "OK" if third_limb else "BREAK_GLASS"
    return outcome, {"ALLOW": "OK", "MANUAL": "MANUAL_LEGAL"}[outcome]


# Who may never, then gate by gate: no task, secrecy, the list, persons, handling. Within gate A
# the reason that says most is told.
FIRST_TOLD = (
    "DENY_RECIPIENT_INACTIVE",
    "DENY_CLASSIFIED",
    "DENY_REPORTER_ANONYMITY",
    "DENY_DESIGNATION_INVALID",
    "DENY_LINKING_ORG_EXISTS",
    "DENY_NOT_SERIOUS",
    "DENY_NO_TASK_3_1",
    "DENY_NO_TASK_3_2",
    "DENY_NO_TASK_CBW",
    "DENY_NOT_CONSULTED",
    "DENY_20_1_A_SECRECY",
    "DENY_20_1_B_PURPOSE",
    "DENY_CONSENT_INVALID",
    "DENY_20_2_NOT_LISTED",
    "DENY_20_2_NOT_DIENSTIG",
    "DENY_66_1",
    "DENY_AVG",
    "DENY_AVG_CH5",
    "DENY_EMBARGO",
    "DENY_IEP",
    "DENY_TLP",
    "DENY_MARKING_INCOMPLETE",
)


def _outcomes(s: Situation) -> tuple[str, str]:
    """What the row says, and what an exception says."""
    falls = s.suspended == ("C.16.2.b" if s.regime == "CBW_2026" else "W.3.1.d")
    row = "ALLOW" if _public_advisory(s) and not falls else _row(s)
    return row, _cell(s, "exceptions", "")


def _public_advisory(s: Situation) -> bool:
    """R1: nobody's systems, or those of art. 3(1); nothing secret, nothing to trace."""
    plain = s.confidential is False and s.traceable is False
    return s.clear and plain and bool(s.systems) and "OTHER" not in s.systems


def _row(s: Situation) -> str:
    return _row_cbw(s) if s.regime == "CBW_2026" else _row_wbni(s)


def _base(s: Situation) -> str:
    """Gate A of the Wbni: row R2a, or R2b for PRIMARY and GENERIC and R3 for OTHER."""
    if s.own and s.column in TABLES[s.regime]["R2a"] and "PRIMARY" in s.systems:
        own = _cell(s, "R2a", "")
        if own != "DENY":
            return own
    primary = _cell(s, "R2b", "") if s.systems & {"PRIMARY", "GENERIC"} else "DENY"
    other = _cell(s, "R3", "") if "OTHER" in s.systems else "DENY"
    return _best(primary, other)


def _row_wbni(s: Situation) -> str:
    base = _base(s)
    if s.confidential is False:
        return base
    if s.traceable is False or s.own:  # art. 20(2) protects a provider against others
        return _cell(s, "R4", base)
    if not s.consent:
        return _cell(s, "R6", base)
    # With consent it goes by R5, or as without it by R6.
    return _best(_cell(s, "R5", base), _cell(s, "R6", base))


def _row_cbw(s: Situation) -> str:
    if s.own and s.confidential is False and s.column in CBW_2026["R2"]:
        own = _cell(s, "R2", "")
        if own != "DENY":
            return own
    base = _cell(s, "R3", "")
    return base if s.confidential is False else _cell(s, "R4-R6", base)


def _cell(s: Situation, row: str, base: str) -> str:
    cells = TABLES[s.regime][row]
    column = s.column if s.column in cells else EVERY
    fallen = [word for r, c, word in FALLS.get(s.suspended or "", ()) if (r, c) == (row, column)]
    standing = [
        words
        for one in cells[column].split("; ")
        for words in (one.split(),)
        if not any(word in {"", *words} for word in fallen)
    ]
    return _best("DENY", *(_alternative(s, words, base) for words in standing))


def _alternative(s: Situation, words: list[str], base: str) -> str:
    outcome, *needed = words
    if "base" in needed and RANK[base] < RANK[outcome]:
        outcome = base
    return outcome if all(word == "base" or _holds(s, word) for word in needed) else "DENY"


def _holds(s: Situation, word: str) -> bool:
    if word == "clear":
        return s.tlp == "CLEAR"
    if word == "B":
        # Towards a vital provider's or ministry's own contact, gate B is met (note 4). What is
        # not confidential does not ask for it.
        return s.confidential is False or _own_right(s) or s.holds >= B
    if word == "subject_other":  # said to be another's systems, and nobody vital among them
        vital = "PRIMARY" in s.systems or "subject_vital" in s.holds
        return "OTHER" in s.systems and not vital
    if word == "bijzonder_geval":
        return "serious" in s.holds and bool(s.holds & NO_LINKING)
    if word in BUNDLES:
        return BUNDLES[word] <= s.holds
    return word in s.holds


def _own_right(s: Situation) -> bool:
    return s.own and s.column in {"VITAL", "GOV"}


def _best(*outcomes: str) -> str:
    return max(outcomes, key=RANK.__getitem__)


def _law(s: Situation) -> list[str]:
    """Why gates A, B and C deny, each judged by itself."""
    return _law_cbw(s) if s.regime == "CBW_2026" else _law_wbni(s)


def _law_wbni(s: Situation) -> list[str]:
    sure = replace(s, holds=s.holds | B)  # the exceptions with gate B met: that is told apart
    excepted = _cell(sure, "exceptions", "") != "DENY"
    reasons = []
    if _told(s) and s.confidential is not False:
        # Possibly secret: to the public by art. 20(4)(b) or not at all.
        reasons += [] if excepted else ["DENY_NOT_CONSULTED"]
    elif not (excepted or _public_advisory(s)) and _base(s) == "DENY":
        reasons += _no_task(s)
    if not (s.column == "PUBLIC" and excepted):  # art. 20(5)
        reasons += _no_secrecy(s)
    hidden = s.confidential is not False and s.traceable is not False
    if hidden and not (s.own or s.consent or excepted):
        if TABLES[s.regime]["R6"].get(s.column, "DENY") == "DENY":
            reasons.append(_not_listed(s))
        elif "dienstig" not in s.holds:
            reasons.append("DENY_20_2_NOT_DIENSTIG")
    return reasons


def _no_secrecy(s: Situation) -> list[str]:
    if s.confidential is False or _own_right(s):
        return []
    reasons = []
    if "secrecy" not in s.holds or s.column == "PUBLIC":
        reasons.append("DENY_20_1_A_SECRECY")
    if "purpose_bound" not in s.holds:
        reasons.append("DENY_20_1_B_PURPOSE")
    return reasons


def _told(s: Situation) -> bool:
    """A statement (mededeling) to the public."""
    return s.column == "PUBLIC" and "statement" in s.holds


def _not_listed(s: Situation) -> str:
    """Why no path leads around the list: consent that ended, consultation that is lacking."""
    if "consented" in s.holds:
        return "DENY_CONSENT_INVALID"
    necessary = "necessity" in s.holds and "consulted" not in s.holds
    reached = s.column != "SUPV" and (s.column != "PUBLIC" or _told(s))
    return "DENY_NOT_CONSULTED" if necessary and reached else "DENY_20_2_NOT_LISTED"


def _no_task(s: Situation) -> list[str]:
    reasons = []
    if not s.systems or s.systems & {"PRIMARY", "GENERIC"}:
        reasons.append("DENY_NO_TASK_3_1")
    if "statement" in s.holds:
        reasons.append("DENY_NOT_CONSULTED")
    if "OTHER" in s.systems:
        reasons.append("DENY_NO_TASK_3_2")
        if s.column == "EXOKTT" and s.regime != "WBNI_2018":
            reasons.append("DENY_DESIGNATION_INVALID")
        direct = "bijzonder_geval" in TABLES[s.regime]["R3"].get(s.column, "")
        if direct and BUNDLES["A2"] | {"concerned"} <= s.holds:
            alone = bool(s.holds & NO_LINKING)
            reasons.append("DENY_NOT_SERIOUS" if alone else "DENY_LINKING_ORG_EXISTS")
            reasons.remove("DENY_NO_TASK_3_2")
    return reasons


def _law_cbw(s: Situation) -> list[str]:
    excepted = _cell(s, "exceptions", "") != "DENY"
    reasons = []
    granted = s.own and s.confidential is False and s.column in CBW_2026["R2"]
    if s.column == "PUBLIC":
        granted = s.confidential is False and _cell(s, "R3", "") == "ALLOW"
    elif not granted:
        granted = _cell(s, "R3", "") != "DENY"
    if not (granted or excepted or _public_advisory(s)):
        silent = {"statement"} <= s.holds and "consulted" not in s.holds and s.column == "PUBLIC"
        reasons.append("DENY_NOT_CONSULTED" if silent else "DENY_NO_TASK_CBW")
    if s.confidential is not False and not excepted and not _holds(s, "C66"):
        reasons.append("DENY_66_1")
    return reasons


# Where the AVG asks for a basis of its own to send it there (chapter V).
ABROAD = frozenset({"NONEU", "CARIB"})


def _overlay(s: Situation) -> list[str]:
    """Row R7, row R8 and gates E and F: they only take away."""
    public = s.column == "PUBLIC"
    denied = {
        "DENY_RECIPIENT_INACTIVE": "inactive" in s.holds and not public,
        "DENY_CLASSIFIED": "classified" in s.holds,
        "DENY_REPORTER_ANONYMITY": "reporter" in s.holds,
        "DENY_EMBARGO": "embargo" in s.holds,
        "DENY_IEP": _against_the_originators_terms(s),
        "DENY_TLP": s.tlp != "CLEAR"
        if public
        else s.tlp in {"RED", None} and "named" not in s.holds,
        "DENY_MARKING_INCOMPLETE": _incomplete(s),
    }
    if s.personal_data not in {"NONE", None}:
        denied["DENY_AVG"] = public or not {"personal_needed", "minimised"} <= s.holds
        basis = s.holds & {"chapter_v", "art_49"}
        denied["DENY_AVG_CH5"] = s.column in ABROAD and not basis
    return [code for code, holds in denied.items() if holds]


def _incomplete(s: Situation) -> bool:
    """An unset facet is not a favourable one. What is not confidential needs no tracing."""
    known = s.systems and s.confidential is not None and s.personal_data and s.tlp
    return not known or (s.traceable is None and s.confidential is not False)


def _against_the_originators_terms(s: Situation) -> bool:
    """IEP 2.0: nothing outside its dates, nothing to whom it is about where that must not be."""
    about = s.own or "concerned" in s.holds
    must_not = "iep" in s.holds and "iep_may_notify" not in s.holds
    return bool(s.holds & {"iep_over", "iep_not_begun"}) or (must_not and about)
