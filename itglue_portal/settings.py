"""All settings, read from the environment; docs/operations.md lists the variables."""

from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab

# IS_LOCAL is a setting as well: commands say by it which database they wrote to.
from itglue_portal.env import (
    BASE_DIR,
    IS_LOCAL,
    LOCAL_ATTACHMENTS,
    attachment_storage,
    database,
    env,
    local_addresses,
    local_secret,
    sealing_keys,
)

_local = local_addresses()

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = local_secret("secret_key") if IS_LOCAL else env.str("SECRET_KEY")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"] if IS_LOCAL else env.list("ALLOWED_HOSTS")
PUBLIC_URL = env.str("PUBLIC_URL", "http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "itglue_portal",
    # In this order, since each builds on what those before it have registered.
    "organizations",
    "flexible_assets",
    "integrations",
    "licenses",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "lucide",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "itglue_portal.health.HealthMiddleware",
    "itglue_portal.middleware.PreparationMiddleware",
    "itglue_portal.middleware.AccountMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "itglue_portal.middleware.SignInMiddleware",
    "itglue_portal.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "itglue_portal.middleware.SessionUseMiddleware",
    "itglue_portal.middleware.PrivatePagesMiddleware",
]

ROOT_URLCONF = "itglue_portal.urls"
WSGI_APPLICATION = "itglue_portal.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "itglue_portal.context.frame",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    },
]

# Three login roles, one database: the runtime role serves behind row-level security, the owner migrates,
# the scheduler reads the queue columns of all accounts (organizations/wall.py).
DATABASES = {
    "default": database(
        _local.database if _local else env.str("DATABASE_URL"), engine="itglue_portal.database"
    )
    | {"ATOMIC_REQUESTS": True, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "TEST": {"MIRROR": "owner"}},
    "owner": database(_local.owner if _local else env.str("DATABASE_OWNER_URL", env.str("DATABASE_URL")))
    | {"TEST": {"DEPENDENCIES": []}},
    "scheduler": database(_local.scheduler if _local else env.str("DATABASE_SCHEDULER_URL"))
    | {"TEST": {"MIRROR": "owner"}},
}
DATABASE_ROUTERS = ["itglue_portal.database.router.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = ["organizations.authentication.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
]
# allauth's flows run from views of our own (organizations/sign_in): an account stands in every address of ours, and
# none of allauth's pages is reachable. E-mail addresses are unique inside an account only, so to allauth they are
# user names.
ACCOUNT_ADAPTER = "organizations.sign_in.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_UNIQUE_EMAIL = False
ACCOUNT_EMAIL_VERIFICATION = "none"
# "key" is account, e-mail and address for passwords, and the user for second factors. The last rate of these keeps
# the chance of guessing a code of six digits below one in three thousand for each day.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/5m/key,60/5m/ip,200/d/key",
    "second_factor": "10/5m/key,100/d/key",
    "passkey": "60/5m/ip",
    # Each asks the provider, who would come to count them against all of us.
    "provider": "60/5m/ip",
}
MFA_ADAPTER = "organizations.sign_in.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Documentation Portal"
# Without it, whoever tries could put any address into X-Forwarded-For and so never be counted twice.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", False) else 0
SILENCED_SYSTEM_CHECKS = [
    "files.E001",  # the directory of files on their way is made with the first of them (flexible_assets/uploads.py)
    "auth.W004",  # an e-mail is unique inside its account, not among all of them
    "security.W005",  # HSTS for subdomains: hosts below the portal's may be other services, some without TLS
    "security.W021",  # HSTS preload: binds the whole domain, which is the MSP's to decide
]

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

#: Where attachments are kept, on a disk (docs/attachments.md tells of buckets), and on their way there.
ATTACHMENTS_DIR = Path(env.str("ATTACHMENTS_DIR", "") or LOCAL_ATTACHMENTS)
ATTACHMENT_MAX_MB = env.int("ATTACHMENT_MAX_MB", 100)
#: Of all files of an account together; 0 is no limit.
ATTACHMENT_QUOTA_MB = env.int("ATTACHMENT_QUOTA_MB", 0)
# Beside them, so that a large upload is moved instead of copied, and fills no container's memory in between.
FILE_UPLOAD_TEMP_DIR = ATTACHMENTS_DIR / ".incoming"
FILE_UPLOAD_HANDLERS = [
    "flexible_assets.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# A form may hold several fields with hundreds of records each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": attachment_storage(ATTACHMENTS_DIR),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if IS_LOCAL
        else "itglue_portal.static.HashedStaticFiles"
    },
}
WHITENOISE_USE_FINDERS = IS_LOCAL
WHITENOISE_AUTOREFRESH = IS_LOCAL

