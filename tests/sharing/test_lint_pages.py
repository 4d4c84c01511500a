"""The lint at the desk, with forms that work without scripts; and nowhere else."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from advisories.facets import Facets
from advisories.models import AdvisoryVersion, LintRefusal, Section
from advisories.services import drafting
from law.vocabulary import PersonalData
from recipients.models import Domain, IdentifierKind, Role
from sharing.services import registry
from tests.builders import draft, fresh, organisation, staff, submitted
from tests.sharing.published import browser

pytestmark = pytest.mark.django_db
BODY = "Waterbedrijf Duinrand is getroffen: vpn[.]duinrand.example.\n<script>alert(1)</script>"


def duinrand() -> Any:
    made = organisation("Waterbedrijf Duinrand")
    registry.add_identifier(
        organisation=made,
        kind=IdentifierKind.DOMAIN,
        value="duinrand.example",
        by=staff(Role.REGISTRY_MANAGER),
        at=timezone.now(),
    )
    return made


def written(body: str = BODY) -> tuple[AdvisoryVersion, Section, Client]:
    author = staff(Role.AUTHOR)
    version = draft(by=author, sections=[{}, {"body": body, "heading": "Getroffen"}])
    return version, version.sections.get(position=2), browser(author, language="en")


def page(version: AdvisoryVersion, section: Section) -> str:
    return f"/desk/versions/{version.pk}/sections/{section.pk}"


def hidden(text: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form that goes to `action`."""
    form = text.split(f'action="{action}"', 1)[1].split("</form>", 1)[0]
    return dict(re.findall(r'type="hidden" name="(revision|group)" value="([^"]*)"', form))


def test_the_section_page_marks_what_was_found_and_says_what_it_proposes() -> None:
    duinrand()
    version, section, client = written()
    text = client.get(page(version, section)).content.decode()
    assert re.search(r"<mark[^>]*>Waterbedrijf Duinrand</mark> is getroffen", text)
    assert re.search(r"<mark[^>]*>vpn\[\.\]duinrand\.example</mark>", text)
    assert "confidential, traceable to the organisation" in text
    assert "<script>alert" not in text


def test_one_click_accepts_and_the_marking_says_it() -> None:
    victim = duinrand()
    version, section, client = written()
    action = f"{page(version, section)}/accept"
    fields = hidden(client.get(page(version, section)).content.decode(), action)
    answer = client.post(action, fields, follow=True)
    assert answer.status_code == 200
    assert Facets.of(Section.objects.get(pk=section.pk).marking).organisations == (
        (victim.pk, True),
    )
    assert "Nothing that asks for an answer" in answer.content.decode()


def test_a_refusal_without_reason_comes_back_and_with_one_goes_to_a_second_person() -> None:
    duinrand()
    version, section, client = written("Waterbedrijf Duinrand meldt een incident.")
    action = f"{page(version, section)}/refuse"
    fields = hidden(client.get(page(version, section)).content.decode(), action)
    assert client.post(action, fields).status_code == 422
    assert client.post(action, {**fields, "reason": "Eigen persbericht"}).status_code == 302
    refusal = LintRefusal.objects.get()
    submitted(version, at=timezone.now())
    editor = f"/desk/versions/{version.pk}/"
    second = browser(staff(Role.SECOND_READER), language="en")
    confirm = f"{editor}refusals/{refusal.pk}/confirm"
    assert confirm not in client.get(editor).content.decode()
    shown = second.get(editor).content.decode()
    assert confirm in shown
    assert "Eigen persbericht" in shown
    revision = {"revision": fresh(version).revision}
    assert second.post(f"{editor}approve", revision).status_code == 409
    assert second.post(confirm).status_code == 302
    assert second.post(f"{editor}approve", revision).status_code == 302
    assert fresh(version).status == "approved"


def test_the_editor_says_which_section_waits_for_an_answer() -> None:
    duinrand()
    version, section, client = written()
    text = client.get(f"/desk/versions/{version.pk}/").content.decode()
    assert f'<a href="{page(version, section)}">2</a>' in text
    revision = {"revision": fresh(version).revision}
    answer = client.post(f"/desk/versions/{version.pk}/submit", revision)
    assert answer.status_code == 409
    assert "The lint found something in section 2" in answer.content.decode()


def test_an_answer_to_a_text_that_changed_meanwhile_is_not_taken() -> None:
    duinrand()
    version, section, client = written()
    action = f"{page(version, section)}/accept"
    fields = hidden(client.get(page(version, section)).content.decode(), action)
    drafting.edit_version(
        version_id=version.pk,
        revision=fresh(version).revision,
        damage="H",
        by=version.author,
        at=timezone.now(),
    )
    assert client.post(action, fields).status_code == 409
    assert Facets.of(Section.objects.get(pk=section.pk).marking).personal_data is PersonalData.NONE


def test_classified_text_comes_back_with_why_and_is_not_stored() -> None:
    version, section, client = written("Werk bij.")
    answer = client.post(
        page(version, section),
        {"revision": fresh(version).revision, "kind": "text", "body": "Stg. GEHEIM\nx"},
    )
    assert answer.status_code == 422
    assert "state-classified information" in answer.content.decode()
    assert Section.objects.get(pk=section.pk).body == "Werk bij."


def test_the_registry_page_shows_adds_and_ends_identifiers_for_who_may() -> None:
    made = duinrand()
    clerk, reader = (
        browser(staff(role), language="en") for role in (Role.REGISTRY_MANAGER, Role.AUTHOR)
    )
    path = f"/desk/registry/{made.pk}"
    add = {"identifier_kind": "network", "value": "2001:db8:1::1/48"}
    assert reader.post(f"{path}/identifiers", add).status_code == 404
    assert clerk.post(f"{path}/identifiers", add).status_code == 302
    assert clerk.post(f"{path}/identifiers", {**add, "value": "300.0.0.0"}).status_code == 422
    shown = reader.get(path).content.decode()
    assert "2001:db8:1::/48" in shown
    assert "Add an identifier" not in shown
    domain = Domain.objects.get()
    end = f"/desk/registry/identifiers/domain/{domain.pk}/end"
    assert reader.post(end).status_code == 404
    assert clerk.post(end).status_code == 302
    domain.refresh_from_db()
    assert domain.ended_by is not None


@pytest.mark.parametrize("revision", ["", "-1", "²", "9" * 19, "9" * 5000])
def test_a_form_with_a_forged_revision_changes_nothing_and_says_why(revision: str) -> None:
    version, _section, client = written()
    submit = f"/desk/versions/{version.pk}/submit"
    answer = client.post(submit, {"revision": revision})
    assert answer.status_code == 409
    assert "changed this draft meanwhile" in answer.content.decode()
    assert fresh(version).status == "draft"
    assert client.post(submit, {"revision": fresh(version).revision}).status_code == 302
