"""What every act on a draft begins and ends with: lock, rights, status, revision, record."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from advisories.errors import NotAllowed, Stale, WrongStatus
from advisories.models import AdvisoryVersion, Editor
from audit.services import record
from recipients.models import User
from recipients.roles import Right, may

Status = AdvisoryVersion.Status
OPEN = (Status.DRAFT, Status.IN_REVIEW, Status.APPROVED)


def locked(version_id: int) -> AdvisoryVersion:
    """The version, its row locked until the transaction ends. `WrongStatus` when it is gone."""
    version = (
        AdvisoryVersion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("advisory", "author")
        .filter(pk=version_id)
        .first()
    )
    if version is None:
        raise WrongStatus(_("This draft does not exist any more."))
    return version


def needs(by: User, right: Right, *, at: datetime) -> None:
    if not may(by, right, at=at):
        raise NotAllowed(_("Your role does not include this."))


def opened_for_edit(version_id: int, *, revision: int, by: User, at: datetime) -> AdvisoryVersion:
    """The version, locked, if `by` may edit it and nobody edited it since `revision`."""
    needs(by, Right.DRAFT, at=at)
    version = locked(version_id)
    if version.status not in OPEN:
        raise WrongStatus(_("A released version never changes. Start a new version."))
    fits(version, revision)
    return version


def fits(version: AdvisoryVersion, revision: int) -> None:
    if version.revision != revision:
        attested = version.attestations.filter(at__gte=version.edited_at).order_by("pk").last()
        raise Stale(
            _("%(name)s changed this draft meanwhile. Look at both texts and save again.")
            % {"name": attested.by if attested else version.last_edited_by}
        )


def worked_on(version: AdvisoryVersion, by: User) -> bool:
    """Wrote it or changed it: may not be its second person."""
    if by.pk in (version.author_id, version.last_edited_by_id):
        return True
    return Editor.objects.filter(version=version, user=by).exists()


def edited(version: AdvisoryVersion, *, by: User, at: datetime) -> AdvisoryVersion:
    """Count the edit. Whatever was submitted or approved has to be looked at again."""
    version.revision += 1
    version.last_edited_by, version.edited_at = by, at
    version.status = Status.DRAFT
    version.submitted_at = version.approved_at = version.approved_by = None
    version.approved_digest = ""
    version.save()
    Editor.objects.get_or_create(version=version, user=by)
    return version


def note(version: AdvisoryVersion, action: str, *, by: User, at: datetime, **ids: object) -> None:
    """One line in the record: ids and never content."""
    record(
        at=at,
        actor=by.actor,
        action=f"advisory.{action}",
        target=str(version),
        detail={"revision": version.revision, **ids},
    )
