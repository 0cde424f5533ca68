"""What was agreed on for an iteration about its KPI and the metric that stands for it, beside what the KPI says now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.registry import Text
from portal.ui import wording
from usecases.iterations.models import Iteration
from usecases.kpis.definition import told
from usecases.kpis.models import Aggregation, Cadence, Direction, Proof, Rule

# In the order in which they are read; a fact that nobody needs to discuss is compared, and shown once it differs.
SHOWN: dict[str, Text] = {
    "name": _("KPI"),
    "unit": _("Unit"),
    "direction": _("Direction"),
    "baseline": _("System in place"),
    "target": _("Target"),
    "target_date": _("Target date"),
    "rule": _("Decision rule"),
    "proof": _("How the effect is proven"),
    "cadence": _("Cadence"),
    "proxy_metric": _("Model metric that stands for it"),
    "proxy_direction": _("Direction of the model metric"),
}
WORDED: dict[str, Callable[[str], Any]] = {
    "direction": Direction,
    "proxy_direction": Direction,
    "cadence": Cadence,
    "proof": Proof,
    "rule": Rule,
    "aggregation": Aggregation,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an agreement: what it is, what was agreed, what the KPI says now when that is different."""

    label: Text
    agreed: str
    now: str = ""


def lines(iteration: Iteration) -> list[Line]:
    """What was agreed, line by line, beside what changed since."""
    agreed, now = iteration.kpi_version.facts, told(iteration.kpi)
    found = []
    for name in [*SHOWN, *(name for name in agreed if name not in SHOWN)]:
        differs = not _same(agreed.get(name), now.get(name))
        if name in SHOWN or differs:
            label = SHOWN.get(name, name.replace("_", " "))
            found.append(Line(label, _worded(name, agreed.get(name)), _worded(name, now[name]) if differs else ""))
    return found


def _same(agreed: Any, now: Any) -> bool:
    """Whether two facts say the same; amounts do however many zeros they end with."""
    if agreed == now:
        return True
    try:
        return Decimal(agreed) == Decimal(now)
    except (ArithmeticError, TypeError, ValueError):
        return False


def _worded(name: str, value: Any) -> str:
    if value in (None, ""):
        return wording.unknown()
    if name in WORDED:
        return str(WORDED[name](value).label)
    if isinstance(value, float):
        return wording.number(value)
    return wording.day(date.fromisoformat(value)) if name == "target_date" else str(value)
