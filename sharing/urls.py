from django.urls import path

from sharing.views import desk, intake, law, readers, registry, releases

app_name = "sharing"
urlpatterns = [
    path("", readers.inbox, name="inbox"),
    path("advisories/<str:number>", readers.advisory, name="advisory"),
    path("desk/", desk.home, name="desk"),
    path("desk/new", desk.new, name="new"),
    path("desk/import", desk.import_csaf, name="import"),
    path("desk/intake/", intake.queue, name="intake"),
    path("desk/intake/<uuid:item_id>/received", intake.received, name="intake-received"),
    path("desk/intake/<uuid:item_id>/draft", intake.make_draft, name="intake-draft"),
    path("desk/intake/<uuid:item_id>/dismiss", intake.dismiss, name="intake-dismiss"),
    path("desk/versions/<int:version_id>/", desk.editor, name="editor"),
    path("desk/versions/<int:version_id>/preview", desk.preview, name="preview"),
    path("desk/versions/<int:version_id>/fields", desk.fields, name="fields"),
    path("desk/versions/<int:version_id>/sections/new", desk.section, name="new-section"),
    path("desk/versions/<int:version_id>/sections/<int:section_id>", desk.section, name="section"),
    path(
        "desk/versions/<int:version_id>/sections/<int:section_id>/remove",
        desk.remove_section,
        name="remove-section",
    ),
    path("desk/versions/<int:version_id>/address", desk.address, name="address"),
    path("desk/versions/<int:version_id>/attest", desk.attest, name="attest"),
    path("desk/versions/<int:version_id>/submit", desk.submit, name="submit"),
    path("desk/versions/<int:version_id>/approve", desk.approve, name="approve"),
    path("desk/versions/<int:version_id>/send-back", desk.send_back, name="send-back"),
    path("desk/versions/<int:version_id>/publish", releases.publish, name="publish"),
    path("desk/releases/<int:release_id>/", releases.board, name="board"),
    path("desk/releases/<int:release_id>/withdraw", releases.withdraw, name="withdraw"),
    path("desk/releases/<int:release_id>/revise", releases.revise, name="revise"),
    path("desk/explain/<int:section_id>/<uuid:organisation_id>", releases.explain, name="explain"),
    path("desk/law/", law.rules, name="law"),
    path("desk/law/rules/<str:rule>/verify", law.verify, name="verify-rule"),
    path("desk/law/reassessment/", law.reassessment, name="reassessment"),
    path("desk/law/reassessment/progress", law.progress, name="reassessment-progress"),
    path("desk/law/reassessment/propose", law.propose, name="propose-reassessment"),
    path(
        "desk/law/reassessment/<int:reassessment_id>/approve",
        law.approve,
        name="approve-reassessment",
    ),
    path("desk/registry/", registry.organisations, name="organisations"),
    path("desk/registry/<uuid:organisation_id>", registry.organisation, name="organisation"),
    path(
        "desk/registry/facts/<str:kind>/<int:fact_id>/confirm",
        registry.confirm,
        name="confirm-fact",
    ),
    path("desk/registry/facts/<str:kind>/<int:fact_id>/end", registry.end, name="end-fact"),
    path(
        "desk/registry/facts/<str:kind>/<int:fact_id>/consequences",
        registry.consequences,
        name="consequences",
    ),
]
