"""Codes, and what an administrator says about signing in."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.people.limits import limit_fields
from portal.people.models import OrganisationRole, Role, Team
from portal.signin import second_factor
from portal.signin.models import GroupRule, Requirement

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}


class CodeOnce:
    """A code counts once, for as long as it could fit."""

    user: Any

    def clean_code(self) -> str:
        """The code, checked by allauth, and not seen before. Raises ValidationError."""
        code: str = super().clean_code()  # type: ignore[misc]
        if not second_factor.once(self.user, code):
            raise ValidationError(_("This code was used already: wait for the next one."))
        return code


class SignInCodeForm(CodeOnce, AuthenticateForm):
    """The code of the authenticator, or one to recover with, on the way in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget = forms.TextInput(attrs=CODE)


class ConfirmCodeForm(CodeOnce, ReauthenticateForm):
    """The same, to confirm who one is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget = forms.TextInput(attrs=CODE)


class SetUpForm(forms.Form):
    """The first code of a new authenticator."""

    code = forms.CharField(
        label=_("Code that the application shows"), max_length=20, widget=forms.TextInput(attrs=CODE)
    )


class RulesForm(forms.Form):
    """Who must have a second factor."""

    second_factor = forms.ChoiceField(
        label=_("Who must have a second factor"), choices=Requirement.choices, widget=forms.RadioSelect
    )


class GroupRuleForm(forms.Form):
    """A group of a provider, and the role it gives."""

    provider = forms.ChoiceField(label=_("Provider"))
    group = forms.CharField(label=_("Group"), max_length=200, help_text=_("As the provider names it."))
    organisation_role = forms.ChoiceField(
        label=_("Role in the organisation"), choices=[("", "—"), *OrganisationRole.choices], required=False
    )
    team = forms.ModelChoiceField(label=_("Or: team"), queryset=Team.objects.all(), required=False, empty_label="—")
    role = forms.ChoiceField(label=_("Role in the team"), choices=[("", "—"), *Role.choices], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= limit_fields(GroupRule)
        field = self.fields["provider"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [(one.key, one.label) for one in settings.OIDC_PROVIDERS]
