"""What people say of a feed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.feeds.models import Statistic
from usecases.catalog.models import UseCase
from usecases.kpis.models import KPI


class FeedForm(forms.Form):
    """Which KPI a series feeds, with what, since when."""

    kpi = forms.ModelChoiceField(KPI.objects.none(), label=_("KPI"))
    statistic = forms.ChoiceField(label=_("What is made of the points of a period"), choices=Statistic.choices)
    since = forms.DateField(
        label=_("From the first full period after"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, use_case: UseCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kpi"].initial = use_case.kpis.filter(is_headline=True).first()
        self.fields["kpi"].queryset = use_case.kpis.order_by("-is_headline", "number")  # type: ignore[attr-defined]
