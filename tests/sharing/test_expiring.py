"""A fact that lapses takes what rested on it, and nothing that the law allows without it."""

from dataclasses import replace
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from law.predicates import PREDICATES
from law.vocabulary import Predicate
from recipients.models import Organisation, User
from sharing import access
from sharing.granting.following import expire
from sharing.models import FeedEvent, Grant
from tests.sharing import published as worlds
from tests.sharing.published import LEAD, published

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)
LAPSES = Predicate.SERIOUS_THREAT_CONSIDERABLE_CONSEQUENCES  # after thirty days


def sees(organisation: Organisation, *, at: datetime) -> int:
    person, _ = User.objects.get_or_create(
        email=f"lezer-{organisation.pk}@readers.example",
        defaults={"name": "Lezer", "organisation": organisation},
    )
    return len(access.inbox(access.reader_of(person), at=at).items)


def test_what_the_law_allows_without_the_lapsed_fact_stays_open_and_the_feed_is_silent() -> None:
    made = published()
    organisation = made.organisation("Waterbedrijf Duinrand")
    at = timezone.now()
    with patch.object(worlds, "ATTESTED", (*worlds.ATTESTED, LAPSES)):
        made.publish([LEAD], at=at)
    assert Grant.objects.filter(valid_until=at + MONTH).exists()  # bounded by what lapses
    told = FeedEvent.objects.count()
    assert sees(organisation, at=at + MONTH - timedelta(seconds=1)) == 1
    assert expire(at=at + MONTH) > 0
    assert sees(organisation, at=at + MONTH) == 1
    assert FeedEvent.objects.count() == told
    assert expire(at=at + MONTH) == 0


def test_what_rested_on_it_ends_and_the_feed_says_so() -> None:
    made = published()
    organisation = made.organisation("Waterbedrijf Duinrand")
    at = timezone.now()
    needed = Predicate.RELEVANT_TO_RECIPIENT
    lapsing = {**PREDICATES, needed: replace(PREDICATES[needed], lapse_days=30)}
    with patch("sharing.facts.attested.PREDICATES", lapsing):
        made.publish([LEAD], at=at)
        assert sees(organisation, at=at + MONTH - timedelta(seconds=1)) == 1
        assert expire(at=at + MONTH) > 0
        assert sees(organisation, at=at + MONTH) == 0
    assert FeedEvent.objects.filter(at=at + MONTH, kind=FeedEvent.Kind.REVOKED).exists()
