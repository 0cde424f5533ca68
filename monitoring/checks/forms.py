"""What people say of a check."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.checks.models import Comparator, Severity
from monitoring.series.models import Series
from usecases.catalog.models import UseCase


class CheckForm(forms.Form):
    """A bound on a series."""

    name = forms.CharField(label=_("Name"), max_length=120)
    series = forms.ModelChoiceField(Series.objects.none(), label=_("Series"))
    comparator = forms.ChoiceField(label=_("It is wrong when the value is"), choices=Comparator)
    bound = forms.FloatField(label=_("Bound"))
    severity = forms.ChoiceField(label=_("What it means"), choices=Severity)
    k = forms.IntegerField(label=_("How many points"), initial=1, min_value=1, max_value=1000)
    window = forms.IntegerField(
        label=_("Out of the last"),
        initial=1,
        min_value=1,
        max_value=1000,
        help_text=_("2 of the last 3 points ignores a single outlier."),
    )

    def __init__(self, *args: Any, use_case: UseCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series"].queryset = use_case.series.select_related("site")  # type: ignore[attr-defined]
