"""The portal's settings, with the floor's address and the number of queries told in a header. For benches only."""

from portal.settings import *  # noqa: F403
from portal.settings import API_LIMITS as API_LIMITS
from portal.settings import BASE_DIR, MIDDLEWARE, TEMPLATES

ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.floor.CountQueries", *MIDDLEWARE]
TEMPLATES[0]["DIRS"] = [BASE_DIR / "bench" / "templates", *TEMPLATES[0]["DIRS"]]
# A bench asks more often than a token may: what it measures is the answer, not the refusal.
API_LIMITS = dict.fromkeys(API_LIMITS, 10**9)
