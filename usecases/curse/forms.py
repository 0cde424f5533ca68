"""What administrators type about stages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from usecases.curse.actions import LONGEST
from usecases.curse.models import LIMITED


class LimitsForm(forms.Form):
    """How many days a use case may stay in each stage."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for stage in LIMITED:
            self.fields[str(stage)] = forms.IntegerField(
                label=stage.label,
                required=False,
                min_value=1,
                max_value=LONGEST,
                help_text=_("Days; empty: no limit."),
            )
