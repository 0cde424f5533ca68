"""Every setting of the portal, read from the environment once.

The embedded parts (see `portal/embedded`) write what they listen on into `PASSERELLE_HOME/services.json`;
a variable in the environment always wins over that file.
"""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal.embedded import home
from portal.signin import providers

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- where this installation keeps its data, and what the supervisor started ---------------------------------------
HOME = home.folder()
_embedded = home.read(home.services_file(HOME))


def _service(name: str, default: str) -> str:
    return env.str(name, default=str(_embedded.get(name, default)))


def _secret_key() -> str:
    """The environment's key, else the one the supervisor drew for this installation, else a refusal."""
    key = _service("SECRET_KEY", "")
    if not key:
        from django.core.exceptions import ImproperlyConfigured

        raise ImproperlyConfigured("Set SECRET_KEY, or start the embedded parts once with `make run`.")
    return key


DEMO = env.bool("PASSERELLE_DEMO", default=bool(_embedded.get("PASSERELLE_DEMO", False)))
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = _secret_key()
# The demo never leaves this machine: the supervisor binds to loopback and Django answers to loopback names only.
ALLOWED_HOSTS = (
    ["127.0.0.1", "localhost", "[::1]"]
    if DEMO
    else env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# "pages" or "ingestion": two groups of web processes, so that a flood of points never makes a page wait.
WEB_GROUP = env.str("PASSERELLE_WEB_GROUP", default="pages")
PUBLIC_URL = _service("PASSERELLE_URL", "http://127.0.0.1:8000")
INGESTION_URL = _service("PASSERELLE_INGESTION_URL", PUBLIC_URL)
# Who holds it may read /metrics from anywhere; without one, /metrics answers to this machine only.
METRICS_TOKEN = env.str("PASSERELLE_METRICS_TOKEN", default="")
# Folder of real data sets, for the demo and the tests; a fresh machine has none and uses the packaged sets.
DATA = env.str("PASSERELLE_DATA", default="")
# Private "host:port" pairs that people may send to (webhook receivers on the premises), separated by commas.
OUTGOING_HOSTS = env.list("PASSERELLE_OUTGOING_HOSTS", default=[])
# What encrypts secrets that must be read again (of webhooks), one key per entry, the first encrypts: not SECRET_KEY, so
# that one can be changed without the other.
SEALING_KEYS = env.list("PASSERELLE_SEALING_KEYS", default=[]) or home.sealing_keys(HOME)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
    "django_htmx",
    "django_structlog",
    "pgtrigger",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "tree_queries",
    "portal",
    "usecases",
    "monitoring",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "portal.signin.proxies.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.signin.middleware.SessionRules",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "portal.ui.middleware.RefusalMiddleware",
    "portal.ui.as_of.AsOfMiddleware",
    "portal.api.limits.BodyLimit",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "portal.urls_ingestion" if WEB_GROUP == "ingestion" else "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.ui.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "portal.ui.templatetags.ui",
                "portal.ui.templatetags.lists",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
        },
    }
]

# --- the three outside parts ---------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.db_url_config(_service("DATABASE_URL", "postgres://passerelle@127.0.0.1:5432/passerelle")),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        # A database that is gone is known within seconds (milliseconds for what was sent and never acknowledged).
        "OPTIONS": {"connect_timeout": 3, "tcp_user_timeout": 5000},
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
BROKER_URL = _service("BROKER_URL", "redis://127.0.0.1:6379/0")
QUEUE_PREFIX = env.str("PASSERELLE_QUEUE_PREFIX", default="passerelle")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _service("CACHE_URL", "redis://127.0.0.1:6379/1"),
        # A cache that does not answer holds no page up.
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.5},
    }
}
MLFLOW_TRACKING_URI = _service("MLFLOW_TRACKING_URI", "")

