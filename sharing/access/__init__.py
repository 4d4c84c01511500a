"""THE DOOR. Every exit reads through it, and nothing else reads sections for recipients.

`readers` says who stands before it, `listing` what they may see, `opening` judges again when
something is opened, `sending` when something is about to leave, `holding` tells what a reader who
keeps a copy may hold. `public` is everyone as a reader.
"""

from sharing.access.holding import Holding, holdings, let_go, open_holding
from sharing.access.listing import count, inbox, permitted_sections, withdrawn
from sharing.access.opening import open_advisory
from sharing.access.public import Public, the_public
from sharing.access.readers import Reader, groups_of, reader_of, reader_of_machine
from sharing.access.sending import for_sending
from sharing.errors import BadCursor, NotShared, Withdrawn

__all__ = [
    "BadCursor",
    "Holding",
    "NotShared",
    "Public",
    "Reader",
    "Withdrawn",
    "count",
    "for_sending",
    "groups_of",
    "holdings",
    "inbox",
    "let_go",
    "open_advisory",
    "open_holding",
    "permitted_sections",
    "reader_of",
    "reader_of_machine",
    "the_public",
    "withdrawn",
]
