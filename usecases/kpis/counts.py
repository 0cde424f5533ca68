"""What follows from counts: rates, their standard errors, and what contradicts them. Knows no row of a table."""

import math
from collections.abc import MutableMapping
from typing import Any

from django.utils.translation import gettext as _

# A value sent beside its counts may be rounded, by a half of its fourth figure.
ROUNDED = 5e-4
# Conversions, size, value and standard error of each arm.
ARMS = (
    ("conversions", "n", "value", "standard_error"),
    ("reference_conversions", "reference_n", "reference_value", "reference_standard_error"),
)


def rate_error(part: int, whole: int, scale: float = 1) -> float:
    """The standard error of scale × part / whole: scale × √(p (1 − p) / whole) (Wald)."""
    share = part / whole
    return scale * math.sqrt(share * (1 - share) / whole)


def complete(values: MutableMapping[str, Any], scale: float) -> dict[str, str]:
    """Fill in what the counts of a row say of its value, its reference and their errors; what is wrong, by field.

    Each arm: conversions among n (value = scale × conversions / n). A ratio: value = scale × numerator / denominator.
    What is given beside its counts must agree with them.
    """
    wrong: dict[str, str] = {}
    for arm in ARMS:
        _arm(values, wrong, scale, arm)
    _ratio(values, wrong, scale)
    if values["value"] is None and not wrong:
        wrong["value"] = _("This is required.")
    if values["reference_value"] is None and not wrong:
        if values["reference_standard_error"] is not None:
            wrong["reference_standard_error"] = _("A standard error of the reference without the reference itself.")
        if values["reference_n"] is not None:
            wrong["reference_n"] = _("A size of the reference without the reference itself.")
    return wrong


def _arm(values: MutableMapping[str, Any], wrong: dict[str, str], scale: float, arm: tuple[str, str, str, str]) -> None:
    part, whole, value, error = arm
    if values[part] is None:
        return
    if values[whole] is None:
        wrong[whole] = _("Conversions among how many?")
    elif values[part] > values[whole]:
        wrong[part] = _("More conversions than there are people.")
    else:
        _agree(values, wrong, value, scale * values[part] / values[whole])
        if values[error] is None:
            values[error] = rate_error(values[part], values[whole], scale)


def _ratio(values: MutableMapping[str, Any], wrong: dict[str, str], scale: float) -> None:
    if values["numerator"] is None and values["denominator"] is None:
        return
    for name in ("numerator", "denominator"):
        if values[name] is None:
            wrong[name] = _("A numerator and a denominator go together.")
    if values["denominator"] is not None and values["denominator"] <= 0:
        wrong["denominator"] = _("A denominator is above zero.")
    if not wrong:
        _agree(values, wrong, "value", scale * values["numerator"] / values["denominator"])


def _agree(values: MutableMapping[str, Any], wrong: dict[str, str], name: str, counted: float) -> None:
    given = values[name]
    if given is None:
        values[name] = counted
    elif not math.isclose(given, counted, rel_tol=ROUNDED, abs_tol=1e-12):
        wrong[name] = _("The counts beside it say %(counted)s.") % {"counted": f"{counted:.6g}"}
