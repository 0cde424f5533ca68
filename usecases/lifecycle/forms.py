"""What people write at gates."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.people.models import Role
from portal.registry import Criterion
from usecases.lifecycle.models import Mode


class AttestForm(forms.Form):
    """How one knows that a criterion is met."""

    code = forms.CharField(widget=forms.HiddenInput, max_length=60)
    statement = forms.CharField(
        label=_("How do you know?"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("A date, names, a document: what somebody else can check."),
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


class CriteriaForm(forms.Form):
    """A new version of a gate's criteria: a mode for each installed criterion, or not asked."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, criteria: Sequence[Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = {f"mode-{criterion.code}": criterion.code for criterion in criteria}
        for criterion in criteria:
            self.fields[f"mode-{criterion.code}"] = forms.ChoiceField(
                label=str(criterion.title), choices=[("", _("Not asked")), *Mode.choices], required=False
            )

    @property
    def modes(self) -> dict[str, str]:
        """The mode of each code asked, in order; once valid."""
        return {code: mode for name, code in self.codes.items() if (mode := self.cleaned_data[name])}