# --- people --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "portal.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
LOGIN_BACKEND = "portal.people.backends.PeopleBackend"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", LOGIN_BACKEND]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "portal.people.sessions"
# A session ends when nobody has used it for so long, and in any case at the end of its life (seconds).
SESSION_COOKIE_AGE = env.int("PASSERELLE_SESSION_IDLE_HOURS", default=8) * 3600
SESSION_LIFE = env.int("PASSERELLE_SESSION_DAYS", default=7) * 86_400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
# Asked by the supervisor and by balancers on the machine itself, in the clear.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
# Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
TRUSTED_PROXIES = env.list("PASSERELLE_TRUSTED_PROXIES", default=[])
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Providers of OpenID Connect, by OIDC_PROVIDERS and OIDC_<KEY>_… (portal.signin.providers).
OIDC_PROVIDERS = providers.from_environment(env)
ACCOUNT_ADAPTER = "portal.signin.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
SOCIALACCOUNT_ADAPTER = "portal.signin.adapters.ProviderAdapter"
MFA_ADAPTER = "portal.signin.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "portal.signin.forms.SignInCodeForm",
    "reauthenticate": "portal.signin.forms.ConfirmCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Passerelle"
MFA_TOTP_PERIOD = 30
MFA_TOTP_TOLERANCE = 1
# Failed sign-ins are counted by user name and address.
AXES_FAILURE_LIMIT = env.int("PASSERELLE_SIGN_IN_FAILURES", default=5)
FIRST_LOCK = timedelta(minutes=env.int("PASSERELLE_LOCK_MINUTES", default=15))
AXES_COOLOFF_TIME = "portal.signin.cool_off.cool_off"
AXES_HANDLER = "portal.signin.cool_off.Handler"
AXES_USE_ATTEMPT_EXPIRATION = True
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "portal.signin.proxies.client_ip"
AXES_LOCKOUT_CALLABLE = "portal.signin.lockout.answer"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# A form posts text; files of points and measurements are capped where they are read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024

# The hash is that of an empty <style> element: Plotly adds one and fills it through the style-sheet API.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- e-mail --------------------------------------------------------------------------------------------------------
# smtp+tls://user:password@host:587, or smtp://host:25; without it letters wait, and administrators see how many.
EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
EMAIL_FROM = env.str("PASSERELLE_EMAIL_FROM", default="Passerelle <passerelle@localhost>")

# --- words ---------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = True
TIME_ZONE = env.str("PASSERELLE_TIME_ZONE", default="Europe/Paris")
USE_TZ = True

# --- static files --------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {
        # Tests take the plain storage: nothing has been collected yet.
        "BACKEND": env.str("STATIC_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
# Vendored bundles mention source maps and images we do not ship.
WHITENOISE_MANIFEST_STRICT = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.DeclaredScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.StrictJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.rates.PerToken"],
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.Contract",
    "EXCEPTION_HANDLER": "portal.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
# Requests a minute, for each token and scope.
API_LIMITS = {
    "read": env.int("API_READS_PER_MINUTE", default=1200),
    "write": env.int("API_WRITES_PER_MINUTE", default=300),
    "measurements": env.int("API_MEASUREMENTS_PER_MINUTE", default=600),
    "points": env.int("API_POINTS_PER_MINUTE", default=6000),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Passerelle",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": "/"}],
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "ENFORCE_NON_BLANK_FIELDS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [],
}

