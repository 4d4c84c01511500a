from django.urls import path, re_path

from sharing.taxii import views

app_name = "taxii"
ONE = "portal/collections/<str:collection>/"
urlpatterns = [
    path("", views.Discovery.as_view(), name="discovery"),
    path("portal/", views.Root.as_view(), name="root"),
    path("portal/status/<uuid:status_id>/", views.Status.as_view(), name="status"),
    path("portal/collections/", views.Collections.as_view(), name="collections"),
    path(ONE, views.OneCollection.as_view(), name="collection"),
    path(f"{ONE}manifest/", views.Manifest.as_view(), name="manifest"),
    path(f"{ONE}objects/", views.Held.as_view(), name="objects"),
    path(f"{ONE}objects/<str:object_id>/", views.OneObject.as_view(), name="object"),
    path(f"{ONE}objects/<str:object_id>/versions/", views.Versions.as_view(), name="versions"),
    re_path(r"^(?P<rest>(?s:.*))", views.Nothing.as_view(), name="nothing"),
]
