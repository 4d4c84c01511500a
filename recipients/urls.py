"""Of allauth's pages those that the portal needs, and no others."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as sessions
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from recipients import views

page = require_http_methods(["GET", "HEAD", "POST"])  # and nothing that allauth does besides


def closed(request: HttpRequest) -> HttpResponse:
    """Accounts are by invitation; allauth wants the name to exist."""
    raise Http404


urlpatterns = [
    path("welcome/<str:token>", views.welcome, name="welcome"),
    path("forgotten/", views.forgotten, name="forgotten"),
    path("sessions/", page(sessions.list_usersessions), name="usersessions_list"),
    path("2fa/passkeys/", require_safe(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("2fa/passkeys/add/", page(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/passkeys/login/", page(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        "2fa/passkeys/reauthenticate/",
        page(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/passkeys/<int:pk>/edit/", page(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "2fa/passkeys/<int:pk>/remove/", page(webauthn.remove_webauthn), name="mfa_remove_webauthn"
    ),
    path("login/", page(account.login), name="account_login"),
    path("logout/", page(account.logout), name="account_logout"),
    path("signup/", closed, name="account_signup"),
    path("reauthenticate/", page(account.reauthenticate), name="account_reauthenticate"),
    path("password/", page(account.password_change), name="account_change_password"),
    path("password/set/", page(account.password_set), name="account_set_password"),
    path("inactive/", page(account.account_inactive), name="account_inactive"),
    path("2fa/", page(mfa.index), name="mfa_index"),
    path("2fa/authenticate/", page(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", page(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", page(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", page(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/",
        require_safe(recovery.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        page(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        require_safe(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
