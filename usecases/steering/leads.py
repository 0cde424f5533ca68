"""How far use cases come, and how long it takes them: one query for any number of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from usecases.catalog.models import Stage
from usecases.lifecycle.times import TIMES

# kind, key, how many, median and 75th percentile in days. A stage counts once it is left; the present one is apart.
LEADS = f"""
WITH told (id, created_at, stage, since, per_stage, live_at, flow_at, market_at) AS ({TIMES}),
spell AS (
    SELECT told.id, told.stage AS now_in, one.key AS stage, one.value::float / 86400 AS days
    FROM told, jsonb_each_text(told.per_stage) AS one
), left_from AS (
    SELECT DISTINCT ON (change.use_case_id) told.stage AS to_stage, change.from_stage
    FROM usecases_stagechange change
    JOIN told ON told.id = change.use_case_id AND told.stage IN ('stopped', 'retired') AND change.to_stage = told.stage
    WHERE change.occurred_at <= %(as_of)s
    ORDER BY change.use_case_id, change.occurred_at DESC, change.id DESC
)
SELECT 'entered', stage, count(*), NULL::float8[] FROM spell GROUP BY stage
UNION ALL SELECT 'left', stage, count(*), percentile_cont(ARRAY[0.5, 0.75]) WITHIN GROUP (ORDER BY days)
    FROM spell WHERE stage <> now_in GROUP BY stage
UNION ALL SELECT 'there', stage, count(*), percentile_cont(ARRAY[0.5, 0.75]) WITHIN GROUP (ORDER BY days)
    FROM spell WHERE stage = now_in GROUP BY stage
UNION ALL SELECT to_stage, from_stage, count(*), NULL FROM left_from GROUP BY to_stage, from_stage
UNION ALL SELECT 'reached', way.key, count(way.days),
    percentile_cont(ARRAY[0.5, 0.75]) WITHIN GROUP (ORDER BY way.days)
    FROM told, LATERAL (VALUES
        ('live', extract(epoch FROM told.live_at - told.created_at) / 86400),
        ('flow', extract(epoch FROM told.flow_at - told.created_at) / 86400),
        ('market', extract(epoch FROM told.market_at - told.created_at) / 86400)
    ) AS way (key, days) GROUP BY way.key
"""  # noqa: S608 both parts are ours

ROAD = (Stage.EXPLORATION, Stage.POC, Stage.INDUSTRIALISATION, Stage.PRODUCTION)


@dataclass(frozen=True, slots=True)
class Lead:
    """How many took how long: median and 75th percentile in days, None when nobody did."""

    count: int = 0
    median: float | None = None
    p75: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the road: how many entered it, how long those took that left it, who is there, who was stopped there.

    `share`: of all that were opened, 0 to 1.
    """

    stage: Stage
    entered: int
    share: float
    left: Lead
    there: Lead
    stopped: int


@dataclass(frozen=True, slots=True)
class Leads:
    """The funnel and the lead times of some use cases, as of a moment.

    `live`: first site live; `flow`: first production flow; `market`: first KPI validated after that.
    """

    opened: int
    steps: tuple[Step, ...] = ()
    live: Lead = field(default_factory=Lead)
    flow: Lead = field(default_factory=Lead)
    market: Lead = field(default_factory=Lead)
    stopped: int = 0
    retired: int = 0

    @property
    def going_on(self) -> int:
        """How many are still on their road."""
        return self.opened - self.stopped - self.retired


def leads(pks: Iterable[int], as_of: datetime) -> Leads:
    """Of the use cases with these primary keys, which were all opened by then."""
    ids = list(pks)
    if not ids:
        return Leads(0)
    with connection.cursor() as cursor:
        cursor.execute(LEADS, {"ids": ids, "as_of": as_of})
        rows = cursor.fetchall()
    found = {(kind, key): Lead(count, *(days or (None, None))) for kind, key, count, days in rows}
    return Leads(
        opened=len(ids),
        steps=tuple(_step(stage, found, len(ids)) for stage in ROAD),
        live=found.get(("reached", "live"), Lead()),
        flow=found.get(("reached", "flow"), Lead()),
        market=found.get(("reached", "market"), Lead()),
        stopped=found.get(("there", Stage.STOPPED), Lead()).count,
        retired=found.get(("there", Stage.RETIRED), Lead()).count,
    )


def _step(stage: Stage, found: Mapping[tuple[str, str], Lead], opened: int) -> Step:
    entered = found.get(("entered", stage), Lead()).count
    # Everything is opened in exploration, whatever is known of its stages.
    entered = opened if stage == Stage.EXPLORATION else entered
    return Step(
        stage=stage,
        entered=entered,
        share=entered / opened,
        left=found.get(("left", stage), Lead()),
        there=found.get(("there", stage), Lead()),
        stopped=found.get((Stage.STOPPED, stage), Lead()).count,
    )
