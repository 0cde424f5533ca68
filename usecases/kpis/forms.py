"""What people type about KPIs and measurements."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.errors import BadInput
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.kpis.models import KPI
from usecases.kpis.rows import MAX_BYTES


class KPIForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a KPI says."""

    class Meta:
        model = KPI
        fields = [
            "name",
            "unit",
            "direction",
            "cadence",
            "proof",
            "owner",
            "baseline",
            "baseline_source",
            "target",
            "target_date",
            "unit_value",
            "proxy_metric",
            "proxy_direction",
        ]
        labels = {
            "name": _("Name"),
            "unit": _("Unit"),
            "direction": _("Which way is better"),
            "cadence": _("Measured"),
            "proof": _("How the effect is proven"),
            "owner": _("Owner"),
            "baseline": _("Baseline: what the system in place does"),
            "baseline_source": _("Where the baseline comes from"),
            "target": _("Target"),
            "target_date": _("To be reached by"),
            "unit_value": _("What one unit is worth"),
            "proxy_metric": _("Model metric that stands for it"),
            "proxy_direction": _("Which way is better for the metric"),
        }
        help_texts = {
            "name": _("As the business says it in a meeting: visit rate, failures caught early."),
            "unit": _("visits per 100 customers, days, %…"),
            "baseline_source": _("Period and source, so that anybody can find it again."),
            "unit_value": _("In the currency of the use case."),
            "proxy_metric": _("As it is named in MLflow, until outcomes are known."),
        }
        widgets = {"target_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, use_case: UseCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = User.objects.filter(memberships__team=use_case.team, is_active=True).distinct()
        self.fields["owner"] = forms.ModelChoiceField(members.order_by("last_name", "username"), label=_("Owner"))


class MeasurementForm(forms.Form):
    """One measurement, typed."""

    period_start = forms.DateField(label=_("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    period_end = forms.DateField(
        label=_("First day after"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: a full week or month, as the KPI says."),
    )
    site = forms.ChoiceField(label=_("Site"), required=False)
    value = forms.FloatField(label=_("Value"))
    standard_error = forms.FloatField(
        label=_("Standard error"), required=False, min_value=0, help_text=_("Gives the interval.")
    )
    n = forms.IntegerField(label=_("Size (n)"), required=False, min_value=1, help_text=_("People, wells, orders…"))
    reference_value = forms.FloatField(
        label=_("System in place, over the same period"),
        required=False,
        help_text=_("When it was measured beside: hold-out or parallel run."),
    )
    reference_standard_error = forms.FloatField(label=_("Its standard error"), required=False, min_value=0)

    def __init__(self, *args: Any, use_case: UseCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = [(site.slug, site.name) for site in use_case.sites.order_by("name")]
        self.fields["site"].choices = [("", _("All sites together")), *sites]  # type: ignore[attr-defined]


class UploadForm(forms.Form):
    """Measurements in a CSV file."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("UTF-8, at most 5 MiB."),
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> Any:
        """Refuse what is too big before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is over 5 MiB: cut it into several."))
        return file


class SeenForm(forms.Form):
    """The value a person read before validating it."""

    value = forms.FloatField()


class SeenAllForm(forms.Form):
    """How many measurements a person read before validating them all."""

    number = forms.IntegerField(min_value=1)


def add_problems(form: forms.BaseForm, refusal: BadInput) -> None:
    """Put each problem of a refusal beside its field; those of no field above the form."""
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.sentence))
    if not refusal.problems:
        form.add_error(None, str(refusal.sentence))
