"""What people say of an incident."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ResolveForm(forms.Form):
    """Why it happened."""

    cause = forms.CharField(
        label=_("Why did it happen, and what was done?"),
        widget=forms.Textarea({"rows": 4}),
        help_text=_("At least 10 characters. The next person who meets it will read this."),
    )
