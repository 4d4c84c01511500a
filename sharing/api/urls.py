from django.urls import path, re_path

from sharing.api import views

app_name = "api"
urlpatterns = [
    path("advisories", views.Advisories.as_view(), name="advisories"),
    re_path(
        r"^advisories/(?P<number>NCSC-[0-9]{4}-[0-9]{4,9})\Z",
        views.OneAdvisory.as_view(),
        name="advisory",
    ),
    re_path(
        r"^advisories/(?P<number>NCSC-[0-9]{4}-[0-9]{4,9})/decisions\Z",
        views.Decisions.as_view(),
        name="decisions",
    ),
    path("public/advisories", views.PublicAdvisories.as_view(), name="public-advisories"),
    re_path(
        r"^public/advisories/(?P<number>NCSC-[0-9]{4}-[0-9]{4,9})\Z",
        views.PublicAdvisory.as_view(),
        name="public-advisory",
    ),
    path("my-markings", views.MyMarkings.as_view(), name="my-markings"),
    path("changes", views.Feed.as_view(), name="changes"),
    path("openapi.json", views.Document.as_view(), name="openapi"),
    re_path(r"^(?P<rest>(?s:.*))", views.Nothing.as_view(), name="nothing"),
]
