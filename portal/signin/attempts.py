"""How often an address may fail, kept in the cache."""

from django.core.cache import cache

WINDOW = 60  # seconds


def count_failure(kind: str, ip: str | None, *, most: int) -> int:
    """Count one more failure of this address; the seconds to wait once there are more than `most` in a minute, else 0.

    Only failures are counted and only failures wait: a machine with a good token is not stopped by its neighbour.
    """
    key = f"failures:{kind}:{ip}"
    cache.add(key, 0, timeout=WINDOW)
    try:
        failures = cache.incr(key)
    except ValueError:  # it expired between the two
        return 0
    return WINDOW if failures > most else 0
