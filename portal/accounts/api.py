"""The API of people, their roles in the organisation, and one's own tokens."""

from typing import Any

import django_filters
from django.conf import settings
from django.db import models
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Acting, Creating, Endpoint, Listing, Reading
from portal.api.serializers import Body
from portal.people import actions, pseudonyms, rights
from portal.people.models import AccessToken, OrganisationRole, Scope, User


class AccountOut(serializers.ModelSerializer[User]):
    """A person, their roles in the organisation and in teams."""

    name = serializers.CharField(source="__str__", read_only=True)
    organisation_roles = serializers.SlugRelatedField[Any](
        source="organisation_grants", slug_field="role", many=True, read_only=True
    )
    # Empty where nobody gave one: no format.
    email = serializers.CharField(read_only=True)
    teams = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("uid", "username", "name", "email", "is_active", "organisation_roles", "teams")
        read_only_fields = fields

    def get_teams(self, person: User) -> list[str]:
        """The short names of their teams."""
        return sorted({one.team.slug for one in person.memberships.all()})


class AccountIn(Body):
    """A person to add; they have no password until they follow an invitation."""

    username = serializers.CharField(max_length=150)
    first_name = serializers.CharField(max_length=150)
    last_name = serializers.CharField(max_length=150)
    email = serializers.EmailField(required=False, allow_blank=True, default="")


class PersonFilter(django_filters.FilterSet):
    """Which people."""

    active = django_filters.BooleanFilter(field_name="is_active")
    username = django_filters.CharFilter()


class OfPeople(Endpoint):
    """People, for those who manage them."""

    serializer_class: Any = AccountOut
    lookup_field = "uid"

    def load(self) -> None:
        """Only who manages people gets further."""
        rights.require(self.person, "people.manage")

    def rows(self) -> models.QuerySet[User]:
        """Everybody; services are nobody."""
        return User.objects.prefetch_related("organisation_grants", "memberships__team")


class People(Listing, Creating, OfPeople):
    """The people of the organisation."""

    reads, writes = Scope.READ, Scope.WRITE
    filterset_class = PersonFilter
    body = AccountIn
    example = {"username": "zoe", "first_name": "Zoé", "last_name": "Le Goff"}
    orderings = ("id",)
    has_rules = True

    def create(self, sent: dict[str, Any]) -> User:
        """Add a person."""
        return actions.create_person(by=self.person, **sent)

    def where(self, thing: User) -> str:
        """Their address."""
        return reverse("api_person", args=[thing.uid])


class OnePerson(Reading, OfPeople):
    """A person."""

    reads = Scope.READ


class DeactivatePerson(Acting, OfPeople):
    """Close the doors to a person: sessions and tokens stop at once."""

    writes = Scope.WRITE

    def act(self, thing: User, sent: dict[str, Any]) -> None:
        """Deactivate; nothing of theirs is deleted."""
        actions.deactivate_person(thing, by=self.person)


class ReactivatePerson(Acting, OfPeople):
    """Let a person in again, with the roles they had."""

    writes = Scope.WRITE

    def act(self, thing: User, sent: dict[str, Any]) -> None:
        """Reactivate."""
        actions.reactivate_person(thing, by=self.person)


class ConfirmedIn(Body):
    """The user name of the person, typed again."""

    confirmed = serializers.CharField(max_length=150)


class PseudonymisePerson(Acting, OfPeople):
    """Take the name of a deactivated person away, for good."""

    writes = Scope.WRITE
    body = ConfirmedIn
    example = {"confirmed": "gone"}
    has_rules = True

    def act(self, thing: User, sent: dict[str, Any]) -> None:
        """Pseudonymise; it cannot be undone."""
        pseudonyms.pseudonymise_person(thing, by=self.person, confirmed=sent["confirmed"])


class InvitationOut(serializers.Serializer[Any]):
    """The link with which a person sets a password, shown this once."""

    url = serializers.CharField()


class InvitePerson(OfPeople):
    """Make the link with which a person sets a password, once, within seven days; earlier ones stop."""

    writes = Scope.WRITE
    serializer_class = InvitationOut
    answers = {"POST": {"200": OpenApiResponse(InvitationOut, "The link, shown this once.")}}

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make it."""
        secret = actions.invite(self.thing(), by=self.person)
        return Response({"url": settings.PUBLIC_URL + reverse("accounts:welcome", args=[secret])})


class OfGrant(Acting, OfPeople):
    """An address of a role in the organisation."""

    writes = Scope.WRITE

    @property
    def role(self) -> OrganisationRole:
        """The role of this address. Raises Http404."""
        if self.kwargs["role"] not in OrganisationRole.values:
            raise Http404
        return OrganisationRole(self.kwargs["role"])


class GrantRole(OfGrant):
    """Give a person a role in the organisation."""

    def act(self, thing: User, sent: dict[str, Any]) -> None:
        """Give it."""
        actions.grant_role(thing, self.role, by=self.person)


class RevokeRole(OfGrant):
    """Take a role in the organisation back."""

    def act(self, thing: User, sent: dict[str, Any]) -> None:
        """Take it; the last administrator stays."""
        actions.revoke_role(thing, self.role, by=self.person)


# --- one's own tokens ----------------------------------------------------------------------------------------------
class OwnTokenOut(serializers.ModelSerializer[AccessToken]):
    """A token, without its secret."""

    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), read_only=True)

    class Meta:
        model = AccessToken
        fields = ("uid", "name", "prefix", "scopes", "expires_at", "revoked_at", "last_used_at")
        read_only_fields = fields


class Tokens(Listing, Endpoint):
    """One's own tokens. A token makes no other: that is done signed in."""

    reads = Scope.READ
    serializer_class = OwnTokenOut
    orderings = ("-id",)

    def rows(self) -> models.QuerySet[AccessToken]:
        """Those of the caller."""
        return self.person.tokens.all()


class RevokeToken(Acting, Endpoint):
    """Stop one of one's tokens at once; the very token in use, too."""

    writes = Scope.WRITE
    serializer_class = OwnTokenOut
    lookup_field = "uid"

    def rows(self) -> models.QuerySet[AccessToken]:
        """Those of the caller; anybody's for who manages people."""
        found = AccessToken.objects.filter(owner__is_service=False).select_related("owner")
        return found if rights.can(self.person, "people.manage") else found.filter(owner=self.person)

    def act(self, thing: AccessToken, sent: dict[str, Any]) -> None:
        """Revoke it."""
        actions.revoke_token(thing, by=self.person)
