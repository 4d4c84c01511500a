from allauth.idp.oidc import views as oidc
from django.urls import URLPattern, URLResolver, include, path

from ncsc_portal import health
from sharing.api.token import MachineTokenView

# Programs get tokens and give them back; the rest of the identity provider stays shut.
identity = [
    path("token", MachineTokenView.as_view(), name="token"),
    path("revoke", oidc.revoke, name="revoke"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("api/v1/", include("sharing.api.urls")),
    path("identity/o/api/", include((identity, "oidc"))),
]
