"""Juridisch besluit: legal affairs decides what the law leaves to a person, and no more than that.

A ruling lifts MANUAL for one organisation and one section. What the law denies stays denied, and
what is ruled under one regime counts for nothing under the next.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.errors import Incomplete, NotAllowed, WrongStatus
from advisories.models import AdvisoryVersion, Section
from advisories.services.open_versions import locked, worked_on
from advisories.services.reviewing import section_digest
from audit.services import record
from law.regimes import regime_at
from recipients.models import User
from recipients.roles import Right, may
from sharing import manual, tasks
from sharing.delivery.owing import owe_notices
from sharing.granting.following import follow_rulings
from sharing.models import LegalRuling, Release


@transaction.atomic(durable=True)
def decide(
    *,
    section_id: int,
    organisation_ids: Collection[UUID],
    allows: bool,
    reason: str,
    evidence: str,
    valid_until: datetime | None,
    by: User,
    at: datetime,
) -> list[LegalRuling]:
    """Allow or refuse a section to organisations for which the law leaves it open at `at`.

    One row each. A refusal stands at once; an allowance waits for `confirm`. `NotAllowed`,
    `Incomplete`, or `WrongStatus` when the law says otherwise by now or it was decided already.
    """
    if not may(by, Right.ATTEST_LEGAL, at=at):
        raise NotAllowed(_("This is decided by legal affairs."))
    if not reason.strip():
        raise Incomplete(_("Write at least one sentence of reasoning."))
    if not organisation_ids:
        raise Incomplete(_("Choose at least one organisation."))
    if valid_until is not None and valid_until <= at:
        raise Incomplete(_("The last day lies in the past."))
    section = Section.objects.select_related("version__advisory").get(pk=section_id)
    version = locked(section.version_id)
    if version.status not in (
        manual.Status.IN_REVIEW,
        manual.Status.APPROVED,
        manual.Status.RELEASED,
    ):
        raise WrongStatus(_("Only what waits for a second look or is out can be decided on."))
    open_now = {
        one.organisation_id: one.ruling
        for one in manual.left(version, at=at)
        if one.section_id == section_id
    }
    if not open_now.keys() >= set(organisation_ids):
        raise WrongStatus(_("For one of these the law no longer leaves it to a person."))
    if any(open_now[pk] is not None for pk in organisation_ids):
        raise WrongStatus(_("For one of these there is a decision already; end that one first."))
    regime = regime_at(at).id.value
    # What ran out, or was about other words, makes room.
    LegalRuling.objects.filter(
        section=section, organisation__in=organisation_ids, regime=regime, ended_at=None
    ).update(ended_by=by, ended_at=at)
    made = LegalRuling.objects.bulk_create(
        LegalRuling(
            version=version,
            section=section,
            organisation_id=pk,
            regime=regime,
            digest=section_digest(section, version),
            allows=allows,
            reason=reason.strip(),
            evidence=evidence.strip(),
            decided_by=by,
            decided_at=at,
            valid_until=valid_until,
        )
        for pk in sorted(set(organisation_ids))
    )
    _note("decide", made, by=by, at=at, outcome="allow" if allows else "refuse")
    return made


@transaction.atomic(durable=True)
def confirm(*, ruling_ids: Collection[int], by: User, at: datetime) -> list[LegalRuling]:
    """The second person: somebody of legal affairs or with the right to approve, who neither
    decided nor worked on the text. What is out opens at once, and those concerned are told.

    All or none. `NotAllowed`, or `WrongStatus` when the law, the facts or the words changed.
    """
    if not (may(by, Right.APPROVE, at=at) or may(by, Right.ATTEST_LEGAL, at=at)):
        raise NotAllowed(_("Your role does not include approving."))
    version, rulings = _locked(ruling_ids)
    for ruling in rulings:
        _confirmable(ruling, by=by)
    _unbiased(version, by=by)
    open_now = {
        one.ruling.pk for one in manual.left(version, at=at) if one.ruling and one.ruling.allows
    }
    if not open_now >= {ruling.pk for ruling in rulings}:
        raise WrongStatus(
            _("The law, the facts or the words changed since: this no longer answers anything.")
        )
    for ruling in rulings:
        ruling.confirmed_by, ruling.confirmed_at = by, at
        ruling.save(update_fields=["confirmed_by", "confirmed_at"])
    _note("confirm", rulings, by=by, at=at, outcome="allow")
    _follow(version, rulings, at=at)
    return rulings


@transaction.atomic(durable=True)
def end(*, ruling_id: int, by: User, at: datetime) -> LegalRuling:
    """A ruling counts no longer. One person, at once: pages close; what is queued is judged again
    before it leaves. The end of a refusal opens nothing: it puts the question back."""
    if not (may(by, Right.APPROVE, at=at) or may(by, Right.ATTEST_LEGAL, at=at)):
        raise NotAllowed(_("Your role does not include this."))
    version, (ruling,) = _locked([ruling_id])
    if ruling.ended_at is not None:
        raise WrongStatus(_("It was ended already."))
    ruling.ended_by, ruling.ended_at = by, at
    ruling.save(update_fields=["ended_by", "ended_at"])
    _note("end", [ruling], by=by, at=at, outcome="ended")
    if ruling.confirmed_at is not None:
        _follow(version, [ruling], at=at)
    return ruling


def _locked(ruling_ids: Collection[int]) -> tuple[AdvisoryVersion, list[LegalRuling]]:
    """The rulings and the one version that they are about. The version first, as `decide` does."""
    rows = LegalRuling.objects.filter(pk__in=ruling_ids)
    versions = set(rows.values_list("version_id", flat=True))
    if len(versions) != 1 or not ruling_ids:
        raise WrongStatus(_("Choose decisions about one advisory."))
    version = locked(versions.pop())
    rulings = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    if len(rulings) != len(set(ruling_ids)):
        raise WrongStatus(_("Choose decisions about one advisory."))
    return version, rulings


def _confirmable(ruling: LegalRuling, *, by: User) -> None:
    if ruling.ended_at is not None:
        raise WrongStatus(_("It was ended already."))
    if ruling.confirmed_at is not None or not ruling.allows:
        raise WrongStatus(_("There is nothing to confirm any more."))
    if ruling.decided_by_id == by.pk:
        raise NotAllowed(_("Somebody else than who decided it has to confirm it."))


def _unbiased(version: AdvisoryVersion, *, by: User) -> None:
    if worked_on(version, by):
        raise NotAllowed(_("You worked on this version; somebody else has to confirm it."))


def _follow(version: AdvisoryVersion, rulings: Sequence[LegalRuling], *, at: datetime) -> None:
    """Of what is out: decide anew for these organisations, and owe a notice where more is open."""
    release = Release.objects.filter(version=version, withdrawn_at=None).first()
    if release is None:
        return
    release.version = version
    gained = follow_rulings(release, [ruling.organisation_id for ruling in rulings], at=at)
    if gained:
        owe_notices(release, at=at, opened_to=gained)
        tasks.wake(urgent=release.urgent)


def _note(
    act: str, rulings: Sequence[LegalRuling], *, by: User, at: datetime, outcome: str
) -> None:
    """One line in the record: ids and never the reasoning."""
    record(
        at=at,
        actor=by.actor,
        action=f"ruling.{act}",
        target=str(rulings[0].version),
        outcome=outcome,
        detail={
            "regime": rulings[0].regime,
            "rulings": [
                [ruling.pk, ruling.section_id, str(ruling.organisation_id)] for ruling in rulings
            ],
        },
    )
