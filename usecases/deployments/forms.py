"""Forms of environments, releases and deployments."""

import json
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.api.parsers import strictly
from usecases.catalog.models import Site, UseCase
from usecases.deployments.models import Environment, Release, ReleaseStatus
from usecases.runs.models import ModelVersion

EMERGENCY: dict[str, Any] = {
    "choices": [
        ("yes", _("A second person agrees before the gate opens")),
        ("no", _("The gate opens at once, a second person answers within 24 hours")),
    ],
    "coerce": lambda value: value == "yes",
}


class EnvironmentForm(forms.Form):
    """A place where things run."""

    name = forms.CharField(label=_("Name"), max_length=60)
    slug = forms.SlugField(label=_("Short name"), max_length=30, help_text=_("Part of MLflow's alias; never changes."))
    is_production = forms.BooleanField(label=_("This is production"), required=False)
    second_person_at_once = forms.TypedChoiceField(
        label=_("In an emergency"),
        initial="yes",
        widget=forms.RadioSelect,
        # A form that says nothing of it keeps the careful rule.
        **{**EMERGENCY, "required": False, "empty_value": True},
        help_text=_("Of the environments where a use case runs, the strictest counts."),
    )


class EmergencyForm(forms.Form):
    """When a second person answers an emergency."""

    second_person_at_once = forms.TypedChoiceField(**EMERGENCY)


class InPlaceForm(forms.Form):
    """What is there before any model."""

    title = forms.CharField(label=_("What decides today"), max_length=160)
    environment = forms.ModelChoiceField(Environment.objects.all(), label=_("Environment"), empty_label=None)
    sites = forms.ModelMultipleChoiceField(Site.objects.none(), label=_("Sites"), widget=forms.CheckboxSelectMultiple)
    notes = forms.CharField(
        label=_("How it works, who keeps it"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, use_case: UseCase, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sites"].queryset = use_case.sites.order_by("name")  # type: ignore[attr-defined]


class _StrictDecoder(json.JSONDecoder):
    """What the database cannot hold (NaN, NUL, numbers of thousands of digits) is no JSON, as on the API."""

    def decode(self, s: str, *args: Any) -> Any:
        """What this JSON says; raises JSONDecodeError, which the field words."""
        try:
            return strictly(s)
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError(str(error), s[:40], 0) from error


class ReleaseForm(forms.Form):
    """A registered model version, made ready for deployment."""

    model_version = forms.ModelChoiceField(ModelVersion.objects.none(), label=_("Model version"), empty_label=None)
    title = forms.CharField(label=_("Title"), max_length=160)
    notes = forms.CharField(
        label=_("What changes for its users"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    configuration = forms.JSONField(
        label=_("Configuration"),
        required=False,
        initial=dict,
        decoder=_StrictDecoder,
        help_text=_('JSON, for example {"threshold": 0.5}; part of what is approved.'),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, use_case: UseCase, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = ModelVersion.objects.filter(use_case=use_case)
        self.fields["model_version"].queryset = versions  # type: ignore[attr-defined]

    def clean_configuration(self) -> dict[str, Any]:
        """An object, or nothing."""
        value = self.cleaned_data["configuration"] or {}
        if not isinstance(value, dict):
            raise forms.ValidationError(_("An object in braces, please."))
        return value


class RequestForm(forms.Form):
    """Which release, where, and why."""

    release = forms.ModelChoiceField(Release.objects.none(), label=_("Release"), empty_label=None)
    environment = forms.ModelChoiceField(Environment.objects.all(), label=_("Environment"), empty_label=None)
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=None)
    reason = forms.CharField(label=_("Why now"), widget=forms.Textarea(attrs={"rows": 3}))
    change_ticket = forms.CharField(label=_("Change ticket"), max_length=60, required=False)

    def __init__(self, use_case: UseCase, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        releases = Release.objects.filter(use_case=use_case, status=ReleaseStatus.READY).select_related("use_case")
        self.fields["release"].queryset = releases  # type: ignore[attr-defined]
        self.fields["site"].queryset = use_case.sites.order_by("name")  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """The reason of a verdict."""

    comment = forms.CharField(required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 1}))


class RanHereForm(forms.Form):
    """A site and a moment."""

    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=None)
    at = forms.DateTimeField(
        label=_("Moment"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )

    def __init__(self, use_case: UseCase, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = use_case.sites.order_by("name")  # type: ignore[attr-defined]

    def clean_at(self) -> datetime:
        """The end of the minute that was named: what went live within it ran then."""
        at: datetime = self.cleaned_data["at"]
        return at.replace(second=59, microsecond=999_999) if at.second == 0 else at
