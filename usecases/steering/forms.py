"""What is filled in on the pages of steering."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from usecases.catalog.models import Funding, UseCase
from usecases.steering.actions import LONGEST, MIN_REASON
from usecases.steering.models import DecisionKind


class DecideForm(forms.Form):
    """To fund, to pause or to stop, and why. `seen`: the decision in force that one started from."""

    kind = forms.ChoiceField(label=_("Decision"), choices=DecisionKind.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why"),
        min_length=MIN_REASON,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The team is told in these words, and the journal keeps them."),
    )
    amount = forms.DecimalField(
        label=_("Money granted"), required=False, max_digits=14, decimal_places=2, min_value=0, localize=True
    )
    seen = forms.ChoiceField(choices=Funding.choices, widget=forms.HiddenInput)

    @classmethod
    def showing(cls, use_case: UseCase) -> "DecideForm":
        """The form with the decision in force."""
        return cls(initial={"seen": use_case.funding})

    @property
    def decided(self) -> dict[str, Any]:
        """What the action takes; once valid."""
        return {name: self.cleaned_data[name] for name in ("kind", "reason", "amount", "seen")}


class LessonForm(forms.Form):
    """What was learnt."""

    text = forms.CharField(
        label=_("What was learnt"),
        min_length=MIN_REASON,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("About the decision, the data, the people or the systems: what the next team should know."),
    )
