"""Sites and periods put together, by the database: one statement for any number of KPIs. Unknown stays unknown.

Over sites: the measurement of all sites together wins; else the sites' own are added up (sum), or averaged with their
sizes as weights (mean: n; ratio: denominator). A sum with a site missing, and a mean with a size missing, are unknown.
Over periods: the same mean, weighted by the sizes of the periods when all are known, else each period counts the same;
sums are averaged per period, so that they compare with a baseline and a target per period.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from django.db import connection
from django.utils import timezone

from portal import clock
from usecases.kpis.models import KPI

# The figures of each measurement: as they are, or as they were known at a moment (corrections keep what was before).
NOW: LiteralString = """
    SELECT id, kpi_id, site_id, period_start, period_end, status, value, n, standard_error, reference_value,
        reference_standard_error, reference_n, conversions, reference_conversions, denominator
    FROM usecases_measurement WHERE kpi_id = ANY(%(kpis)s)"""
THEN: LiteralString = """
    SELECT id, kpi_id, site_id, period_start, period_end,
        CASE WHEN status = 'validated' AND validated_at > %(as_of)s THEN 'provisional' ELSE status END AS status,
        value, n, standard_error, reference_value, reference_standard_error, reference_n, conversions,
        reference_conversions, denominator
    FROM usecases_measurement WHERE kpi_id = ANY(%(kpis)s) AND occurred_at <= %(as_of)s
    UNION ALL
    SELECT m.id, m.kpi_id, m.site_id, m.period_start, r.period_end,
        CASE WHEN r.status = 'validated' AND r.validated_at > %(as_of)s THEN 'provisional' ELSE r.status END,
        r.value, r.n, r.standard_error, r.reference_value, r.reference_standard_error, r.reference_n, r.conversions,
        r.reference_conversions, r.denominator
    FROM usecases_measurementrevision r JOIN usecases_measurement m ON m.id = r.measurement_id
    WHERE m.kpi_id = ANY(%(kpis)s) AND r.occurred_at <= %(as_of)s AND r.replaced_at > %(as_of)s"""

# One row per KPI and period: `cells` measurements put together, `missing` sites by name.
PERIODS: LiteralString = """
cells AS (
    SELECT states.*, CASE k.aggregation WHEN 'sum' THEN 1 WHEN 'ratio' THEN COALESCE(denominator, n) ELSE n END AS w,
        bool_or(site_id IS NULL) OVER (PARTITION BY kpi_id, period_start) AS has_whole
    FROM states JOIN usecases_kpi k ON k.id = kpi_id
    WHERE status <> 'rejected' AND (status = 'validated' OR NOT %(validated)s)
        AND (%(sites)s::bigint[] IS NULL OR site_id = ANY(%(sites)s))
),
used AS (SELECT * FROM cells WHERE site_id IS NULL OR NOT has_whole),
missing AS (
    SELECT p.kpi_id, p.period_start, string_agg(s.name, ', ' ORDER BY s.name) AS names
    FROM (SELECT DISTINCT kpi_id, period_start FROM used WHERE site_id IS NOT NULL) p
    JOIN usecases_kpi k ON k.id = p.kpi_id
    JOIN (SELECT kpi_id, site_id, min(period_start) AS first FROM used GROUP BY kpi_id, site_id) e
        ON e.kpi_id = p.kpi_id AND e.first < p.period_start
    JOIN usecases_usecasesite served ON served.use_case_id = k.use_case_id AND served.site_id = e.site_id
    JOIN usecases_site s ON s.id = e.site_id
    WHERE NOT EXISTS (SELECT FROM used u
        WHERE u.kpi_id = p.kpi_id AND u.period_start = p.period_start AND u.site_id = e.site_id)
    GROUP BY p.kpi_id, p.period_start
),
sums AS (
    SELECT u.kpi_id, u.period_start, max(u.period_end) AS period_end, count(*) AS cells,
        bool_or(status = 'provisional') AS provisional, max(m.names) AS missing,
        count(*) = 1 AS alone, count(w) = count(*) AS sized, sum(w) AS weight,
        CASE WHEN k.aggregation = 'sum' THEN 1 ELSE NULLIF(sum(w), 0) END AS norm,
        k.aggregation = 'sum' AND max(m.names) IS NOT NULL AS incomplete,
        CASE WHEN count(n) = count(*) THEN sum(n) END AS n,
        CASE WHEN count(reference_n) = count(*) THEN sum(reference_n) END AS reference_n,
        CASE WHEN count(conversions) = count(*) THEN sum(conversions) END AS conversions,
        CASE WHEN count(reference_conversions) = count(*) THEN sum(reference_conversions) END AS reference_conversions,
        max(value) AS value_1, sum(w * value) AS value_s,
        max(standard_error) AS error_1, sqrt(sum(w * w * standard_error * standard_error)) AS error_s,
        count(standard_error) = count(*) AS error_k,
        max(reference_value) AS reference_1, sum(w * reference_value) AS reference_s,
        count(reference_value) = count(*) AS reference_k,
        max(reference_standard_error) AS reference_error_1,
        sqrt(sum(w * w * reference_standard_error * reference_standard_error)) AS reference_error_s,
        count(reference_standard_error) = count(*) AS reference_error_k
    FROM used u JOIN usecases_kpi k ON k.id = u.kpi_id
    LEFT JOIN missing m ON m.kpi_id = u.kpi_id AND m.period_start = u.period_start
    GROUP BY u.kpi_id, u.period_start, k.aggregation
),
periods AS (
    SELECT kpi_id, period_start, period_end, cells, provisional, missing, n, reference_n, conversions,
        reference_conversions, CASE WHEN sized THEN weight END AS weight,
        CASE WHEN incomplete THEN NULL WHEN alone THEN value_1 WHEN sized THEN value_s / norm END AS value,
        CASE WHEN incomplete OR NOT error_k THEN NULL WHEN alone THEN error_1
            WHEN sized THEN error_s / norm END AS error,
        CASE WHEN incomplete OR NOT reference_k THEN NULL WHEN alone THEN reference_1
            WHEN sized THEN reference_s / norm END AS reference,
        CASE WHEN incomplete OR NOT reference_error_k THEN NULL WHEN alone THEN reference_error_1
            WHEN sized THEN reference_error_s / norm END AS reference_error
    FROM sums
)"""
EACH: LiteralString = """
SELECT kpi_id, period_start, period_end, 1 AS periods, cells, provisional::int, missing, value, error, reference,
    reference_error, n, reference_n, conversions, reference_conversions, weight, NULL AS spread
