"""THE DOOR. Every exit reads through it, and nothing else reads sections for recipients.

`readers` says who stands before it, `listing` what they may see, `opening` judges again when
something is opened, `sending` when something is about to leave.
"""

from sharing.access.listing import (
    count,
    inbox,
    kinds_and_labels,
    permitted_sections,
    withdrawn,
)
from sharing.access.opening import open_advisory, open_versions
from sharing.access.readers import Reader, groups_of, reader_of, reader_of_machine
from sharing.access.sending import for_sending
from sharing.errors import BadCursor, NotShared, Withdrawn

__all__ = [
    "BadCursor",
    "NotShared",
    "Reader",
    "Withdrawn",
    "count",
    "for_sending",
    "groups_of",
    "inbox",
    "kinds_and_labels",
    "open_advisory",
    "open_versions",
    "permitted_sections",
    "reader_of",
    "reader_of_machine",
    "withdrawn",
]
