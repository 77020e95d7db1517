"""Wiring. Every value that differs between installations comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from fangcun import databases
from fangcun.doors.console.appearance import UNFOLD as UNFOLD

django_stubs_ext.monkeypatch()  # lets classes like ModelAdmin[Order] name their model

ROOT = Path(__file__).resolve().parent
REPOSITORY = ROOT.parent


def _on(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def _number(name: str, default: int) -> int:
    try:
        return int(os.environ.get(name) or default)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {os.environ[name]!r}.") from None


PRODUCTION = _on("FANGCUN_PRODUCTION")
DEBUG = _on("FANGCUN_DEBUG")
FANGCUN_HOME = Path(os.environ.get("FANGCUN_HOME") or REPOSITORY / "var").expanduser().resolve()
FANGCUN_HOME.mkdir(parents=True, exist_ok=True)
PORT = _number("FANGCUN_PORT", 8000)
PUBLIC_URL = (os.environ.get("FANGCUN_PUBLIC_URL") or f"http://127.0.0.1:{PORT}").rstrip("/")

from fangcun.kernel.secrets import key_file  # noqa: E402 - needs no settings until a field is used

if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("FANGCUN_DEBUG must be off in production.")
    for name in ("FANGCUN_SECRET_KEY", "FANGCUN_FIELD_KEY"):
        if len(os.environ.get(name, "")) < 32:
            raise ImproperlyConfigured(
                f"Production needs its own {name}, at least 32 characters; `fangcun make-keys` prints one."
            )
    if not PUBLIC_URL.startswith("https://"):
        raise ImproperlyConfigured("Production needs FANGCUN_PUBLIC_URL with https://.")

SECRET_KEY = os.environ.get("FANGCUN_SECRET_KEY") or key_file(
    FANGCUN_HOME / "keys" / "secret_key", get_random_secret_key
)
# The first key seals, all of them open: to rotate, put the new key in front.
FIELD_KEYS = (os.environ.get("FANGCUN_FIELD_KEY") or "").split() or [
    key_file(FANGCUN_HOME / "keys" / "field_key", lambda: Fernet.generate_key().decode())
]

ALLOWED_HOSTS = [
    urlsplit(PUBLIC_URL).hostname or "127.0.0.1",
    *([] if PRODUCTION else ["127.0.0.1", "localhost", "testserver"]),
    *os.environ.get("FANGCUN_HOSTS", "").split(),
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

WECHAT_API_BASE = (os.environ.get("WECHAT_API_BASE") or "https://api.weixin.qq.com").rstrip("/")
WECHAT_PAY_BASE = (os.environ.get("WECHAT_PAY_BASE") or "https://api.mch.weixin.qq.com").rstrip("/")
# Where code is uploaded instead of to WeChat; the box when there is one.
WECHAT_CI_BASE = (os.environ.get("WECHAT_CI_BASE") or "").rstrip("/")
ALIYUN_SMS_BASE = (os.environ.get("ALIYUN_SMS_BASE") or "https://dysmsapi.aliyuncs.com").rstrip("/")
TENCENT_SMS_BASE = (os.environ.get("TENCENT_SMS_BASE") or "https://sms.tencentcloudapi.com").rstrip("/")
# Set by `make run`: the demo phone talks to this WeChat in a box. Empty in production.
WECHATBOX_URL = os.environ.get("WECHATBOX_URL", "").rstrip("/")
if PRODUCTION and WECHATBOX_URL:
    raise ImproperlyConfigured("WECHATBOX_URL is for demos and tests; unset it in production.")

ORDER_PAY_MINUTES = _number("ORDER_PAY_MINUTES", 15)
ORDER_CONFIRM_DAYS = _number("ORDER_CONFIRM_DAYS", 10)
LOGIN_TOKEN_DAYS = _number("LOGIN_TOKEN_DAYS", 30)
MINIAPP_H5 = Path(os.environ.get("FANGCUN_H5") or REPOSITORY / "miniapp" / "dist" / "build" / "h5")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # not its default, which would put its own site in the place of ours
    "unfold.contrib.filters",
    "fangcun.doors.console.admin_config.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "axes",
    "csp",
    "fangcun.kernel",
    "fangcun.identity.programs",
    "fangcun.identity.members",
    "fangcun.identity.staff",
    "fangcun.insight.tracking",
    "fangcun.insight.analytics",
    "fangcun.insight.segments",
    "fangcun.insight.experiments",
    "fangcun.shop.catalog",
    "fangcun.shop.offers",
    "fangcun.shop.shipping",
    "fangcun.shop.payments",
    "fangcun.shop.cart",
    "fangcun.shop.orders",
    "fangcun.grow.messaging",
    "fangcun.grow.automations",
    "fangcun.grow.loyalty",
    "fangcun.grow.links",
    "fangcun.grow.referral",
    "fangcun.grow.groupbuy",
    "fangcun.grow.conversations",
    "fangcun.plan.revisions",
    "fangcun.plan.schedule",
    "fangcun.build.artifacts",
    "fangcun.build.checks",
    "fangcun.build.flags",
    "fangcun.build.papers",
    "fangcun.build.rollout",
    "fangcun.build.suites",
    "fangcun.build.release",
    "fangcun.flows",
    "fangcun.doors.phone",
    "fangcun.doors.console",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fangcun.doors.middleware.PagePolicy",
    "fangcun.doors.middleware.PageSessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "fangcun.doors.middleware.PageCsrf",
    "fangcun.doors.middleware.PageLogins",
    "fangcun.doors.middleware.PageMessages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

# Tells in a header what each request cost; `fangcun test load` sets it for the platform that it starts.
if os.environ.get("FANGCUN_DIAGNOSTICS"):
    if PRODUCTION:
        raise ImproperlyConfigured("FANGCUN_DIAGNOSTICS is for load tests; unset it in production.")
    MIDDLEWARE.insert(0, "fangcun.doors.diagnostics.Diagnostics")

ROOT_URLCONF = "fangcun.urls"
WSGI_APPLICATION = "fangcun.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


DATABASE_URL = os.environ.get("DATABASE_URL", "")
if DATABASE_URL:
    # One PostgreSQL holds everything; events are told apart by their tables.
    DATABASES = {"default": databases.postgresql(DATABASE_URL, pool=_number("DATABASE_POOL", 16))}
else:
    # Events have a file of their own, so that their writes never wait for an order's, or an order for theirs.
    DATABASES = {
        "default": databases.sqlite(FANGCUN_HOME / "fangcun.sqlite3"),
        "events": databases.sqlite(FANGCUN_HOME / "events.sqlite3"),
    }
    DATABASE_ROUTERS = ["fangcun.insight.tracking.routing.EventsRouter"]
# Sealed events: a folder, or a bucket such as s3://events/shop (needs the extra `bucket`).
EVENTS_URL = os.environ.get("FANGCUN_EVENTS_URL") or str(FANGCUN_HOME / "events")
EVENTS_KEEP_DAYS = _number("FANGCUN_EVENTS_KEEP_DAYS", 0)  # 0 keeps them for good
ANALYTICS_ENGINE = os.environ.get("FANGCUN_ANALYTICS_ENGINE") or "duckdb"
if ANALYTICS_ENGINE not in ("duckdb", "spark", "clickhouse"):
    raise ImproperlyConfigured(
        f"FANGCUN_ANALYTICS_ENGINE must be duckdb, spark or clickhouse, not {ANALYTICS_ENGINE!r}."
    )
SPARK_MASTER = os.environ.get("FANGCUN_SPARK_MASTER") or "local[*]"
CLICKHOUSE_URL = os.environ.get("FANGCUN_CLICKHOUSE_URL", "")
# How ClickHouse sees the sealed events: an https address of the bucket, or a folder; as we do, unless said.
CLICKHOUSE_FILES = os.environ.get("FANGCUN_CLICKHOUSE_FILES", "")
ANALYTICS_THREADS = _number("FANGCUN_ANALYTICS_THREADS", os.cpu_count() or 2)
ANALYTICS_MEMORY = os.environ.get("FANGCUN_ANALYTICS_MEMORY") or "512MB"  # beyond it, it works on disk
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "fangcun.kernel.jobs.LeasedBackend", "QUEUES": ["default"], "OPTIONS": {}}}

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/console/login/"
LOGIN_REDIRECT_URL = "/console/"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "fangcun.doors.console.entrance.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英文"))]
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = "fangcun.doors.console.formats"
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = FANGCUN_HOME / "static"
MEDIA_URL = os.environ.get("FANGCUN_MEDIA_URL", "/media/")
MEDIA_ROOT = FANGCUN_HOME / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a scenario of many steps is one form
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_AGE = 12 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [
            SELF,
            PUBLIC_URL,
            "data:",
            "blob:",
            *([MEDIA_URL] if MEDIA_URL.startswith("http") else []),
        ],
        "style-src": [SELF, "'unsafe-inline'"],
        # Alpine, which the console's library uses, evaluates its attributes.
        "script-src": [SELF, "'unsafe-eval'"],
        "connect-src": [SELF, *([WECHATBOX_URL] if WECHATBOX_URL else [])],
        "frame-ancestors": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("FANGCUN_LOG_LEVEL", "WARNING")},
}
