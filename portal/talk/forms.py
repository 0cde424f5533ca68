"""What is written under a thing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.talk.models import LONGEST


class CommentForm(forms.Form):
    """A comment in Markdown; the action says what is wrong with it."""

    body = forms.CharField(
        label=_("Your comment"),
        max_length=LONGEST,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "data-mentions": ""}),
        help_text=_("Markdown; @name tells somebody of it."),
    )
