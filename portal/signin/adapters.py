"""Where allauth asks us: accounts, providers of OpenID Connect, second factors."""

import logging
import time
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from requests_hardened import Config, HTTPSession

from portal.people.models import User
from portal.people.sessions import BEGAN
from portal.signin import actions, arrivals, confirming, providers, rules, secrets
from portal.ui import wording

# Seconds during which having signed in counts as having just said one's password.
FRESH = 300
# Signatures with a key pair: a shared secret signs nothing here.
ALGORITHMS = frozenset({*(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)), "EdDSA"})
# A provider may be inside: what it may be is said by its configured hosts, not by the kind of its address.
CALLS = Config(ip_filter_enable=False, ip_filter_allow_loopback_ips=True, never_redirect=True, default_timeout=(3, 5))
log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """How people come in: no sign-up, no messages of allauth's, no other site after it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody adds themselves: administrators do, or a provider that may."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether an address to go on to is one of this very host."""
        request = context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: our pages do."""

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in for good: every step has been taken."""
        user.backend = settings.LOGIN_BACKEND
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Go on, and tell what happened to this person's second factor meanwhile."""
        for reset in actions.untold_resets(user):
            said = {"person": reset.by, "when": wording.minute(reset.recorded_at)}
            messages.warning(
                request,
                _("%(person)s took your second factor away on %(when)s. Set it up again under Second factor.") % said,
            )
        return super().post_login(request, user, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Say so, where one signs in."""
        messages.error(request, _("Your account is deactivated. An administrator can reactivate it."))
        return redirect("accounts:sign_in")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask for the password again: not right after signing in."""
        began = context.request.session.get(BEGAN, 0)
        return time.time() - began > FRESH


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticators never lie in the clear."""

    def encrypt(self, text: str) -> str:
        """What is written into the database."""
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What was written."""
        return secrets.decrypt(encrypted_text)

    def get_totp_label(self, user: User) -> str:
        """What the authenticator shows."""
        return user.username


class ListedHosts(HTTPSession):
    """Speaks to the hosts of configured providers only, briefly, and follows nobody elsewhere."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send it. Raises InvalidURL for any other host."""
        allowed = frozenset[str]().union(*(one.allowed for one in settings.OIDC_PROVIDERS))
        if urlsplit(request.url or "").netloc not in allowed:
            raise requests.exceptions.InvalidURL(f"{urlsplit(request.url or '').netloc} is not a host of a provider")
        return super().send(request, **kwargs)


class OpenIDConnect(OpenIDConnectOAuth2Adapter):
    """allauth's, stricter: the issuer is the one configured, signatures are always checked, claims are not kept."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself. Raises OAuth2Error when it says it is another."""
        found: dict[str, Any] = super().openid_config
        if str(found["issuer"]).rstrip("/") != _configured(self.provider_id).issuer.rstrip("/"):
            raise OAuth2Error("The provider gives another issuer than the one configured.")
        return found

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        """Who it is. Raises OAuth2Error when the two answers are about two people."""
        response = kwargs["response"]
        if not response.get("id_token"):
            raise OAuth2Error("There is no ID token.")
        identity = self._decode_id_token(app, response["id_token"])
        said = self._fetch_user_info(token.token)
        if said.get("sub") != identity["sub"]:
            raise OAuth2Error("The ID token and the user information are about two people.")
        login = self.get_provider().sociallogin_from_response(request, {"id_token": identity, "userinfo": said})
        login.account.extra_data = {}
        login.claims = {**identity, **said}
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """What the token says, once the provider's own key has verified it. Raises PyJWTError, OAuth2Error."""
        with ProviderAdapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        named = jwt.get_unverified_header(id_token).get("kid")
        keys = [one for one in jwt.PyJWKSet.from_dict(answer.json()).keys if named in (None, one.key_id)]
        # A token may leave its key unnamed only where there is one.
        if len(keys) != 1 or keys[0].algorithm_name not in ALGORITHMS:
            raise OAuth2Error("No key of the provider fits the ID token.")
        found: dict[str, Any] = jwt.decode(
            id_token,
            keys[0].key,
            algorithms=[keys[0].algorithm_name],
            audience=app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=60,
            options={"require": ["exp", "iat", "sub", "aud", "iss"]},
        )
        return found


class ConfiguredProvider(OpenIDConnectProvider):
    """A provider of the settings."""

    oauth2_adapter_class = OpenIDConnect


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Providers come from the settings alone, and who comes in through them is our verb's business."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> ConfiguredProvider:
        """The provider of this key, or, between two steps of coming in, of this client id. Raises Http404."""
        key = next((one.key for one in settings.OIDC_PROVIDERS if one.client_id == client_id), provider)
        found = _configured(key)
        app = SocialApp(
            provider="openid_connect",
            provider_id=found.key,
            name=found.label,
            client_id=found.client_id,
            secret=found.client_secret,
            settings={"server_url": found.issuer.rstrip("/"), "scope": list(found.scopes), "oauth_pkce_enabled": True},
        )
        return ConfiguredProvider(request, app=app)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The person, known here or added. Raises NotAllowed or Refused, with the sentence."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise Http404
        provider = _configured(sociallogin.account.provider)
        sociallogin.user = arrivals.arrive(provider, sociallogin.account.uid, sociallogin.claims)
        sociallogin.token = None  # nothing more is asked of the provider: its token is not kept between the steps
        request.session[rules.PROVIDER_ASKS] = provider.asks_second_factor
        request.session[confirming.PROVIDER] = provider.key

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Say in a sentence what went wrong; the reason itself is for the log."""
        raise ImmediateHttpResponse(failure(request, provider.app.name, error=error, exception=exception))

    def get_requests_session(self) -> ListedHosts:
        """The one way out."""
        return ListedHosts(CALLS)


def failure(request: HttpRequest, label: str, *, error: Any = None, exception: Exception | None = None) -> HttpResponse:
    """The page that says why one did not come in through a provider: 502 when it is to blame, else 401."""
    log.warning("Signing in through %s failed: %s %r", label, error, exception)
    if isinstance(exception, requests.RequestException):
        kind = "down"
    elif exception is not None:
        kind = "answer"
    else:
        kind = "cancelled" if error == AuthError.CANCELLED else "state"
    shown = {"provider": label, "kind": kind}
    return render(request, "portal/signin/provider_error.html", shown, status=502 if exception else 401)


def _configured(key: str) -> providers.Provider:
    found = providers.find(settings.OIDC_PROVIDERS, key)
    if found is None:
        raise Http404
    return found
