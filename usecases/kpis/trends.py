"""How the headline KPI of many use cases went: a few numbers for a small line, against the system in place."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Avg, Case, Count, F, FloatField, Q, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal import clock
from portal.registry import Trend
from usecases.catalog.models import UseCase
from usecases.kpis.models import KPI, Measurement

# What is older is on the KPI's own page.
PERIODS, LOOKED_BACK = 16, timedelta(days=500)
BY_SIZE = Sum(F("value") * F("n"), output_field=FloatField()) / Sum("n", output_field=FloatField())
TOGETHER = Coalesce(
    Avg("value", filter=Q(site=None)),
    Case(When(rows=1, then=Avg("value")), When(rows=F("sized"), then=BY_SIZE)),
    output_field=FloatField(),
)


def trends(use_cases: Sequence[UseCase]) -> dict[int, Trend]:
    """The last periods of the headline KPI of each use case by primary key, oldest first; two queries.

    The value of the whole wins over those of sites, which else are put together by size; a period without sizes is
    left out.
    """
    kpis = KPI.objects.filter(use_case__in=use_cases, is_headline=True)
    known = {pk: (use_case, baseline) for pk, use_case, baseline in kpis.values_list("pk", "use_case_id", "baseline")}
    found: dict[int, list[float]] = {}
    since = timezone.localdate(clock.now() - LOOKED_BACK)
    measured = Measurement.objects.filter(kpi__in=list(known), period_start__gte=since)
    periods = measured.order_by("kpi_id", "period_start").values("kpi_id", "period_start")
    together = periods.annotate(rows=Count("pk"), sized=Count("n")).annotate(together=TOGETHER)
    for pk, value in together.values_list("kpi_id", "together"):
        if value is not None:
            found.setdefault(pk, []).append(value)
    return {known[pk][0]: Trend(values[-PERIODS:], known[pk][1]) for pk, values in found.items()}
