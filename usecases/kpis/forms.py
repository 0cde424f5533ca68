"""What people type about KPIs and measurements."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.errors import BadInput
from portal.people import rights
from portal.people.models import User
from usecases.catalog.models import UseCase, place_at
from usecases.kpis.labels import FIELDS
from usecases.kpis.models import KPI
from usecases.kpis.rows import MAX_BYTES, NUMBER

DEFAULTED = ("aggregation", "scale", "outcome_delay", "rule", "planned_n")


class Figure(forms.FloatField):
    """A number as a file writes it: no digits of another script, none set apart, so that nothing is guessed."""

    def to_python(self, value: Any) -> Any:
        """The number, or None. Raises ValidationError."""
        if isinstance(value, str) and value.strip() and not NUMBER.fullmatch(value.strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


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
            "aggregation",
            "scale",
            "outcome_delay",
            "counted_from",
            "baseline_error",
            "rule",
            "margin",
            "control_share",
            "planned_n",
            "comparison_ends",
            "proxy_metric",
            "proxy_direction",
        ]
        labels = FIELDS
        field_classes = dict.fromkeys(
            ("baseline", "target", "scale", "baseline_error", "margin", "control_share"), Figure
        )
        help_texts = {
            "name": _("As the business says it in a meeting: visit rate, failures caught early."),
            "unit": _("visits per 100 customers, days, %…"),
            "baseline_source": _("Period and source, so that anybody can find it again."),
            "unit_value": _("In the currency of the use case."),
            "scale": _("1, or 100 for a rate per 100: value = scale × conversions / n."),
            "outcome_delay": _("From the end of a period until its outcomes are known; before, it counts nowhere."),
            "counted_from": _("Earlier periods are drawn as the time before, and not counted."),
            "baseline_error": _("Empty: the baseline is taken as a fixed number."),
            "rule": _("Agreed before anybody looks at the figures."),
            "margin": _("In the unit of the KPI; for non-inferiority."),
            "control_share": _("Between 0 and 1; the arms that come are checked against it."),
            "planned_n": _("The interval valid at any look is the tightest there."),
            "comparison_ends": _("The day the hold-out or the parallel run stops."),
            "proxy_metric": _("As it is named in MLflow, until outcomes are known."),
        }
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("target_date", "counted_from", "comparison_ends")
        }

    def __init__(self, *args: Any, use_case: UseCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = User.objects.filter(memberships__team=use_case.team, is_active=True).distinct()
        for name in DEFAULTED:
            self.fields[name].required = False
        self.fields["owner"] = forms.ModelChoiceField(members.order_by("last_name", "username"), label=_("Owner"))

    def clean(self) -> dict[str, Any]:
        """What is left empty and has a usual value stays as it was."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in DEFAULTED:
            if name in cleaned and cleaned[name] in (None, ""):
                cleaned[name] = self.get_initial_for_field(self.fields[name], name)
        return cleaned


class FiguresForm(forms.Form):
    """What was measured over a period."""

    value = Figure(
        label=_("Value"), required=False, help_text=_("Empty when it follows from conversions, or from a ratio.")
    )
    standard_error = Figure(label=_("Standard error"), required=False, min_value=0, help_text=_("Gives the interval."))
    n = forms.IntegerField(label=_("Size (n)"), required=False, min_value=1, help_text=_("People, wells, orders…"))
    conversions = forms.IntegerField(label=_("Of whom converted"), required=False, min_value=0)
    reference_value = Figure(
        label=_("System in place, over the same period"),
        required=False,
        help_text=_("When it was measured beside: hold-out or parallel run."),
    )
    reference_standard_error = Figure(label=_("Its standard error"), required=False, min_value=0)
    reference_n = forms.IntegerField(label=_("Its size (n)"), required=False, min_value=1)
    reference_conversions = forms.IntegerField(label=_("Of whom converted"), required=False, min_value=0)
    numerator = Figure(label=_("Numerator"), required=False, help_text=_("Of a ratio."))
    denominator = Figure(label=_("Denominator"), required=False)


class MeasurementForm(FiguresForm):
    """One measurement, typed."""

    period_start = forms.DateField(label=_("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    period_end = forms.DateField(
        label=_("First day after"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: a full week or month, as the KPI says."),
    )
    site = forms.ChoiceField(label=_("Site"), required=False)

    def __init__(self, *args: Any, use_case: UseCase, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = rights.reached(user, "kpi.measure", "pk", team=use_case.team)
        sites = [(site.slug, site.name) for site in use_case.sites.filter(mine).order_by("name")]
        together = rights.can(user, "kpi.measure", use_case.team, place_at(None))
        every = [("", _("All sites together"))] if together else []
        self.fields["site"].required = not together
        self.fields["site"].choices = [*every, *sites]  # type: ignore[attr-defined]


class CorrectionForm(FiguresForm):
    """A measurement, corrected: the figures it should have, and why. `seen` is the state that was read."""

    reason = forms.CharField(
        label=_("Why"), max_length=500, help_text=_("Kept with the value of before, and read by the business.")
    )
    seen = forms.CharField(widget=forms.HiddenInput)


class RejectionForm(forms.Form):
    """Why a measurement is not to be believed."""

    reason = forms.CharField(label=_("Why"), max_length=500)
    seen = forms.CharField(widget=forms.HiddenInput)


class DecisionForm(forms.Form):
    """What the business signs, on which evidence, under which version."""

    is_better = forms.TypedChoiceField(
        label=_("Against the system in place, it is"),
        choices=[("yes", _("better")), ("no", _("no better"))],
        coerce=lambda chosen: chosen == "yes",
        widget=forms.RadioSelect,
    )
    evidence = forms.CharField(
        label=_("On which evidence"),
        widget=forms.Textarea({"rows": 4}),
        max_length=4000,
        help_text=_("What was seen, where, over which time; somebody will read it in a year."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


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

    value = Figure()


class SeenAllForm(forms.Form):
    """Which measurements a person read before validating them all."""

    number = forms.IntegerField(min_value=1)
    seal = forms.CharField(max_length=64, required=False)


def add_problems(form: forms.BaseForm, refusal: BadInput) -> None:
    """Put each problem of a refusal beside its field; those of no field above the form."""
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.sentence))
    if not refusal.problems:
        form.add_error(None, str(refusal.sentence))
