"""The main job, played once by two people: draft, mark, approve, publish, revise, withdraw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from advisories.addressing import Addressing
from advisories.models import Advisory, AdvisoryVersion, Section
from advisories.services import drafting, reviewing
from advisories.services.drafting import Facets
from law.vocabulary import Capacity, PersonalData, Predicate, Provenance, Purpose, Scope, Tlp
from ncsc_portal.demo.registry import person
from ncsc_portal.demo.texts import Piece, Text
from recipients.models import Organisation, Role, User
from sharing.models import AudienceMembership, Decision, Delivery, Receipt, Release
from sharing.services import receiving, releasing

Clock = Callable[[], datetime]


def draft(piece: Piece, *, now: Clock) -> AdvisoryVersion:
    """Write and mark a piece as Anna does it; Bram vouches for what needs a second analyst."""
    anna = person("anna@ncsc.example")
    version = drafting.open_draft(
        kind=Advisory.Kind.ADVISORY, title=piece.title, language="nl", by=anna, at=now()
    )
    version = drafting.edit_version(
        version_id=version.pk,
        revision=version.revision,
        probability=piece.probability,
        damage=piece.damage,
        by=anna,
        at=now(),
    )
    for text in piece.sections:
        version = _write(version, text, now=now)
    version = drafting.address(
        version_id=version.pk,
        revision=version.revision,
        addressing=Addressing(
            capacities=frozenset(piece.capacities),
            people=frozenset(person(email).pk for email in piece.people),
        ),
        purpose=Purpose.INFORM,
        purpose_text=piece.purpose_text,
        by=anna,
        at=now(),
    )
    attest(version, piece, now=now)
    return _fresh(version)


def attest(version: AdvisoryVersion, piece: Piece, *, now: Clock) -> None:
    bram = person("bram@ncsc.example")
    for predicate, text in piece.attested:
        _attest(version, predicate, text, by=bram, now=now)
    for section in version.sections.filter(marking__confidential=True):
        marked = section.marking.organisations.values_list("organisation_id", flat=True)
        about: list[UUID | None] = list(marked)
        for organisation in about or [None]:
            _attest(
                version,
                Predicate.ENTITY_INTERESTS_PROTECTED,
                "De betrokken organisatie is gebeld; zij heeft geen bezwaar.",
                by=bram,
                now=now,
                section_id=section.pk,
                organisation_id=organisation,
            )
        if about:
            _attest(
                version,
                Predicate.ENTITY_INTERESTS_PROTECTED,
                "CSIRT's helpen de betrokken organisatie en geven niets door.",
                by=bram,
                now=now,
                section_id=section.pk,
                capacity=Capacity.CSIRT,
            )


def _attest(
    version: AdvisoryVersion,
    predicate: Predicate,
    text: str,
    *,
    by: User,
    now: Clock,
    section_id: int | None = None,
    organisation_id: UUID | None = None,
    capacity: Capacity | None = None,
) -> None:
    drafting.attest(
        version_id=version.pk,
        section_id=section_id,
        predicate=predicate,
        value=True,
        text=text,
        evidence="",
        organisation_id=organisation_id,
        capacity=capacity,
        role=Role.SECOND_READER,
        by=by,
        at=now(),
    )


def _fresh(version: AdvisoryVersion) -> AdvisoryVersion:
    return AdvisoryVersion.objects.select_related("advisory").get(pk=version.pk)


def _write(version: AdvisoryVersion, text: Text, *, now: Clock) -> AdvisoryVersion:
    anna = person("anna@ncsc.example")
    lead = Section.objects.filter(version=version, kind=Section.Kind.LEAD).first()
    section = drafting.put_section(
        version_id=version.pk,
        revision=_fresh(version).revision,
        section_id=lead.pk if lead and text.kind == Section.Kind.LEAD else None,
        kind=text.kind,
        heading=text.heading,
        body=text.body,
        data=text.data,
        by=anna,
        at=now(),
    )
    drafting.mark(
        section_id=section.pk,
        revision=_fresh(version).revision,
        facets=facets(text),
        by=anna,
        at=now(),
    )
    return _fresh(version)


def facets(text: Text) -> Facets:
    return Facets(
        scope=frozenset({Scope.PRIMARY, Scope.GENERIC} if not text.about else {Scope.PRIMARY}),
        confidential=text.confidential,
        not_confidential_reason="" if text.confidential else "Openbare bron: leverancier en NVD",
        traceable=text.traceable,
        personal_data=PersonalData.NONE,
        provenance=Provenance.ART_3_1_E if text.confidential else Provenance.PUBLIC,
        tlp=Tlp(text.tlp),
        organisations=tuple(
            (Organisation.objects.get(name=name).pk, text.traceable) for name in text.about
        ),
    )


def publish(version: AdvisoryVersion, *, now: Clock) -> Release:
    """Anna submits, Bram approves, Dana publishes."""
    anna, bram, dana = (person(f"{name}@ncsc.example") for name in ("anna", "bram", "dana"))
    version = _fresh(version)
    reviewing.submit(version_id=version.pk, revision=version.revision, by=anna, at=now())
    version = _fresh(version)
    reviewing.approve(version_id=version.pk, revision=version.revision, by=bram, at=now())
    return releasing.release(version_id=version.pk, by=dana, at=now())


def revise(release: Release, piece: Piece, *, now: Clock) -> Release:
    """The next version: one more measure."""
    anna = person("anna@ncsc.example")
    version = drafting.start_revision(
        advisory_id=release.version.advisory_id, major=False, by=anna, at=now()
    )
    measures = Section.objects.get(version=version, kind=Section.Kind.MEASURES)
    drafting.put_section(
        version_id=version.pk,
        revision=version.revision,
        section_id=measures.pk,
        kind=measures.kind,
        heading=measures.heading,
        body=measures.body + "\n4. Vervang wachtwoorden die via de gateway zijn gebruikt.",
        data=measures.data,
        by=anna,
        at=now(),
    )
    version = _fresh(version)
    drafting.edit_version(
        version_id=version.pk,
        revision=version.revision,
        change_note="Maatregel 4 toegevoegd: vervang wachtwoorden.",
        by=anna,
        at=now(),
    )
    attest(version, piece, now=now)
    return publish(version, now=now)


@dataclass(frozen=True)
class Line:
    """Of one section: how many organisations may see it, and why the others may not."""

    section: str
    tlp: str
    allowed: int
    otherwise: dict[str, int]  # outcome and code
    rules: tuple[str, ...]


def account(release: Release) -> Iterator[Line]:
    """Per section who was allowed and who denied, with the rule: what `explain_decision` says one
    by one, counted over every organisation that was addressed."""
    members = AudienceMembership.objects.valid_at(release.released_at)
    audience_of = dict(members.values_list("organisation_id", "audience_id"))
    for section in release.version.sections.select_related("marking"):
        decisions = list(Decision.objects.filter(release=release, section=section, person=None))
        own = {d.organisation_id: d for d in decisions if d.organisation_id}
        kinds = {d.audience_id: d for d in decisions if not d.organisation_id}
        found = [
            own.get(pk) or kinds[audience]
            for pk, audience in audience_of.items()
            if pk in own or audience in kinds
        ]
        allowed = [d for d in found if d.outcome in ("allow", "must")]
        others = Counter(f"{d.outcome} {d.code}" for d in found if d not in allowed)
        rules = {rule: None for d in allowed for gate in d.gates for rule in gate["rules"]}
        yield Line(
            section=section.heading or section.get_kind_display(),
            tlp=Tlp(section.marking.tlp).label,
            allowed=len(allowed),
            otherwise=dict(others),
            rules=tuple(rule for rule in rules if rule[0] in "WC"),
        )


def answer(release: Release, *, now: Clock) -> None:
    """Two readers let the NCSC know how it is with them."""
    for email, said, product, text in (
        ("lezer@schakelpunt.example", Receipt.Answer.SEEN, "", ""),
        (
            "lezer@duinrand.example",
            Receipt.Answer.AFFECTED,
            "NetScaler Gateway 13.1",
            "Twee gateways. De ene is bijgewerkt, de andere volgt vanavond.",
        ),
    ):
        receiving.answer(
            number=release.version.advisory.number,
            version=release.version.label,
            answer=said,
            product=product,
            text=text,
            by=person(email),
            at=now(),
        )


def owed(release: Release) -> int:
    """Messages of a release that have not found an end yet."""
    return Delivery.objects.filter(
        release=release, status__in=[Delivery.Status.PENDING, Delivery.Status.SENDING]
    ).count()
