"""The web door of saved views: what to keep, under which name, for whom."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.people import rights
from portal.people.models import Team, User
from portal.saved_views.models import Audience, SavedView


class ViewForm(forms.Form):
    """A view of a list. Only the audiences and teams are offered that this person may share with."""

    path = forms.CharField(max_length=300, widget=forms.HiddenInput)
    list_key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    list_title = forms.CharField(max_length=120, widget=forms.HiddenInput)
    query = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=80)
    audience = forms.ChoiceField(
        label=_("Who finds it"),
        widget=forms.RadioSelect,
        help_text=_("It is only a question: each reader finds what they may see, nothing more."),
    )
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False)
    default = forms.BooleanField(label=_("Open this list so by default"), required=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Team.objects.filter(pk__in=rights.team_ids(user))
        teams = [team for team in mine if rights.can(user, "view.share_team", team)]
        allowed = {Audience.PRIVATE} | ({Audience.TEAM} if teams else set())
        if rights.can(user, "view.share_organisation"):
            allowed.add(Audience.ORGANISATION)
        audience, team = self.fields["audience"], self.fields["team"]
        assert isinstance(audience, forms.ChoiceField)  # noqa: S101 declared above
        assert isinstance(team, forms.ModelChoiceField)  # noqa: S101
        audience.choices = [(one.value, one.label) for one in Audience if one in allowed]
        team.queryset = mine.filter(pk__in=[one.pk for one in teams])
        if not teams:
            del self.fields["team"]

    @classmethod
    def showing(cls, user: User, view: SavedView, *, default: bool) -> "ViewForm":
        """The form as a view fills it."""
        initial = {name: getattr(view, name) for name in ("path", "list_key", "list_title", "query", "name")}
        return cls(user, initial={**initial, "audience": view.audience, "team": view.team_id, "default": default})
