"""Between claim and send: judged again on the facts of this moment, and put into bytes."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sharing import channels
from sharing.access.sending import for_endpoints, for_sending
from sharing.channels.contract import Message, Parcel, Unsealable
from sharing.delivery import circuits, claim
from sharing.delivery.addressees import SEALED, Addressees, Route
from sharing.delivery.claim import Claimed, Settled
from sharing.models import Delivery, Release
from sharing.renditions import mail
from sharing.shared import Shared

log = logging.getLogger(__name__)

Recipe = tuple[Any, ...]  # equal for equal content to an equal key
Sealed = dict[UUID, tuple[Recipe, bytes]]


@dataclass(slots=True)
class Prepared:
    """What became of a batch before anything was sent."""

    parcels: list[Parcel[Claimed]] = field(default_factory=list)
    ways: dict[UUID, str] = field(default_factory=dict)  # by which channel each parcel goes
    ended: list[Settled] = field(default_factory=list)  # will not be sent, and why
    # Stay owed: a bug must not lose a message, nor hold up the others.
    broken: list[Claimed] = field(default_factory=list)
    too_early: list[Claimed] = field(default_factory=list)  # a withdrawal before its notice
    resting: list[tuple[Claimed, datetime]] = field(default_factory=list)  # its host ails
    trouble: dict[UUID, str] = field(default_factory=dict)  # went without its content, and why


@dataclass(slots=True)
class _Batch:
    """What the deliveries of one batch have in common while they are prepared."""

    at: datetime
    addressees: Addressees
    prepared: Prepared
    sealed: Sealed
    rendered: dict[tuple[Any, ...], tuple[Message, Any]] = field(default_factory=dict)
    todo: dict[str, list[tuple[Claimed, Route, Message, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, one: Claimed, release: Release, shared: Shared | None) -> None:
        """This delivery goes out, with what it may say."""
        route = self.addressees.route(one, shared, at=self.at)
        self.put(one, route, release.version.advisory.number, shared)

    def put(self, one: Claimed, route: Route, advisory: str, shared: Shared | None) -> None:
        contact = self.addressees.contacts.get(one.contact_id or 0)
        language = contact.language if contact else "nl"
        message = Message(advisory, language, self.at, shared, closed=route.closed)
        if route.trouble:
            self.prepared.trouble[one.id] = route.trouble
        key = (route.channel, advisory, id(shared), language, route.closed)
        if key not in self.rendered:  # with the message, or another could get the same id
            self.rendered[key] = (message, channels.builder(route.channel).render(message))
        self.todo[route.channel].append((one, route, message, self.rendered[key][1]))

    def build(self) -> None:
        """Bytes for everything; what cannot be sealed becomes a notice without content."""
        for name in (*SEALED, "email", "webhook", "file"):  # plain mail after what falls back on it
            self._by(name, self.todo.pop(name, []))

    def _by(self, name: str, jobs: list[tuple[Claimed, Route, Message, Any]]) -> None:
        fresh = []
        for one, route, message, made in jobs:
            kept = self.sealed.get(one.id)
            if kept and kept[0] == _recipe(one, route, message):
                self._parcel(one, route, kept[1])
            else:
                fresh.append((one, route, message, made))
        answers = channels.builder(name).build([(made, route.to) for _, route, _, made in fresh])
        for (one, route, message, _), answer in zip(fresh, answers, strict=True):
            if isinstance(answer, bytes):
                if route.key_id is not None:
                    self.sealed[one.id] = (_recipe(one, route, message), answer)
                self._parcel(one, route, answer)
            elif isinstance(answer, Unsealable):
                trouble = f"contact {one.contact_id}: its {name} key cannot be used: {answer}"
                to = Route("email", route.to, closed=True, trouble=trouble)
                self.put(one, to, message.advisory, message.shared)
            elif isinstance(answer, mail.BadAddress):
                self.prepared.ended.append(
                    Settled(one, Delivery.Status.FAILED, "refused", answer="not a usable address")
                )
            else:
                log.error("cannot address delivery %s", one.id, exc_info=answer)
                self.prepared.broken.append(one)

    def _parcel(self, one: Claimed, route: Route, content: bytes) -> None:
        by_mail = route.channel in claim.MAIL
        recipient = mail.mailbox(route.to.address) if by_mail else str(one.id)
        self.prepared.ways[one.id] = route.channel
        self.prepared.parcels.append(Parcel(one, recipient, content, route.to.endpoint))


def _recipe(one: Claimed, route: Route, message: Message) -> Recipe:
    """A released version never changes: the same sections in the same words are the same content."""
    sections = tuple(s.id for s in message.shared.sections) if message.shared else None
    return (
        one.release_id,
        one.kind,
        sections,
        message.language,
        route.channel,
        route.key_id,
        route.to,
    )


def prepare(
    claimed: Sequence[Claimed],
    *,
    releases: dict[int, Release],
    at: datetime,
    sealed: Sealed | None = None,
) -> Prepared:
    """Judge each delivery again and render what is still lawful, in the order claimed.

    `releases` are read afresh here: a withdrawal of a moment ago counts. `sealed` keeps what was
    encrypted before, for a batch that is prepared more than once.
    """
    releases.update(
        Release.objects.select_related("version__advisory").in_bulk(
            {one.release_id for one in claimed}
        )
    )
    addressees = Addressees.load(claimed, at=at)
    batch = _Batch(at, addressees, Prepared(), sealed if sealed is not None else {})
    by_release: dict[tuple[int, str], list[Claimed]] = defaultdict(list)
    for one in _callable(claimed, batch):
        by_release[one.release_id, one.kind].append(one)
    for (release_id, kind), owed in by_release.items():
        release = releases[release_id]
        try:
            act = _withdrawals if kind == Delivery.Kind.WITHDRAWAL else _notices
            act(release, owed, batch)
            batch.build()
        except Exception:  # one release that cannot be judged must not hold up the others
            log.exception("cannot prepare %s deliveries of %s", kind, release)
            batch.todo.clear()
            prepared = batch.prepared
            done = {p.key for p in prepared.parcels} | {e.claimed for e in prepared.ended}
            prepared.broken += [o for o in owed if o not in done and o not in prepared.broken]
    place = {one.id: number for number, one in enumerate(claimed)}
    batch.prepared.parcels.sort(key=lambda parcel: place[parcel.key.id])
    return batch.prepared


def _callable(claimed: Sequence[Claimed], batch: _Batch) -> list[Claimed]:
    """Without those for endpoints that are suspended, or whose host is left alone for a while."""
    endpoints, prepared = batch.addressees.endpoints, batch.prepared
    if not endpoints:
        return list(claimed)
    resting = circuits.open_now([row.host for row in endpoints.values()], at=batch.at)
    left = []
    for one in claimed:
        row = endpoints.get(one.endpoint_id or 0)
        if row is None or one.channel != Delivery.Channel.WEBHOOK:
            left.append(one)
        elif row.status != row.Status.ACTIVE:
            prepared.ended.append(
                Settled(one, Delivery.Status.FAILED, "refused", answer="suspended")
            )
        elif row.host in resting:
            prepared.resting.append((one, resting[row.host]))
        else:
            left.append(one)
    return left


def _notices(release: Release, owed: list[Claimed], batch: _Batch) -> None:
    if release.withdrawn_at is not None:
        batch.prepared.ended += [Settled(one, Delivery.Status.RECALLED, "recalled") for one in owed]
        return
    contacts = batch.addressees.contacts
    told = list(
        {one.contact_id: contacts[one.contact_id] for one in owed if one.contact_id}.values()
    )
    called = {one.organisation_id for one in owed if one.endpoint_id and one.organisation_id}
    shared = for_sending(release=release, contacts=told, at=batch.at) if told else {}
    open_to = for_endpoints(release=release, organisations=called, at=batch.at) if called else {}
    for one in owed:
        permitted = (
            shared[one.contact_id]
            if one.contact_id
            else open_to[one.organisation_id or UUID(int=0)]
        )
        if permitted is None:
            batch.prepared.ended.append(Settled(one, Delivery.Status.WITHHELD, "withheld"))
        else:
            batch.add(one, release, permitted)


def _withdrawals(release: Release, owed: list[Claimed], batch: _Batch) -> None:
    """Names nothing but the number, to those who were told: nothing is left to judge but whether
    the mailbox is still theirs. It waits for a notice that is in some worker's hands."""
    advisory = release.version.advisory_id
    on_its_way = claim.on_its_way(advisory_id=advisory, owed=owed)
    told = claim.told(advisory_id=advisory, owed=owed)
    for one in owed:
        if one.addressee in on_its_way:
            batch.prepared.too_early.append(one)
        elif one.addressee not in told:  # what was on its way at the withdrawal never left
            batch.prepared.ended.append(Settled(one, Delivery.Status.RECALLED, "recalled"))
        elif not _still_theirs(one, batch.addressees):
            batch.prepared.ended.append(Settled(one, Delivery.Status.WITHHELD, "withheld"))
        else:
            batch.add(one, release, None)


def _still_theirs(one: Claimed, addressees: Addressees) -> bool:
    if one.contact_id is None:
        return True  # its endpoint is in use: looked at before
    contact = addressees.contacts[one.contact_id]
    return contact.active and (contact.user is None or contact.user.is_active)
