"""Django's settings. A new user sets none of them.

Environment: ``MOYEORA_HOME`` (:mod:`.home`), ``DATABASE_URL`` (:mod:`.database`),
``MOYEORA_HOSTS`` (names under which the application is reached, separated by commas; the machine
itself is always among them), ``MOYEORA_HTTPS=1`` (it is reached by HTTPS alone), ``EMAIL_URL``
(``smtp://user:password@host:port``; without it mails are written to the console), ``EMAIL_FROM``
(the address from which they come),
``MOYEORA_ASSOCIATION`` (the association's name, at the top of every page).
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from moyeora.network.database import database
from moyeora.network.home import home, secret

SECRET_KEY = secret("django")
SALT_KEY = [secret("fields")]  # what encrypts the fields of bank accounts
DEBUG = False
ASSOCIATION = os.environ.get("MOYEORA_ASSOCIATION", "")
HTTPS = os.environ.get("MOYEORA_HTTPS") == "1"
_NAMES = [name.strip() for name in os.environ.get("MOYEORA_HOSTS", "").split(",") if name.strip()]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *_NAMES]
CSRF_TRUSTED_ORIGINS = [f"http{'s' if HTTPS else ''}://{name}" for name in _NAMES]
ADDRESS = (CSRF_TRUSTED_ORIGINS or ["http://127.0.0.1:8000"])[0]  # of links in mails

# Django's admin is left out: it writes past the actions, so nothing would stand in the journal.
INSTALLED_APPS = [
    "moyeora.network.frame",
    "moyeora.network.journal",
    "moyeora.network.jobs",
    "moyeora.network.members",
    "moyeora.network.consortia",
    "moyeora.network.orders",
    "moyeora.network.ledger",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "rules",
]

MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "moyeora.network.frame.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "moyeora.network.members.acting.ActorMiddleware",
    "moyeora.network.frame.faults.FaultMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "moyeora.network.urls"
WSGI_APPLICATION = "moyeora.network.wsgi.application"
DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), home() / "network.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "moyeora.network.frame.navigation.navigation",
            ],
        },
    },
]

FORM_RENDERER = "moyeora.network.frame.forms.Forms"
CSRF_FAILURE_VIEW = "moyeora.network.frame.faults.stale"

# People sign in by e-mail; accounts are made by invitation, never by signing up.
AUTH_USER_MODEL = "members.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "moyeora.network.members.acting.ByInvitation"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to addresses that somebody made up
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds in which a signature needs no new password
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or second step is told by mail
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Five wrong passwords lock a person out on that line alone, so that nobody locks out others or a
# whole office; guessing from many lines at once is slowed by the account's own limit.
ACCOUNT_RATE_LIMITS = {"login_failed": "50/h/key"}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "moyeora.network.frame.entrance.typed_name"
AXES_CLIENT_IP_CALLABLE = "moyeora.network.frame.entrance.address"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # who came when is nobody's business; failures are kept
AXES_LOCKOUT_CALLABLE = "moyeora.network.frame.faults.locked_out"
# HTTPS ends at a proxy on this machine, which tells the caller's address in X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Moyeora"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]

# Limits count over all processes that serve; the folder is the owner's alone.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": home() / "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
TIME_ZONE = "Asia/Seoul"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [Path(__file__).parent / "members/search/locale"]  # no application of its own

STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "moyeora.network.frame.files.Versioned"},
}
WHITENOISE_USE_FINDERS = True  # the files lie in the package: nothing to collect after installing
WHITENOISE_MAX_AGE = 30 * 86400  # an address changes with its file
MEDIA_ROOT = home() / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"  # set by this host alone
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
ACCOUNT_SESSION_REMEMBER = True  # a working day; nobody needs to be asked
X_FRAME_OPTIONS = "DENY"

JOB_LEASE = timedelta(seconds=30)  # so long a job waits for a worker that died
JOB_ROUNDS = timedelta(minutes=1)  # how often a worker looks whether a round is due

_MAIL = urlsplit(os.environ.get("EMAIL_URL", ""))
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if _MAIL.hostname
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = _MAIL.hostname or "localhost"
EMAIL_PORT = _MAIL.port or 587
EMAIL_HOST_USER = unquote(_MAIL.username or "")
EMAIL_HOST_PASSWORD = unquote(_MAIL.password or "")
EMAIL_USE_TLS = True
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "moyeora@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"axes": {"level": "ERROR"}},
}
