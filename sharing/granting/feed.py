"""Writing the feed. Call it last in an act: it takes the lock that orders all acts."""

from collections.abc import Iterable

from django.db import connection

from sharing.models import FeedEvent

# Any constant will do as long as nobody else uses it: "feed" in ASCII.
FEED_LOCK = 0x66656564


def hold_the_feed() -> None:
    """Until commit nobody else takes a position: visible positions have no gaps before them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FEED_LOCK])


def announce(events: Iterable[FeedEvent]) -> None:
    """Append events in the order given."""
    events = list(events)
    if events:
        hold_the_feed()
        FeedEvent.objects.bulk_create(events)
