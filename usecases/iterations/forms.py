"""What people write of iterations."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.people.models import Role
from usecases.catalog.models import Site, UseCase
from usecases.iterations.models import Decision, Plug
from usecases.kpis.models import KPI


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class SitesForm(forms.Form):
    """Where and until when."""

    ends_on = _day(_("Last day"), _("The day on which it is decided: go, pivot or stop."))
    sites = forms.ModelMultipleChoiceField(
        Site.objects.none(), label=_("Sites"), widget=forms.CheckboxSelectMultiple(), help_text=_("Where it is tried.")
    )

    def __init__(self, *args: Any, use_case: UseCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sites"].queryset = use_case.sites.order_by("name")  # type: ignore[attr-defined]


class IterationForm(SitesForm):
    """An iteration to open. `number`: the one it will have."""

    title = forms.CharField(label=_("Name"), max_length=120, help_text=_("“Response model in one market”"))
    hypothesis = forms.CharField(
        label=_("Hypothesis"),
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What is tried, and what would show that it is wrong."),
    )
    plugs = forms.ChoiceField(label=_("What is plugged into the real flow"), choices=Plug.choices)
    kpi = forms.ModelChoiceField(KPI.objects.none(), label=_("KPI that decides"), empty_label=None)
    starts_on = _day(_("First day"))
    field_order = ["title", "hypothesis", "plugs", "kpi", "sites", "starts_on", "ends_on"]

    def __init__(self, *args: Any, use_case: UseCase, number: int, **kwargs: Any) -> None:
        super().__init__(*args, use_case=use_case, **kwargs)
        self.fields["kpi"].queryset = use_case.kpis.order_by("-is_headline", "number")  # type: ignore[attr-defined]
        if number == 0:
            plugs = self.fields["plugs"]
            plugs.choices = [choice for choice in Plug.choices if choice[0] != Plug.MODEL]  # type: ignore[attr-defined]
            plugs.help_text = _("The first iteration plugs something simple in, to meet integration early.")


class ConcludeForm(forms.Form):
    """How an iteration ends."""

    decision = forms.ChoiceField(label=_("Decision"), choices=Decision.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea({"rows": 2}))
    findings = forms.CharField(
        label=_("What integration taught"),
        max_length=4000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What was met when it was plugged in: files that came late, hours, rights, people."),
    )


class ReasonForm(forms.Form):
    """Why a conclusion is taken back."""

    reason = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea({"rows": 2}))


class SignatureForm(forms.Form):
    """A signature, with one's words. `roles`: those one may sign for."""

    role = forms.ChoiceField(label=_("Signing as"))
    comment = forms.CharField(
        label=_("Your words, kept with the iteration"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, roles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]  # type: ignore[attr-defined]
