"""What a token may be used for, declared by each endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from portal.people.models import AccessToken, Scope

if TYPE_CHECKING:
    # REST framework's views read the setting that names this module.
    from rest_framework.views import APIView

Scopes = Scope | tuple[Scope, ...]


class DeclaredScope(BasePermission):
    """The token holds one of the scopes that the endpoint declares; an endpoint that declares none is refused.

    `reads = Scope.READ` is for GET, `writes = Scope.WRITE` for everything else; a tuple means any of them.
    """

    message = _("This token may not be used for that: create one with the scope you need.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the token grants one of the declared scopes. A method that is not offered is left to its 405."""
        method = request.method or ""
        if not isinstance(request.auth, AccessToken):
            return False
        return not hasattr(view, method.lower()) or request.auth.grants(*declared(view, method))


def declared(view: APIView | type[APIView], method: str) -> tuple[Scope, ...]:
    """The scopes an endpoint declares for a method, any of which is enough; none when it declares nothing."""
    scopes: Scopes = getattr(view, "reads" if method in SAFE_METHODS else "writes", ())
    return scopes if isinstance(scopes, tuple) else (scopes,)
