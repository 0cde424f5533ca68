"""The API of saved views: lists as somebody wants to find them again."""

from typing import Any

import django_filters
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from portal.api.endpoints import Acting, Changing, Creating, Endpoint, Listing, Reading, Removing
from portal.api.serializers import Body
from portal.errors import BadInput
from portal.people import rights
from portal.people.models import Scope, Team, User
from portal.saved_views import actions
from portal.saved_views.models import Audience, DefaultView, SavedView


class ViewOut(serializers.ModelSerializer[SavedView]):
    """A list's query string under a name; it holds no row. `address` is the list as it was saved."""

    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    team = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    address = serializers.CharField(read_only=True)
    permalink = serializers.CharField(read_only=True)
    is_default = serializers.BooleanField(read_only=True, help_text="Whether the caller's list opens so.")

    class Meta:
        model = SavedView
        fields = (
            "code",
            "name",
            "owner",
            "path",
            "list_key",
            "query",
            "audience",
            "team",
            "address",
            "permalink",
            "is_default",
        )
        read_only_fields = fields


class ViewChange(Body):
    """What it is called, what it asks for, who finds it."""

    name = serializers.CharField(max_length=80)
    query = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    audience = serializers.ChoiceField(choices=Audience.choices, default=Audience.PRIVATE)
    team = serializers.CharField(max_length=60, required=False, allow_null=True, help_text="Slug, when shared with one")


class ViewIn(ViewChange):
    """A view of a list: `path` is the page, `list_key` the list on it."""

    path = serializers.CharField(max_length=300, help_text="As /portfolio/.")
    list_key = serializers.CharField(max_length=40)


class DefaultIn(Body):
    """Open the list so, or as usual again."""

    wanted = serializers.BooleanField()


class ViewFilter(django_filters.FilterSet):
    """Which views."""

    path = django_filters.CharFilter()
    list_key = django_filters.CharFilter()
    audience = django_filters.ChoiceFilter(choices=Audience.choices)
    owner = django_filters.CharFilter(field_name="owner__username")


class OfView(Endpoint):
    """The views that the caller may use."""

    serializer_class = ViewOut
    lookup_field = "code"

    def rows(self) -> models.QuerySet[SavedView]:
        """One's own, those of one's teams, those of everybody."""
        default = models.Exists(DefaultView.objects.filter(user=self.person, view=models.OuterRef("pk")))
        found = SavedView.objects.visible_to(self.person).select_related("owner", "team")
        return found.annotate(is_default=default)


class Views(Listing, Creating, OfView):
    """The saved views that the caller may use."""

    reads, writes = Scope.READ, Scope.WRITE
    body, filterset_class = ViewIn, ViewFilter
    orderings = ("-id",)
    has_rules = True
    example = {"name": "In production", "path": "/portfolio/", "list_key": "portfolio", "query": "stage=production"}

    def create(self, sent: dict[str, Any]) -> SavedView:
        """Keep a list's query string under a name."""
        made = actions.save_view(
            by=self.person, list_title=sent["list_key"], **{**sent, "team": _team(sent.get("team"), self.person)}
        )
        return self.rows().get(pk=made.pk)

    def where(self, thing: SavedView) -> str:
        """The view."""
        return reverse("api_saved_view", args=[thing.code])


class OneView(Reading, Changing, Removing, OfView):
    """A saved view."""

    reads, writes = Scope.READ, Scope.WRITE
    body = ViewChange
    example = {"query": "stage=poc"}
    has_rules = True

    def change(self, thing: SavedView, sent: dict[str, Any]) -> None:
        """Rename it, share it otherwise, keep another state. Only its owner."""
        actions.require_owner(thing, self.person)
        kept = {name: getattr(thing, name) for name in ("name", "audience", "query", "team")}
        if "team" in sent:
            sent = {**sent, "team": _team(sent["team"], self.person)}
        actions.change_view(thing, by=self.person, **kept | sent)

    def remove(self, thing: SavedView) -> None:
        """Forget it, for everybody who used it. Only its owner."""
        actions.delete_view(thing, by=self.person)


class CopyView(Creating, OfView):
    """Make it one's own."""

    writes = Scope.WRITE

    def create(self, sent: dict[str, Any]) -> SavedView:
        """A private copy of a view that one may use, under a free name."""
        made = actions.copy_view(self.thing(), by=self.person)
        return self.rows().get(pk=made.pk)

    def where(self, thing: SavedView) -> str:
        """The copy."""
        return reverse("api_saved_view", args=[thing.code])


class OpenByDefault(Acting, OfView):
    """Find this view when opening its list, or no longer."""

    writes = Scope.WRITE
    body = DefaultIn
    example = {"wanted": True}

    def act(self, thing: SavedView, sent: dict[str, Any]) -> None:
        """Find this view when opening its list, or no longer."""
        actions.open_by_default(thing, by=self.person, wanted=sent["wanted"])


def _team(slug: str | None, person: User) -> Team | None:
    """One of the teams of this person. Raises BadInput."""
    if slug is None:
        return None
    team = Team.objects.filter(pk__in=rights.team_ids(person), slug=slug).first()
    if team is None:
        sentence = _("Name a team of yours.")
        raise BadInput.of(sentence, {"team": sentence})
    return team
