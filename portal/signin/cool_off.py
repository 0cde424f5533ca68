"""How long a lock lasts: twice as long at each lock of the same name from the same address within a day.

The counting is django-axes'; what it forgets with an expired attempt, its log of failures remembers for a day.
"""

from datetime import timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.contrib.auth.forms import UsernameField
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

MEMORY = timedelta(days=1)


def cool_off(request: HttpRequest) -> timedelta:
    """How long the next lock of the name and address of this request lasts; a day at most. One query."""
    name = UsernameField().to_python(request.POST.get("username", "")) or ""
    locks = locks_of(name, getattr(request, "axes_ip_address", None)).count()
    first: timedelta = settings.FIRST_LOCK
    return min(first * 2 ** min(locks, 16), max(first, MEMORY))


def locks_of(username: str, ip: str | None) -> QuerySet[AccessFailureLog]:
    """The failures that locked a name for an address, within a day."""
    since = timezone.now() - MEMORY
    return AccessFailureLog.objects.filter(
        username=username, ip_address=ip or None, locked_out=True, attempt_time__gt=since
    )


def forget(username: str, ip: str | None) -> int:
    """Forget the failures of a name from an address, and its locks; returns how many failures were counted."""
    locks_of(username, ip).delete()
    gone, _rows = AccessAttempt.objects.filter(username=username, ip_address=ip or None).delete()
    return gone


class Handler(AxesDatabaseHandler):
    """django-axes' own, which asks of each attempt until when it counts, whatever the lock of another lasts."""

    def get_user_attempts(self, request: HttpRequest, credentials: Any = None) -> list[QuerySet[AccessAttempt]]:
        """The failures that count still."""
        now = timezone.now()
        return [
            found.filter(expiration__expires_at__gt=now) for found in self.filter_user_attempts(request, credentials)
        ]

    def clean_expired_user_attempts(self, request: HttpRequest | None = None, credentials: Any = None) -> int:
        """Forget what counts no more, and the locks of the day before."""
        AccessFailureLog.objects.filter(attempt_time__lte=timezone.now() - MEMORY).delete()
        gone: int = super().clean_expired_user_attempts(request, credentials)
        return gone

    def reset_user_attempts(self, request: HttpRequest, credentials: Any = None) -> int:
        """Whoever came in begins anew."""
        name = (credentials or {}).get("username")
        locks_of(name or "", request.axes_ip_address).delete()  # type: ignore[attr-defined]
        gone: int = super().reset_user_attempts(request, credentials)
        return gone
