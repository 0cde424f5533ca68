"""What was computed a moment ago, kept in the cache: a cache that does not answer costs time, never an answer."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

from portal import clock

log = logging.getLogger(__name__)
MINUTE = 60
_NOTHING = object()
Value = TypeVar("Value")


def remembered(key: str, compute: Callable[[], Value], seconds: int = MINUTE) -> Value:
    """The value kept under this key, or what `compute` gives, kept for `seconds`.

    Everything the value depends on belongs in the key; what cannot be in it is as old as `seconds` at most. What is
    read of the past is computed each time.
    """
    if clock.past() is not None:
        return compute()
    try:
        found = cache.get(key, _NOTHING)
    except RedisError:
        log.warning("cache_unreachable")
        return compute()
    if found is _NOTHING:
        found = compute()
        try:
            cache.set(key, found, seconds)
        except RedisError:
            log.warning("cache_unreachable")
    return found
