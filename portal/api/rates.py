"""How many requests a token may make in a minute, by scope. Fairness, not defence: without the cache all are served."""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from portal.api.permissions import declared
from portal.people.models import AccessToken

log = logging.getLogger(__name__)

WINDOW = 60  # seconds


class PerToken(BaseThrottle):
    """A fixed window of a minute per token and scope, counted by one atomic increment; limits are `API_LIMITS`."""

    left = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether this request is still within the limit; the headers that say so are left on the request."""
        scopes = declared(view, request.method or "")
        if not scopes or not isinstance(request.auth, AccessToken):
            return True
        limit = settings.API_LIMITS[scopes[0].value]
        window, passed = divmod(int(time.time()), WINDOW)
        self.left = WINDOW - passed
        count = _count(f"api:{request.auth.pk}:{scopes[0].value}:{window}")
        if count is None:
            return True
        request.rate_headers = {  # type: ignore[attr-defined]
            "RateLimit-Policy": f'"{scopes[0].value}";q={limit};w={WINDOW}',
            "RateLimit": f'"{scopes[0].value}";r={max(0, limit - count)};t={self.left}',
        }
        return count <= limit

    def wait(self) -> float:
        """Seconds until the next window: what Retry-After says."""
        return self.left


def _count(key: str) -> int | None:
    """How many requests this window has seen, this one included; None when the cache does not know."""
    try:
        cache.add(key, 0, timeout=2 * WINDOW)
        return int(cache.incr(key))
    except RedisError as error:
        log.warning("rate_limit_off cache=%s", type(error).__name__)
    except ValueError:
        log.warning("rate_limit_off cache=evicted")
    return None
