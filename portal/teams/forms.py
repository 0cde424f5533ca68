"""What people fill in about a team: members and their limits, deputies, service tokens, who could on a day."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.forms import TokenForm
from portal.people.limits import limit_fields
from portal.people.models import Membership, Role, Scope, User
from portal.people.rights import VERBS

DAY = {"type": "date"}
# A service is nobody who says "I".
SCOPES = {Scope.READ: _("Read what its role may see"), Scope.WRITE: _("Read and change what its role may")}


def everybody() -> Any:
    """The people who may be chosen, by name."""
    return User.objects.filter(is_active=True).order_by("first_name", "last_name", "pk")


class LimitedForm(forms.Form):
    """A form that ends with a site and an environment."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= limit_fields(Membership)


class ChangeForm(LimitedForm):
    """The role of a member, and where it counts."""

    role = forms.TypedChoiceField(label=_("Role"), choices=Role.choices, coerce=Role)


class MemberForm(ChangeForm):
    """A person to add to a team."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Person"), empty_label=_("Choose a person"))
    field_order = ("user", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = everybody()  # type: ignore[attr-defined]


class DeputyForm(forms.Form):
    """Who stands in, from day to day."""

    deputy = forms.ModelChoiceField(User.objects.none(), label=_("Deputy"), empty_label=_("Choose a person"))
    first_day = forms.DateField(label=_("From"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    last_day = forms.DateField(
        label=_("To"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), help_text=_("This day included.")
    )

    def __init__(self, *args: Any, member: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = everybody().exclude(pk=member.pk)  # type: ignore[attr-defined]


class ServiceTokenForm(LimitedForm, TokenForm):
    """A token that acts as a service of a team."""

    role = forms.ChoiceField(label=_("Role of the service in the team"))
    field_order = ("name", "role", "scopes", "days")

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
        self.fields["scopes"].choices = [(one.value, SCOPES.get(one, one.label)) for one in Scope]  # type: ignore[attr-defined]


class WhoCouldForm(LimitedForm):
    """What, where, on which day."""

    verb = forms.ChoiceField(label=_("Right"), choices=[(code, verb.label) for code, verb in VERBS.items()])
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].label, self.fields["environment"].label = _("Site"), _("Environment")

    def clean_day(self) -> date:
        """A day that the calendar of the database holds."""
        day: date = self.cleaned_data["day"]
        if not 1900 < day.year < 2200:
            raise forms.ValidationError(_("Choose another day."))
        return day
