"""What people type about reviews."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.errors import BadInput
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.reviews import actions
from usecases.reviews.models import Review


def _moment(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=required, widget=widget, help_text=help_text)


class OpenForm(forms.Form):
    """A review to open."""

    meets_at = _moment(_("When it meets"), help_text=_("The page is frozen now, to be read before."))


class DecisionForm(forms.Form):
    """A decision."""

    text = forms.CharField(label=_("What is decided"), max_length=2000, widget=forms.Textarea({"rows": 2}))
    about = forms.ModelChoiceField(
        UseCase.objects.none(), label=_("About"), required=False, empty_label=_("The portfolio")
    )

    def __init__(self, *args: Any, review: Review, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _about(self, review, by)


class ActionForm(forms.Form):
    """Who does what until when."""

    text = forms.CharField(label=_("What is to be done"), max_length=actions.LONGEST_ACTION)
    owner = forms.ModelChoiceField(User.objects.none(), label=_("By whom"))
    due = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    about = forms.ModelChoiceField(
        UseCase.objects.none(), label=_("About"), required=False, empty_label=_("The portfolio")
    )

    def __init__(self, *args: Any, review: Review, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = actions.may_own(review)  # type: ignore[attr-defined]
        _about(self, review, by)


class AttendanceForm(forms.Form):
    """Who is there."""

    people = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Who is there"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = actions.may_own(review)  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """When the next one meets."""

    next_at = _moment(_("Next review"), required=False)


def explain(form: forms.BaseForm, refusal: BadInput) -> None:
    """Put each thing that is wrong beside its field; what is of no field above the form."""
    for wrong in refusal.problems:
        form.add_error(wrong.field if wrong.field in form.fields else None, str(wrong.sentence))
    if not refusal.problems:
        form.add_error(None, str(refusal.sentence))


def _about(form: forms.Form, review: Review, by: User) -> None:
    """Only in a review of the portfolio is it asked what is spoken about."""
    if review.use_case_id:
        del form.fields["about"]
    else:
        form.fields["about"].queryset = UseCase.objects.visible_to(by).order_by("name")  # type: ignore[attr-defined]