FROM periods WHERE (%(start)s::date IS NULL OR period_end > %(start)s)
    AND (%(end)s::date IS NULL OR period_start <= %(end)s) ORDER BY kpi_id, period_start"""
LAST: LiteralString = """
SELECT DISTINCT ON (kpi_id) kpi_id, period_start, period_end, 1 AS periods, cells, provisional::int, missing, value,
    error, reference, reference_error, n, reference_n, conversions, reference_conversions, weight, NULL AS spread
FROM periods ORDER BY kpi_id, period_start DESC"""
# Mature periods that count and are known; those with the system in place beside, when there is one.
OVER: LiteralString = """,
counted AS (
    SELECT p.*, bool_or(reference IS NOT NULL) OVER mine AS compared
    FROM periods p JOIN usecases_kpi k ON k.id = p.kpi_id
    WHERE value IS NOT NULL AND period_end + k.outcome_delay <= %(today)s
        AND period_start >= COALESCE(%(since)s::date, k.counted_from, period_start)
        AND (%(until)s::date IS NULL OR period_end <= %(until)s)
    WINDOW mine AS (PARTITION BY kpi_id)
),
chosen AS (
    SELECT c.*, CASE WHEN k.aggregation = 'sum' OR count(weight) OVER mine < count(*) OVER mine THEN 1
        ELSE weight END AS w, value - COALESCE(reference, k.baseline) AS difference
    FROM counted c JOIN usecases_kpi k ON k.id = c.kpi_id WHERE reference IS NOT NULL OR NOT compared
    WINDOW mine AS (PARTITION BY kpi_id)
),
over_periods AS (
    SELECT kpi_id, min(period_start) AS period_start, max(period_end) AS period_end, count(*) AS periods,
        max(cells) AS cells, count(*) FILTER (WHERE provisional) AS provisional,
        (array_agg(missing ORDER BY period_start DESC))[1] AS missing,
        sum(w * value) / sum(w) AS value,
        CASE WHEN count(error) = count(*) THEN sqrt(sum(w * w * error * error)) / sum(w) END AS error,
        CASE WHEN count(reference) = count(*) THEN sum(w * reference) / sum(w) END AS reference,
        CASE WHEN count(reference_error) = count(*)
            THEN sqrt(sum(w * w * reference_error * reference_error)) / sum(w) END AS reference_error,
        CASE WHEN count(n) = count(*) THEN sum(n)::bigint END AS n,
        CASE WHEN count(reference_n) = count(*) THEN sum(reference_n)::bigint END AS reference_n,
        CASE WHEN count(conversions) = count(*) THEN sum(conversions)::bigint END AS conversions,
        CASE WHEN count(reference_conversions) = count(*)
            THEN sum(reference_conversions)::bigint END AS reference_conversions,
        CASE WHEN count(weight) = count(*) THEN sum(weight) END AS weight,
        stddev_samp(difference) AS spread
    FROM chosen GROUP BY kpi_id
),
around AS (
    SELECT p.kpi_id, max(period_end) AS last_end, max(period_end) FILTER (WHERE reference IS NOT NULL) AS compared_end,
        count(*) FILTER (WHERE period_end + k.outcome_delay > %(today)s) AS immature,
        min(period_end + k.outcome_delay) FILTER (WHERE period_end + k.outcome_delay > %(today)s) AS mature_on,
        count(*) FILTER (WHERE value IS NULL AND period_end + k.outcome_delay <= %(today)s) AS unknown
    FROM periods p JOIN usecases_kpi k ON k.id = p.kpi_id GROUP BY p.kpi_id
)
SELECT a.kpi_id, o.period_start, o.period_end, COALESCE(o.periods, 0), o.cells, COALESCE(o.provisional, 0), o.missing,
    o.value, o.error, o.reference, o.reference_error, o.n, o.reference_n, o.conversions, o.reference_conversions,
    o.weight, o.spread, a.last_end, a.compared_end, a.immature, a.mature_on, a.unknown
