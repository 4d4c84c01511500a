"""The mail about a withdrawn consent is an exit too. Random small worlds under the Wbni, where
consent opens what can be traced to somebody; an independent reading says who had it and lost it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from advisories.addressing import Addressing
from advisories.models import AdvisoryVersion
from law.vocabulary import Capacity
from recipients.models import Consent, Organisation, Role
from sharing.delivery.claim import MAY_HAVE_ARRIVED
from sharing.delivery.drain import drain
from sharing.models import Delivery
from sharing.renditions import mail
from sharing.services import narrowing, registry, releasing
from tests import builders
from tests.canary.exits import Visit, canaries
from tests.canary.making import WBNI
from tests.canary.people import Mint
from tests.canary.world import rolled_back
from tests.law.test_cases import A1
from tests.scenario import attest
from tests.sharing.mailserver import MailServer
from tests.sharing.test_consents import OPEN

pytestmark = pytest.mark.django_db
SEEDS = range(6)
SINCE = WBNI - timedelta(days=30)
LATER = WBNI + timedelta(hours=1)


@dataclass(frozen=True)
class Recipient:
    """Whose mailbox it is, and what the rules say of it."""

    organisation: Organisation
    address: str
    consented: bool  # within the consent, and keeps secrets: could see the traced part
    slow: bool  # its mailbox took nothing before the withdrawal


def world(seed: int, server: MailServer) -> list[Recipient]:
    """A release with an open and a traced part, mailed; then the consent is withdrawn and the
    outbox worked again."""
    rng = Random(seed)  # noqa: S311 -- not a secret: a failing world must come back
    mint = Mint(rng)
    subject = builders.organisation(f"Stichting {mint()}", capacities=[Capacity.VITAL], since=SINCE)
    one_alone = rng.random() < 0.4
    recipients: list[Recipient] = []
    for n in range(rng.randint(3, 5)):
        kind = rng.choice([Capacity.VITAL, Capacity.VITAL, Capacity.GOV])
        secrecy = rng.random() < 0.8
        made = builders.organisation(
            f"Stichting {mint()}", capacities=[kind], secrecy=secrecy, since=SINCE
        )
        covered = n == 0 if one_alone else kind is Capacity.VITAL
        address = builders.reader(made).email
        recipients.append(Recipient(made, address, covered and secrecy, rng.random() < 0.3))
    scope: dict[str, Any] = (
        {"to_organisation": recipients[0].organisation}
        if one_alone
        else {"to_capacity": Capacity.VITAL.value}
    )
    given = builders.fact(
        Consent(purpose="inform", signatory=mint(), **scope), organisation=subject, at=SINCE
    )
    secret = replace(
        OPEN,
        confidential=True,
        not_confidential_reason="",
        traceable=True,
        organisations=((subject.pk, True),),
    )
    version = builders.draft(
        by=builders.staff(Role.AUTHOR, since=SINCE),
        title=mint(),
        sections=[
            {"heading": mint(), "body": mint(), "facets": OPEN},
            {"heading": mint(), "body": mint(), "facets": secret},
        ],
        addressing=Addressing(capacities=frozenset({Capacity.VITAL, Capacity.GOV})),
        at=WBNI,
    )
    for predicate in sorted(A1):
        attest(version, predicate, value=True, since=SINCE, at=WBNI)
    builders.approved(version, by=builders.staff(Role.SECOND_READER, since=SINCE), at=WBNI)
    releasing.release(
        version_id=version.pk, by=builders.staff(Role.DUTY_OFFICER, since=SINCE), at=WBNI
    )
    for one in recipients:
        server.rcpt_answers[one.address] = ["451 4.2.1 mailbox busy"] * one.slow
    drain(clock=lambda: WBNI)
    server.got.clear()
    recipients.append(
        Recipient(subject, builders.reader(subject).email, consented=False, slow=False)
    )
    clerk = builders.staff(Role.REGISTRY_MANAGER, since=SINCE)
    registry.end_fact(fact=given, valid_until=LATER, by=clerk, at=LATER)
    drain(clock=lambda: LATER)
    return recipients


def look(seed: int, server: MailServer) -> int:
    """Every mail after the withdrawal, compared; returns how many told of it."""
    server.got.clear()
    recipients = world(seed, server)
    closed = AdvisoryVersion.objects.get().sections.get(position=2)
    secrets = canaries(closed.heading, closed.body)
    kinds = {str(pk): kind for pk, kind in Delivery.objects.values_list("pk", "kind")}
    told = []
    for arrived in server.mails:
        address = arrived["To"].addresses[0].addr_spec
        own = next(canaries(r.organisation.name) for r in recipients if r.address == address)
        shown = canaries(
            arrived.as_bytes(), str(arrived.get_content()), *map(str, arrived.values())
        )
        where = f"mail to {address} in world {seed}"
        assert not shown & secrets, f"{where}: tells what closed"
        if kinds[str(arrived["Message-ID"]).strip("<>").partition("@")[0]] == "narrowed":
            told.append(address)
            Visit(where, shown, frozenset(), own).check()
    expected = sorted(r.address for r in recipients if r.consented and not r.slow)
    assert sorted(told) == expected, f"world {seed}: told {sorted(told)}, not {expected}"
    return len(told)


def look_at_all(server: MailServer) -> int:
    told = 0
    for seed in SEEDS:
        with rolled_back():
            told += look(seed, server)
    return told


def test_who_had_it_is_told_and_nobody_is_told_what(server: MailServer) -> None:
    assert look_at_all(server) > len(SEEDS) // 2, "these worlds prove nothing"


# --- and the look itself --------------------------------------------------------------------------


def it_quotes_the_title(patch: pytest.MonkeyPatch) -> None:
    narrowed = mail.narrowed

    def telling(advisory: str, **rest: Any) -> mail.Rendition:
        title = AdvisoryVersion.objects.get(advisory__number=advisory).title
        return narrowed(f"{advisory} {title}", **rest)

    patch.setattr(mail, "narrowed", telling)


def it_names_whose_consent_it_was(patch: pytest.MonkeyPatch) -> None:
    narrowed = mail.narrowed

    def telling(advisory: str, **rest: Any) -> mail.Rendition:
        return narrowed(f"{advisory} {Consent.objects.latest('pk').organisation}", **rest)

    patch.setattr(mail, "narrowed", telling)


def it_goes_to_everyone_who_was_mailed(patch: pytest.MonkeyPatch) -> None:
    loss = "AND d.organisation_id = lost.organisation_id"
    assert loss in narrowing._NARROWED
    patch.setattr(narrowing, "_NARROWED", narrowing._NARROWED.replace(loss, ""))


def it_goes_to_those_who_never_had_it(patch: pytest.MonkeyPatch) -> None:
    had = f"WHERE {MAY_HAVE_ARRIVED}"
    assert had in narrowing._NARROWED
    patch.setattr(narrowing, "_NARROWED", narrowing._NARROWED.replace(had, "WHERE TRUE"))
    patch.setattr("sharing.delivery.claim.told", lambda *, contacts, **_rest: frozenset(contacts))


def it_goes_to_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(narrowing, "stop_and_tell", lambda lost, **_rest: None)


@pytest.mark.parametrize(
    "plant",
    [
        it_quotes_the_title,
        it_names_whose_consent_it_was,
        it_goes_to_everyone_who_was_mailed,
        it_goes_to_those_who_never_had_it,
        it_goes_to_nobody,
    ],
)
def test_a_planted_fault_is_caught(
    plant: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
    server: MailServer,
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError, match="world"):
        look_at_all(server)
