"""How long things took: each stage, up to the first production flow, up to the market. Any number of use cases at once.

Read from history alone, in one query: stage changes, deployments, arrivals of points, validated measurements.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from portal import clock
from usecases.catalog.models import UseCase

# A flow: a point of the site while a model was live there in production. Of each day the first and the last point are
# known, so that a model which was live for minutes between the two counts only from its second day on.
TIMES = """
WITH asked AS (
    SELECT id, occurred_at AS created_at, stage FROM usecases_usecase WHERE id = ANY(%(ids)s)
), changed AS (
    SELECT change.use_case_id, change.id, change.from_stage, change.to_stage, change.occurred_at,
        COALESCE(lag(change.occurred_at) OVER told, asked.created_at) AS since,
        row_number() OVER (PARTITION BY change.use_case_id ORDER BY change.occurred_at DESC, change.id DESC) AS back
    FROM usecases_stagechange change JOIN asked ON asked.id = change.use_case_id
    WHERE change.occurred_at <= %(as_of)s
    WINDOW told AS (PARTITION BY change.use_case_id ORDER BY change.occurred_at, change.id)
), now_in AS (
    SELECT asked.id, COALESCE(last.occurred_at, asked.created_at) AS since, COALESCE(last.to_stage, (
        SELECT next.from_stage FROM usecases_stagechange next
        WHERE next.use_case_id = asked.id AND next.occurred_at > %(as_of)s AND next.from_stage <> ''
        ORDER BY next.occurred_at, next.id LIMIT 1
    ), asked.stage) AS stage
    FROM asked LEFT JOIN changed last ON last.use_case_id = asked.id AND last.back = 1
), spell AS (
    SELECT use_case_id, COALESCE(NULLIF(from_stage, ''), 'exploration') AS stage, occurred_at - since AS spent
    FROM changed
    UNION ALL SELECT id, stage, GREATEST(%(as_of)s - since, interval '0') FROM now_in
), spent AS (
    SELECT use_case_id, jsonb_object_agg(stage, extract(epoch FROM spent)) AS per_stage
    FROM (SELECT use_case_id, stage, sum(spent) AS spent FROM spell GROUP BY use_case_id, stage) one
    GROUP BY use_case_id
), live AS (
    SELECT one.use_case_id, target.site_id, one.live_from, COALESCE(one.live_until, 'infinity') AS live_until
    FROM usecases_deployment one
    JOIN usecases_release release ON release.id = one.release_id AND release.kind = 'model'
    JOIN usecases_target target ON target.id = one.target_id
    JOIN usecases_environment environment ON environment.id = target.environment_id AND environment.is_production
    WHERE one.use_case_id = ANY(%(ids)s) AND one.live_from <= %(as_of)s
), first_live AS (
    SELECT use_case_id, min(live_from) AS at FROM live GROUP BY use_case_id
), first_flow AS (
    SELECT live.use_case_id, min(CASE WHEN come.first_at >= live.live_from THEN come.first_at ELSE come.last_at END)
        AS at
    FROM live JOIN usecases_arrival come ON come.use_case_id = live.use_case_id AND come.site_id = live.site_id
    WHERE (come.first_at >= live.live_from AND come.first_at < live.live_until AND come.first_at <= %(as_of)s)
        OR (come.last_at >= live.live_from AND come.last_at < live.live_until AND come.last_at <= %(as_of)s)
    GROUP BY live.use_case_id
), first_validated AS (
    SELECT kpi.use_case_id, min(one.validated_at) AS at
    FROM usecases_measurement one
    JOIN usecases_kpi kpi ON kpi.id = one.kpi_id
    JOIN first_live ON first_live.use_case_id = kpi.use_case_id
    WHERE one.status = 'validated' AND one.validated_at BETWEEN first_live.at AND %(as_of)s
        AND one.period_end > first_live.at::date
    GROUP BY kpi.use_case_id
)
SELECT asked.id, asked.created_at, now_in.stage, now_in.since, spent.per_stage,
    first_live.at, first_flow.at, first_validated.at
FROM asked JOIN now_in USING (id)
JOIN spent ON spent.use_case_id = asked.id
LEFT JOIN first_live ON first_live.use_case_id = asked.id
LEFT JOIN first_flow ON first_flow.use_case_id = asked.id
LEFT JOIN first_validated ON first_validated.use_case_id = asked.id
"""


@dataclass(frozen=True, slots=True)
class Times:
    """The times of one use case; what has not happened is None.

    `first_live_at`: a model went live at a site, in production. `first_flow_at`: a point came from there while it was.
    `first_validated_at`: the business validated a measurement of a period after that.
    """

    use_case_id: int
    created_at: datetime
    stage: str
    stage_since: datetime
    per_stage: dict[str, timedelta]  # of the stages entered so far, the present one included
    first_live_at: datetime | None
    first_flow_at: datetime | None
    first_validated_at: datetime | None

    @property
    def days_per_stage(self) -> dict[str, int]:
        """Whole days spent in each stage entered so far."""
        return {stage: max(0, spent.days) for stage, spent in self.per_stage.items()}

    @property
    def to_first_live(self) -> timedelta | None:
        """From creation to the first site where a model was live in production."""
        return self._since_created(self.first_live_at)

    @property
    def to_first_flow(self) -> timedelta | None:
        """From creation to the first production flow."""
        return self._since_created(self.first_flow_at)

    @property
    def to_market(self) -> timedelta | None:
        """From creation, over the first site live, to the first validated KPI."""
        return self._since_created(self.first_validated_at)

    def _since_created(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else max(moment - self.created_at, timedelta())


def times(use_cases: Iterable[UseCase | int], as_of: datetime | None = None) -> dict[int, Times]:
    """The times of these use cases (rows, or primary keys) by primary key, as they were at `as_of`. One query."""
    ids = [one if isinstance(one, int) else one.pk for one in use_cases]
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(TIMES, {"ids": ids, "as_of": as_of or clock.now()})
        rows = cursor.fetchall()
    return {
        pk: Times(pk, created_at, stage, since, _spent(per_stage), live, flow, validated)
        for pk, created_at, stage, since, per_stage, live, flow, validated in rows
    }


def _spent(told: str | dict[str, float]) -> dict[str, timedelta]:
    per_stage: dict[str, float] = json.loads(told) if isinstance(told, str) else told
    return {stage: timedelta(seconds=seconds) for stage, seconds in per_stage.items()}


def times_of(use_case: UseCase, as_of: datetime | None = None) -> Times:
    """The times of one use case. One query."""
    return times([use_case], as_of)[use_case.pk]
