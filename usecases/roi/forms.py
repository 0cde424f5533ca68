"""What people type about cost and value."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.errors import BadInput
from usecases.catalog.models import UseCase
from usecases.kpis.rows import MAX_BYTES
from usecases.roi.models import CostKind

DAY = {"type": "date"}
MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class CostsForm(forms.Form):
    """Costs in a CSV file."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("UTF-8, at most 5 MiB."),
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> Any:
        """Refuse what is too big before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is over 5 MiB: cut it into several."))
        return file


class CostForm(forms.Form):
    """Effort or money of a period."""

    kind = forms.ChoiceField(label=_("What it went into"), choices=CostKind.choices, widget=forms.RadioSelect)
    period_start = forms.DateField(label=_("First day"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    period_end = forms.DateField(
        label=_("First day after"),
        required=False,
        widget=forms.DateInput(DAY, format="%Y-%m-%d"),
        help_text=_("Empty: until the end of that month."),
    )
    person_days = forms.DecimalField(
        label=_("Person-days"),
        required=False,
        max_digits=8,
        decimal_places=2,
        help_text=_("Counted at the day rate of the team, else of the organisation."),
    )
    amount = forms.DecimalField(label=_("Or an amount of money"), required=False, max_digits=14, decimal_places=2)
    currency = forms.CharField(label=_("Currency"), max_length=3, required=False)
    note = forms.CharField(label=_("What it was for"), max_length=240, required=False)

    def __init__(self, *args: Any, use_case: UseCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].initial = use_case.currency
        self.fields["currency"].help_text = gettext("Empty: %(currency)s. Other currencies are added up apart.") % {
            "currency": use_case.currency
        }


class StrikeForm(forms.Form):
    """Why a cost no longer counts."""

    reason = forms.CharField(label=_("Why it no longer counts"), max_length=240, required=False)


class RateForm(forms.Form):
    """What a day is counted at."""

    amount = forms.DecimalField(
        label=_("A day of a person"), min_value=Decimal("0.01"), max_digits=14, decimal_places=2
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="EUR")
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))


class CaseForm(forms.Form):
    """A business case: one month on each line."""

    assumptions = forms.CharField(
        label=_("What it rests on"),
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("How many, how often, at what value, from which source: what a reader could doubt."),
    )
    months = forms.CharField(
        label=_("Month by month"),
        widget=forms.Textarea({"rows": 12, "class": "font-monospace", "spellcheck": "false"}),
        help_text=_("One month on each line: month; expected value; expected cost. Example: 2026-05; 12000; 3500"),
    )

    def clean_months(self) -> list[dict[str, Any]]:
        """The months as rows; every wrong line is named."""
        rows, wrong = [], []
        for line, text in enumerate(self.cleaned_data["months"].splitlines(), start=1):
            if not text.strip():
                continue
            row = _row(text)
            if row is None:
                words = {"line": line, "text": text.strip()[:60]}
                wrong.append(gettext("Line %(line)s is not “month; value; cost”: %(text)s") % words)
            else:
                rows.append(row)
        if wrong:
            raise forms.ValidationError(wrong[:20])
        return rows


def as_lines(months: Any) -> str:
    """Months of a business case as they are typed."""
    return "\n".join(f"{one.month:%Y-%m}; {one.value}; {one.cost}" for one in months)


def add_problems(form: forms.BaseForm, refusal: BadInput) -> None:
    """Put what is wrong beside its field, with its line; what is of no field above the form."""
    for wrong in refusal.problems:
        field = "months" if wrong.line and "months" in form.fields else wrong.field
        said = gettext("Line %(line)s: %(sentence)s") % {"line": wrong.line, "sentence": wrong.sentence}
        form.add_error(field if field in form.fields else None, said if wrong.line else str(wrong.sentence))
    if not refusal.problems:
        form.add_error(None, str(refusal.sentence))


def _row(text: str) -> dict[str, Any] | None:
    """One line read, None when it cannot be."""
    parts = [part.strip().replace("\N{NO-BREAK SPACE}", "").replace(" ", "") for part in re.split(r"[;\t]", text)]
    found = MONTH.fullmatch(parts[0])
    if not found or not 2 <= len(parts) <= 3:
        return None
    try:
        month = date(int(found[1]), int(found[2]), 1)
        # A comma can only be the decimal mark: semicolons part the columns.
        amounts = [Decimal(part.replace(",", ".") or "0") for part in parts[1:]]
    except (ValueError, InvalidOperation):
        return None
    if not all(amount.is_finite() for amount in amounts):
        return None
    return {"month": month, "value": amounts[0], "cost": amounts[1] if len(amounts) > 1 else Decimal(0)}
