"""Houtai's settings: one file, read from the environment (see docs/operations.md for every name).

`HOUTAI_MODE=demo` (the default everywhere) answers loopback hosts and needs nothing set; `production` refuses to
start without its own key, hosts and PostgreSQL.
"""

import logging
import tomllib
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import environment as given
from config.logs import logging_for

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
HOUTAI_MODE = given.mode()
PRODUCTION = HOUTAI_MODE == "production"
HOUTAI_VAR_DIR = given.var_dir(BASE_DIR)
PORT = given.number("PORT", 8000, 1, 65535)

DEBUG = given.flag("HOUTAI_DEBUG")
if PRODUCTION and DEBUG:
    given.refuse("production never runs with HOUTAI_DEBUG.")
SECRET_KEY = given.secret_key(PRODUCTION, HOUTAI_VAR_DIR)
ALLOWED_HOSTS = given.allowed_hosts(PRODUCTION)

# What Houtai is made of, top to bottom; an app imports only from those below it.
# HOUTAI_WITHOUT_APPS=workorders,dashboard leaves upper apps out, which is how the peel test proves the arrows.
LAYERS = [
    "dashboard",
    "workorders",
    "logistics",
    "orders",
    "deposits",
    "foundation.entry",
    "foundation.ledger",
    "foundation.notifications",
    "foundation.catalog",
    "foundation.lists",
    "foundation.jobs",
    "foundation.files",
    "foundation.policies",
    "foundation.shell",
    "foundation.accounts",
    "foundation.audit",
    "foundation.lifecycle",
]
HOUSE_APPS = given.without_apps(LAYERS)
INSTALLED_APPS = [
    *HOUSE_APPS,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_filters",
    "django_htmx",
    "django_include_bootstrap",
    "heroicons",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "axes",
    "django_structlog",
    "config",  # last, so that rule rows and groups are seeded when everything else is there
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "foundation.audit.middleware.RequestIdMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "foundation.shell.middleware.NoNulMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "foundation.accounts.middleware.PersonMiddleware",
    "foundation.accounts.sessions.SessionLimitsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "foundation.lists.middleware.KeepNextMiddleware",
    "foundation.accounts.middleware.ShopMiddleware",
    "foundation.shell.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "foundation.shell.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {"default": given.database(PRODUCTION, HOUTAI_VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
REDIS_URL = given.redis_url(HOUTAI_VAR_DIR)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "foundation.accounts.tries.CountedBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "foundation.accounts.passwords.HouseRule"},
    {"NAME": "foundation.accounts.passwords.NotYourOwnWords"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "phone", "display_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:login"
DESK_PAGES = {  # reviewers' group → the page their day begins on; nobody's page if its app is left out
    "review work orders": "admin:workorders_workorder_changelist",
    "review deposits": "admin:deposits_refundapplication_changelist",
}

# Ten wrong passwords in fifteen minutes lock the account for that long, whoever asks; so does one address. Counted in
# the database, so neither a restart nor a second web server forgets.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_RESET_ON_SUCCESS = False  # it would forget the address's count too; the sign-in view forgets the account's only
AXES_LOCKOUT_CALLABLE = "foundation.accounts.views.signing_in.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # a stranger can't keep the owner out for ever
AXES_HTTP_RESPONSE_CODE = 429
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "config.proxy.client_address"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = HOUTAI_VAR_DIR / "static"
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = HOUTAI_VAR_DIR / "media"  # private: never served by URL, only by foundation.files' views
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_NUMBER_FILES = 30
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

HTTPS = PRODUCTION
BEHIND_PROXY = given.flag("HOUTAI_BEHIND_PROXY")
METRICS_TOKEN = given.metrics_token()
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "foundation.shell.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = given.origins(ALLOWED_HOSTS) if PRODUCTION else []
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-houtai" if HTTPS else f"houtai-{PORT}"  # by port: two demos on one machine keep apart
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else f"houtai-csrf-{PORT}"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],  # Bootstrap's own icons; a photograph before it is uploaded
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

SMS_SENDER = given.read("HOUTAI_SMS_SENDER") or "foundation.notifications.senders.FileSender"
KUAIDI100 = given.kuaidi100(PRODUCTION)
SANDBOX_CARRIER = given.flag("HOUTAI_SANDBOX_CARRIER", not PRODUCTION)  # it invents what happens to parcels
PAYOUT_GATEWAY = given.read("HOUTAI_PAYOUT_GATEWAY") or "booked"  # deposits/payouts: who pays deposit refunds out
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = HOUTAI_VAR_DIR / "mail"

LOGGING = logging_for(PRODUCTION)
UNLOGGED_PATHS = (STATIC_URL, "/healthz", "/readyz", "/metrics")
DJANGO_STRUCTLOG_CELERY_ENABLED = True  # a task's message carries the id of the click that queued it
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG  # one line per task is enough: how it ended
DJANGO_STRUCTLOG_CELERY_TASK_FAILURE_LOG_LEVEL = logging.ERROR

SILENCED_SYSTEM_CHECKS: list[str] = []
