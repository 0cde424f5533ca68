"""The machine's verb of feeds: full periods of points become provisional measurements. It can run twice."""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from monitoring.feeds.models import KpiFeed
from portal import clock
from portal.errors import NotAllowed, Refused
from usecases.kpis import actions as kpis
from usecases.kpis.models import MeasurementStatus, Source

# One row per full period with points: its days, and what is made of them. The index of points is (series, ts).
PERIODS = """
SELECT period.first, period.after, avg(point.value), sum(point.value),
    (array_agg(point.value ORDER BY point.ts DESC))[1]
FROM (
    SELECT g::date AS first, (g + %(step)s::interval)::date AS after
    FROM generate_series(date_trunc(%(unit)s, %(since)s::timestamp), %(today)s::timestamp, %(step)s::interval) g
) period
JOIN monitoring_point point ON point.series_id = %(series)s
    AND point.ts >= period.first::timestamp AT TIME ZONE %(zone)s
    AND point.ts < period.after::timestamp AT TIME ZONE %(zone)s
WHERE period.first >= %(since)s AND period.after <= %(today)s
GROUP BY period.first, period.after ORDER BY period.first"""
COLUMN = {"mean": 2, "sum": 3, "last": 4}


def feed_due() -> int:
    """Feed every KPI that a series feeds; returns how many measurements are new or changed. One transaction each."""
    fed = 0
    for pk in list(KpiFeed.objects.order_by("pk").values_list("pk", flat=True)):
        fed += feed(pk)
    return fed


def feed(pk: int) -> int:
    """Feed one KPI; returns how many measurements are new or changed. What stops it is kept with the feed."""
    found = KpiFeed.objects.select_related("series__site", "kpi__use_case__team", "created_by").filter(pk=pk).first()
    if found is None:
        return 0
    rows = _new_rows(found)
    changed, trouble = 0, ""
    params: dict[str, str] = {}
    if rows:
        try:
            with transaction.atomic():
                kept = kpis.record_measurements(found.kpi, rows, by=found.created_by, source=Source.SERIES)
                changed = kept.recorded + kept.updated
        except NotAllowed:
            trouble = "feed.not_allowed"
        except Refused as refusal:
            trouble, params = "feed.refused", {"sentence": str(refusal)}
    KpiFeed.objects.filter(pk=pk).update(fed_at=clock.now(), trouble=trouble, trouble_params=params)
    return changed


def _new_rows(found: KpiFeed) -> list[dict[str, Any]]:
    """The periods that say something new: what the business validated or rejected is left to people."""
    zone = timezone.get_default_timezone()
    asked: dict[str, Any] = {
        "series": found.series_id,
        "since": found.since,
        "today": timezone.localdate(clock.now(), zone),
        "unit": found.kpi.cadence,
        "step": f"1 {found.kpi.cadence}",
        "zone": str(zone),
    }
    with connection.cursor() as cursor:
        cursor.execute(PERIODS, asked)
        periods = cursor.fetchall()
    settled = _settled(found)
    return [
        {
            "period_start": row[0],
            "period_end": row[1],
            "value": row[COLUMN[found.statistic]],
            "site": found.series.site.slug if found.series.site else None,
        }
        for row in periods
        if row[0] not in settled
    ]


def _settled(found: KpiFeed) -> set[date]:
    """The first days of the periods that the business has judged."""
    judged = found.kpi.measurements.filter(site=found.series.site).exclude(status=MeasurementStatus.PROVISIONAL)
    return set(judged.values_list("period_start", flat=True))
