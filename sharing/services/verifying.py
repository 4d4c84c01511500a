"""The legal officer reads a rule against the enacted text, and says so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.errors import NotAllowed, WrongStatus
from audit.services import record
from law.rules import RULES
from recipients.models import User
from recipients.roles import Right, may
from sharing.models import RuleVerification


@transaction.atomic
def verify(*, rule: str, source: str, note: str, by: User, at: datetime) -> RuleVerification:
    """`by` read the rule's words in `source`, an address or a publication. It holds for these words.

    It changes nothing in what the law decides: wrong words are mended in the code, and so are
    reviewed, tested and hashed. Raises `KeyError` for an unknown rule, `NotAllowed`, `WrongStatus`.
    """
    if not may(by, Right.ATTEST_LEGAL, at=at):
        raise NotAllowed(_("Verifying a rule is for legal affairs."))
    if not source.strip():
        raise WrongStatus(_("Say where you read it: an address or a publication."))
    made = RuleVerification.objects.create(
        rule=RULES[rule].id,
        digest=RULES[rule].digest,
        source=source.strip(),
        note=note.strip(),
        by=by,
        at=at,
    )
    record(
        at=at,
        actor=by.actor,
        action="law.verify",
        target=rule,
        detail={"digest": made.digest, "source": made.source},
    )
    return made


def standing() -> dict[str, RuleVerification]:
    """By rule id, the newest verification of the words that the rule has today."""
    rows = RuleVerification.objects.select_related("by").order_by("at", "pk")
    return {
        row.rule: row for row in rows if row.rule in RULES and RULES[row.rule].digest == row.digest
    }