# --- what features offer to pages above them (portal.registry reads these dotted paths) ---------------------------
REGISTRY: dict[str, list[str]] = {
    "words": [
        "usecases.overview.milestones.WORDS",
        "portal.accounts.words.WORDS",
        "portal.jobs.words.WORDS",
        "portal.saved_views.words.WORDS",
        "portal.journal.words.WORDS",
        "portal.notifications.words.WORDS",
        "usecases.kpis.notices.WORDS",
        "usecases.problems.notices.WORDS",
        "usecases.roi.notices.WORDS",
        "usecases.roi.words.WORDS",
        "usecases.problems.words.WORDS",
        "usecases.runs.notices.WORDS",
        "usecases.deployments.notices.WORDS",
        "usecases.iterations.notices.WORDS",
        "usecases.lifecycle.notices.WORDS",
        "usecases.reviews.notices.WORDS",
        "usecases.reviews.words.WORDS",
        "monitoring.incidents.notices.WORDS",
        "portal.signin.words.WORDS",
        "portal.talk.words.WORDS",
        "portal.talk.notices.WORDS",
        "portal.demo.words.WORDS",
        "usecases.catalog.words.WORDS",
        "usecases.catalog.curse.WORDS",
        "usecases.kpis.curse.WORDS",
        "usecases.runs.curse.WORDS",
        "usecases.problems.curse.WORDS",
        "usecases.roi.curse.WORDS",
        "usecases.curse.words.WORDS",
        "usecases.curse.notices.WORDS",
        "usecases.lifecycle.curse.WORDS",
        "usecases.kpis.words.WORDS",
        "usecases.runs.words.WORDS",
        "usecases.deployments.words.WORDS",
        "usecases.iterations.words.WORDS",
        "usecases.templates.words.WORDS",
        "usecases.lifecycle.words.WORDS",
        "usecases.steering.words.WORDS",
        "usecases.steering.notices.WORDS",
        "monitoring.series.words.WORDS",
        "monitoring.feeds.words.WORDS",
        "monitoring.checks.words.WORDS",
        "monitoring.incidents.words.WORDS",
    ],
    "exceptions": [
        "usecases.lifecycle.exceptions.EXCEPTIONS",
        "usecases.deployments.exceptions.EXCEPTIONS",
        "portal.journal.exceptions.EXCEPTIONS",
    ],
    "inbox": [
        "usecases.kpis.inbox.waiting",
        "usecases.problems.inbox.waiting",
        "usecases.roi.inbox.waiting",
        "usecases.deployments.inbox.waiting",
        "usecases.iterations.inbox.waiting",
        "usecases.lifecycle.inbox.waiting",
        "usecases.reviews.inbox.waiting",
        "usecases.lifecycle.inbox.broken",
        "usecases.steering.inbox.waiting",
        "monitoring.incidents.inbox.waiting",
    ],
    "went_live": ["usecases.deployments.lanes.went_live"],
    "lanes": [
        "usecases.kpis.lanes.lanes",
        "usecases.runs.lanes.lanes",
        "usecases.deployments.lanes.lanes",
        "usecases.iterations.lanes.lanes",
        "monitoring.series.lanes.lanes",
        "monitoring.incidents.lanes.lanes",
    ],
    "headlines": ["usecases.kpis.headlines.headlines"],
    "trends": ["usecases.kpis.trends.trends"],
    "criteria": [
        "usecases.catalog.criteria.CRITERIA",
        "usecases.kpis.criteria.CRITERIA",
        "usecases.roi.criteria.CRITERIA",
        "usecases.runs.criteria.CRITERIA",
        "usecases.deployments.criteria.CRITERIA",
        "usecases.iterations.criteria.CRITERIA",
        "usecases.lifecycle.criteria.CRITERIA",
        "monitoring.series.criteria.CRITERIA",
        "monitoring.checks.criteria.CRITERIA",
    ],
    "tabs": [
        "usecases.overview.tabs.TABS",
        "usecases.kpis.tabs.TABS",
        "usecases.problems.tabs.TABS",
        "usecases.lifecycle.tabs.TABS",
        "usecases.runs.tabs.TABS",
        "usecases.deployments.tabs.TABS",
        "monitoring.boards.tabs.TABS",
        "usecases.reviews.tabs.TABS",
        "usecases.overview.tabs.JOURNAL",
    ],
    "subjects": [
        "usecases.catalog.subjects.SUBJECTS",
        "usecases.lifecycle.subjects.SUBJECTS",
        "usecases.kpis.subjects.SUBJECTS",
        "usecases.problems.subjects.SUBJECTS",
        "usecases.runs.subjects.SUBJECTS",
        "usecases.deployments.subjects.SUBJECTS",
        "usecases.iterations.subjects.SUBJECTS",
        "monitoring.series.subjects.SUBJECTS",
        "monitoring.checks.subjects.SUBJECTS",
        "monitoring.incidents.subjects.SUBJECTS",
    ],
    "search": [
        "usecases.catalog.search.use_cases",
        "usecases.overview.search.comments",
        "usecases.catalog.search.sites",
        "usecases.kpis.search.kpis",
        "usecases.problems.search.problems",
        "usecases.runs.search.runs",
        "usecases.deployments.search.releases",
        "usecases.deployments.search.deployments",
        "usecases.iterations.search.iterations",
        "monitoring.series.search.series",
        "monitoring.checks.search.checks",
        "monitoring.incidents.search.incidents",
        "portal.search.people.people",
        "portal.search.people.teams",
        "portal.search.places.places",
    ],
    "signals": [
        "usecases.catalog.curse.SIGNALS",
        "usecases.kpis.curse.SIGNALS",
        "usecases.runs.curse.SIGNALS",
        "usecases.problems.curse.SIGNALS",
        "usecases.roi.curse.SIGNALS",
        "usecases.curse.limits.SIGNALS",
        "usecases.lifecycle.curse.SIGNALS",
    ],
    "sections": [
        "usecases.lifecycle.sections.SECTIONS",
        "usecases.kpis.sections.SECTIONS",
        "usecases.roi.sections.SECTIONS",
        "usecases.deployments.sections.SECTIONS",
        "usecases.problems.sections.SECTIONS",
        "monitoring.incidents.sections.SECTIONS",
    ],
    "holds": ["usecases.lifecycle.holds.hold"],
    "notices": [
        "portal.notifications.words.NOTICES",
        "portal.talk.notices.NOTICES",
        "usecases.kpis.notices.NOTICES",
        "usecases.curse.notices.NOTICES",
        "usecases.problems.notices.NOTICES",
        "usecases.roi.notices.NOTICES",
        "usecases.runs.notices.NOTICES",
        "usecases.deployments.notices.NOTICES",
        "usecases.iterations.notices.NOTICES",
        "usecases.lifecycle.notices.NOTICES",
        "usecases.reviews.notices.NOTICES",
        "usecases.steering.notices.NOTICES",
        "monitoring.incidents.notices.NOTICES",
        "usecases.overview.milestones.NOTICES",
    ],
    "milestones": [
        "usecases.overview.milestones.MILESTONES",
        "monitoring.incidents.notices.MILESTONES",
    ],
}
EXECUTORS = ["usecases.deployments.executors.mlflow_alias.MlflowAlias"]

