"""Forms of runs, servers and identities."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.people.models import User
from usecases.runs.models import Mark, TrackingServer


class ExperimentForm(forms.Form):
    """Which experiment of which server."""

    server = forms.ModelChoiceField(TrackingServer.objects.all(), label=_("Tracking server"), empty_label=None)
    name = forms.CharField(
        label=_("Name of the experiment"), max_length=250, help_text=_("As MLflow shows it, letter for letter.")
    )


class MarkForm(forms.Form):
    """What the team says of a run."""

    mark = forms.ChoiceField(choices=Mark, required=False)


class ServerForm(forms.Form):
    """A tracking server that workers may talk to."""

    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.CharField(
        label=_("Address for the workers"), max_length=300, help_text=_("http or https, nothing else.")
    )
    web_url = forms.CharField(
        label=_("Address for browsers"), max_length=300, required=False, help_text=_("When it is not the same.")
    )


class IdentityForm(forms.Form):
    """Who is behind an MLflow user name."""

    name = forms.CharField(label=_("MLflow user"), max_length=250)
    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("last_name", "first_name"), label=_("Person")
    )
