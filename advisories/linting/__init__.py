"""What stands in a text that must not leave unnoticed. Text in, findings out; nothing is stored.

`folding` reads through disguises and leads back to the exact place in the original; `names`,
`hosts`, `addresses`, `personal`, `cves` and `classified` each look for one kind of thing.
"""

from advisories.linting.finding import Finding, Kind, Proposal, Span
from advisories.linting.looking import Context, look
from advisories.linting.register import Known, Register

__all__ = ["Context", "Finding", "Kind", "Known", "Proposal", "Register", "Span", "look"]
