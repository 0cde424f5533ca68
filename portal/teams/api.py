"""The API of teams: members with their limits, deputies, service tokens, who could on which day."""

from datetime import UTC
from typing import Any

import django_filters
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.endpoints import Acting, Creating, Endpoint, Listing, Reading, Removing
from portal.api.serializers import Body
from portal.errors import BadInput
from portal.people import actions, deputies, rights, service_tokens
from portal.people.models import AccessToken, Deputy, Membership, Role, Scope, Team, Tenure, User
from portal.people.rights import VERBS, today, who_could
from portal.teams.visible import team_or_404, teams_of

SITES: Any = Membership._meta.get_field("site").related_model
ENVIRONMENTS: Any = Membership._meta.get_field("environment").related_model


class FeatureTeamOut(serializers.ModelSerializer[Team]):
    """A feature team."""

    class Meta:
        model = Team
        fields = ("uid", "slug", "name")
        read_only_fields = fields


class TeamIn(Body):
    """A team to create; its short name never changes."""

    name = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=60)


class Teams(Listing, Creating, Endpoint):
    """The teams one may know of."""

    reads, writes = Scope.READ, Scope.WRITE
    serializer_class, body = FeatureTeamOut, TeamIn
    example = {"name": "Pumps and wells", "slug": "wells"}
    orderings = ("name", "id")
    has_rules = True

    def rows(self) -> models.QuerySet[Team]:
        """One's own, or all."""
        return teams_of(self.person)

    def create(self, sent: dict[str, Any]) -> Team:
        """Create a team, empty."""
        return actions.create_team(by=self.person, **sent)

    def where(self, thing: Team) -> str:
        """Its address."""
        return reverse("api_team", args=[thing.slug])


class OneTeam(Reading, Endpoint):
    """A team."""

    reads = Scope.READ
    serializer_class = FeatureTeamOut
    lookup_field = "slug"

    def rows(self) -> models.QuerySet[Team]:
        """Those one may know of."""
        return teams_of(self.person)


class OfTeam(Endpoint):
    """An address under a team."""

    team: Team

    def load(self) -> None:
        """The team, or a 404."""
        self.team = team_or_404(self.person, self.kwargs["slug"])


# --- members -------------------------------------------------------------------------------------------------------
class LimitedOut(serializers.ModelSerializer[Any]):
    """Something limited to a site and below, and to an environment; null: everywhere."""

    site = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    environment = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)


class LimitedIn(Body):
    """Where it counts; everywhere when left out."""

    site = serializers.SlugRelatedField[Any](
        slug_field="slug", queryset=SITES._default_manager.all(), required=False, allow_null=True
    )
    environment = serializers.SlugRelatedField[Any](
        slug_field="slug", queryset=ENVIRONMENTS._default_manager.all(), required=False, allow_null=True
    )


class MemberOut(LimitedOut):
    """A role of a person in the team, since when, given by whom."""

    username = serializers.CharField(source="user.username", read_only=True)
    name = serializers.CharField(source="user.__str__", read_only=True)
    since = serializers.DateTimeField(source="occurred_at", read_only=True)

    class Meta:
        model = Membership
        fields = ("uid", "username", "name", "role", "site", "environment", "since")
        read_only_fields = fields


class ChangeIn(LimitedIn):
    """The role, and where it counts."""

    role = serializers.ChoiceField(choices=Role.choices)


class MemberIn(ChangeIn):
    """Who plays which role."""

    user = serializers.SlugRelatedField[Any](slug_field="username", queryset=User.objects.filter(is_active=True))


class OfMembers(OfTeam):
    """The members of a team."""

    serializer_class = MemberOut
    lookup_field = "uid"

    def rows(self) -> models.QuerySet[Membership]:
        """All of them."""
        return Membership.objects.filter(team=self.team).select_related("team", "user", "site", "environment")


