"""What must hold after a kill and a recovery, whatever was killed and wherever."""

import uuid
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

from django.core.management import call_command
from django.db.models import F

from advisories.models import AdvisoryVersion
from audit.models import Entry
from sharing.models import Decision, Delivery, FeedEvent, Grant, Release


@dataclass
class Sink:
    """The mails that were taken in, read once each."""

    folder: Path
    seen: set[str] = field(default_factory=set)
    got: dict[uuid.UUID, list[str]] = field(default_factory=dict)  # delivery → addresses

    def look(self) -> None:
        for path in sorted((self.folder / "new").iterdir()):
            if path.name in self.seen:
                continue
            self.seen.add(path.name)
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            delivery = uuid.UUID(message["Message-ID"].strip("<>").partition("@")[0])
            self.got.setdefault(delivery, []).append(message["X-Envelope-To"])


@dataclass(frozen=True)
class Extent:
    """What one release writes; a release that was nearly killed writes no less and no more."""

    decisions: int
    grants: int
    deliveries: int
    events: int
    records: int

    @classmethod
    def of(cls, version: AdvisoryVersion) -> "Extent":
        return cls(
            decisions=Decision.objects.filter(release__version=version).count(),
            grants=Grant.objects.filter(version=version).count(),
            deliveries=Delivery.objects.filter(release__version=version).count(),
            events=FeedEvent.objects.filter(version=version).count(),
            records=Entry.objects.filter(action="release", target=str(version)).count(),
        )


NOTHING = Extent(0, 0, 0, 0, 0)


def accepted(version: AdvisoryVersion) -> bool:
    """Whether it was released; if it was not, nothing of a release is there."""
    released = Release.objects.filter(version=version).exists()
    version.refresh_from_db()
    status = AdvisoryVersion.Status.RELEASED if released else AdvisoryVersion.Status.APPROVED
    assert version.status == status
    if not released:
        assert Extent.of(version) == NOTHING
    return released


def complete(version: AdvisoryVersion, sink: Sink, *, extent: Extent) -> None:
    """The accepted release is whole, and everyone was told under one Message-ID."""
    assert Extent.of(version) == extent
    owed = dict(
        Delivery.objects.filter(release__version=version).values_list("id", "contact__email")
    )
    assert len(set(owed.values())) == extent.deliveries
    ends = Delivery.objects.filter(release__version=version).values_list("status", flat=True)
    assert set(ends) == {Delivery.Status.HANDED_OVER}
    sink.look()
    for delivery, address in owed.items():
        # A repeat may happen; it has the same Message-ID and goes to the same address.
        assert set(sink.got.get(delivery, ())) == {address}


def whole(sink: Sink) -> None:
    """Over everything that happened: mails, decisions, feed and record agree."""
    sink.look()
    known = set(Delivery.objects.values_list("id", flat=True))
    assert set(sink.got) <= known, "a mail that nobody owed"
    unfounded = Grant.objects.exclude(decision__outcome=F("outcome"))
    assert not unfounded.exists()
    releases = list(
        Release.objects.order_by("released_at", "pk").values_list("version_id", flat=True)
    )
    events = FeedEvent.objects.filter(kind=FeedEvent.Kind.RELEASED).order_by("position")
    assert list(events.values_list("version_id", flat=True)) == releases
    call_command("verify_audit", verbosity=0)
