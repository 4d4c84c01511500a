"""Between claim and send: judged again on the facts of this moment, and put into bytes."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from recipients.models import Contact
from sharing.access.sending import for_sending
from sharing.channels.contract import Mail
from sharing.delivery import claim
from sharing.delivery.claim import Claimed, Settled
from sharing.models import Delivery, Release
from sharing.renditions import mail
from sharing.shared import Shared

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Prepared:
    """What became of a batch before anything was sent."""

    mails: list[Mail[Claimed]] = field(default_factory=list)
    ended: list[Settled] = field(default_factory=list)  # will not be sent, and why
    # Stay owed: a bug must not lose a message, nor hold up the others.
    broken: list[Claimed] = field(default_factory=list)
    too_early: list[Claimed] = field(default_factory=list)  # a withdrawal before its notice


def prepare(claimed: Sequence[Claimed], *, releases: dict[int, Release], at: datetime) -> Prepared:
    """Judge each delivery again and render what is still lawful, in the order claimed.

    `releases` are read afresh here: a withdrawal of a moment ago counts.
    """
    releases.update(
        Release.objects.select_related("version__advisory").in_bulk(
            {one.release_id for one in claimed}
        )
    )
    contacts = Contact.objects.select_related("user").in_bulk({one.contact_id for one in claimed})
    by_release: dict[tuple[int, str], list[Claimed]] = defaultdict(list)
    for one in claimed:
        by_release[one.release_id, one.kind].append(one)
    prepared = Prepared()
    for (release_id, kind), owed in by_release.items():
        release = releases[release_id]
        try:
            if kind == Delivery.Kind.WITHDRAWAL:
                _withdrawals(release, owed, contacts, prepared, at=at)
            else:
                _notices(release, owed, contacts, prepared, at=at)
        except Exception:  # one release that cannot be judged must not hold up the others
            log.exception("cannot prepare %s deliveries of %s", kind, release)
            done = {m.key for m in prepared.mails} | {e.claimed for e in prepared.ended}
            prepared.broken += [o for o in owed if o not in done and o not in prepared.broken]
    return prepared


def _notices(
    release: Release,
    owed: list[Claimed],
    contacts: dict[int, Contact],
    prepared: Prepared,
    *,
    at: datetime,
) -> None:
    if release.withdrawn_at is not None:
        prepared.ended += [Settled(one, Delivery.Status.RECALLED, "recalled") for one in owed]
        return
    told = list({one.contact_id: contacts[one.contact_id] for one in owed}.values())
    shared = for_sending(release=release, contacts=told, at=at)
    made: dict[tuple[int, str], mail.Rendition] = {}

    def rendered(what: Shared, language: str) -> mail.Rendition:
        key = (id(what), language)
        if key not in made:
            made[key] = mail.notice(what, language=language, at=at)
        return made[key]

    for one in owed:
        contact, permitted = contacts[one.contact_id], shared[one.contact_id]
        if permitted is None:
            prepared.ended.append(Settled(one, Delivery.Status.WITHHELD, "withheld"))
        else:
            _address(one, contact, rendered(permitted, contact.language), prepared)


def _withdrawals(
    release: Release,
    owed: list[Claimed],
    contacts: dict[int, Contact],
    prepared: Prepared,
    *,
    at: datetime,
) -> None:
    """Names nothing but the number, to those who were told: nothing is left to judge but whether
    the mailbox is still theirs. It waits for a notice that is in some worker's hands."""
    on_its_way = set(
        Delivery.objects.filter(
            release__version__advisory=release.version.advisory_id,
            kind=Delivery.Kind.NOTICE,
            status=Delivery.Status.SENDING,
            contact__in=[one.contact_id for one in owed],
        ).values_list("contact_id", flat=True)
    )
    told = claim.told(
        advisory_id=release.version.advisory_id, contacts=[one.contact_id for one in owed]
    )
    made: dict[str, mail.Rendition] = {}
    for one in owed:
        contact = contacts[one.contact_id]
        if contact.pk in on_its_way:
            prepared.too_early.append(one)
            continue
        if contact.pk not in told:  # what was on its way at the withdrawal never left
            prepared.ended.append(Settled(one, Delivery.Status.RECALLED, "recalled"))
            continue
        if not contact.active or (contact.user is not None and not contact.user.is_active):
            prepared.ended.append(Settled(one, Delivery.Status.WITHHELD, "withheld"))
            continue
        if contact.language not in made:
            made[contact.language] = mail.withdrawal(
                release.version.advisory.number, language=contact.language, at=at
            )
        _address(one, contact, made[contact.language], prepared)


def _address(one: Claimed, contact: Contact, rendition: mail.Rendition, prepared: Prepared) -> None:
    try:
        address = mail.mailbox(contact.email)
        content = rendition.to(
            name=contact.name, address=address, message_id=mail.message_id(one.id)
        )
    except mail.BadAddress:
        prepared.ended.append(
            Settled(one, Delivery.Status.FAILED, "refused", answer="not a usable address")
        )
    except Exception:  # nor must one contact hold up a release
        log.exception("cannot address delivery %s", one.id)
        prepared.broken.append(one)
    else:
        prepared.mails.append(Mail(one, address, content))
