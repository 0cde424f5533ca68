"""What the KPIs say in a review: effect, interval, target, proof, state."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.registry import Grid, Part, Section, Value
from portal.ui import wording
from usecases.catalog.models import UseCase
from usecases.kpis.measured import Measured, effects
from usecases.kpis.models import KPI


def render(use_case: UseCase, as_of: datetime) -> list[Part]:
    """A row per KPI. Two queries."""
    kpis = list(KPI.objects.filter(use_case=use_case))
    if not kpis:
        return [_("No KPI yet.")]
    measured = effects(kpis)
    headings = [_("KPI"), _("Now"), _("Interval"), _("Target"), _("Proof"), _("State")]
    return [Grid(headings, [_row(measured[kpi.pk]) for kpi in kpis])]


def _row(measured: Measured) -> list[Value]:
    kpi, effect, estimate = measured.kpi, measured.effect, measured.estimate
    target = wording.number(kpi.target, unit=kpi.unit) if kpi.target is not None else _("none")
    if estimate is None:
        return [kpi.name, None, None, target, "", _("Nothing counts yet")]
    if effect is None:
        value = wording.number(estimate.value, measured.digits, unit=kpi.unit)
        interval = wording.interval(estimate.low, estimate.high, measured.digits, signed=False)
        state = _("Nothing to compare with")
    else:
        value = wording.number(effect.difference, measured.digits, signed=True, unit=kpi.unit)
        interval = wording.interval(effect.low, effect.high, measured.digits)
        state = _("Proven") if effect.proven else _("Not proven")
    if measured.total.provisional:
        state = _("%(state)s, provisional") % {"state": state}
    return [kpi.name, value, interval, target, measured.grade, state]


SECTIONS = [
    Section(
        "kpis",
        gettext_lazy("KPIs"),
        render,
        20,
        ("kpi.defined", "kpi.decided_", "measurement.corrected", "measurement.rejected", "measurements.validated"),
    )
]
