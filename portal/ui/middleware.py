"""A refusal raised by a verb becomes a page, or a fragment, with its sentence, its status and a way back."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from portal.errors import BadInput, Refused

API = "/api/"


class RefusalMiddleware:
    """Words `Refused` for people. The API words its own (problem+json)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The refusal as a page with its status; None for anything else, and for the API."""
        if not isinstance(exception, Refused) or request.path.startswith(API):
            return None
        return page(request, exception)


def page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The refusal as a page, or as a fragment for htmx, with its status."""
    context = {
        "refusal": refusal,
        "problems": refusal.problems if isinstance(refusal, BadInput) else (),
        "back": way_back(request),
    }
    if request.headers.get("HX-Request"):
        response = render(request, "components/refusal.html", context, status=refusal.status)
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML show:#messages:top"
        return response
    return render(request, "refused.html", context, status=refusal.status)


def way_back(request: HttpRequest) -> str:
    """Where the person came from when it is one of our pages and not this one, else the home page."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if ours and referer != request.build_absolute_uri() else reverse("home")
