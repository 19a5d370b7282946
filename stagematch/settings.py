"""All settings, read from the environment. `.env.example` documents every variable.

`STAGEMATCH_ENV` is `production` unless said otherwise, so forgetting it is safe.
"""

import sys
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
if (BASE_DIR / ".env").is_file():
    env.read_env(str(BASE_DIR / ".env"))

ENVIRONMENT: str = env.str("STAGEMATCH_ENV", default="production")
if ENVIRONMENT not in {"production", "dev", "test"}:
    msg = f"STAGEMATCH_ENV is {ENVIRONMENT!r}; use production, dev or test."
    raise ImproperlyConfigured(msg)
PRODUCTION = ENVIRONMENT == "production"
TESTING = ENVIRONMENT == "test" or "pytest" in sys.modules
DEBUG: bool = env.bool("DEBUG", default=False)

SECRET_KEY: str = env.str("SECRET_KEY", default="" if PRODUCTION else "only-for-development-and-tests")
if not SECRET_KEY:
    msg = "SECRET_KEY is not set. Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    raise ImproperlyConfigured(msg)

ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "testserver", "[::1]"]
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL: str = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")

# --- Apps ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "shortages",
    "roadshows",
    "matchmaking",
    "placements",
    "students",
    "organisations",
    "stagematch.accounts",
    "stagematch.links",
    "stagematch.mail",
    "stagematch.audit",
    "stagematch.regions",
    "stagematch.ui",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "stagematch.ui.admin_apps.StagematchAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",  # the templates of its widgets, for our own form renderer
    "django_filters",
    "django_structlog",
    "pghistory",
    "pgtrigger",
    "csp",
]

MIDDLEWARE = [
    "stagematch.ui.middleware.reject_broken_input",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "stagematch.ui.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "stagematch.ui.middleware.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "stagematch.ui.middleware.HistoryMiddleware",
    "organisations.middleware.require_second_factor",
    "django_structlog.middlewares.RequestMiddleware",
]

ROOT_URLCONF = "stagematch.urls"
WSGI_APPLICATION = "stagematch.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["stagematch.ui.templatetags.ui", "django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "stagematch.ui.context.page",
            ],
        },
    },
]
FORM_RENDERER = "stagematch.ui.forms.Renderer"

