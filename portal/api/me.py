"""Who am I: what a program asks first."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal import clock
from portal.api.endpoints import Endpoint
from portal.people import rights
from portal.people.limits import Limited
from portal.people.models import AccessToken, Deputy, OrganisationRole, Role, Scope, User


class TokenOut(serializers.ModelSerializer[AccessToken]):
    """The token in use."""

    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), read_only=True)

    class Meta:
        model = AccessToken
        fields = ("uid", "name", "prefix", "scopes", "expires_at")
        read_only_fields = fields


class RoleOut(serializers.Serializer[Any]):
    """A role in a team; with its limits, null for everywhere; `stands_for`: whose it is, when held as a deputy."""

    team = serializers.CharField(source="team.slug")
    role = serializers.ChoiceField(choices=Role.choices)
    site = serializers.CharField(source="site.slug", default=None, allow_null=True)
    environment = serializers.CharField(source="environment.slug", default=None, allow_null=True)
    stands_for = serializers.CharField(source="member.username", default=None, allow_null=True)


class MeOut(serializers.Serializer[Any]):
    """The owner of the token, and what they are."""

    uid = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()
    is_service = serializers.BooleanField()
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
            "is_service": self.person.is_service,
            "organisation_roles": sorted(rights.organisation_roles(self.person)),
            "teams": _roles(self.person),
            "token": request.auth,
        }
        return Response(self.told(told))


def _roles(person: User) -> list[Limited]:
    """What the caller has in teams now: of a service its one role, of a person also those they are deputy for."""
    if person.is_service:
        return [person.service] if person.service.team_id else []
    columns = ("team", "site", "environment")
    lent = Deputy.objects.at(clock.now()).filter(deputy=person).select_related("member", *columns)
    return [*person.memberships.select_related(*columns), *lent]
