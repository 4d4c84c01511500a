"""Writing the feed. Call it last in an act: it takes the lock that orders all acts."""

from collections.abc import Iterable

from django.db import connection

from sharing.models import FeedEvent
from sharing.models.feed import STEP

# Any constant will do as long as nobody else uses it: "feed" in ASCII.
FEED_LOCK = 0x66656564


def hold_the_feed() -> None:
    """Until commit nobody else takes a position: visible positions have no gaps before them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FEED_LOCK])


def announce(events: Iterable[FeedEvent]) -> None:
    """Append events in the order given."""
    events = list(events)
    if not events:
        return
    hold_the_feed()
    last = FeedEvent.objects.order_by("-position").values_list("added_at", flat=True).first()
    for event in events:
        event.added_at = last = event.at if last is None else max(event.at, last + STEP)
    FeedEvent.objects.bulk_create(events)