_SECURE = PUBLIC_URL.startswith("https://")
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_NAME = "__Host-session" if _SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrftoken" if _SECURE else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_SSL_REDIRECT = _SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# Redis only carries wake-up calls; everything that matters is a row (integrations/engine). Web processes give up on
# it in half a second, so a frozen Redis can't hang a page.
CELERY_BROKER_URL = _local.broker if _local else env.str("REDIS_URL")
# Counts attempts to sign in, and nothing that would be missed.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _local.redis if _local else env.str("REDIS_URL"),
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "sync"
# What is short or awaited by a person does not stand behind the syncs that are going on.
CELERY_TASK_ROUTES = {
    "integrations.tick": {"queue": "control"},
    "integrations.start_due_sync": {"queue": "control"},
    "integrations.watch_credentials": {"queue": "control"},
    "integrations.warn_of_expiry": {"queue": "control"},
    "organizations.tick_letters": {"queue": "control"},
    "organizations.tick_imports": {"queue": "control"},
    "flexible_assets.tick_deleted": {"queue": "control"},
    # Its workers reach the disk that attachments are on.
    "flexible_assets.sweep_files": {"queue": "control"},
    "integrations.answer": {"queue": "control"},
    "integrations.disconnect": {"queue": "control"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "visibility_timeout": 3600,
}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"

#: Seconds between two ticks of the clock that re-wakes, re-leases and starts due syncs.
SYNC_TICK_SECONDS = env.float("SYNC_TICK_SECONDS", 5.0)
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "integrations.tick",
        "schedule": SYNC_TICK_SECONDS,
        "options": {"expires": max(2.0, SYNC_TICK_SECONDS - 1), "retry": False},
    },
    "letters": {
        "task": "organizations.tick_letters",
        "schedule": 30.0,
        "options": {"expires": 25.0, "retry": False},
    },
    "waiting-imports": {
        "task": "organizations.tick_imports",
        "schedule": 3600.0,
        "options": {"expires": 1800.0, "retry": False},
    },
    "deleted-assets": {
        "task": "flexible_assets.tick_deleted",
        # Beat counts from its start, so once a day might be never.
        "schedule": 3600.0,
        "options": {"expires": 1800.0, "retry": False},
    },
    "forgotten-files": {
        "task": "flexible_assets.sweep_files",
        # It asks for everything in the storage, which many a bucket charges for.
        "schedule": crontab(hour="3", minute="23"),
        "options": {"expires": 6 * 3600.0, "retry": False},
    },
    "credentials": {
        "task": "integrations.watch_credentials",
        "schedule": 3600.0,
        "options": {"expires": 1800.0, "retry": False},
    },
}
#: Seconds a worker may hold a tenant without a sign of life; each page read renews it.
SYNC_LEASE_SECONDS = env.float("SYNC_LEASE_SECONDS", 60.0)
#: Seconds that double with every retry of a tenant, before jitter.
SYNC_RETRY_SECONDS = env.float("SYNC_RETRY_SECONDS", 2.0)
#: Seconds after which a run ends, whatever is still open in it.
SYNC_RUN_SECONDS = env.float("SYNC_RUN_SECONDS", 3600.0)

# Without a host, e-mail is kept for a few days instead of being sent (organizations/mail.py).
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
# On port 465 TLS comes first, so there is nothing to start.
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", True) and not EMAIL_USE_SSL
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = (
    env.str("DEFAULT_FROM_EMAIL", "") or f"Documentation Portal <noreply@{urlsplit(PUBLIC_URL).hostname}>"
)

# Where Microsoft is. Set only to point the global cloud at the simulator or through an inspecting proxy.
MICROSOFT_LOGIN_URL = env.str("MICROSOFT_LOGIN_URL", "")
MICROSOFT_GRAPH_URL = env.str("MICROSOFT_GRAPH_URL", "")
MICROSOFT_CA_BUNDLE = env.str("MICROSOFT_CA_BUNDLE", "")

# Signing in by an OpenID Connect provider, such as a directory of Microsoft Entra ID: docs/sign-in.md.
OIDC_ISSUER = env.str("OIDC_ISSUER", "").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "Microsoft")
#: Accounts whose people it may speak for; unset, all of this server.
OIDC_ACCOUNTS: list[str] = env.list("OIDC_ACCOUNTS", [])
#: Set when the provider asks everyone for a second factor, so that the portal need not ask again.
OIDC_SECOND_FACTOR = env.bool("OIDC_SECOND_FACTOR", False)
OIDC_CA_BUNDLE = env.str("OIDC_CA_BUNDLE", "")

#: Keys that seal credentials, as "id:base64 of 32 bytes"; the first seals, the others still open.
SEALING_KEYS = sealing_keys()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    # These three log URLs, headers or bodies when more talkative.
    "loggers": {name: {"level": "WARNING"} for name in ("urllib3", "msal", "requests")},
}
