"""Who speaks to the API: the owner of the token."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from portal.people import keys
from portal.people.models import AccessToken, User
from portal.signin.attempts import count_failure
from portal.signin.proxies import client_ip

SCHEME = "Bearer"
# The last use is told to the minute: a token used a thousand times a minute costs one write.
LAST_USE = timedelta(minutes=1)
# Tokens that do not exist, from one address in a minute.
MOST_FAILURES = 20


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer pas_…`: the person is the token's owner, `request.auth` is the token.

    The token is looked up by its digest, so that the time taken says nothing of the secret.
    """

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        """The owner and the token; None without a header. Raises AuthenticationFailed (401), Throttled (429)."""
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != SCHEME.lower():
            raise AuthenticationFailed(_("Send “Authorization: Bearer” and a token."))
        token = _find(secret.strip())
        if token is None:
            wait = count_failure("token", client_ip(request), most=MOST_FAILURES)
            if wait:
                raise Throttled(wait)
            raise AuthenticationFailed(_("This token is unknown, revoked or expired."))
        _note_use(token)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return f'{SCHEME} realm="Passerelle"'


def _find(secret: str) -> AccessToken | None:
    if not keys.is_token(secret):
        return None
    usable = AccessToken.objects.filter(revoked_at=None, expires_at__gt=timezone.now(), owner__is_active=True)
    return usable.select_related("owner").filter(digest=keys.digest(secret)).first()


def _note_use(token: AccessToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - LAST_USE:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
