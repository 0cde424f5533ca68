"""What is asked of a session at each request, without a query."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.api import problems
from portal.errors import NotAllowed
from portal.people.models import User
from portal.signin import rules
from portal.ui.middleware import API

SET_UP_FIRST = _("Set up your second factor first: the rules of your organisation ask for it.")
# What somebody who must set up a second factor can still do.
OPEN = (
    "second_factor_set_up",
    "account_reauthenticate",
    "confirm_provider",
    "accounts:sign_out",
    "accounts:switch",
    "set_language",
    "status_banner",
)


class SessionRules:
    """Gives a new key when roles or rules changed, notes who is here, and leads to the second factor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or lead to the page where the second factor is set up."""
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        if request.session.is_stale:  # type: ignore[attr-defined]
            rules.renew(request, user)
        rules.note(request)
        if request.session.get(rules.MUST_SET_UP):
            if request.path.startswith(API):
                return problems.refusal(NotAllowed(SET_UP_FIRST))
            if request.path not in {reverse(name) for name in OPEN}:
                return _led_away(request)
        return self.get_response(request)


def _led_away(request: HttpRequest) -> HttpResponse:
    there = reverse("second_factor_set_up")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": there})
    return redirect(there)
