"""When an embargo ends, what is out already opens: decided anew and told, without anybody asking.

Gate E keeps a section shut until the embargo that its marking sets is over. A version may go out
before; the sections that wait open at that instant for whom the law lets them.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from advisories.models import Marking
from audit.services import record
from law.regimes import regime_at
from recipients.models import Organisation
from sharing.comparing import holdings
from sharing.delivery.owing import owe_notices
from sharing.granting.following import decide_release_anew
from sharing.models import EndedGrant, LiftedEmbargo, Release

ACTOR = "system:embargo"


def due(*, at: datetime) -> list[int]:
    """Ids of live releases with a section whose embargo has ended since they went out, and which
    were not decided anew for that yet."""
    return sorted(set(_ended(at=at).values_list("section__version__release", flat=True)))


def _ended(*, at: datetime) -> QuerySet[Marking]:
    """Of sections that wait. What stands under a law that has ended waits for its reassessment,
    which decides it anew anyway."""
    release = "section__version__release"
    lifted = LiftedEmbargo.objects.filter(
        release=OuterRef(release), embargo_until=OuterRef("embargo_until")
    )
    return Marking.objects.filter(
        ~Exists(lifted),
        embargo_until__gt=F(f"{release}__released_at"),
        embargo_until__lte=at,
        **{f"{release}__withdrawn_at": None, f"{release}__stands_under": regime_at(at).id.value},
    )


def lift(*, at: datetime) -> int:
    """Decide anew what embargoes kept shut, owe a notice to each to whom more is open, and tell the
    feed. Returns how many releases; each is a transaction of its own, and once is enough."""
    return sum(_lift(release_id, at=at) for release_id in due(at=at))


@transaction.atomic
def _lift(release_id: int, *, at: datetime) -> bool:
    # Locked: a withdrawal or another sweep that was quicker is seen.
    release = (
        Release.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version__advisory")
        .get(pk=release_id)
    )
    ended = _ended(at=at).filter(section__version=release.version_id)
    new = sorted({one.embargo_until for one in ended if one.embargo_until is not None})
    if not new:
        return False
    before = holdings(at=at, version=release.version_id)
    decide_release_anew(release, reason=EndedGrant.Reason.REPLACED, at=at)
    gained = holdings(at=at, version=release.version_id) - before
    organisations = {one.organisation_id for one in gained if one.organisation_id is not None}
    LiftedEmbargo.objects.bulk_create(
        LiftedEmbargo(release=release, embargo_until=until, at=at) for until in new
    )
    owed = 0
    if organisations:
        opened_to = Organisation.objects.filter(pk__in=organisations)
        owed = owe_notices(release, at=at, opened_to=opened_to)
    record(
        at=at,
        actor=ACTOR,
        action="embargo.lift",
        target=str(release.version),
        outcome="opened" if gained else "nothing opened",
        detail={
            "embargoes": [until.isoformat() for until in new],
            "organisations": len(organisations),
            "owed": owed,
        },
    )
    return True
