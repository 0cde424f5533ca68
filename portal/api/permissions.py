"""What a token may be used for."""

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.people.models import AccessToken


class _Scoped(BasePermission):
    message = _("This token may not be used for that: create one with the scope you need.")
    scope = ""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the scope is among the token's."""
        return isinstance(request.auth, AccessToken) and self.scope in request.auth.scopes


def HasScope(scope: str) -> type[BasePermission]:  # noqa: N802
    """The request carries a token made for this: `permission_classes = [HasScope("points")]`."""
    return type("HasScope", (_Scoped,), {"scope": scope})
