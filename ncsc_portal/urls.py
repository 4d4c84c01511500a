from allauth.idp.oidc import views as oidc
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

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
    path("language", require_POST(set_language), name="set_language"),
    path("accounts/", include("recipients.urls")),
    path("api/v1/", include("sharing.api.urls")),
    path("", include("sharing.api.csaf.urls")),
    path("taxii2/", include("sharing.taxii.urls")),
    path("identity/o/api/", include((identity, "oidc"))),
    path("", include("sharing.urls")),
]
handler404 = "sharing.views.errors.absent"
handler500 = "sharing.views.errors.broken"
