"""What KPIs gained, as money: mature periods the business validated, against the system in place. One query for many.

gain = (value − reference measured beside, else − baseline) × units × the value of one unit, the other way round where
lower is better. Units: 1 for a KPI that adds sites up; else the size of the period over the scale of the rate. Errors
are those of `ledger`, where the source of the formula is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString

from django.db import connection
from django.utils import timezone

from portal import clock
from usecases.catalog.models import UseCase
from usecases.kpis.totals import NOW, PERIODS, THEN
from usecases.roi.ledger import NOTHING, Z_95, Gained, Sum

# The KPIs whose unit has a value.
VALUED: LiteralString = """ANY(ARRAY(
    SELECT id FROM usecases_kpi
    WHERE use_case_id = ANY(%(use_cases)s) AND unit_value IS NOT NULL
        AND (%(past)s::timestamptz IS NULL OR occurred_at <= %(past)s)))"""
# Each period of each KPI that has a value of one unit, and what becomes of it.
GAINED: LiteralString = """,
gained AS (
    SELECT k.use_case_id, p.kpi_id, date_trunc('month', p.period_end - 1)::date AS month, p.period_end, k.unit_value,
        p.provisional, p.period_end + k.outcome_delay > %(today)s AS immature,
        CASE WHEN k.direction = 'down' THEN -1 ELSE 1 END * (p.value - COALESCE(p.reference, k.baseline)) * units.one
            AS gain,
        units.one * CASE WHEN p.reference IS NULL THEN p.error
            ELSE sqrt(p.error * p.error + p.reference_error * p.reference_error) END AS error,
        units.one * CASE WHEN p.reference IS NULL THEN COALESCE(k.baseline_error, 0) ELSE 0 END AS shared
    FROM periods p JOIN usecases_kpi k ON k.id = p.kpi_id
    CROSS JOIN LATERAL (SELECT CASE k.aggregation WHEN 'sum' THEN 1 ELSE p.weight / k.scale END AS one) units
    WHERE k.counted_from IS NULL OR p.period_start >= k.counted_from
),
counted AS (
    SELECT use_case_id, kpi_id, month, period_end, gain::numeric * unit_value AS value,
        error * unit_value AS error, shared * unit_value AS shared
    FROM gained WHERE gain IS NOT NULL AND NOT provisional AND NOT immature
)"""
BY_MONTH: LiteralString = """
SELECT use_case_id, kpi_id, month, sum(value), CASE WHEN count(error) = count(*) THEN sqrt(sum(error * error)) END,
    sum(shared)
FROM counted GROUP BY use_case_id, kpi_id, month ORDER BY use_case_id, month, kpi_id"""
# One pass over the periods: money is told once per KPI, whose unit has one value.
IN_ALL: LiteralString = """,
by_kpi AS (
    SELECT use_case_id, kpi_id, max(unit_value) AS unit_value, sum(gain) FILTER (WHERE counts) AS gain,
        max(period_end) FILTER (WHERE counts) AS until, count(*) FILTER (WHERE counts) AS periods,
        CASE WHEN count(error) FILTER (WHERE counts) = count(*) FILTER (WHERE counts)
            THEN sum(error * error) FILTER (WHERE counts) + (sum(shared) FILTER (WHERE counts)) ^ 2 END AS variance,
        count(*) FILTER (WHERE provisional) AS provisional,
        count(*) FILTER (WHERE immature AND NOT provisional) AS immature,
        count(*) FILTER (WHERE gain IS NULL AND NOT immature AND NOT provisional) AS unknown
    FROM (SELECT *, gain IS NOT NULL AND NOT provisional AND NOT immature AS counts FROM gained) every
    GROUP BY use_case_id, kpi_id
)
SELECT use_case_id, sum(gain::numeric * unit_value),
    CASE WHEN count(variance) FILTER (WHERE periods > 0) = count(*) FILTER (WHERE periods > 0)
        THEN sqrt(sum(variance * unit_value::float8 ^ 2) FILTER (WHERE periods > 0)) END,
    max(until), sum(periods)::int, sum(provisional)::int, sum(immature)::int, sum(unknown)::int
FROM by_kpi GROUP BY use_case_id"""


@dataclass(frozen=True, slots=True)
class Realised:
    """The realised value of a use case in its own currency, and the periods it does not hold.

    `total` None: nothing counts yet. `until`: the day after the last period that counts. Of the periods left out,
    `provisional` wait for the business, `immature` for their outcomes; `unknown` lack a size or something to compare.
    """

    total: Sum | None = None
    until: date | None = None
    periods: int = 0
    provisional: int = 0
    immature: int = 0
    unknown: int = 0


def by_month(use_cases: Iterable[UseCase], as_of: datetime | None = None) -> dict[int, list[Gained]]:
    """What each KPI gained each month (the one its periods end in), oldest first, by use case. One query."""
    found: dict[int, list[Gained]] = {}
    for pk, kpi_id, month, value, error, shared in _asked(BY_MONTH, use_cases, as_of):
        found.setdefault(pk, []).append(Gained(kpi_id, month, value, _decimal(error), _decimal(shared) or NOTHING))
    return found


def in_all(use_cases: Iterable[UseCase], as_of: datetime | None = None) -> dict[int, Realised]:
    """What each use case gained so far; only those with a measured KPI whose unit has a value. One query."""
    found = {}
    for pk, value, error, until, *numbers in _asked(IN_ALL, use_cases, as_of):
        total = None if value is None else _sum(value, _decimal(error))
        found[pk] = Realised(total, until, *numbers)
    return found


def _sum(value: Decimal, error: Decimal | None) -> Sum:
    if error is None:
        return Sum(value, None, None)
    return Sum(value, value - Z_95 * error, value + Z_95 * error)


def _decimal(number: Any) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _asked(question: LiteralString, use_cases: Iterable[UseCase], as_of: datetime | None) -> list[tuple[Any, ...]]:
    """The answer for KPIs whose unit has a value, of these use cases."""
    asked = {
        "use_cases": [one.pk for one in use_cases],
        "past": clock.past(),
        "sites": None,
        "validated": False,
        "as_of": as_of,
        "today": timezone.localdate(as_of or clock.now(), timezone.get_default_timezone()),
    }
    states: LiteralString = (NOW if as_of is None else THEN).replace("ANY(%(kpis)s)", VALUED)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH states AS ({states}),{PERIODS}{GAINED}{question}", asked)
        return cursor.fetchall()
