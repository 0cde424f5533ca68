"""A small API over teams, made as every endpoint is: the contract, tested apart from what features do."""

from typing import Any

import django_filters
from django.urls import include, path
from rest_framework import serializers

from portal.api.endpoints import Acting, Changing, Creating, Listing, Reading, Removing
from portal.api.filters import DayFilter
from portal.api.serializers import Body
from portal.errors import Refused
from portal.people.models import Scope, Team

# Called inside a creation, so that a test can do something meanwhile.
MEANWHILE: list[Any] = []


class TeamOut(serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = ("uid", "name", "slug")
        read_only_fields = fields


class TeamIn(Body):
    name = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=60, required=False)
    number = serializers.IntegerField(required=False)
    rate = serializers.FloatField(required=False)
    open = serializers.BooleanField(required=False)
    words = serializers.ListField(child=serializers.CharField(), required=False)


class TeamFilter(django_filters.FilterSet):
    name = django_filters.CharFilter()
    since = DayFilter(field_name="occurred_at", lookup_expr="date__gte")
    demo = django_filters.BooleanFilter(field_name="is_demo")


class Shelf(Listing, Creating):
    reads = Scope.READ
    writes = Scope.WRITE
    serializer_class = TeamOut
    body = TeamIn
    filterset_class = TeamFilter
    orderings = ("name", "-name", "-id")

    def rows(self):
        return Team.objects.all()

    def create(self, sent):
        for do in MEANWHILE:
            do()
        if sent["name"] == "refused":
            raise Refused("Not this one.")
        return Team.objects.create(name=sent["name"], slug=sent["slug"])


class One(Reading, Changing, Removing):
    reads = Scope.READ
    writes = Scope.WRITE
    serializer_class = TeamOut
    body = TeamIn
    lookup_field = "slug"

    def rows(self):
        return Team.objects.exclude(slug="hidden")

    def change(self, thing, sent):
        Team.objects.filter(pk=thing.pk).update(**sent)

    def remove(self, thing):
        Team.objects.filter(pk=thing.pk).delete()


class Rename(Acting):
    writes = Scope.WRITE
    serializer_class = TeamOut
    lookup_field = "slug"

    def rows(self):
        return Team.objects.all()

    def act(self, thing, sent):
        Team.objects.filter(pk=thing.pk).update(name=thing.name + "!")


class Broken(Reading):
    reads = Scope.READ
    raises: type[Exception] = ZeroDivisionError

    def thing(self):
        raise self.raises("on purpose")


urlpatterns = [
    path("api/v1/teams", Shelf.as_view()),
    path("api/v1/teams/<slug:slug>", One.as_view()),
    path("api/v1/teams/<slug:slug>/rename", Rename.as_view()),
    path("api/v1/broken", Broken.as_view()),
    path("", include("portal.api.urls")),
    path("", include("portal.api.health_urls")),
]
handler500 = "portal.api.problems.crashed"
