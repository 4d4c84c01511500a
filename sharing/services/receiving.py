"""What recipients say of what they got (ontvangstbevestiging; art. 17 Cbb)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.errors import Incomplete
from advisories.services.keeping_out import on_record, refuse_classified
from audit.services import record
from recipients.models import Organisation, User
from sharing import access
from sharing.access import Reader
from sharing.models import Opening, Receipt
from sharing.shared import Shared

Answer = Receipt.Answer


@on_record
@transaction.atomic
def answer(
    *,
    number: str,
    version: str | None,
    answer: Receipt.Answer,
    product: str,
    text: str,
    by: User,
    at: datetime,
) -> Receipt:
    """What the organisation of `by` says of a version that it may see now.

    The same said twice is said once (a double click). `NotShared` or `Withdrawn` when there is
    nothing to answer to; `Incomplete` when help is asked for without saying which; `Classified`.
    """
    shared = access.open_advisory(access.reader_of(by), number=number, version=version, at=at)
    refuse_classified(product, text, target=f"{shared.advisory} [{shared.version}]")
    product, text = product.strip(), text.strip()
    if answer is Answer.NEEDS_HELP and not text:
        raise Incomplete(_("Say which help you need."))
    assert by.organisation_id is not None  # `reader_of` saw to it
    # One at a time for an organisation, so that of two clicks the second finds the first.
    Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    last = (
        Receipt.objects.filter(
            version=shared.version_id, organisation=by.organisation_id, product=product
        )
        .order_by("pk")
        .last()
    )
    if last is not None and (last.answer, last.text) == (answer.value, text):
        return last
    made = Receipt.objects.create(
        version_id=shared.version_id,
        organisation_id=by.organisation_id,
        by=by,
        at=at,
        answer=answer,
        product=product,
        text=text,
    )
    record(
        at=at,
        actor=by.actor,
        action="advisory.answer",
        target=f"{shared.advisory} [{shared.version}]",
        outcome=answer.value,
        detail={"receipt": made.pk, "organisation": str(by.organisation_id)},
    )
    return made


def said_of(shared: Shared, *, by: User) -> list[Receipt]:
    """What the reader's own organisation said of this version, newest first."""
    rows = Receipt.objects.filter(version=shared.version_id, organisation=by.organisation_id)
    return list(rows.select_related("by").order_by("-pk"))


def opened_by(reader: Reader, versions: Iterable[int]) -> frozenset[int]:
    """Which of the versions this person opened before."""
    rows = Opening.objects.filter(actor=reader.actor, version__in=list(versions))
    return frozenset(rows.values_list("version_id", flat=True))
