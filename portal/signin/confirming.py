"""Who one is, asked once more before what matters for an account: a password, a code, or the provider one came by."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import (
    get_reauthentication_flows,
    raise_if_reauthentication_required,
)
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from portal.signin import providers

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
# In the session: the key of the provider that this person came through.
PROVIDER = "provider"


def require(request: HttpRequest) -> None:
    """Lead away to be asked again, unless one signed in or confirmed a few minutes ago.

    Who has neither password nor second factor goes through their provider once more; who came by a link alone has
    nothing to be asked for, until they choose a password. Raises what allauth's middleware turns into the way there.
    """
    raise_if_reauthentication_required(request, app="portal.signin")
    stale = get_adapter().is_reauthentication_required(app="portal.signin")
    if stale and provider_of(request) and not get_reauthentication_flows(request.user):
        here = urlencode({"next": request.path})
        raise ImmediateHttpResponse(redirect(f"{reverse('confirm_provider')}?{here}"))


def confirmed(view: View) -> View:
    """Let a view be reached only by who confirmed."""

    @wraps(view)
    def _view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(request)
        return view(request, *args, **kwargs)

    return cast(View, _view)


def provider_of(request: HttpRequest) -> providers.Provider | None:
    """The provider that this person came through, while it is configured."""
    return providers.find(settings.OIDC_PROVIDERS, request.session.get(PROVIDER, ""))
