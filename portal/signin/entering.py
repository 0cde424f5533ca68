"""The last steps of coming in, the same for every door: a second factor when there is one, then the page asked for."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from portal.people.models import User


def come_in(request: HttpRequest, person: User, *, onward: str = "") -> HttpResponse:
    """Sign this person in, who has shown a password or a link; `onward` counts only when it is on this site."""
    record_authentication(request, person, method="password")
    return perform_login(request, person, email_verification="none", redirect_url=on_this_site(request, onward))


def on_this_site(request: HttpRequest, wanted: str) -> str:
    """The address to go on to when it is one of ours, else nothing."""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else ""
