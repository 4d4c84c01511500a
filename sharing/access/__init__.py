"""THE DOOR. Every exit reads through it, and nothing else reads sections for recipients.

`readers` says who stands before it, `listing` what they may see, `searching` finds among it,
`opening` judges again when something is opened, `sending` when something is about to leave,
`holding` tells what a reader who keeps a copy may hold.
"""

from sharing.access.holding import Holding, holdings, open_holding
from sharing.access.listing import (
    count,
    inbox,
    kinds_and_labels,
    permitted_sections,
    withdrawn,
)
from sharing.access.opening import open_advisory, open_decisions, open_versions
from sharing.access.readers import (
    THE_PUBLIC,
    Reader,
    groups_of,
    reader_of,
    reader_of_machine,
    receives,
)
from sharing.access.searching import search
from sharing.access.sending import for_sending
from sharing.access.told import first_openings
from sharing.errors import BadCursor, NotShared, Withdrawn

__all__ = [
    "THE_PUBLIC",
    "BadCursor",
    "Holding",
    "NotShared",
    "Reader",
    "Withdrawn",
    "count",
    "first_openings",
    "for_sending",
    "groups_of",
    "holdings",
    "inbox",
    "kinds_and_labels",
    "open_advisory",
    "open_decisions",
    "open_holding",
    "open_versions",
    "permitted_sections",
    "reader_of",
    "reader_of_machine",
    "receives",
    "search",
    "withdrawn",
]
