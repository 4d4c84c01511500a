"""When facts change, grants follow: in the transaction of the change, or when time brings it.

Everything here ends in feed events, so that a machine that follows the feed holds what it may.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from advisories.addressing import Addressing
from law.facts import Recipient
from law.regimes import regime_at
from recipients.models import Organisation
from sharing import judging
from sharing.comparing import Holding, holdings
from sharing.facts import profiles
from sharing.facts.matter import Matter
from sharing.granting import store
from sharing.granting.audiences import rewrite_memberships
from sharing.granting.deciding import everyone, for_people
from sharing.granting.feed import announce
from sharing.models import (
    Audience,
    AudienceMembership,
    EndedGrant,
    FeedEvent,
    Grant,
    Release,
)

Seen = dict[int, set[int]]  # version id → section ids


@dataclass(slots=True)
class _Watch:
    """What an organisation sees before and after; the difference goes to the feed."""

    organisation: Organisation
    at: datetime
    before: Seen = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = self.seen()

    def seen(self) -> Seen:
        held = AudienceMembership.objects.valid_at(self.at).filter(organisation=self.organisation)
        groups = [
            self.organisation.group_id,
            *held.values_list("audience__group_id", flat=True),
        ]
        return _visible(groups, at=self.at)

    def events(self) -> list[FeedEvent]:
        group = self.organisation.group_id
        return list(_differences(self.before, self.seen(), at=self.at, group_id=group))

    def announce(self) -> None:
        announce(self.events())


def _visible(groups: Iterable[int], *, at: datetime) -> Seen:
    seen: Seen = defaultdict(set)
    rows = Grant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=at), group_id__in=list(groups), valid_from__lte=at
    )
    for version, section in rows.values_list("version_id", "content_object_id"):
        seen[version].add(section)
    return seen


def _differences(before: Seen, after: Seen, *, at: datetime, **holder: Any) -> Iterable[FeedEvent]:
    """A version gained or lost is one event; a section within a version that stays, one each."""
    for version in sorted(before.keys() | after.keys()):
        old, new = before.get(version, set()), after.get(version, set())
        if old and not new:
            yield FeedEvent(kind=FeedEvent.Kind.REVOKED, version_id=version, at=at, **holder)
        elif new and not old:
            yield FeedEvent(kind=FeedEvent.Kind.GRANTED, version_id=version, at=at, **holder)
        else:
            for section in sorted(old ^ new):
                kind = FeedEvent.Kind.GRANTED if section in new else FeedEvent.Kind.REVOKED
                yield FeedEvent(kind=kind, version_id=version, section_id=section, at=at, **holder)


def follow_registry(organisation: Organisation, *, at: datetime) -> None:
    """The registry says something new of the organisation: audience, grants and feed follow."""
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    watch = _Watch(organisation, at)
    new = rewrite_memberships(organisation, at=at)
    for audience in new:
        grant_live_releases(audience, at=at)
    AudienceMembership.objects.filter(
        organisation=organisation, valid_from__lte=at, announced=False
    ).update(announced=True)
    decide_anew(organisation, at=at, reason=EndedGrant.Reason.REGISTRY)
    watch.announce()


def grant_live_releases(audience: Audience, *, at: datetime) -> None:
    """A kind of recipient that did not exist before: decide it for what is live and means it."""
    profile = profiles.from_json(audience.profile)
    for release in _live(at=at).iterator(chunk_size=500):
        if Addressing.from_json(release.addressing).covers(profile):
            matter = Matter.load(release.version, at=at)
            store.store(release, judging.for_audiences(matter, [profile]), at=at)
            store.settle_newest(
                store.BY_GROUP,
                advisories=[release.version.advisory_id],
                holders=[audience.group_id],
            )


def _live(*, at: datetime) -> QuerySet[Release]:
    """Releases whose grants may follow the facts, oldest first: the newest version comes last.

    What stands under a law that has ended waits for `reassessing`: nobody is let in under the next
    law before two people looked at it.
    """
    live = Release.objects.filter(withdrawn_at=None, stands_under=regime_at(at).id.value)
    return live.select_related("version__advisory").order_by("released_at", "version_id")


def decide_anew(organisation: Organisation, *, at: datetime, reason: EndedGrant.Reason) -> None:
    """Decide again what was decided for this very organisation or for its people by name."""
    people = set(organisation.people.values_list("pk", flat=True))
    params = {"group": organisation.group_id, "people": list(people)}
    gone = store.end(store.BY_GROUP, "g.group_id = %(group)s", params, reason=reason, at=at)
    gone += store.end(store.BY_PERSON, "g.user_id = ANY(%(people)s)", params, reason=reason, at=at)
    named = Q(addressing__organisations__contains=str(organisation.pk))
    for person in people:
        named |= Q(addressing__people__contains=person)
    about = Q(version__sections__marking__organisations__organisation=organisation)
    about |= Q(version__attestations__organisation=organisation)  # said of this one alone
    about |= Q(version__rulings__organisation=organisation)
    before = Q(version_id__in={one.version_id for one in gone})
    releases = _live(at=at).filter(before | named | about).distinct()
    profile, until = profiles.profiles_at([organisation.pk], at=at)[organisation.pk]
    for release in releases:
        _decide_release_anew(release, organisation, profile, until, people, at=at)


def _decide_release_anew(
    release: Release,
    organisation: Organisation,
    profile: Recipient,
    until: datetime | None,
    people: set[int],
    *,
    at: datetime,
    matter: Matter | None = None,
) -> None:
    matter = matter or Matter.load(release.version, at=at)
    rulings = [r for r in for_people(matter) if r.person_id in people]
    if judging.addressed(matter, {organisation.pk: profile}):
        rulings += judging.for_organisation(matter, organisation.pk, profile, facts_until=until)
    store.store(release, rulings, at=at)
    _settle(release, groups={organisation.group_id}, people=people)


def _settle(release: Release, *, groups: Collection[int], people: Collection[int]) -> None:
    """Mark the newest version that each of them holds: those too who lost this one, for an earlier
    version may be the newest again."""
    advisories = [release.version.advisory_id]
    store.settle_newest(store.BY_GROUP, advisories=advisories, holders=groups)
    store.settle_newest(store.BY_PERSON, advisories=advisories, holders=people)


def follow_rulings(
    release: Release, organisation_ids: Iterable[UUID], *, at: datetime
) -> list[Organisation]:
    """Rulings about these organisations began or ended: decide this release anew for each, and tell
    the feed. Returns those to whom more of it is open than was. Nothing happens while not live."""
    if not _live(at=at).filter(pk=release.pk).exists():
        return []
    organisations = list(
        Organisation.objects.select_for_update(no_key=True)
        .filter(pk__in=set(organisation_ids))
        .order_by("pk")
    )
    matter = Matter.load(release.version, at=at)
    found = profiles.profiles_at({one.pk for one in organisations}, at=at)
    events: list[FeedEvent] = []
    gained = []
    for organisation in organisations:
        watch = _Watch(organisation, at)
        before = holdings(at=at, version=release.version_id, organisation=organisation.pk)
        _follow_ruling(release, organisation, *found[organisation.pk], matter, at=at)
        events += watch.events()
        if holdings(at=at, version=release.version_id, organisation=organisation.pk) - before:
            gained.append(organisation)
    announce(events)
    return gained


def _follow_ruling(
    release: Release,
    organisation: Organisation,
    profile: Recipient,
    until: datetime | None,
    matter: Matter,
    *,
    at: datetime,
) -> None:
    people = set(organisation.people.values_list("pk", flat=True))
    params = {
        "version": release.version_id,
        "group": organisation.group_id,
        "people": list(people),
    }
    for table, holder in (
        (store.BY_GROUP, "g.group_id = %(group)s"),
        (store.BY_PERSON, "g.user_id = ANY(%(people)s)"),
    ):
        store.end(
            table,
            f"g.version_id = %(version)s AND {holder}",
            params,
            reason=EndedGrant.Reason.RULING,
            at=at,
        )
    _decide_release_anew(release, organisation, profile, until, people, at=at, matter=matter)


def follow_consent(traced: Organisation, *, at: datetime) -> dict[int, frozenset[Holding]]:
    """A consent (instemming) of `traced` began or ended: decide anew what can be traced to it.

    Returns, by release id, what somebody held and holds no longer.
    """
    lost: dict[int, frozenset[Holding]] = {}
    releases = _live(at=at).filter(
        version__sections__marking__organisations__organisation=traced,
        version__sections__marking__organisations__traceable=True,
    )
    for release in releases.distinct():
        before = holdings(at=at, version=release.version_id)
        decide_release_anew(release, reason=EndedGrant.Reason.CONSENT, at=at)
        gone = before - holdings(at=at, version=release.version_id)
        if gone:
            lost[release.pk] = gone
    return lost


def follow_supply(version_id: int, *, at: datetime) -> None:
    """An exceptional supply of a version ended: decide anew what rested on it, if it is live."""
    for release in _live(at=at).filter(version_id=version_id):
        decide_release_anew(release, reason=EndedGrant.Reason.EXCEPTION, at=at)


def decide_release_anew(
    release: Release,
    *,
    reason: EndedGrant.Reason,
    at: datetime,
    matter: Matter | None = None,
    lost: Collection[store.Ended] = (),
) -> None:
    """Decide one release again for everyone it is addressed to, and tell the feed what changed.

    `matter`: other facts than the database holds, to see what they would do. `lost`: grants of
    groups that were ended a moment ago; whoever holds them again has lost nothing.
    """
    version = {"version": release.version_id}
    before = _holders(release.version_id, at=at)
    for one in lost:
        before[one.holder].add(one.section_id)
    groups, people = (
        {
            gone.holder
            for gone in store.end(
                table, "g.version_id = %(version)s", version, reason=reason, at=at
            )
        }
        for table in (store.BY_GROUP, store.BY_PERSON)
    )
    matter = matter or Matter.load(release.version, at=at)
    granted = store.store(release, everyone(matter), at=at)
    _settle(release, groups=granted.groups | groups, people=granted.people | people)
    after = _holders(release.version_id, at=at)
    announce(
        event
        for group in sorted(before.keys() | after.keys())
        for event in _differences(
            {release.version_id: before.get(group, set())},
            {release.version_id: after.get(group, set())},
            at=at,
            group_id=group,
        )
    )


def _holders(version_id: int, *, at: datetime) -> dict[int, set[int]]:
    """Section ids by group for one version."""
    held: dict[int, set[int]] = defaultdict(set)
    rows = Grant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=at), version_id=version_id, valid_from__lte=at
    )
    for group, section in rows.values_list("group_id", "content_object_id"):
        held[group].add(section)
    return held


def expire(*, at: datetime) -> int:
    """What time alone has changed: grants that ran out, memberships that began. Returns how many.

    The door has denied since the very instant; this moves the rows and tells the feed.
    """
    return _expire_grants(at=at) + _announce_memberships(at=at)


@transaction.atomic
def _expire_grants(*, at: datetime) -> int:
    ran_out = "g.valid_until <= %(now)s"
    gone = store.end(store.BY_GROUP, ran_out, {"now": at}, reason=EndedGrant.Reason.EXPIRED, at=at)
    personal = store.end(
        store.BY_PERSON, ran_out, {"now": at}, reason=EndedGrant.Reason.EXPIRED, at=at
    )
    # A grant ends with the first of the facts that were known when it was decided, needed or not:
    # what the law still allows without that fact is granted again at once.
    again = list(_live(at=at).filter(version__in={one.version_id for one in (*gone, *personal)}))
    for release in again:
        lost = [one for one in gone if one.version_id == release.version_id]
        decide_release_anew(release, reason=EndedGrant.Reason.REPLACED, at=at, lost=lost)
    decided = {release.version_id for release in again}
    for table, ended in ((store.BY_GROUP, gone), (store.BY_PERSON, personal)):
        store.settle_newest(
            table,
            advisories={one.advisory_id for one in ended},
            holders={one.holder for one in ended},
        )
    announce(
        FeedEvent(
            kind=FeedEvent.Kind.REVOKED,
            version_id=one.version_id,
            section_id=one.section_id,
            group_id=one.holder,
            at=at,
        )
        for one in gone
        if one.version_id not in decided  # those were told what changed, if anything did
    )
    return len(gone) + len(personal)


def _announce_memberships(*, at: datetime) -> int:
    begun = AudienceMembership.objects.filter(valid_from__lte=at, announced=False)
    organisations = set(begun.values_list("organisation", flat=True)[:500])
    for pk in organisations:
        _announce_organisation(pk, at=at)
    return len(organisations)


@transaction.atomic
def _announce_organisation(pk: Any, *, at: datetime) -> None:
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=pk)
    begun = AudienceMembership.objects.filter(
        organisation=organisation, valid_from__lte=at, announced=False
    ).order_by("valid_from")
    first = begun.first()
    if first is None:
        return  # another sweep was quicker
    earlier = AudienceMembership.objects.filter(
        organisation=organisation, valid_from__lt=first.valid_from
    ).order_by("valid_from")
    previous = earlier.values_list("audience__group_id", flat=True).last()
    held_before = [organisation.group_id, *([previous] if previous else [])]
    before = _visible(held_before, at=at)
    begun.update(announced=True)
    decide_anew(organisation, at=at, reason=EndedGrant.Reason.REGISTRY)
    now = AudienceMembership.objects.valid_at(at).filter(organisation=organisation)
    after = _visible(
        [organisation.group_id, *now.values_list("audience__group_id", flat=True)], at=at
    )
    announce(_differences(before, after, at=at, group_id=organisation.group_id))
