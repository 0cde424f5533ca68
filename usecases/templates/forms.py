"""What people fill in: a template to make, a use case to start."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.people.models import Team


class TemplateForm(forms.Form):
    """A template to make of a use case."""

    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(
        label=_("Who it is useful to"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Everybody in the organisation reads it."),
    )


class StartForm(forms.Form):
    """A use case to start."""

    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=120)

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
