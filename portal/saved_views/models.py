"""Saved views: the query string of a list under a name, for oneself, a team, or everybody. It never holds a row."""

import secrets

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.people import rights
from portal.people.models import Team, User
from portal.records import Record

# No letter that is taken for another.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_code() -> str:
    """A short code for the permanent address; it opens nothing by itself."""
    return "".join(secrets.choice(ALPHABET) for _place in range(8))


class Audience(models.TextChoices):
    """Who finds a view beside its owner."""

    PRIVATE = "private", _("Only me")
    TEAM = "team", _("A team")
    ORGANISATION = "organisation", _("The organisation")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Questions of the pages."""

    def visible_to(self, user: User) -> "SavedViewQuerySet":
        """One's own, those of one's teams, those of everybody."""
        mine = models.Q(owner=user)
        teams = models.Q(audience=Audience.TEAM, team_id__in=rights.team_ids(user))
        return self.filter(mine | teams | models.Q(audience=Audience.ORGANISATION))

    def for_page(self, user: User, path: str) -> "SavedViewQuerySet":
        """The views of the lists of a page, with `is_default`: one's default first, then one's own, then by name."""
        default = models.Exists(DefaultView.objects.filter(user=user, view=models.OuterRef("pk")))
        own = models.Case(models.When(owner=user, then=0), default=1, output_field=models.IntegerField())
        found = self.visible_to(user).filter(path=path)
        return found.annotate(is_default=default).order_by("-is_default", own, "name", "pk")


class SavedView(Record):
    """A list as somebody wants to find it again."""

    code = models.CharField(max_length=8, unique=True, default=new_code, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(_("Name"), max_length=80)
    # Which list: the page it is on, and its key there.
    path = models.CharField(max_length=300)
    list_key = models.CharField(max_length=40)
    # What the list is called, in English.
    list_title = models.CharField(max_length=120)
    query = models.CharField(max_length=2000, blank=True)
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.PRIVATE)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="saved_views")

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "path", "list_key", "name"], name="saved_view_name_once"),
            models.CheckConstraint(
                condition=models.Q(audience="team", team__isnull=False)
                | models.Q(~models.Q(audience="team"), team__isnull=True),
                name="saved_view_team_when_shared_with_one",
            ),
        ]
        indexes = [
            # the menu of a list
            models.Index(fields=["path", "list_key"], name="saved_view_by_list"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def list_name(self) -> str:
        """What the list is called, in the reader's language."""
        return gettext(self.list_title) if self.list_title else self.list_key

    @property
    def address(self) -> str:
        """The list, as it was saved."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def permalink(self) -> str:
        """The short address that stays."""
        return reverse("saved_view", args=[self.code])


class DefaultView(models.Model):
    """The view that a person finds when opening a list."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="default_views")
    path = models.CharField(max_length=300)
    list_key = models.CharField(max_length=40)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="defaults")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "path", "list_key"], name="default_view_once_per_list"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.view_id}"
