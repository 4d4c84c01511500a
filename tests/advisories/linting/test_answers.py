"""Between the lint and the review: accept, refuse with a reason, confirm by a second person."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import Error, transaction

from advisories.errors import Classified, Incomplete, NotAllowed, Stale, WrongStatus
from advisories.facets import Facets
from advisories.models import AdvisoryVersion, LintConfirmation, LintRefusal, Section
from advisories.services import drafting, linting, reviewing
from advisories.services.importing import import_document
from audit.models import Entry
from law.vocabulary import PersonalData
from recipients.models import IdentifierKind, Organisation, Role, User
from sharing.services import registry
from tests.advisories.samples import document
from tests.builders import AT, OPEN, approved, draft, fresh, organisation, staff, submitted

pytestmark = pytest.mark.django_db
HIT = "Waterbedrijf Duinrand draait een kwetsbare versie op vpn.duinrand.example."


def duinrand() -> Organisation:
    made = organisation("Waterbedrijf Duinrand")
    clerk = staff(Role.REGISTRY_MANAGER)
    for kind, value in (
        (IdentifierKind.DOMAIN, "duinrand.example"),
        (IdentifierKind.NETWORK, "203.0.113.8/29"),
    ):
        registry.add_identifier(organisation=made, kind=kind, value=value, by=clerk, at=AT)
    return made


def about(body: str, **section: Any) -> AdvisoryVersion:
    return draft(
        by=staff(Role.AUTHOR),
        sections=[{}, {"kind": "text", "heading": "Getroffen", "body": body, **section}],
    )


def second(version: AdvisoryVersion) -> Section:
    return version.sections.select_related("marking").get(position=2)


def keys(version: AdvisoryVersion) -> list[str]:
    groups = linting.groups_of(fresh(version))[second(version)]
    return [group.key for group in groups if group.open]


def accept(version: AdvisoryVersion, key: str, *, by: User | None = None) -> None:
    linting.accept(
        version_id=version.pk,
        section_id=second(version).pk,
        revision=fresh(version).revision,
        key=key,
        by=by or version.author,
        at=AT,
    )


def refuse(
    version: AdvisoryVersion, key: str, *, by: User | None = None, reason: str = "Openbaar bericht"
) -> LintRefusal:
    return linting.refuse(
        version_id=version.pk,
        section_id=second(version).pk,
        revision=fresh(version).revision,
        key=key,
        reason=reason,
        by=by or version.author,
        at=AT,
    )


def write(version: AdvisoryVersion, body: str) -> None:
    section = second(version)
    drafting.put_section(
        version_id=version.pk,
        revision=fresh(version).revision,
        section_id=section.pk,
        kind=section.kind,
        heading=section.heading,
        body=body,
        data=section.data,
        by=version.author,
        at=AT,
    )


def approve(version: AdvisoryVersion, *, by: User) -> None:
    reviewing.approve(version_id=version.pk, revision=fresh(version).revision, by=by, at=AT)


def test_a_version_with_an_organisation_in_it_is_submitted_once_its_marking_says_so() -> None:
    victim = duinrand()
    version = about(HIT)
    with pytest.raises(Incomplete, match="section 2"):
        submitted(version)
    accept(version, keys(version)[0])
    facets = Facets.of(second(version).marking)
    assert (facets.confidential, facets.traceable) == (True, True)
    assert facets.organisations == ((victim.pk, True),)
    assert facets.tlp is OPEN.tlp  # what was not asked stays
    assert approved(version).status == "approved"


def test_a_version_without_any_of_it_is_submitted_as_before() -> None:
    duinrand()
    assert submitted(about("Werk bij. Zie leverancier.example en 10.0.0.1.")).status == "in_review"


def test_accepting_never_makes_a_marking_lighter() -> None:
    victim = duinrand()
    strict = replace(
        OPEN,
        confidential=True,
        not_confidential_reason="",
        personal_data=PersonalData.SPECIAL,
        organisations=((organisation("Ander Bedrijf").pk, True),),
    )
    version = about(f"{HIT} Mail jan.jansen@voorbeeld.example.", facets=strict)
    accept(version, keys(version)[0])
    assert keys(version) == []  # name and domain ask for the same; SPECIAL is more than ordinary
    facets = Facets.of(second(version).marking)
    assert facets.personal_data is PersonalData.SPECIAL
    assert len(facets.organisations) == 2
    assert dict(facets.organisations)[victim.pk] is True


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("Mail jan.jansen@voorbeeld.example.", PersonalData.ORDINARY),
        ("Verkeer kwam van 198.51.100.7.", PersonalData.ORDINARY),
        ("Gelekt: wachtwoord: Welkom2024!", PersonalData.CREDENTIALS),
    ],
)
def test_personal_data_and_credentials_are_put_in_the_marking_first(
    body: str, asked: PersonalData
) -> None:
    version = about(body)
    with pytest.raises(Incomplete):
        submitted(version)
    accept(version, keys(version)[0])
    assert Facets.of(second(version).marking).personal_data is asked
    submitted(version)


def test_the_title_is_looked_at_with_the_summary() -> None:
    duinrand()
    version = draft(by=staff(Role.AUTHOR), title="Inbraak bij Waterbedrijf Duinrand")
    with pytest.raises(Incomplete, match="section 1"):
        submitted(version)


def test_a_refusal_takes_a_reason_and_its_lighter_marking_a_second_person() -> None:
    duinrand()
    version = about("Waterbedrijf Duinrand meldt zelf dat het incident voorbij is.")
    (key,) = keys(version)
    with pytest.raises(Incomplete):
        refuse(version, key, reason=" ")
    refusal = refuse(version, key)
    assert refusal.downgrade
    submitted(version)
    reviewer = staff(Role.SECOND_READER)
    with pytest.raises(Incomplete, match="Confirm first"):
        approve(version, by=reviewer)
    linting.confirm(version_id=version.pk, refusal_id=refusal.pk, by=reviewer, at=AT)
    approve(version, by=reviewer)
    line = Entry.objects.get(action="advisory.lint.refuse")
    assert line.detail["refusal"] == refusal.pk
    assert "Duinrand" not in str(line.detail)


def test_who_worked_on_the_version_is_no_second_person_and_another_is() -> None:
    duinrand()
    editor, other = staff(Role.DUTY_OFFICER), staff(Role.DUTY_OFFICER)
    version = about(HIT)
    refusals = [refuse(version, key, by=editor) for key in keys(version)]
    assert len(refusals) == 2
    submitted(version)
    for who in (editor, version.author):
        with pytest.raises(NotAllowed):
            linting.confirm(version_id=version.pk, refusal_id=refusals[0].pk, by=who, at=AT)
        with transaction.atomic(), pytest.raises(Error, match="second person"):
            LintConfirmation.objects.create(refusal=refusals[0], by=who, at=AT)
    linting.confirm(version_id=version.pk, refusal_id=refusals[0].pk, by=other, at=AT)
    with pytest.raises(Incomplete):  # one of two
        approve(version, by=other)


def test_who_confirmed_and_edits_afterwards_does_not_count_any_more() -> None:
    duinrand()
    version = about("Waterbedrijf Duinrand meldt een incident.")
    refusal = refuse(version, keys(version)[0])
    submitted(version)
    reviewer = staff(Role.SECOND_READER)
    linting.confirm(version_id=version.pk, refusal_id=refusal.pk, by=reviewer, at=AT)
    assert linting.standing(fresh(version)).unconfirmed == ()
    drafting.edit_version(
        version_id=version.pk, revision=fresh(version).revision, damage="H", by=reviewer, at=AT
    )
    assert linting.standing(fresh(version)).unconfirmed == (refusal,)


def test_a_text_that_changes_re_opens_what_changed_and_nothing_else() -> None:
    duinrand()
    lines = ["Waterbedrijf Duinrand meldt een incident.", "Mail jan.jansen@voorbeeld.example."]
    version = about("\n".join(lines))
    for key in keys(version):
        refuse(version, key)
    assert keys(version) == []
    write(version, "\n".join([*lines, "Werk bij."]))
    assert keys(version) == []
    write(version, "\n".join(["Waterbedrijf Duinrand is getroffen.", lines[1]]))
    assert [key.partition(":")[0] for key in keys(version)] == ["name"]


def test_a_refusal_holds_for_its_own_section_and_version_only() -> None:
    duinrand()
    version = draft(by=staff(Role.AUTHOR), sections=[{}, {"body": HIT}, {"body": HIT}])
    for key in keys(version):
        refuse(version, key)
    assert {g.section.position for g in linting.standing(fresh(version)).open} == {3}


def test_three_hundred_indicators_of_one_kind_are_answered_at_once() -> None:
    rows = [{"type": "ipv4", "value": f"198.51.100.{n}"} for n in range(1, 251)]
    weak = about("Zie de lijst.", kind="indicators", data={"indicators": rows})
    submitted(weak)  # addresses in a list of indicators only inform
    strong = about("\n".join(f"persoon{n}@voorbeeld.example" for n in range(300)))
    assert keys(strong) == ["email:"]
    refusal = refuse(strong, "email:")
    assert len(refusal.fingerprints) == 300
    assert keys(strong) == []


def test_an_address_of_an_organisation_among_the_indicators_is_no_weak_finding() -> None:
    duinrand()
    rows = [{"type": "ipv4", "value": "203.0.113.10"}]
    with pytest.raises(Incomplete):
        submitted(about("Zie de lijst.", kind="indicators", data={"indicators": rows}))


def test_a_registry_that_grew_after_the_submission_holds_up_the_approval() -> None:
    version = submitted(about(HIT))
    duinrand()
    with pytest.raises(Incomplete, match="section 2"):
        approve(version, by=staff(Role.SECOND_READER))


def test_nobody_answers_for_a_text_that_changed_since_they_looked() -> None:
    duinrand()
    version = about(HIT)
    stale = fresh(version).revision
    write(version, HIT + " Meer.")
    with pytest.raises(Stale):
        linting.refuse(
            version_id=version.pk,
            section_id=second(version).pk,
            revision=stale,
            key="name",
            reason="Openbaar",
            by=version.author,
            at=AT,
        )
    with pytest.raises(WrongStatus):
        refuse(version, "email:")


def test_a_cve_asks_and_does_not_hold_up_and_one_of_a_public_import_does_not_ask() -> None:
    version = about("CVE-2026-1234 is nog niet bekend.")
    (group,) = linting.groups_of(version)[second(version)]
    assert (group.proposal.question, group.open) == (True, False)
    submitted(version)
    notes = [{"category": "summary", "text": "CVE-2026-1234 en CVE-2026-4321"}]
    for label, kinds in (("WHITE", {"public_cve"}), ("AMBER", {"cve"})):
        outcome = import_document(
            data=document(tracking_id=f"VB-{label}", label=label, notes=notes),
            filename="x.json",
            by=staff(Role.AUTHOR),
            at=AT,
        )
        assert outcome.version
        found = {g.kind.value for gs in linting.groups_of(outcome.version).values() for g in gs}
        assert found == kinds


def test_answers_stay_on_record_when_the_draft_is_thrown_away_and_cannot_be_changed() -> None:
    duinrand()
    version = about(HIT)
    refusal = refuse(version, keys(version)[0])
    for change in (
        lambda: LintRefusal.objects.filter(pk=refusal.pk).update(reason="anders"),
        lambda: LintRefusal.objects.filter(pk=refusal.pk).delete(),
    ):
        with transaction.atomic(), pytest.raises(Error):
            change()
    drafting.discard_draft(
        version_id=version.pk, revision=fresh(version).revision, by=version.author, at=AT
    )
    assert LintRefusal.objects.get().reason == "Openbaar bericht"


@pytest.mark.parametrize("where", ["title", "heading", "body", "data", "new draft", "change note"])
def test_classified_text_is_refused_on_record_and_nowhere_kept(where: str) -> None:
    version = about("Werk bij.")
    marked, before = "Stg. GEHEIM Operatie Voorbeeld", fresh(version).revision

    def fields(**values: Any) -> None:
        drafting.edit_version(
            version_id=version.pk, revision=before, by=version.author, at=AT, **values
        )

    def section(**values: Any) -> None:
        drafting.put_section(
            version_id=version.pk,
            revision=before,
            section_id=second(version).pk,
            by=version.author,
            at=AT,
            **{"kind": "text", "heading": "", "body": "", "data": {}, **values},
        )

    acts: dict[str, Callable[[], Any]] = {
        "title": lambda: fields(title=marked),
        "change note": lambda: fields(change_note=marked),
        "heading": lambda: section(heading=marked),
        "body": lambda: section(body=f"Tekst\n{marked}"),
        "data": lambda: section(data={"rows": [{"value": marked}]}),
        "new draft": lambda: drafting.open_draft(
            kind="advisory", title=marked, language="nl", by=version.author, at=AT
        ),
    }
    with pytest.raises(Classified):
        acts[where]()
    line = Entry.objects.latest("pk")
    assert (line.action, line.outcome) == ("advisory.refuse", "DENY_CLASSIFIED")
    assert line.detail["rule"] == "C.67"
    assert not Entry.objects.filter(detail__icontains="Operatie").exists()
    assert fresh(version).revision == before
    assert not Section.objects.filter(body__contains="Stg").exists()
    fields(title="Operatie Voorbeeld, vertrouwelijk")  # without the marking it is a text as any
    assert fresh(version).revision == before + 1


def test_a_classified_document_or_file_name_leaves_nothing_behind_but_the_record() -> None:
    author = staff(Role.AUTHOR)
    notes = [{"category": "summary", "text": "NATO SECRET\n\nInhoud"}]
    for data, filename in ((document(notes=notes), "a.json"), (document(), "Stg. GEHEIM.json")):
        outcome = import_document(data=data, filename=filename, by=author, at=AT)
        assert (outcome.result.value, outcome.code) == ("refused", "DENY_CLASSIFIED")
        line = Entry.objects.latest("pk")
        assert (line.outcome, line.detail["rule"]) == ("DENY_CLASSIFIED", "C.67")
    assert not AdvisoryVersion.objects.exists()
    assert import_document(data=document(), filename="a.json", by=author, at=AT).version