class Members(Listing, Creating, OfMembers):
    """Who is in the team, in which role, within which limits."""

    reads, writes = Scope.READ, Scope.WRITE
    body = MemberIn
    example = {"user": "zoe", "role": "it"}
    orderings = ("id",)
    has_rules = True

    def sent(self, *, partial: bool = False) -> dict[str, Any]:
        """What was sent, of who may: nobody else learns by a refusal who has an account. Raises NotAllowed."""
        rights.require(self.person, "team.manage", self.team)
        return super().sent(partial=partial)

    def create(self, sent: dict[str, Any]) -> Membership:
        """Give a person a role."""
        return actions.add_member(self.team, sent.pop("user"), by=self.person, **{**sent, "role": Role(sent["role"])})

    def where(self, thing: Membership) -> str:
        """Its address."""
        return reverse("api_member", args=[self.team.slug, thing.uid])


class OneMember(Reading, Removing, OfMembers):
    """A role of a person in the team. Another role, or other limits, are another membership: end it, and add one."""

    reads, writes = Scope.READ, Scope.WRITE

    def remove(self, thing: Membership) -> None:
        """Take the role back; its deputies end too."""
        actions.end_membership(thing, by=self.person)


# --- deputies ------------------------------------------------------------------------------------------------------
class DeputyOut(LimitedOut):
    """Who stands in for whom, in which role, from which day to which."""

    member = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    deputy = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    first_day = serializers.DateField(read_only=True)
    last_day = serializers.DateField(read_only=True)
    is_over = serializers.BooleanField(read_only=True)

    class Meta:
        model = Deputy
        fields = ("uid", "member", "deputy", "role", "site", "environment", "first_day", "last_day", "is_over")
        read_only_fields = fields


class DeputyIn(Body):
    """Who stands in for a membership (its uid), from the first day to the end of the last."""

    membership = serializers.UUIDField()
    deputy = serializers.SlugRelatedField[Any](slug_field="username", queryset=User.objects.filter(is_active=True))
    first_day = serializers.DateField()
    last_day = serializers.DateField()


class OfDeputies(OfTeam):
    """The deputies of a team."""

    serializer_class = DeputyOut
    lookup_field = "uid"

    def rows(self) -> models.QuerySet[Deputy]:
        """All of them, past ones too."""
        return Deputy.objects.filter(team=self.team).select_related("team", "member", "deputy", "site", "environment")


class Deputies(Listing, Creating, OfDeputies):
    """Who stands in for whom."""

    reads, writes = Scope.READ, Scope.WRITE
    body = DeputyIn
    example = {
        "membership": "01970000-0000-7000-8000-000000000000",
        "deputy": "zoe",
        "first_day": "2099-01-01",
        "last_day": "2099-01-15",
    }
    orderings = ("-id",)
    has_rules = True

    def sent(self, *, partial: bool = False) -> dict[str, Any]:
        """What was sent, of who may name one: nobody else learns who has an account. Raises NotAllowed."""
        rights.require(self.person, "deputy.name", self.team)
        return super().sent(partial=partial)

    def create(self, sent: dict[str, Any]) -> Deputy:
        """Name a deputy for one's own role."""
        found = Membership.objects.filter(team=self.team, uid=sent.pop("membership"))
        membership = found.select_related("team", "user", "site", "environment").first()
        if membership is None:
            sentence = _("There is no such membership in this team.")
            raise BadInput.of(_("The deputy was not named."), {"membership": sentence})
        return deputies.name_deputy(membership, by=self.person, **sent)


class EndDeputy(Acting, OfDeputies):
    """End a deputy's days at once."""

    writes = Scope.WRITE

    def act(self, thing: Deputy, sent: dict[str, Any]) -> None:
        """End it."""
        deputies.end_deputy(thing, by=self.person)


# --- history -------------------------------------------------------------------------------------------------------
class TenureOut(LimitedOut):
    """Who held which role, from when to when; null `until`: to this day."""

    username = serializers.CharField(source="user.username", read_only=True)
    given_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    ended_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Tenure
        fields: tuple[str, ...] = (
            "username",
            "role",
            "site",
            "environment",
            "since",
            "until",
            "given_by",
            "ended_by",
        )
        read_only_fields: tuple[str, ...] = fields


