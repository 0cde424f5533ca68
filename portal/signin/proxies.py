"""Who really asks, when proxies stand in front."""

from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class TrustedProxies:
    """Makes REMOTE_ADDR the address of the person, and the scheme theirs, when a trusted proxy says so.

    What anybody else puts in X-Forwarded-For or X-Forwarded-Proto is not believed. Of a chain, the last address that
    is not a trusted proxy counts: what stands left of it was written by the person.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        if settings.TRUSTED_PROXIES and _is_trusted(request.META.get("REMOTE_ADDR", "")):
            if request.headers.get("X-Forwarded-Proto") == "https":
                request.META["wsgi.url_scheme"] = "https"
            said = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
            person = next((one for one in reversed(said) if not _is_trusted(one)), "")
            if _is_address(person):
                request.META["REMOTE_ADDR"] = person
        return self.get_response(request)


def client_ip(request: HttpRequest) -> str | None:
    """The address that asks; None when it has none (a socket file)."""
    found = str(request.META.get("REMOTE_ADDR", ""))
    return found if _is_address(found) else None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(text: str) -> bool:
    return _is_address(text) and any(ip_address(text) in one for one in _networks(tuple(settings.TRUSTED_PROXIES)))


@cache
def _networks(texts: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(one) for one in texts]
