"""The headline KPI on the one time axis of a use case."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.registry import Lane
from usecases.catalog.models import UseCase
from usecases.kpis.models import KPI
from usecases.kpis.standing import standings


def lanes(use_case: UseCase, *, start: datetime | None = None, end: datetime | None = None) -> list[Lane]:
    """The line of the headline KPI, at the middle of each period; no lane without a KPI. Two queries."""
    kpi = KPI.objects.filter(use_case=use_case, is_headline=True).first()
    if kpi is None:
        return []
    zone = timezone.get_default_timezone()
    days = [None if moment is None else timezone.localdate(moment, zone) for moment in (start, end)]
    points = [(point, point.estimate) for point in standings(kpi, start=days[0], end=days[1])]
    known = [(point, estimate) for point, estimate in points if estimate is not None]
    return [
        Lane(
            key="kpi",
            title=kpi.name,
            kind="line",
            unit=kpi.unit,
            x=[point.middle for point, _estimate in known],
            y=[estimate.value for _point, estimate in known],
            low=[estimate.low for _point, estimate in known],
            high=[estimate.high for _point, estimate in known],
            provisional=[point.loose for point, _estimate in known],
            baseline=kpi.baseline,
            baseline_label=_("system in place") if kpi.baseline is not None else "",
            target=kpi.target,
            order=10,
        )
    ]
