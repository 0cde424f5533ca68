"""Who failed to sign in too often: what they are told, and who is locked now. The counting is django-axes'."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.ui import wording


class Locked(NamedTuple):
    """A user name (which may be nobody's) locked for one address."""

    username: str
    ip: str
    failures: int
    until: datetime


def locked_now() -> list[Locked]:
    """Every user name and address that is locked, the latest first (one query)."""
    attempts = AccessAttempt.objects.filter(expiration__expires_at__gt=timezone.now())
    failed = (
        attempts.values("username", "ip_address")
        .order_by()
        .annotate(failures=Sum("failures_since_start"), until=Max("expiration__expires_at"))
    )
    locked = failed.filter(failures__gte=settings.AXES_FAILURE_LIMIT).order_by("-until")
    return [Locked(row["username"] or "", row["ip_address"] or "", row["failures"], row["until"]) for row in locked]


def answer(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The page for somebody locked out: when to try again, whom to ask. The same for names that are nobody's."""
    name = (credentials or {}).get("username")
    ip = getattr(request, "axes_ip_address", None)
    now = timezone.now()
    until = next((one.until for one in locked_now() if (one.username, one.ip) == (name, ip)), now + settings.FIRST_LOCK)
    page = render(request, "portal/signin/locked.html", {"until": wording.minute(until)}, status=429)
    page["Retry-After"] = str(max(1, int((until - now).total_seconds())))
    return page
