from django.urls import URLPattern, re_path

from sharing.api.csaf import views

app_name = "csaf"
FOLDER = r"(?P<folder>v2\.[01])"
LEVEL = rf"^csaf/{FOLDER}/(?P<word>[a-z+]{{1,20}})/"
WELL_KNOWN = r"^\.well-known/"
NAMED = r"(?P<named>[a-z+]{1,20})\.json\Z"


def at(pattern: str, view: type[views.File], name: str) -> URLPattern:
    return re_path(pattern, view.as_view(), name=name)


urlpatterns = [
    at(WELL_KNOWN + r"csaf/provider-metadata\.json\Z", views.Metadata, "metadata"),
    at(WELL_KNOWN + rf"csaf/{FOLDER}/provider-metadata\.json\Z", views.Metadata, "its-metadata"),
    at(WELL_KNOWN + r"csaf/service\.json\Z", views.Service, "service"),
    at(WELL_KNOWN + rf"csaf/{FOLDER}/service\.json\Z", views.Service, "its-service"),
    at(WELL_KNOWN + r"security\.txt\Z", views.Security, "security"),
    at(r"^csaf/openpgp-key\.asc\Z", views.PublicKey, "key"),
    at(LEVEL + r"feed-tlp-" + NAMED, views.Feed, "feed"),
    at(LEVEL + r"category-" + NAMED, views.Category, "category"),
    at(LEVEL + r"index\.txt\Z", views.Index, "index"),
    at(LEVEL + r"changes\.csv\Z", views.Changes, "changes"),
    at(LEVEL + r"\Z", views.Directory, "level"),
    at(LEVEL + r"(?P<year>[0-9]{4})/\Z", views.Directory, "year"),
    at(
        LEVEL + r"(?P<path>[0-9]{4}/[-a-z0-9]{1,60}\.json)(?P<ending>\.(?:sha256|sha512|asc))?\Z",
        views.Document,
        "document",
    ),
    at(r"^csaf/(?P<rest>(?s:.*))", views.Nothing, "nothing"),
    at(WELL_KNOWN + r"csaf/(?P<rest>(?s:.*))", views.Nothing, "well-known-nothing"),
]
