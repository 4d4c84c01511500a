"""The analyst's desk: home, new, import, editor, preview, review, publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advisories.errors import Refusal
from advisories.models import AdvisoryVersion, Section
from advisories.services import drafting, importing, reviewing
from advisories.services.open_versions import OPEN
from law.vocabulary import Predicate, Purpose
from recipients.models import Role
from recipients.roles import Right, rights_of
from sharing import desk, exceptional, flows, linted, manual
from sharing.forms import (
    AddressForm,
    AttestForm,
    ImportForm,
    LintForm,
    NewForm,
    ReasonForm,
    SectionForm,
    VersionForm,
)
from sharing.granting.deciding import preview as previewed
from sharing.iep_form import IepForm
from sharing.reception import asking_help
from sharing.services import passing_on
from sharing.views.acting import as_id, attempt
from sharing.views.guards import signed_in, staff

DESK = (Right.DRAFT, Right.APPROVE, Right.PUBLISH)


@require_safe
@staff(*DESK, Right.REGISTRY, Right.EXPLAIN)
def home(request: HttpRequest) -> HttpResponse:
    by, at = signed_in(request), timezone.now()
    rights = rights_of(by, at=at)
    legal = Right.ATTEST_LEGAL in rights
    context = {
        "home": desk.home(by),
        "exceptions": exceptional.attention(at=at),
        "helpless": asking_help(at=at) if rights & set(DESK) else [],
        "left": manual.undecided(at=at) if legal else 0,
        "unconfirmed": manual.waiting(at=at) if legal or Right.APPROVE in rights else 0,
    }
    return render(request, "desk/home.html", context)


@require_POST
@staff(Right.DRAFT)
def answer_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """Answer an organisation that asked for a section to be marked anew."""
    try:
        attempt(
            request,
            lambda: passing_on.answer(
                request_id=request_id,
                answer=request.POST.get("answer", ""),
                by=signed_in(request),
                at=timezone.now(),
            ),
            done=_("Answered. The organisation reads it in the portal."),
        )
    except ObjectDoesNotExist:
        raise Http404 from None
    return redirect("sharing:desk")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Right.DRAFT)
def new(request: HttpRequest) -> HttpResponse:
    form = NewForm(request.POST or None)
    if form.is_valid():
        try:
            version = drafting.open_draft(
                kind=form.cleaned_data["kind"],
                title=form.cleaned_data["title"],
                language="nl",
                by=signed_in(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("sharing:editor", version.pk)
    return render(request, "desk/new.html", {"form": form, "importing": ImportForm()})


@require_POST
@staff(Right.DRAFT)
def import_csaf(request: HttpRequest) -> HttpResponse:
    """Take one document in. What is refused is said beside the field; nothing of it is kept."""
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        received = form.cleaned_data["document"]
        outcome = importing.import_document(
            data=received.read(),
            filename=received.name,
            by=signed_in(request),
            at=timezone.now(),
        )
        if outcome.version is not None:
            return redirect("sharing:editor", outcome.version.pk)
        form.add_error("document", outcome.message or _("This document was imported before."))
    return render(request, "desk/new.html", {"form": NewForm(), "importing": form}, status=422)


def _version(version_id: int) -> AdvisoryVersion:
    version = desk.version(version_id)
    if version is None:
        raise Http404
    return version


def _page(
    request: HttpRequest, version: AdvisoryVersion, *, status: int = 200, **forms: Any
) -> HttpResponse:
    sections = desk.sections(version)
    context = {
        "version": version,
        "sections": sections,
        "attestations": desk.attestations(version),
        "flags": desk.import_flags(version),
        "fields": VersionForm(
            initial={
                "title": version.title,
                "probability": version.probability,
                "damage": version.damage,
                "change_note": version.change_note,
                "targeted": version.targeted,
            }
        ),
        "addressing": AddressForm(initial=AddressForm.values(version)),
        "attest": AttestForm(sections=sections),
        "back": ReasonForm(),
        "flows": flows.offered(at=timezone.now())
        if version.status in ("draft", "in_review")
        else (),
        "open": version.status in OPEN,
        "lint": linted.review(version) if version.status in OPEN else None,
        "preview": previewed(version_id=version.pk, at=timezone.now()),
        **forms,
    }
    return render(request, "desk/editor.html", context, status=status)


@require_safe
@staff(*DESK)
def editor(request: HttpRequest, version_id: int) -> HttpResponse:
    return _page(request, _version(version_id))


@require_safe
@staff(*DESK)
def preview(request: HttpRequest, version_id: int) -> HttpResponse:
    """The panel "who gets what", as a fragment for htmx and as a page without scripts."""
    version = _version(version_id)
    found = previewed(version_id=version.pk, at=timezone.now())
    template = "_preview" if "HX-Request" in request.headers else "preview"
    return render(request, f"desk/{template}.html", {"version": version, "preview": found})


def _act(
    request: HttpRequest,
    version_id: int,
    act: Callable[[], Any],
    *,
    done: str,
    form: tuple[str, Any] | None = None,
) -> HttpResponse:
    """Carry out an act and go back to the editor. What is refused is said, and nothing typed is
    lost: the form comes back as it was sent, with the revision of now."""
    try:
        act()
    except Refusal as refusal:
        version = _version(version_id)
        if form is None:
            messages.error(request, str(refusal.message))
            return _page(request, version, status=409)
        form[1].add_error(None, refusal.message)
        return _page(request, version, status=409, **{form[0]: form[1]})
    messages.success(request, done)
    return redirect("sharing:editor", version_id)


def revision_of(request: HttpRequest) -> int:
    """How often the draft was edited when this page was made; of none, where it does not say."""
    revision = as_id(request.POST.get("revision", ""))
    return -1 if revision is None else revision


@require_POST
@staff(Right.DRAFT)
def fields(request: HttpRequest, version_id: int) -> HttpResponse:
    version, form = _version(version_id), VersionForm(request.POST)
    if not form.is_valid():
        return _page(request, version, status=422, fields=form)
    return _act(
        request,
        version_id,
        lambda: drafting.edit_version(
            version_id=version_id,
            revision=revision_of(request),
            by=signed_in(request),
            at=timezone.now(),
            **form.cleaned_data,
        ),
        done=_("Saved."),
        form=("fields", form),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Right.DRAFT)
def section(request: HttpRequest, version_id: int, section_id: int | None = None) -> HttpResponse:
    """A section and its marking, side by side."""
    version = _version(version_id)
    found = desk.section(version, section_id) if section_id else None
    if section_id and found is None:
        raise Http404
    initial = SectionForm.values(found) if found else {"kind": Section.Kind.TEXT}
    form = SectionForm(request.POST or None, initial=initial)
    iep = IepForm(request.POST or None, initial=IepForm.values(found) if found else {})
    if request.method == "POST" and all([form.is_valid(), iep.is_valid()]):
        try:
            saved = _save_section(request, version_id, section_id, form, iep)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return _saved(request, _version(version_id), saved)
    status = 422 if request.method == "POST" else 200
    return section_page(request, _version(version_id), found, status=status, form=form, iep=iep)


def _saved(request: HttpRequest, version: AdvisoryVersion, section: Section) -> HttpResponse:
    """To the editor; first past what the lint has to ask about the section, where there is any."""
    if any(shown.group.open for shown in linted.section(version, section).asking):
        messages.warning(request, _("Saved. The lint has a question about this section."))
        return redirect("sharing:section", version.pk, section.pk)
    messages.success(request, _("Saved."))
    return redirect("sharing:editor", version.pk)


def section_page(
    request: HttpRequest,
    version: AdvisoryVersion,
    section: Section | None,
    *,
    status: int = 200,
    form: SectionForm | None = None,
    iep: IepForm | None = None,
    refused: LintForm | None = None,
) -> HttpResponse:
    """The text with what the lint found, and the form beside it."""
    context = {
        "version": version,
        "section": section,
        "form": form
        or SectionForm(initial=SectionForm.values(section) if section else {"kind": "text"}),
        "iep": iep or IepForm(initial=IepForm.values(section) if section else {}),
        "lint": linted.section(version, section) if section else None,
        "refused": refused,
        "open": version.status in OPEN,
    }
    return render(request, "desk/section.html", context, status=status)


def _save_section(
    request: HttpRequest,
    version_id: int,
    section_id: int | None,
    form: SectionForm,
    iep: IepForm,
) -> Section:
    by, data = signed_in(request), form.cleaned_data
    saved = drafting.put_section(
        version_id=version_id,
        revision=revision_of(request),
        section_id=section_id,
        kind=data["kind"],
        heading=data["heading"],
        body=data["body"],
        data=desk.section(_version(version_id), section_id).data if section_id else {},  # type: ignore[union-attr]  # it was found above
        by=by,
        at=timezone.now(),
    )
    drafting.mark(
        section_id=saved.pk,
        revision=revision_of(request) + 1,
        facets=replace(form.facets(), iep=iep.terms()),
        by=by,
        at=timezone.now(),
    )
    return saved


@require_POST
@staff(Right.DRAFT)
def remove_section(request: HttpRequest, version_id: int, section_id: int) -> HttpResponse:
    return _act(
        request,
        version_id,
        lambda: drafting.remove_section(
            version_id=version_id,
            revision=revision_of(request),
            section_id=section_id,
            by=signed_in(request),
            at=timezone.now(),
        ),
        done=_("The section was removed."),
    )


@require_POST
@staff(Right.DRAFT)
def address(request: HttpRequest, version_id: int) -> HttpResponse:
    version, form = _version(version_id), AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, version, status=422, addressing=form)
    return _act(
        request,
        version_id,
        lambda: drafting.address(
            version_id=version_id,
            revision=revision_of(request),
            addressing=form.addressing(),
            purpose=Purpose(form.cleaned_data["purpose"]),
            purpose_text=form.cleaned_data["purpose_text"],
            by=signed_in(request),
            at=timezone.now(),
        ),
        done=_("Saved."),
        form=("addressing", form),
    )


@require_POST
@staff(Right.DRAFT, Right.ATTEST_LEGAL)
def attest(request: HttpRequest, version_id: int) -> HttpResponse:
    version = _version(version_id)
    form = AttestForm(request.POST, sections=desk.sections(version))
    if not form.is_valid():
        return _page(request, version, status=422, attest=form)
    organisation, capacity = form.recipient()
    data = form.cleaned_data
    return _act(
        request,
        version_id,
        lambda: drafting.attest(
            version_id=version_id,
            section_id=data["section"],
            predicate=Predicate(data["predicate"]),
            value=True,
            text=data["text"],
            evidence="",
            organisation_id=organisation,
            capacity=capacity,
            role=Role(data["role"]),
            by=signed_in(request),
            at=timezone.now(),
        ),
        done=_("Your attestation is on record."),
        form=("attest", form),
    )


@require_POST
@staff(Right.DRAFT)
def submit(request: HttpRequest, version_id: int) -> HttpResponse:
    return _act(
        request,
        version_id,
        lambda: reviewing.submit(
            version_id=version_id,
            revision=revision_of(request),
            by=signed_in(request),
            at=timezone.now(),
        ),
        done=_("Submitted. A second person has to look at it now."),
    )


@require_POST
@staff(Right.APPROVE)
def approve(request: HttpRequest, version_id: int) -> HttpResponse:
    return _act(
        request,
        version_id,
        lambda: reviewing.approve(
            version_id=version_id,
            revision=revision_of(request),
            by=signed_in(request),
            at=timezone.now(),
        ),
        done=_("Approved. It can be published now."),
    )


@require_POST
@staff(Right.APPROVE)
def send_back(request: HttpRequest, version_id: int) -> HttpResponse:
    version, form = _version(version_id), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, version, status=422, back=form)
    return _act(
        request,
        version_id,
        lambda: reviewing.send_back(
            version_id=version_id,
            reason=form.cleaned_data["reason"],
            by=signed_in(request),
            at=timezone.now(),
        ),
        done=_("Sent back to the author."),
        form=("back", form),
    )
