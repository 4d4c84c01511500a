"""The sharing rules of the Wbni and the Cbw as plain Python (ADR 0001). A lawyer can read them.

`decide` answers one `Question`, `decide_many` one item for many kinds of recipient.
"""

from law.deciding import decide, decide_many
from law.errors import LawError
from law.facts import Item, Question, Recipient, Relation
from law.verdict import GateResult, Verdict

__all__ = [
    "GateResult",
    "Item",
    "LawError",
    "Question",
    "Recipient",
    "Relation",
    "Verdict",
    "decide",
    "decide_many",
]