# --- Data ---------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres://stagematch@127.0.0.1:5432/stagematch")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Lets PostgreSQL keep the plans of what asks for it (stagematch.ui.prepared); off for a pooler that swaps connections
# and does not know prepared statements (PgBouncer before 1.21).
DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = (
    5 if env.bool("DATABASE_PREPARED_STATEMENTS", default=True) else None
)
REDIS_URL: str = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    # The cache lives in Postgres' neighbour only for speed; pages must work when it is away.
    "default": {"BACKEND": "stagematch.ui.cache.ForgivingRedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "sm"},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
MEDIA_URL = "/nooit-rechtstreeks/"  # files are only served through a view that checks access
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

# --- Static -------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION

# --- Language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "taal"
USE_I18N = True
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

# --- Sign-in ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# E-mail is unique by a constraint on its lower case, which Django does not recognise as uniqueness.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher" if TESTING else "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("home-after-sign-in")
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "stagematch.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "stagematch.accounts.forms.LoginForm",
    "signup": "stagematch.accounts.forms.SignupForm",
}
SOCIALACCOUNT_ADAPTER = "organisations.school_sign_in.SchoolAccountAdapter"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 8
SOCIALACCOUNT_FORMS = {"signup": "stagematch.accounts.forms.SocialSignupForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
# How many proxies stand before us: the brakes must count people, not the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXY_COUNT", default=1 if PRODUCTION else 0)
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,8/15m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_ISSUER = "stagematch"
# Second factor for everyone who sees other people's data (features P5); off by default only where all people are invented.
MFA_REQUIRED: bool = env.bool("MFA_REQUIRED", default=PRODUCTION)
USERSESSIONS_TRACK_ACTIVITY = False

# --- Security -----------------------------------------------------------------------------------
SECURE_COOKIES: bool = env.bool("SECURE_COOKIES", default=PRODUCTION)
_prefix = "__Host-" if SECURE_COOKIES else ""
SESSION_COOKIE_NAME = f"{_prefix}sessie"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT: bool = env.bool("SECURE_SSL_REDIRECT", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 63072000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURITY_CONTACT: str = env.str("SECURITY_CONTACT", default="mailto:security@stagematch.example")
CSRF_FAILURE_VIEW = "stagematch.ui.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- Mail ---------------------------------------------------------------------------------------
EMAIL_BACKEND = (
    "django.core.mail.backends.locmem.EmailBackend" if TESTING else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_HOST: str = env.str("EMAIL_HOST", default="127.0.0.1")
EMAIL_PORT: int = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER: str = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD: str = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS: bool = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL: bool = env.bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="stagematch <noreply@stagematch.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Let a small process of its own hand mail over, so that killing the worker never sends a mail twice (docs/mail.md).
MAIL_COURIER: bool = env.bool("MAIL_COURIER", default=True)
MAIL_SWEEP_SECONDS: float = env.float("MAIL_SWEEP_SECONDS", default=60.0)
MAIL_STUCK_SECONDS: int = env.int("MAIL_STUCK_SECONDS", default=0)  # 0: delivery.STUCK_AFTER; only tests need less
# Where mail that comes back is sent, with a number per mail put in: bounces+<number>@…; empty means nobody reads it.
BOUNCE_ADDRESS: str = env.str("BOUNCE_ADDRESS", default="")
BOUNCE_IMAP_HOST: str = env.str("BOUNCE_IMAP_HOST", default="")
BOUNCE_IMAP_PORT: int = env.int("BOUNCE_IMAP_PORT", default=993)
BOUNCE_IMAP_USER: str = env.str("BOUNCE_IMAP_USER", default="")
BOUNCE_IMAP_PASSWORD: str = env.str("BOUNCE_IMAP_PASSWORD", default="")
# Where the development mailbox keeps its messages; empty means there is none and its page does not exist.
MAILBOX_DIR: str = "" if PRODUCTION else env.str("STAGEMATCH_MAILBOX_DIR", default="")

# --- Worker -------------------------------------------------------------------------------------
CELERY_BROKER_URL: str = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_RESULT_BACKEND: str = env.str("CELERY_RESULT_BACKEND", default=REDIS_URL)
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1800
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "visibility_timeout": 3600,
    "max_retries": 0,  # for who publishes; a worker that loses Redis keeps trying (broker_connection_max_retries)
}
CELERY_TASK_PUBLISH_RETRY = False  # a page never waits for the queue: the sweeper picks up what was missed
CELERY_BEAT_SCHEDULE = {
    "nightly-matching": {"task": "matchmaking.tasks.nightly_matching", "schedule": crontab(hour=2, minute=0)},
    "count-shortage": {"task": "shortages.tasks.count_shortage", "schedule": crontab(hour=3, minute=0)},
    "forecast-periods": {"task": "shortages.tasks.forecast_periods", "schedule": crontab(hour=3, minute=20)},
    "draw-dashboards": {"task": "shortages.tasks.draw_dashboards", "schedule": crontab(hour=4, minute=0)},
    "suggest-today": {"task": "matchmaking.tasks.suggest_today", "schedule": crontab(hour="8-20", minute=40)},
    "reminders": {"task": "placements.tasks.send_reminders", "schedule": crontab(hour=7, minute=0)},
    "student-news": {"task": "placements.tasks.send_student_news", "schedule": crontab(hour=6, minute=30)},
    "expire-offers": {"task": "placements.tasks.expire_overdue", "schedule": crontab(minute=15)},
    "close-vacancies": {"task": "placements.tasks.close_expired_vacancies", "schedule": crontab(hour=0, minute=20)},
    "digests": {"task": "stagematch.mail.tasks.send_digests", "schedule": crontab(hour="7-21", minute=30)},
    "bounces": {"task": "stagematch.mail.tasks.read_bounces", "schedule": crontab(minute="*/10")},
    "placement-night": {"task": "placements.tasks.placement_night", "schedule": crontab(hour=6, minute=30)},
    "invitation-waves": {"task": "students.tasks.send_waves", "schedule": crontab(hour=7, minute=10)},
    "sweep-imports": {"task": "students.tasks.sweep_imports", "schedule": crontab(minute="*/5")},
    "forget-imports": {"task": "students.tasks.forget_imports", "schedule": crontab(minute=50)},
    "help-night": {"task": "placements.tasks.help_night", "schedule": crontab(hour=6, minute=45)},
    "declaration-evidence": {"task": "roadshows.tasks.ask_for_evidence", "schedule": crontab(hour=6, minute=50)},
    "sweep-mail": {"task": "stagematch.mail.tasks.sweep_outbox", "schedule": MAIL_SWEEP_SECONDS},
    "pledge-night": {"task": "roadshows.tasks.pledge_night", "schedule": crontab(hour=7, minute=10)},
    "roadshow-registrations": {"task": "roadshows.tasks.run_registrations", "schedule": crontab(minute=25)},
    "shortage-mail": {"task": "shortages.tasks.send_shortage_mail", "schedule": crontab(hour=7, minute=20)},
    "retention": {"task": "placements.tasks.run_retention", "schedule": crontab(hour=3, minute=30)},
}

# --- Rules (product document) -------------------------------------------------------------------
MAX_OPEN_APPLICATIONS: int = env.int("MAX_OPEN_APPLICATIONS", default=5)  # R3
MAX_OPEN_PROPOSALS = 3  # matching.md section 10
PROPOSAL_TERM_DAYS = 5
MATCHING_SHARDS: int = env.int("MATCHING_SHARDS", default=1)  # above 1 the workers divide the night together
OFFER_TERM_DAYS = 5
ROADSHOW_OFFER_HOURS: int = env.int("ROADSHOW_OFFER_HOURS", default=48)  # a place from the waiting list is kept so long
ROADSHOW_NEEDS_DAYS: int = env.int("ROADSHOW_NEEDS_DAYS", default=3)  # access needs and diet, after the day
ROADSHOW_PARTICIPANT_DAYS: int = env.int("ROADSHOW_PARTICIPANT_DAYS", default=60)  # everything about participants
DEMO_PASSWORD: str = env.str("DEMO_PASSWORD", default="stagematch-demo")

# --- Logs without personal data -----------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "stagematch.ui.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING" if TESTING else "INFO")},
}
