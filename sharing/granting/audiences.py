"""Audiences and who belongs to them. Rewritten in the transaction that changes the fact."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q

from law.facts import Recipient
from recipients.models import Organisation
from sharing.facts import profiles
from sharing.models import Audience, AudienceMembership


def audience_for(profile: Recipient, *, at: datetime) -> tuple[Audience, bool]:
    """The audience of a profile, and whether it is new. Two that come at once get the same one."""
    digest = profiles.digest(profile)
    found = Audience.objects.filter(digest=digest).first()
    if found is not None:
        return found, False
    with transaction.atomic():
        group, _ = Group.objects.get_or_create(name=f"audience:{digest}")
        return Audience.objects.get_or_create(
            digest=digest,
            defaults={"profile": profiles.to_json(profile), "group": group, "created_at": at},
        )


def rewrite_memberships(organisation: Organisation, *, at: datetime) -> list[Audience]:
    """Let the memberships from `at` on follow the registry. Returns audiences that are new.

    What was before `at` stays as it was: the past is not rewritten.
    """
    segments = profiles.timeline(organisation.pk, at=at)
    current = (
        AudienceMembership.objects.select_for_update(no_key=True)
        .filter(Q(valid_until=None) | Q(valid_until__gt=at), organisation=organisation)
        .order_by("valid_from")
    )
    running = next((m for m in current if m.valid_from <= at), None)
    AudienceMembership.objects.filter(organisation=organisation, valid_from__gt=at).delete()
    new: list[Audience] = []
    for segment in segments:
        audience, created = audience_for(segment.profile, at=at)
        if created:
            new.append(audience)
        if running is not None and segment.since == at:
            if running.audience_id == audience.pk:
                running.valid_until = segment.until
                running.save(update_fields=["valid_until"])
                continue
            if running.valid_from == at:
                running.delete()  # begun and replaced in the same instant: it never held
            else:
                running.valid_until = at
                running.save(update_fields=["valid_until"])
        AudienceMembership.objects.create(
            organisation=organisation,
            audience=audience,
            valid_from=segment.since,
            valid_until=segment.until,
        )
    return new
