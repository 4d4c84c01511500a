"""Bijzondere verstrekking: proposed by one person, confirmed by another, ended by any, reviewed.

On confirmation the two vouch, each for what their role may vouch for; what they attest counts until
the supply ends. The version still goes the ordinary way: a second person approves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advisories.addressing import Addressing
from advisories.errors import Incomplete, NotAllowed, WrongStatus
from advisories.models import AdvisoryVersion, MarkedOrganisation
from advisories.services import drafting
from advisories.services.open_versions import locked
from audit.services import record
from law.predicates import PREDICATES
from law.regimes import regime_at
from law.vocabulary import Capacity, Predicate, Provenance, Purpose
from recipients.models import Designation, Organisation, Role, User
from recipients.roles import Right, may, roles_of
from sharing.facts.linking import linking_organisations
from sharing.flows import Flow, To, flow_of
from sharing.granting.following import follow_supply
from sharing.models import ExceptionalSupply, SuppliedAttestation
from sharing.proposals import Proposal, details_given, reasons_given
from sharing.words import word

SECOND = frozenset({Role.SECOND_READER, Role.DUTY_OFFICER, Role.LEGAL_OFFICER})
MAY_END = (Right.DRAFT, Right.APPROVE, Right.ATTEST_LEGAL)
Status = AdvisoryVersion.Status


@transaction.atomic
def propose(
    *, kind: str, version_id: int, proposal: Proposal, role: Role, by: User, at: datetime
) -> ExceptionalSupply:
    """Put an exceptional supply before a second person. Until then it opens nothing.

    Raises `NotAllowed`, `WrongStatus` or `Incomplete`, each in a sentence that says what to do.
    """
    flow = _known(kind, at=at)
    version = _still_open(version_id)
    _may_begin(flow, role, by=by, at=at)
    organisation = _recipient(flow, version, proposal.organisation_id, at=at)
    reasons = reasons_given(flow, proposal, at=at)
    details = details_given(proposal)
    if flow.override is not None and organisation is not None:
        details["linking"] = _linking(flow, organisation, reasons, at=at)
    if not 0 < proposal.hours <= flow.hours:
        raise WrongStatus(_("Choose 1 to %(hours)s hours.") % {"hours": flow.hours})
    made = ExceptionalSupply.objects.create(
        kind=flow.kind,
        version=version,
        organisation=organisation,
        regime=_regime(at),
        reasons={predicate.value: text for predicate, text in reasons.items()},
        details=details,
        hours=proposal.hours,
        proposed_by=by,
        proposed_role=role,
        proposed_at=at,
    )
    _note(made, "propose", by=by, at=at)
    return made


@transaction.atomic
def confirm(*, supply_id: int, role: Role, by: User, at: datetime) -> ExceptionalSupply:
    """The second person. Both now vouch, the version is addressed to the recipient, time runs."""
    supply = _locked(supply_id)
    version = _still_open(supply.version_id)
    if supply.confirmed_at is not None or supply.ended_at is not None:
        raise WrongStatus(_("It was confirmed or ended already."))
    if supply.proposed_by_id == by.pk:
        raise NotAllowed(_("Somebody else than who proposed it has to confirm it."))
    flow = _known(supply.kind, at=at)
    if supply.regime != _regime(at):
        raise WrongStatus(_("It was proposed under a law that has ended. Propose it again."))
    if role not in SECOND or role not in roles_of(by, at=at):
        raise NotAllowed(_("Your role may not confirm this."))
    first = (supply.proposed_by, Role(supply.proposed_role))
    reasons = {Predicate(name): text for name, text in supply.reasons.items()}
    vouchers = _vouchers(flow, reasons, version, first, (by, role))
    if flow.override is not None and supply.organisation is not None:
        _linking(flow, supply.organisation, reasons, at=at)
    _address(supply, version, editors=(supply.proposed_by, by), at=at)
    for predicate, people in vouchers.items():
        for person, as_role in people:
            _attest(supply, predicate, reasons[predicate], person, as_role, at=at)
    supply.confirmed_by, supply.confirmed_role, supply.confirmed_at = by, role, at
    supply.valid_until = at + timedelta(hours=supply.hours)
    supply.save(update_fields=["confirmed_by", "confirmed_role", "confirmed_at", "valid_until"])
    _note(supply, "confirm", by=by, at=at, valid_until=supply.valid_until.isoformat())
    return supply


@transaction.atomic
def end(*, supply_id: int, by: User, at: datetime) -> ExceptionalSupply:
    """Over at once, or dropped before it began. One person: it can only narrow."""
    if not any(may(by, right, at=at) for right in MAY_END):
        raise NotAllowed(_("Your role does not include this."))
    supply = _locked(supply_id)
    if supply.over(at):
        raise WrongStatus(_("It has ended already."))
    supply.ended_by, supply.ended_at = by, at
    supply.save(update_fields=["ended_by", "ended_at"])
    _note(supply, "end", by=by, at=at)
    if supply.confirmed_at is not None:
        follow_supply(supply.version_id, at=at)
    return supply


@transaction.atomic
def review(*, supply_id: int, note: str, by: User, at: datetime) -> ExceptionalSupply:
    """Looked at afterwards by legal affairs or an auditor who had no part in it."""
    if not may(by, Right.EXPLAIN, at=at):
        raise NotAllowed(_("Reviewing is for legal affairs and auditors."))
    supply = _locked(supply_id)
    if supply.confirmed_at is None or not supply.over(at):
        raise WrongStatus(_("Only a supply that was confirmed and is over can be reviewed."))
    if supply.reviewed_at is not None:
        raise WrongStatus(_("It was reviewed already."))
    if by.pk in (supply.proposed_by_id, supply.confirmed_by_id):
        raise NotAllowed(_("Somebody who had no part in it has to review it."))
    if not note.strip():
        raise Incomplete(_("Write at least one sentence."))
    supply.reviewed_by, supply.reviewed_at, supply.review_note = by, at, note.strip()
    supply.save(update_fields=["reviewed_by", "reviewed_at", "review_note"])
    _note(supply, "review", by=by, at=at)
    return supply


def roles_for(flow: Flow) -> frozenset[Role]:
    """The roles that can vouch for something that the flow asks for: who may begin it."""
    return flow.roles or frozenset().union(*(_may_vouch(predicate) for predicate in flow.asked))


# --- what is checked -------------------------------------------------------------------


def _known(kind: str, *, at: datetime) -> Flow:
    flow = flow_of(kind, at=at)
    if flow is None:
        raise WrongStatus(_("The law in force does not know this supply."))
    return flow


def _regime(at: datetime) -> str:
    return regime_at(at).id.value


def _still_open(version_id: int) -> AdvisoryVersion:
    version = locked(version_id)
    if version.status == Status.APPROVED:
        raise WrongStatus(_("This version was approved already. Send it back to the author first."))
    if version.status not in (Status.DRAFT, Status.IN_REVIEW):
        raise WrongStatus(_("A released version never changes. Start a new version."))
    return version


def _locked(supply_id: int) -> ExceptionalSupply:
    return (
        ExceptionalSupply.objects.select_for_update(no_key=True, of=("self",))
        .select_related("proposed_by", "organisation", "version__advisory")
        .get(pk=supply_id)
    )


def _may_vouch(predicate: Predicate) -> frozenset[Role]:
    attestors = PREDICATES[predicate].attestors
    return frozenset().union(*(drafting.ATTESTORS[who] for who in attestors))


def _may_begin(flow: Flow, role: Role, *, by: User, at: datetime) -> None:
    if role not in roles_for(flow) or role not in roles_of(by, at=at):
        raise NotAllowed(_("Your role may not propose this."))


def _recipient(
    flow: Flow, version: AdvisoryVersion, organisation_id: UUID | None, *, at: datetime
) -> Organisation | None:
    if flow.to is To.PUBLIC:
        if version.purpose != Purpose.PUBLIC_STATEMENT:
            raise WrongStatus(
                _("First choose the purpose “%(purpose)s” for this version.")
                % {"purpose": word(Purpose.PUBLIC_STATEMENT)}
            )
        return None
    found = Organisation.objects.filter(pk__in=[organisation_id] if organisation_id else [])
    organisation = found.first()
    if organisation is None:
        raise Incomplete(_("Choose the organisation."))
    if flow.to is To.SUPERVISOR and not _is_supervisor(organisation, at=at):
        raise WrongStatus(_("The registry does not hold this organisation as competent authority."))
    if flow.to is To.SUBJECT:
        _about(organisation, version)
    return organisation


def _is_supervisor(organisation: Organisation, *, at: datetime) -> bool:
    held = Designation.objects.in_force(at).filter(organisation=organisation)
    return held.filter(capacity=Capacity.SUPERVISOR.value).exists()


def _about(organisation: Organisation, version: AdvisoryVersion) -> None:
    """Art. 3(2): data obtained by own research, about systems of the recipient itself."""
    marked = MarkedOrganisation.objects.filter(
        organisation=organisation, marking__section__version=version
    )
    if not marked.exists():
        raise WrongStatus(_("Mark first which section is about systems of this organisation."))
    if not marked.filter(marking__provenance=Provenance.ART_3_1_E.value).exists():
        raise WrongStatus(
            _("The section about this organisation must come from own analysis or research.")
        )


def _linking(
    flow: Flow, organisation: Organisation, reasons: Mapping[Predicate, str], *, at: datetime
) -> list[dict[str, str]]:
    """Those who stand in the way by the registry, as a snapshot. Legal affairs may say otherwise."""
    found = linking_organisations(organisation.pk, at=at)
    if found and flow.override not in reasons:
        raise WrongStatus(
            _(
                "%(names)s serves this organisation or its sector: supply through them, or let legal"
                " affairs give the reason why nobody does."
            )
            % {"names": ", ".join(one.name for one in found)}
        )
    return [{"id": str(one.pk), "name": one.name} for one in found]


Voucher = tuple[User, Role]


def _vouchers(
    flow: Flow,
    reasons: Mapping[Predicate, str],
    version: AdvisoryVersion,
    *people: Voucher,
) -> dict[Predicate, list[Voucher]]:
    """Who of the two vouches for what. `NotAllowed` when something is left that neither may."""
    if flow.roles and {role for _person, role in people} != flow.roles:
        raise NotAllowed(
            _("This takes two persons: %(roles)s.") % {"roles": _names(flow.roles, " + ")}
        )
    found = {}
    for predicate in reasons:
        asked, able = PREDICATES[predicate], _may_vouch(predicate)
        found[predicate] = [
            (person, role)
            for person, role in people
            if role in able and not (asked.must_differ_from_author and person == version.author)
        ]
        if not found[predicate]:
            raise NotAllowed(
                _("One of you has to vouch that %(what)s: %(roles)s, and not the author.")
                % {"what": word(predicate), "roles": _names(able, ", ")}
            )
    return found


def _names(roles: frozenset[Role], between: str) -> str:
    return between.join(sorted(str(role.label) for role in roles))


# --- what is done -------------------------------------------------------------------------


def _address(
    supply: ExceptionalSupply,
    version: AdvisoryVersion,
    *,
    editors: tuple[User, ...],
    at: datetime,
) -> None:
    """Address the version to the recipient too. It is an edit: approval starts anew."""
    addressing = Addressing.from_json(version.addressing)
    if supply.organisation_id is None:
        wider = replace(addressing, capacities=addressing.capacities | {Capacity.PUBLIC})
    else:
        organisations = addressing.organisations | {supply.organisation_id}
        wider = replace(addressing, organisations=organisations)
    if wider == addressing:
        return
    editor = next((one for one in editors if may(one, Right.DRAFT, at=at)), None)
    if editor is None:
        raise NotAllowed(
            _("Neither of you may edit the draft. Let its author address the recipient first.")
        )
    drafting.address(
        version_id=version.pk,
        revision=version.revision,
        addressing=wider,
        purpose=Purpose(version.purpose),
        purpose_text=version.purpose_text,
        by=editor,
        at=at,
    )


def _attest(
    supply: ExceptionalSupply,
    predicate: Predicate,
    text: str,
    person: User,
    role: Role,
    *,
    at: datetime,
) -> None:
    public = supply.organisation_id is None
    attestation = drafting.attest(
        version_id=supply.version_id,
        section_id=None,
        predicate=predicate,
        value=True,
        text=text,
        evidence=f"exceptional supply {supply.pk}",
        organisation_id=supply.organisation_id,
        capacity=Capacity.PUBLIC if public else None,
        role=role,
        by=person,
        at=at,
    )
    SuppliedAttestation.objects.create(supply=supply, attestation=attestation)


def _note(
    supply: ExceptionalSupply, action: str, *, by: User, at: datetime, **more: object
) -> None:
    organisation = str(supply.organisation_id) if supply.organisation_id else "public"
    record(
        at=at,
        actor=by.actor,
        action=f"exception.{action}",
        target=str(supply.version),
        outcome=supply.kind,
        detail={"supply": supply.pk, "recipient": organisation, **more},
    )
