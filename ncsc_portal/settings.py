"""One settings module (ADR 0005). What differs between machines has no default."""

from pathlib import Path
from urllib.parse import urlsplit

from kombu import Queue

from ncsc_portal import env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- what differs between machines -------------------------------------------------
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.secret("SECRET_KEY")
PUBLIC_URL = env.text("PUBLIC_URL").rstrip("/")  # how readers reach us, e.g. https://portal.example
ALLOWED_HOSTS = env.text("ALLOWED_HOSTS").split(",")
DATABASES = {"default": env.database(env.secret("DATABASE_URL"))}
DATABASES["default"]["CONN_MAX_AGE"] = 60
# Prepared statements: the door plans once, not at every page. A pooler between must support them.
DATABASES["default"]["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 5}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# The owner role makes and changes tables; the application role may not rewrite the record.
DATABASE_OWNER_URL = env.secret("DATABASE_OWNER_URL", "")
REDIS_URL = env.secret("REDIS_URL")  # redis://…, or redis+socket://:password@/path for a socket
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = int(env.text("EMAIL_PORT", "25"))
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL")
AUDIT_SIGNING_KEY = env.secret("AUDIT_SIGNING_KEY")  # Ed25519 seed, 64 hexadecimal digits
# What STIX objects are known by is derived from it. Set it before SECRET_KEY is changed, to what
# SECRET_KEY was: who mirrors us would otherwise see every object go and come under another id.
OBJECT_ID_KEY = env.secret("OBJECT_ID_KEY", "") or SECRET_KEY
OIDC_PRIVATE_KEY = env.secret("OIDC_PRIVATE_KEY")  # PEM; signs the tokens of machine clients
# Armoured OpenPGP private key without a passphrase; signs the CSAF documents that leave.
OPENPGP_KEY = env.secret("OPENPGP_KEY")
PUBLISHER_NAME = env.text("PUBLISHER_NAME")  # of CSAF documents, e.g. NCSC
PUBLISHER_NAMESPACE = env.text("PUBLISHER_NAMESPACE")  # its address, the same for ever
SECURITY_CONTACT = env.text("SECURITY_CONTACT")  # in security.txt: mailto: or https:
DEMO = env.flag("DEMO")  # shows on every page that the data are fictional

# --- what is the same everywhere ---------------------------------------------------
HTTPS = urlsplit(PUBLIC_URL).scheme == "https"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "ncsc_portal",
    "audit",
    "recipients",
    "advisories",
    "sharing",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "recipients.middleware.SignedIn",
]

ROOT_URLCONF = "ncsc_portal.urls"
WSGI_APPLICATION = "ncsc_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sharing.views.context.portal",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ------------------------------------------------------------------------
AUTH_USER_MODEL = "recipients.User"
ANONYMOUS_USER_NAME = None  # guardian must not invent a user
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_RAISE_403 = False
# Object permissions are read through the door (sharing.access), never by user.has_perm.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # by invitation only: the registry vouches for the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_ADAPTER = "recipients.adapters.InvitationOnly"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "NCSC-portaal"
IDP_OIDC_PRIVATE_KEY = OIDC_PRIVATE_KEY

# --- language and time -------------------------------------------------------------
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

# --- files -------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".portal" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # bytes
CSAF_MAX_BYTES = 5 * 1024 * 1024
INTAKE_MAX_BYTES = 5 * 1024 * 1024  # of one post of a partner's program

# --- the law ---------------------------------------------------------------------
# "Onverwijld" (art. 20(4)(a) Wbni) in minutes: what must be supplied and is not handed over by then
# is an alarm.
MUST_OVERDUE_MINUTES = 60

# --- Celery and Redis --------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "normal"
CELERY_TASK_QUEUES = [Queue("urgent"), Queue("normal")]  # a worker listens to both unless told
CELERY_TASK_PUBLISH_RETRY = False  # a dead broker must not hold up an analyst
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "deliver": {"task": "sharing.tasks.sweep", "schedule": 60.0},
    "seal": {"task": "audit.tasks.seal", "schedule": 60.0},
    "expire": {"task": "sharing.tasks.expire", "schedule": 60.0},
    "lift-embargoes": {"task": "sharing.tasks.lift_embargoes", "schedule": 60.0},
    "watch-duties": {"task": "sharing.tasks.watch_duties", "schedule": 60.0},
    "reassess": {"task": "sharing.tasks.reassess", "schedule": 60.0},
}

# --- security ----------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # asked on the inside, in plain HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 8 * 3600  # seconds: a working day
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- REST --------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "sharing.api.problems.answer",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # the Accept header alone chooses
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "NCSC portal",
    "DESCRIPTION": "Threat information that the law lets us share with your organisation.",
    "VERSION": "1.0.0",
    "CONTACT": {"name": "NCSC", "url": "https://ncsc.example", "email": "portaal@ncsc.example"},
    "LICENSE": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    "SERVERS": [{"url": "/api/v1", "description": "This portal"}],
    "TAGS": [
        {"name": "advisories", "description": "What you may see now."},
        {"name": "public", "description": "What everyone may see, without a token."},
        {"name": "changes", "description": "What changed in it, for programs that keep a copy."},
    ],
    "PREPROCESSING_HOOKS": ["sharing.api.schema.ours"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "sharing.api.schema.finish",
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": True,
    "ENUM_NAME_OVERRIDES": {
        "AdvisoryKind": "sharing.api.serializers.KINDS",
        "SectionKind": "sharing.api.serializers.SECTION_KINDS",
        "Tlp": "sharing.api.serializers.TLP",
        "Pap": "sharing.api.serializers.PAP",
        "RegimeId": "sharing.api.serializers.REGIMES",
        "Event": "sharing.api.serializers.EVENTS",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# --- log ---------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
