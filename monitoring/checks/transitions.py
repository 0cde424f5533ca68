"""The states of checks. The machine moves them; every move is a compare-and-set and an audit event."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from monitoring.checks.models import Check
from portal import clock
from portal.audit import record as audit
from portal.people.models import User
from usecases.catalog.models import Health

# `window` newest points of each active check: how many cross the bound, the newest of those, the newest of all.
EVALUATE = """
WITH seen AS (
    SELECT c.id, c.state AS before, p.n, p.crossing, p.crossed_at, p.crossed_by, p.newest_at, p.newest,
        CASE WHEN p.n = 0 THEN 'unknown' WHEN p.crossing >= c.k THEN c.severity ELSE 'healthy' END AS after
    FROM monitoring_check c
    CROSS JOIN LATERAL (
        SELECT count(*) AS n, count(*) FILTER (WHERE crosses) AS crossing,
            max(ts) FILTER (WHERE crosses) AS crossed_at,
            (array_agg(value ORDER BY ts DESC) FILTER (WHERE crosses))[1] AS crossed_by,
            max(ts) AS newest_at, (array_agg(value ORDER BY ts DESC))[1] AS newest
        FROM (
            SELECT ts, value, CASE c.comparator WHEN 'above' THEN value > c.bound ELSE value < c.bound END AS crosses
            FROM monitoring_point WHERE series_id = c.series_id ORDER BY ts DESC LIMIT c."window"
        ) AS newest_points
    ) AS p
    WHERE c.is_active AND (%(use_case)s::bigint IS NULL OR c.use_case_id = %(use_case)s)
    ORDER BY c.id
)
UPDATE monitoring_check c SET
    state = seen.after,
    state_since = CASE WHEN seen.before = seen.after THEN c.state_since ELSE %(now)s END,
    last_ts = CASE WHEN seen.after IN ('warning', 'error') THEN seen.crossed_at ELSE seen.newest_at END,
    last_value = CASE WHEN seen.after IN ('warning', 'error') THEN seen.crossed_by ELSE seen.newest END,
    evaluated_at = %(now)s
FROM seen WHERE c.id = seen.id AND c.is_active AND c.state = seen.before
RETURNING c.id, seen.before, seen.after
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A check went from one state to another."""

    check: Check
    before: Health
    after: Health


def evaluate(use_case_id: int | None = None) -> tuple[int, list[Change]]:
    """Look at the newest points of every active check (of one use case, or of all) and move its state.

    `k` of the last `window` points across the bound fail it; no point at all is unknown. Returns how many checks were
    looked at, and the changes.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(EVALUATE, {"use_case": use_case_id, "now": clock.now()})
            rows = cursor.fetchall()
        moved = {number: (Health(before), Health(after)) for number, before, after in rows if before != after}
        checks = Check.objects.filter(pk__in=moved).select_related("use_case__team", "series").order_by("pk")
        changes = [Change(check, *moved[check.pk]) for check in checks]
        for change in changes:
            _tell(change)
    return len(rows), changes


def switch(check: Check, on: bool, *, by: User) -> bool:
    """On or off, once: a check that is off knows nothing. False when it was so already."""
    moved = Check.objects.filter(pk=check.pk, is_active=not on).update(
        is_active=on, state=Health.UNKNOWN, state_since=clock.now()
    )
    if moved:
        check.refresh_from_db(fields=["is_active", "state", "state_since"])
        audit.record(
            "check.switched_on" if on else "check.switched_off",
            check,
            by=by,
            team=check.use_case.team,
            use_case=check.use_case.slug,
        )
    return bool(moved)


def _tell(change: Change) -> None:
    check = change.check
    audit.record(
        f"check.became_{change.after}",
        check,
        by=None,
        machine="checks",
        team=check.use_case.team,
        use_case=check.use_case.slug,
        before={"state": change.before},
        after={"state": change.after, "value": check.last_value, "at": _iso(check.last_ts)},
        value="–" if check.last_value is None else f"{check.last_value:.4g}",
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
