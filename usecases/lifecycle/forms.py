"""What people write at gates."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.people.models import Role
from usecases.lifecycle.models import Mode
from usecases.lifecycle.publishing import Setting

SIGNING = (Role.BUSINESS, Role.DATA, Role.IT)


class AttestForm(forms.Form):
    """How one knows that a criterion is met."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=60)
    statement = forms.CharField(
        label=_("How do you know?"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Names, a document, questions that were asked: what somebody else can check."),
    )
    happened_on = forms.DateField(
        label=_("On which day?"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day of the briefing, of the rehearsal, of the validation; today when left empty."),
    )


class SignForm(forms.Form):
    """A signature, with one's words. `roles`: those one may sign for."""

    role = forms.ChoiceField(label=_("Signing as"))
    comment = forms.CharField(
        label=_("Your words, kept with the gate"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, roles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]  # type: ignore[attr-defined]


class PassForm(forms.Form):
    """The decision. A reason is required when a criterion warns."""

    reason = forms.CharField(
        label=_("The decision in your words, kept with the gate"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, reason_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = reason_required


class WhyForm(forms.Form):
    """Why the use case stops, goes on, is retired, or a gate is broken open."""

    reason = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea({"rows": 2}))


class ResumeForm(forms.Form):
    """Going on with what was stopped."""

    reason = forms.CharField(label=_("Why"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2}))


class StepBackForm(WhyForm):
    """Back to an earlier stage. `choices`: those that are behind the use case."""

    to = forms.ChoiceField(label=_("Back to"))
    field_order = ["to", "reason"]

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = list(choices)  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """What the second person says of a broken glass."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[("agree", _("It was an emergency: I agree")), ("object", _("I object: the gate closes again"))],
    )
    comment = forms.CharField(
        label=_("Your words, kept with the gate"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )


class SettingForm(forms.Form):
    """A criterion of a version to publish. What is left empty is as the feature says that registers it."""

    code = forms.CharField(label=_("Code"), max_length=60, required=False)
    position = forms.IntegerField(label=_("Place"), required=False, min_value=1, max_value=99)
    mode = forms.ChoiceField(label=_("Mode"), required=False, choices=[("", _("Not asked")), *Mode.choices])
    role = forms.ChoiceField(
        label=_("Who mends or attests it"),
        required=False,
        choices=[("", _("As registered")), *((role.value, role.label) for role in SIGNING)],
    )
    is_attested = forms.BooleanField(label=_("A person attests it"), required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=160, required=False)
    title_fr = forms.CharField(label=_("Title in French"), max_length=160, required=False)
    why_en = forms.CharField(label=_("Why, in English"), max_length=600, required=False)
    why_fr = forms.CharField(label=_("Why, in French"), max_length=600, required=False)

    @property
    def setting(self) -> Setting | None:
        """What is asked; None when it is not. Once valid."""
        told = dict(self.cleaned_data)
        told.pop("position")
        return Setting(**told) if told["mode"] and told["code"] else None


Settings = forms.formset_factory(SettingForm, extra=0, max_num=60, absolute_max=60)


class VersionForm(forms.Form):
    """What a version says besides its criteria: who signs, and which version it started from."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    signed_by = forms.MultipleChoiceField(
        label=_("Who signs this gate"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(role.value, role.label) for role in SIGNING],
    )
