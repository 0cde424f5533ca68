"""Who am I: what a program asks first."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Endpoint
from portal.people import rights
from portal.people.models import AccessToken, Membership, OrganisationRole, Scope


class TokenOut(serializers.ModelSerializer[AccessToken]):
    """The token in use."""

    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), read_only=True)

    class Meta:
        model = AccessToken
        fields = ("uid", "name", "prefix", "scopes", "expires_at")
        read_only_fields = fields


class RoleOut(serializers.ModelSerializer[Membership]):
    """A role in a team."""

    team = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Membership
        fields = ("team", "role")
        read_only_fields = fields


class MeOut(serializers.Serializer[Any]):
    """The owner of the token, and what they are."""

    uid = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()
    organisation_roles = serializers.ListField(child=serializers.ChoiceField(choices=OrganisationRole.choices))
    teams = RoleOut(many=True)
    token = TokenOut()


class Me(Endpoint):
    """Who the token speaks for, its scopes, and the roles of its owner."""

    tag = "me"
    reads = tuple(Scope)
    serializer_class = MeOut

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The person, the token, the roles."""
        told = {
            "uid": self.person.uid,
            "username": self.person.username,
            "name": str(self.person),
            "organisation_roles": sorted(rights.organisation_roles(self.person)),
            "teams": self.person.memberships.select_related("team"),
            "token": request.auth,
        }
        return Response(self.told(told))