FROM around a LEFT JOIN over_periods o ON o.kpi_id = a.kpi_id"""


@dataclass(frozen=True, slots=True)
class Total:
    """The figures of a KPI over one period, or over all that count; None where unknown.

    `weight` is the size of what was measured, `spread` the standard deviation of the differences to the system in place
    from one period to the next; `missing` names the sites that were measured before and are not in the last period.
    """

    kpi_id: int
    start: date | None = None
    end: date | None = None
    periods: int = 0
    cells: int | None = None
    provisional: int = 0
    missing: str | None = None
    value: float | None = None
    error: float | None = None
    reference: float | None = None
    reference_error: float | None = None
    n: int | None = None
    reference_n: int | None = None
    conversions: int | None = None
    reference_conversions: int | None = None
    weight: float | None = None
    spread: float | None = None
    last_end: date | None = None
    compared_end: date | None = None
    immature: int = 0
    mature_on: date | None = None
    unknown: int = 0

    @property
    def period(self) -> tuple[date, date]:
        """Its first day and the day after its last. Raises ValueError when nothing counts."""
        if self.start is None or self.end is None:
            raise ValueError("Nothing counts: there is no period.")
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Only:
    """Which measurements count: those of some sites, those validated, those known `as_of` a moment.

    `since` (instead of the day the KPI counts from) and `until` (not included) bound the periods put together.
    """

    sites: Sequence[int] | None = None
    validated: bool = False
    as_of: datetime | None = None
    since: date | None = None
    until: date | None = None

    @property
    def today(self) -> date:
        """The day it is then, in the organisation's zone."""
        return timezone.localdate(self.as_of or clock.now(), timezone.get_default_timezone())


EVERY = Only()


def by_period(
    kpis: Iterable[KPI], only: Only = EVERY, *, start: date | None = None, end: date | None = None
) -> list[Total]:
    """Each period of each KPI that touches start..end, oldest first, one KPI after the other. One query."""
    return _asked(EACH, kpis, only, start=start, end=end)


def last_period(kpis: Iterable[KPI], only: Only = EVERY) -> list[Total]:
    """The last period of each KPI that has one. One query."""
    return _asked(LAST, kpis, only)


def over_periods(kpis: Iterable[KPI], only: Only = EVERY) -> dict[int, Total]:
    """All that counts of each KPI, by its key: mature periods since the day it counts from. One query.

    Where the system in place was measured beside, only the periods that have both. `value` None: nothing counts yet.
    """
    return {total.kpi_id: total for total in _asked(OVER, kpis, only)}


def _asked(question: LiteralString, kpis: Iterable[KPI], only: Only, **more: Any) -> list[Total]:
    as_of = only.as_of or clock.past()
    states = NOW if as_of is None else THEN
    asked = {
        "kpis": [kpi.pk for kpi in kpis],
        "sites": None if only.sites is None else list(only.sites),
        "validated": only.validated,
        "as_of": as_of,
        "today": only.today,
        "since": only.since,
        "until": only.until,
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"WITH states AS ({states}),{PERIODS}{question}", asked)
        return [Total(*row) for row in cursor.fetchall()]
