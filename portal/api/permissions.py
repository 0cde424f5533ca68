"""What a token may be used for."""

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.people.models import AccessToken


class HasScope(BasePermission):
    """The request carries a token made for this: `permission_classes = [HasScope("points")]`."""

    message = _("This token may not be used for that: create one with the scope you need.")

    def __init__(self, scope: str) -> None:
        self.scope = scope

    def __call__(self) -> "HasScope":
        """REST framework calls what it finds in `permission_classes`."""
        return self

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the scope is among the token's."""
        return isinstance(request.auth, AccessToken) and self.scope in request.auth.scopes