# --- the end of the journal's chain, signed, kept outside the database ---------------------------------------------
AUDIT_KEY = env.str("PASSERELLE_AUDIT_KEY", default="")
# The first folder is what verifications compare with; further ones are best on another machine's disk.
AUDIT_HEADS_FOLDERS = [HOME / "audit-heads", *env.list("PASSERELLE_AUDIT_HEADS", default=[])]
# Addresses that each head is mailed to, separated by commas: a mailbox that those who run the database cannot alter.
AUDIT_HEADS_EMAIL = env.list("PASSERELLE_AUDIT_HEADS_EMAIL", default=[])
# Each is called with the signed head, a mapping, and returns in how many places it wrote it.
AUDIT_HEAD_SINKS = ["portal.audit.heads.to_folders", "portal.audit.letters.to_addresses"]

# --- machine work: the modules whose handlers workers load, and how often (seconds) each periodic job starts ---------
JOB_MODULES = [
    "portal.api.tasks",
    "portal.demo.tasks",
    "portal.journal.tasks",
    "portal.notifications.tasks",
    "usecases.problems.tasks",
    "usecases.curse.tasks",
    "usecases.runs.tasks",
    "usecases.deployments.tasks",
    "usecases.overview.tasks",
    "usecases.reviews.tasks",
    "usecases.lifecycle.tasks",
    "monitoring.series.tasks",
    "monitoring.checks.tasks",
    "monitoring.feeds.tasks",
    "monitoring.incidents.tasks",
]
TIMETABLE = {
    "notifications.send_due": 60,
    "jobs.purge": 3_600,
    "api.forget_answers": 3600,
    "audit.seal": 30,
    "audit.export_head": 3_600,
    "audit.verify": 86_400,
    "overview.tell_followers": 60,
    "problems.tell_overdue": 86_400,
    "curse.sweep": 300,
    "runs.sync_due": 60,
    "reviews.remind": 900,
    "deployments.expire_requests": 300,
    "lifecycle.tell_overdue": 300,
    "series.make_partitions": 86_400,
    "checks.evaluate_due": 60,
    "feeds.feed_due": 3_600,
}

# A worker that says nothing for this long loses its job to another one.
JOB_LEASE = timedelta(seconds=env.int("PASSERELLE_JOB_LEASE", default=60))
# However much a job says that it is alive: after this it is ended, and tried again.
JOB_LONGEST = timedelta(seconds=env.int("PASSERELLE_JOB_LONGEST", default=3_600))
# How long the row of a job is kept after its end: one that did its work, and one that did not.
JOB_KEPT, JOB_KEPT_FAILED = timedelta(days=7), timedelta(days=90)

# --- logs: one JSON line each, no local variables in tracebacks (they hold secrets) ---------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.db.backends": {"level": "INFO"}},
}
