"""What people send about series."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.series.payload import MOST_BYTES, too_large


class UploadForm(forms.Form):
    """Points in a CSV file."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("UTF-8, at most 100,000 points and 16 MiB."),
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(str(too_large()))
        return file
