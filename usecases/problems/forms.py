"""What people type about problems and debts."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.errors import BadInput
from portal.people.models import User
from usecases.catalog.models import UseCase
from usecases.problems.models import IceFace, ProblemKind


class ProblemForm(forms.Form):
    """A problem or a debt."""

    title = forms.CharField(label=_("What is wrong, in a sentence"), max_length=160)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=ProblemKind.choices,
        widget=forms.RadioSelect,
        initial=ProblemKind.PROBLEM,
        help_text=_("A debt is what was put off knowingly: it costs something every month until it is paid."),
    )
    face = forms.ChoiceField(label=_("Face of the iceberg"), choices=IceFace.choices)
    description = forms.CharField(
        label=_("What is known of it"), required=False, widget=forms.Textarea({"rows": 5}), max_length=20_000
    )
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False, empty_label=_("Nobody yet"))
    due = forms.DateField(label=_("Due"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    cost_per_month = forms.DecimalField(
        label=_("What a month of it costs"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    tracker_url = forms.URLField(
        label=_("Link to the tracker"),
        required=False,
        max_length=400,
        assume_scheme="https",
        help_text=_("Where the work on it is followed: an address that begins with https://."),
    )

    def __init__(self, *args: Any, use_case: UseCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = User.objects.filter(memberships__team=use_case.team, is_active=True).distinct()
        self.fields["owner"].queryset = members.order_by("last_name", "username")  # type: ignore[attr-defined]
        self.fields["cost_per_month"].help_text = gettext("In %(currency)s. Empty: nobody knows yet.") % {
            "currency": use_case.currency
        }


class CommentForm(forms.Form):
    """Words beside a step."""

    comment = forms.CharField(
        label=_("What was done, or what has changed"), required=False, widget=forms.Textarea({"rows": 2})
    )


class DropForm(forms.Form):
    """Why it will not be solved."""

    reason = forms.CharField(label=_("Why it is dropped"), required=False, widget=forms.Textarea({"rows": 2}))


class RankForm(forms.Form):
    """Where to put it, and where it was when the page was read."""

    place = forms.IntegerField(min_value=1)
    seen = forms.IntegerField(min_value=1, required=False)


def add_problems(form: forms.BaseForm, refusal: BadInput) -> None:
    """Put each thing that is wrong beside its field; what is of no field above the form."""
    for wrong in refusal.problems:
        form.add_error(wrong.field if wrong.field in form.fields else None, str(wrong.sentence))
    if not refusal.problems:
        form.add_error(None, str(refusal.sentence))