class TenureFilter(django_filters.FilterSet):
    """Which tenures."""

    role = django_filters.ChoiceFilter(choices=Role.choices)
    username = django_filters.CharFilter(field_name="user__username")


class TeamHistory(Listing, OfTeam):
    """The history of the roles of a team, the latest first."""

    reads = Scope.READ
    serializer_class = TenureOut
    filterset_class = TenureFilter
    orderings = ("-id",)

    def rows(self) -> models.QuerySet[Tenure]:
        """All of it."""
        columns = ("user", "site", "environment", "given_by", "ended_by")
        return Tenure.objects.filter(team=self.team).select_related(*columns)


class HolderOut(serializers.Serializer[Any]):
    """Somebody who could: in which role, within which limits, since and until when, for whom as a deputy."""

    username = serializers.CharField(source="person.username")
    name = serializers.CharField(source="person.__str__")
    role = serializers.CharField()
    limits = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    stands_for = serializers.CharField(source="stands_for.username", default=None, allow_null=True)


class WhoCouldOut(serializers.Serializer[Any]):
    """At which moment, and who."""

    verb = serializers.CharField()
    moment = serializers.DateTimeField(default_timezone=UTC)
    results = HolderOut(many=True)


class WhoCouldIn(LimitedIn):
    """What is asked in the address."""

    verb = serializers.ChoiceField(choices=sorted(VERBS), default="deployment.approve")
    day = serializers.DateField(default=today)


class WhoCould(OfTeam):
    """Who could do this on that day, there: roles as they were held then, deputies too."""

    operation = "teams_who_could"
    reads = Scope.READ
    query_has_rules = True  # the site and the environment are there, the day has not yet to come
    serializer_class = WhoCouldOut
    parameters = (
        OpenApiParameter(
            "verb", {"type": "string", "enum": sorted(VERBS)}, "query", description="By default, approve."
        ),
        OpenApiParameter("day", {"type": "string", "format": "date"}, "query", description="By default, today."),
        OpenApiParameter("site", {"type": "string"}, "query", description="The short name of a site."),
        OpenApiParameter("environment", {"type": "string"}, "query", description="The short name of an environment."),
    )

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Who."""
        asked = WhoCouldIn(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        found = who_could(self.team, **asked.validated_data)
        told = {"verb": asked.validated_data["verb"], "moment": found.moment, "results": found.holders}
        return Response(self.told(told))


# --- service tokens ------------------------------------------------------------------------------------------------
class ServiceTokenOut(serializers.ModelSerializer[AccessToken]):
    """A service token, without its secret; an empty role is one of the organisation, which reads everything."""

    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), read_only=True)
    role = serializers.CharField(source="owner.service.role", read_only=True)
    site = serializers.CharField(source="owner.service.site.slug", read_only=True, default=None, allow_null=True)
    environment = serializers.CharField(
        source="owner.service.environment.slug", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = AccessToken
        fields = (
            "uid",
            "name",
            "prefix",
            "role",
            "site",
            "environment",
            "scopes",
            "expires_at",
            "revoked_at",
            "last_used_at",
        )
        read_only_fields = fields


class TeamTokens(Listing, OfTeam):
    """The service tokens of a team. No token makes another: that is done on the page, which shows its secret once."""

    reads = Scope.READ
    serializer_class = ServiceTokenOut
    orderings = ("-id",)

    def load(self) -> None:
        """The team, and the right."""
        super().load()
        rights.require(self.person, "service.manage", self.team)

    def rows(self) -> models.QuerySet[AccessToken]:
        """All of them."""
        return service_tokens.of_team(self.team)


class RevokeTeamToken(Acting, OfTeam):
    """Stop a service token of a team at once."""

    writes = Scope.WRITE
    serializer_class = ServiceTokenOut
    lookup_field = "uid"

    def rows(self) -> models.QuerySet[AccessToken]:
        """Those of the team."""
        return service_tokens.of_team(self.team)

    def act(self, thing: AccessToken, sent: dict[str, Any]) -> None:
        """Revoke it."""
        actions.revoke_token(thing, by=self.person)
