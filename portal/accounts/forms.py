"""What people fill in about themselves, their tokens, other people and teams."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.validators import validate_slug
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from portal.errors import BadInput
from portal.people.models import Scope

LIVES = ((7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("1 year")))


def explain(form: forms.Form, refusal: BadInput) -> None:
    """Put what an action refused beside the fields it speaks of, or above the form."""
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem.sentence))
    if not refusal.problems:
        form.add_error(None, str(refusal))


class SignInForm(AuthenticationForm):
    """User name and password."""


class PasswordForm(forms.Form):
    """A new password, twice; how strong it must be is the action's business."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy(lambda: " ".join(password_validators_help_texts()), str)(),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse two passwords that differ."""
        given = super().clean() or {}
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", _("The two passwords differ."))
        return given


class ChangePasswordForm(PasswordForm):
    """The password one has, and a new one."""

    current = forms.CharField(
        label=_("Current password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    field_order = ("current", "password", "again")


class PersonForm(forms.Form):
    """A person to add."""

    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    username = forms.CharField(
        label=_("User name"), max_length=150, help_text=_("What this person signs in with. It is shown in the journal.")
    )
    email = forms.EmailField(label=_("E-mail"), required=False)


class FirstAdministratorForm(PasswordForm):
    """The first administrator."""

    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    username = forms.CharField(
        label=_("User name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    field_order = ("first_name", "last_name", "username", "password", "again")


class TeamForm(forms.Form):
    """A team to create."""

    name = forms.CharField(label=_("Name"), max_length=120)
    slug = forms.CharField(
        label=_("Short name in addresses"),
        max_length=60,
        validators=[validate_slug],
        help_text=_("Letters, digits and hyphens. It never changes."),
    )


class TokenForm(forms.Form):
    """A token to create."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Which machine will hold it: “nightly scoring, server 3”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("It stops after"), choices=LIVES, coerce=int, initial=90, help_text=_("One year at most.")
    )
