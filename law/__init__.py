"""The sharing rules of the Wbni and the Cbw as plain Python (ADR 0001). A lawyer can read them.

`decide` answers one `Question`, `decide_many` one item for many kinds of recipient.
"""

from law.deciding import decide, decide_many
from law.errors import LawError
from law.facts import Iep, Item, Question, Recipient, Relation
from law.verdict import GateResult, Verdict
from law.vocabulary import (
    Capacity,
    Code,
    Outcome,
    Pap,
    PersonalData,
    Predicate,
    Provenance,
    Purpose,
    RegimeId,
    Scope,
    Territory,
    Tlp,
)

__all__ = [
    "Capacity",
    "Code",
    "GateResult",
    "Iep",
    "Item",
    "LawError",
    "Outcome",
    "Pap",
    "PersonalData",
    "Predicate",
    "Provenance",
    "Purpose",
    "Question",
    "Recipient",
    "RegimeId",
    "Relation",
    "Scope",
    "Territory",
    "Tlp",
    "Verdict",
    "decide",
    "decide_many",
]
