"""What a session remembers, and what the rules ask of whoever signed in. Kept in the session: a page asks nothing."""

import time
from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from portal import clock
from portal.people import rights
from portal.people.models import Deputy, User
from portal.people.sessions import AGENT, BEGAN, IP, SEEN
from portal.signin.models import Requirement, SignInPolicy
from portal.signin.proxies import client_ip

# Seconds between two notes of when somebody was last seen.
NOTE = 300
# In the session: whether a second factor must be set up before anything else.
MUST_SET_UP = "must_set_up"
# In the session: the provider that this person came through asks for a second factor itself.
PROVIDER_ASKS = "provider_asks"


def begin(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Django's `user_logged_in`: a session of this person begins now."""
    session = request.session
    session[BEGAN] = session[SEEN] = time.time()
    session[IP] = client_ip(request)
    session[AGENT] = request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:250]
    session[MUST_SET_UP] = must_set_up(user, by_provider=bool(session.get(PROVIDER_ASKS)))


def renew(request: HttpRequest, user: User) -> None:
    """Give the session a new key and look at the rules again: this person's roles, or the rules, changed."""
    request.session.cycle_key()
    request.session[MUST_SET_UP] = must_set_up(user, by_provider=bool(request.session.get(PROVIDER_ASKS)))


def note(request: HttpRequest) -> None:
    """Remember that this person was here, every few minutes: what moves the idle time-out on."""
    now = time.time()
    if now - request.session.get(SEEN, 0) > NOTE:
        request.session[SEEN] = now


def policy() -> SignInPolicy:
    """The rules of signing in; the defaults when nobody has set any (one query)."""
    return SignInPolicy.objects.first() or SignInPolicy(pk=1)


def must_set_up(user: User, *, by_provider: bool = False) -> bool:
    """Whether the rules ask this person for a second factor that they do not have."""
    if by_provider or not asked_of(user, policy().second_factor):
        return False
    return not has_second_factor(user)


def asked_of(user: User, requirement: str) -> bool:
    """Whether a second factor is asked of this person: administrators, and who approves somewhere, as deputy too."""
    if requirement != Requirement.APPROVERS:
        return requirement == Requirement.EVERYBODY
    if rights.can(user, "people.manage") or rights.teams_where(user, "deployment.approve"):
        return True
    # A deputy's days may begin in the middle of a session: the rule holds from the moment they are named.
    approving = rights.VERBS["deployment.approve"].roles
    return Deputy.objects.filter(deputy=user, role__in=approving, until__gt=clock.now()).exists()


def has_second_factor(user: User) -> bool:
    """Whether this person has set up an authenticator (one query)."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
